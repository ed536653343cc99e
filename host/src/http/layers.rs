//! What stands around every route: the host check, the net under panics, the last headers.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::error::Error;
use super::{Shared, routes};

const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// The one layer: each layer costs every call.
pub(crate) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let mut response = match shared.hosts.check(&uri, request.headers()) {
        Ok(()) => unpanicked(next.run(request)).await,
        Err(error) => error.into_response(),
    };
    let status = response.status();
    // Old SDKs repeat a call after any 408, 409, 429 or 5xx. A call that never found a place may
    // be repeated, one that ran may not.
    let is_retryable = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if uri.path() == routes::INVOKE && !is_retryable {
        response
            .headers_mut()
            .insert(SHOULD_RETRY, HeaderValue::from_static("false"));
    }
    tracing::debug!(%method, path = uri.path(), status = status.as_u16(), "answered a request");
    response
}

/// The answer, or a 500 if making it panicked: a connection that just closes looks to a
/// client like a call worth repeating.
async fn unpanicked(answer: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(reason = words(panic.as_ref()), "a request handler panicked");
            Error::unexpected().into_response()
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no text")
}

/// The answer to a path that is not served.
pub(crate) async fn not_found(uri: Uri) -> Response {
    // The target comes from our own list: a path like `//evil.example/` must not become one.
    let Some(path) = uri.path().strip_suffix('/').and_then(routes::fixed) else {
        return Error::not_found("Not Found").into_response();
    };
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    match HeaderValue::from_str(&target) {
        Ok(target) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, target)]).into_response(),
        Err(_) => Error::not_found("Not Found").into_response(),
    }
}

/// The answer to a method that a path does not have.
pub(crate) fn method_not_allowed(allow: HeaderValue) -> Response {
    let error = Error::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
    ([(ALLOW, allow)], error).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_500_with_a_body() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let response = runtime.block_on(unpanicked(async { panic!("oops") }));
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn only_our_own_paths_are_redirected_to() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        for (from, to) in [
            ("/v1/tool-runtime/invoke/", Some("/v1/tool-runtime/invoke")),
            ("/v1/health/?a=b", Some("/v1/health?a=b")),
            ("/v1/health//", None),
            ("//evil.example/", None),
            ("/nope/", None),
            ("/nope", None),
            ("/", None),
        ] {
            let response = runtime.block_on(not_found(Uri::from_static(from)));
            let location = response
                .headers()
                .get(LOCATION)
                .map(|value| value.to_str().unwrap());
            assert_eq!(location, to, "{from}");
            assert_eq!(
                response.status(),
                if to.is_some() { 307 } else { 404 },
                "{from}"
            );
        }
    }
}
