//! Takes a server's answer apart and writes the one that the guest gets.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::BodyExt as _;

use super::body::{Body, Cap, Incoming, Received, Wait};
use super::error::Error;
use super::redact::Redactor;

/// Headers about the connection, which is the host's.
const CONNECTION_HEADERS: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// How an answer is let in.
pub struct Intake<'g> {
    /// Of the body.
    pub cap: Cap,
    /// What the guest may not see.
    pub redactor: &'g Redactor,
    /// The server knows a secret, so what it sends must be readable.
    pub knows_secret: bool,
    /// How long the body may take.
    pub wait: Wait,
}

impl Intake<'_> {
    /// What the guest gets of `response`.
    pub fn take<B: Incoming>(self, response: Response<B>) -> Result<Response<Body>, Error> {
        let (mut parts, incoming) = response.into_parts();
        if parts.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Error::Broken("the server switched protocols".to_owned()));
        }
        let has_body = !incoming.is_end_stream();
        if has_body && self.knows_secret && is_encoded(&parts.headers) {
            return Err(Error::Encoded);
        }
        if incoming.size_hint().lower() > self.cap.bytes_max {
            return Err(self.cap.refuse());
        }
        parts.headers = redact_headers(&parts.headers, self.redactor);
        for name in CONNECTION_HEADERS {
            parts.headers.remove(name);
        }
        if has_body && !self.redactor.is_empty() {
            parts.headers.remove(header::CONTENT_LENGTH);
        }
        // Such as the addresses of the connection and the server's own words for the status.
        parts.extensions.clear();
        let body = Received::new(incoming, self.cap, self.redactor.clone(), self.wait);
        Ok(Response::from_parts(parts, body.boxed_unsync()))
    }
}

/// Whether the body is in another coding than plain, or chunked, which is undone on the way in.
fn is_encoded(headers: &HeaderMap) -> bool {
    let plain = |coding: &str| {
        ["", "identity", "chunked"]
            .iter()
            .any(|plain| coding.trim().eq_ignore_ascii_case(plain))
    };
    [header::CONTENT_ENCODING, header::TRANSFER_ENCODING]
        .iter()
        .flat_map(|name| headers.get_all(name))
        .any(|value| match value.to_str() {
            Ok(codings) => !codings.split(',').all(plain),
            Err(_) => true,
        })
}

/// `headers` without secrets. One with a secret in its name is left out.
pub fn redact_headers(headers: &HeaderMap, redactor: &Redactor) -> HeaderMap {
    if redactor.is_empty() {
        return headers.clone();
    }
    headers
        .iter()
        .filter(|(name, _)| !redactor.finds_in_any_case(name.as_str()))
        .map(|(name, value)| (name.clone(), redact_header(value, redactor)))
        .collect()
}

fn redact_header(value: &HeaderValue, redactor: &Redactor) -> HeaderValue {
    match redactor.bytes(value.as_bytes()) {
        std::borrow::Cow::Borrowed(_) => value.clone(),
        std::borrow::Cow::Owned(clean) => {
            HeaderValue::try_from(clean).unwrap_or_else(|_| HeaderValue::from_static("[redacted]"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_codings_can_be_searched() {
        let table = [
            (&[][..], false),
            (&[("content-encoding", "identity")], false),
            (&[("content-encoding", "Identity, ")], false),
            (&[("transfer-encoding", "chunked")], false),
            (&[("content-encoding", "gzip")], true),
            (&[("content-encoding", "identity, br")], true),
            (
                &[
                    ("content-encoding", "identity"),
                    ("content-encoding", "zstd"),
                ],
                true,
            ),
            (&[("transfer-encoding", "gzip, chunked")], true),
            (&[("content-encoding", "\u{fc}")], true),
        ];
        for (headers, expected) in table {
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| {
                    let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                    (HeaderName::from_static(name), value)
                })
                .collect();
            assert_eq!(is_encoded(&headers), expected, "{headers:?}");
        }
    }
}
