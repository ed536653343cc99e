//! Why a request got no answer, and how that is read out of what the libraries say.

use std::error::Error as StdError;
use std::io;

use super::redact::Redactor;
use crate::policy::Denial;

/// Why a request did not get an answer, or an answer's body no end. No text has a secret in it.
///
/// In `wasi:http`, and so to the guest, they are:
///
/// | here | there |
/// |---|---|
/// | `Denied` by `Rule::Address` or `Rule::OwnPort` | `destination-IP-prohibited` |
/// | `Denied` by another rule | `HTTP-request-denied` |
/// | `TooLong` by `Rule::RequestBytes` | `HTTP-request-body-size(some(bytes-max))` |
/// | `TooLong` by `Rule::ResponseBytes` | `HTTP-response-body-size(some(bytes-max))` |
/// | `NoAddress` | `DNS-error` |
/// | `Connect` | `connection-refused` |
/// | `Certificate` | `TLS-certificate-error` |
/// | `Tls` | `TLS-protocol-error` |
/// | `Timeout` | `HTTP-response-timeout` |
/// | `Broken` | `HTTP-protocol-error` |
/// | `Encoded` | `HTTP-response-content-coding` |
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Policy says no; it is on the ledger.
    #[error("{0}")]
    Denied(Denial),
    /// A body is larger than its grant allows; the denial is on the ledger.
    #[error("{denial}")]
    TooLong {
        /// By `Rule::RequestBytes` or `Rule::ResponseBytes`.
        denial: Denial,
        /// What the grant allows, in bytes.
        bytes_max: u64,
    },
    /// The name does not resolve.
    #[error("the name does not resolve")]
    NoAddress,
    /// No connection.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The server's certificate is not trusted.
    #[error("the certificate is not trusted: {0}")]
    Certificate(String),
    /// TLS failed otherwise.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The call's deadline, or a shorter one that the guest set.
    #[error("the server did not answer in time")]
    Timeout,
    /// The server broke the protocol or the connection.
    #[error("the exchange broke off: {0}")]
    Broken(String),
    /// The server encoded an answer that must be searched for secrets.
    #[error("the server compressed an answer that must be searched for secrets")]
    Encoded,
}

impl Error {
    /// The stable word for spans and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Denied(denial) | Error::TooLong { denial, .. } => denial.rule.as_str(),
            Error::NoAddress => "dns_error",
            Error::Connect(_) => "connect_error",
            Error::Certificate(_) => "certificate_error",
            Error::Tls(_) => "tls_error",
            Error::Timeout => "timeout",
            Error::Broken(_) => "protocol_error",
            Error::Encoded => "encoded",
        }
    }

    /// The same without secrets.
    pub(super) fn redacted(self, redactor: &Redactor) -> Error {
        let clean = |text: String| redactor.text(&text).into_owned();
        let clean_denial = |denial: Denial| Denial {
            target: clean(denial.target),
            reason: clean(denial.reason),
            grant: denial.grant.map(clean),
            ..denial
        };
        match self {
            Error::Denied(denial) => Error::Denied(clean_denial(denial)),
            Error::TooLong { denial, bytes_max } => Error::TooLong {
                denial: clean_denial(denial),
                bytes_max,
            },
            Error::Connect(text) => Error::Connect(clean(text)),
            Error::Certificate(text) => Error::Certificate(clean(text)),
            Error::Tls(text) => Error::Tls(clean(text)),
            Error::Broken(text) => Error::Broken(clean(text)),
            Error::NoAddress | Error::Timeout | Error::Encoded => self,
        }
    }

    /// What a connection attempt failed with, by what the TLS and TCP layers say.
    pub(super) fn of_connection(error: &(dyn StdError + 'static)) -> Error {
        match find::<rustls::Error>(error) {
            Some(rustls::Error::InvalidCertificate(reason)) => {
                return Error::Certificate(brief(&reason.to_string()));
            }
            Some(error) => return Error::Tls(brief(&error.to_string())),
            None => {}
        }
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::TimedOut) => Error::Timeout,
            Some(kind) => Error::Connect(kind.to_string()),
            None => Error::Connect("no connection could be made".to_owned()),
        }
    }

    /// What an exchange on a connection failed with.
    pub(super) fn of_exchange(error: &(dyn StdError + 'static)) -> Error {
        if let Some(error) = find::<Error>(error) {
            // Such as from the request's body, which went through the libraries and back.
            return error.clone();
        }
        let text = match find::<hyper::Error>(error) {
            Some(error) => error.to_string(),
            None => "the connection closed".to_owned(),
        };
        Error::Broken(brief(&text))
    }
}

/// The first `E` among `error` and its causes.
pub fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // The source of an I/O error is the source of what it wraps, not what it wraps.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// Characters kept of a library's text; some of it is the server's.
const TEXT_MAX: usize = 200;

fn brief(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(TEXT_MAX).map(printable).collect()
}
