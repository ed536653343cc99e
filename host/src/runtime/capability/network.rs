//! `wasi:http`, by way of the provider's gate. It is the only network there is.

use std::sync::Arc;

use http_body_util::BodyExt;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::add_only_http_to_linker_async;
use wasmtime_wasi_http::p2::bindings::http::types::{
    ErrorCode, HostOutgoingRequest, IoError, Method, OutgoingRequest,
};
use wasmtime_wasi_http::{
    Error as HttpError, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpCtx,
    WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::egress::{Error, Gate, Ledger, Patience};
use crate::policy::Rule;
use crate::runtime::sandbox::Sandbox;

/// Size of one set of header fields, in bytes, each field counting 72 more than its text
/// (RUSTSEC-2026-0021). In memory a set takes up to three times as much.
///
/// This and the bounds below keep what one handle holds of the host's memory under 64 KiB,
/// which is what `limits.handles` is documented with.
const FIELDS_BYTES_MAX: usize = 12 * 1024;
/// What a guest may write at once to a request's body, of which two wait to be sent, in bytes.
const CHUNK_BYTES_MAX: usize = 8 * 1024;
/// Longest path and query kept of a request, in bytes; `policy` refuses shorter ones.
const PATH_BYTES_MAX: usize = 10 * 1024;
/// The same of an authority.
const AUTHORITY_BYTES_MAX: usize = 2 * 1024;
/// The same of a method.
const METHOD_BYTES_MAX: usize = 64;

/// The interface of which some functions are replaced here.
const TYPES: &str = "wasi:http/types@0.2.12";

/// Adds `wasi:http/types` and `wasi:http/outgoing-handler`.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    add_only_http_to_linker_async(linker)?;
    linker.allow_shadowing(true);
    bound_texts(linker)?;
    tell_errors(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

type Set<T> = (Resource<OutgoingRequest>, T);

/// The engine keeps texts of any length for a request that may never be sent: megabytes for
/// each handle. Here they are refused like any that do not parse.
fn bound_texts(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.func_wrap(
        "[method]outgoing-request.set-method",
        |mut store: StoreContextMut<'_, Sandbox>, (request, method): Set<Method>| {
            let fits = !matches!(&method, Method::Other(name) if name.len() > METHOD_BYTES_MAX);
            let mut http = store.data_mut().http();
            Ok((if fits {
                http.set_method(request, method)?
            } else {
                Err(())
            },))
        },
    )?;
    types.func_wrap(
        "[method]outgoing-request.set-authority",
        |mut store: StoreContextMut<'_, Sandbox>, (request, text): Set<Option<String>>| {
            let fits = text
                .as_ref()
                .is_none_or(|text| text.len() <= AUTHORITY_BYTES_MAX);
            let mut http = store.data_mut().http();
            Ok((if fits {
                http.set_authority(request, text)?
            } else {
                Err(())
            },))
        },
    )?;
    types.func_wrap(
        "[method]outgoing-request.set-path-with-query",
        |mut store: StoreContextMut<'_, Sandbox>, (request, text): Set<Option<String>>| {
            let fits = text
                .as_ref()
                .is_none_or(|text| text.len() <= PATH_BYTES_MAX);
            let mut http = store.data_mut().http();
            Ok((if fits {
                http.set_path_with_query(request, text)?
            } else {
                Err(())
            },))
        },
    )
}

/// The engine's own knows no error that a body ends with, of whatever kind.
fn tell_errors(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    linker.instance(TYPES)?.func_wrap(
        "http-error-code",
        |mut store: StoreContextMut<'_, Sandbox>, (error,): (Resource<IoError>,)| {
            let http = store.data_mut().http();
            Ok((http.table.get(&error).map(error_code)?,))
        },
    )
}

fn error_code(error: &IoError) -> Option<ErrorCode> {
    if let Some(code) = error.downcast_ref::<ErrorCode>() {
        return Some(code.clone());
    }
    // Those of `to_guest` that an answer's body ends with.
    Some(match error.downcast_ref::<HttpError>()? {
        HttpError::HttpResponseBodySize(bytes) => ErrorCode::HttpResponseBodySize(*bytes),
        HttpError::HttpResponseTimeout => ErrorCode::HttpResponseTimeout,
        HttpError::HttpProtocolError => ErrorCode::HttpProtocolError,
        _ => return None,
    })
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
    /// None: the gate refuses headers, with the request, where a denial can say what was asked.
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(|_| false)
    }

    /// Any: the gate refuses those that no grant allows.
    fn is_supported_scheme(&mut self, _: &http::uri::Scheme) -> bool {
        true
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK_BYTES_MAX
    }

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
