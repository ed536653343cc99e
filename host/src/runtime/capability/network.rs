//! `wasi:http`, by way of the provider's gate. It is the only network there is.

use std::sync::Arc;

use http_body_util::BodyExt;
use wasmtime::component::Linker;
use wasmtime_wasi_http::p2::add_only_http_to_linker_async;
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

use crate::egress::{Error, Gate, Ledger, Patience};
use crate::policy::Rule;
use crate::runtime::sandbox::Sandbox;

/// In-memory size of one set of header fields, in bytes (RUSTSEC-2026-0021).
const FIELDS_BYTES_MAX: usize = 16 * 1024;

/// Adds `wasi:http/types` and `wasi:http/outgoing-handler`.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    add_only_http_to_linker_async(linker)
}

/// What one call needs to send requests.
pub struct Network {
    http: WasiHttpCtx,
    hooks: Hooks,
}

struct Hooks {
    gate: Arc<Gate>,
    ledger: Arc<Ledger>,
}

impl Network {
    /// For a call that goes through `gate` and is accounted for in `ledger`.
    pub fn new(gate: Arc<Gate>, ledger: Arc<Ledger>) -> Network {
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(FIELDS_BYTES_MAX);
        Network {
            http,
            hooks: Hooks { gate, ledger },
        }
    }
}

impl WasiHttpView for Sandbox {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        self.count_hostcall();
        WasiHttpCtxView {
            hooks: &mut self.network.hooks,
            table: &mut self.table,
            ctx: &mut self.network.http,
        }
    }
}

type Done = Box<dyn Future<Output = Result<(), HttpError>> + Send>;
type Sent = Box<dyn Future<Output = Result<(http::Response<WasiBody>, Done), HttpError>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Done,
    ) -> Sent {
        let (gate, ledger) = (self.gate.clone(), self.ledger.clone());
        let patience = options.map_or_else(Patience::default, patience);
        Box::new(async move {
            let mut request = request.map(|body| {
                body.map_err(|error| Error::Broken(error.to_string()))
                    .boxed_unsync()
            });
            request.extensions_mut().insert(patience);
            let response = gate.send(request, ledger).await;
            let response = response.map_err(to_guest)?;
            let response = response.map(|body| body.map_err(to_guest).boxed_unsync());
            let done: Done = Box::new(std::future::ready(Ok(())));
            Ok((response, done))
        })
    }
}

/// How long the guest wants to wait.
fn patience(options: RequestOptions) -> Patience {
    let RequestOptions {
        connect_timeout,
        first_byte_timeout,
        between_bytes_timeout,
        ..
    } = options;
    Patience {
        // Connecting and waiting are one here.
        first_byte: first_byte_timeout
            .map(|limit| limit.saturating_add(connect_timeout.unwrap_or_default())),
        between_bytes: between_bytes_timeout,
    }
}

/// What the guest reads of a failure.
fn to_guest(error: Error) -> HttpError {
    match error {
        Error::Denied(denial) => match denial.rule {
            Rule::Address | Rule::OwnPort => HttpError::DestinationIpProhibited,
            _ => HttpError::HttpRequestDenied,
        },
        Error::TooLong { denial, bytes_max } => match denial.rule {
            Rule::RequestBytes => HttpError::HttpRequestBodySize(Some(bytes_max)),
            _ => HttpError::HttpResponseBodySize(Some(bytes_max)),
        },
        Error::NoAddress => HttpError::DnsError {
            rcode: None,
            info_code: None,
        },
        Error::Connect(_) => HttpError::ConnectionRefused,
        Error::Certificate(_) => HttpError::TlsCertificateError,
        Error::Tls(_) => HttpError::TlsProtocolError,
        Error::Timeout => HttpError::HttpResponseTimeout,
        Error::Broken(_) => HttpError::HttpProtocolError,
        Error::Encoded => HttpError::HttpResponseContentCoding(None),
    }
}
