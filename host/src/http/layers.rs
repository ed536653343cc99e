//! What stands around every route: the host check, the check of keys, the net under panics,
//! the last headers.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::error::Error;
use super::{Shared, routes, trace_parent};
use crate::access::Caller;

const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Longest request target in bytes; a longer one is a 414.
const TARGET_BYTES_MAX: usize = 8 * 1024;

/// SDKs wait as long as `Retry-After` says up to this many seconds; told a longer time they
/// come back at once.
const RETRY_AFTER_MAX: u64 = 60;

/// The one layer: each layer costs every call.
pub(crate) async fn guard(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let template = request.extensions().get::<MatchedPath>();
    let endpoint = routes::endpoint(method.as_str(), template.map(MatchedPath::as_str));
    let parent = trace_parent::read(request.headers());
    let recorded = shared
        .state
        .recorder
        .request(endpoint, uri.path(), parent.as_ref());
    if let Some(context) = recorded.context() {
        request.extensions_mut().insert(context);
    }
    let checked = check(&shared, &uri, request.headers());
    let caller = checked.as_ref().ok().cloned().flatten();
    let mut response = match checked {
        Ok(caller) => {
            caller.map(|caller| request.extensions_mut().insert(caller));
            unpanicked(next.run(request)).await
        }
        Err(error) => error.into_response(),
    };
    let status = response.status();
    if uri.path() == routes::INVOKE && !is_retryable(&response) {
        response
            .headers_mut()
            .insert(SHOULD_RETRY, HeaderValue::from_static("false"));
    }
    let key = caller.as_ref().and_then(Caller::name);
    recorded.finish(status.as_u16());
    tracing::debug!(%method, path = uri.path(), status = status.as_u16(), key, "answered a request");
    response
}

/// Who sends a request that may be answered; none for a probe without a good key.
fn check(shared: &Shared, uri: &Uri, headers: &HeaderMap) -> Result<Option<Caller>, Error> {
    shared.hosts.check(uri, headers)?;
    if uri
        .path_and_query()
        .is_some_and(|target| target.as_str().len() > TARGET_BYTES_MAX)
    {
        let text = format!("the request target is longer than {TARGET_BYTES_MAX} bytes");
        return Err(Error::new(StatusCode::URI_TOO_LONG, text));
    }
    match shared.state.keys.identify(bearer(headers)) {
        Ok(caller) => Ok(Some(caller)),
        Err(_) if routes::is_open(uri.path()) => Ok(None),
        Err(refused) => Err(Error::unauthorized(&refused)),
    }
}

/// The key that a request presents. Of two headers none counts: a proxy may have looked at the
/// other.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Whether a client may send the same again. Old SDKs do after any 408, 409, 429 or 5xx; a
/// call that never found a place may be repeated, one that ran may not.
fn is_retryable(response: &Response) -> bool {
    let is_refusal = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let wait = response.headers().get(RETRY_AFTER);
    let is_soon = |wait: &HeaderValue| {
        let seconds = wait.to_str().ok().and_then(|wait| wait.parse::<u64>().ok());
        seconds.is_some_and(|seconds| seconds <= RETRY_AFTER_MAX)
    };
    is_refusal && wait.is_none_or(is_soon)
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Response> {
        // `guard` puts it there; a route that it does not stand around serves nobody.
        let caller = parts.extensions.get().cloned();
        caller.ok_or_else(|| Error::unexpected().into_response())
    }
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

    #[test]
    fn a_key_is_the_one_bearer_token() {
        for (values, key) in [
            (&["Bearer abc"][..], Some("abc")),
            (&["bearer  abc "], Some("abc")),
            (&["BEARER a b"], Some("a b")),
            (&["Bearer "], Some("")),
            (&["Bearer"], None),
            (&["Basic abc"], None),
            (&["abc"], None),
            (&[""], None),
            (&["Bearer abc", "Bearer abc"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(bearer(&headers), key, "{values:?}");
        }
    }

    #[test]
    fn only_what_never_ran_and_soon_can_is_sent_again() {
        for (status, wait, expected) in [
            (200, None, false),
            (401, None, false),
            (408, None, false),
            (500, None, false),
            (429, Some("1"), true),
            (429, Some("60"), true),
            (429, Some("61"), false),
            (503, Some("5"), true),
            (503, None, true),
        ] {
            let mut response = Response::new(axum::body::Body::empty());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            if let Some(wait) = wait {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static(wait));
            }
            assert_eq!(is_retryable(&response), expected, "{status} {wait:?}");
        }
    }
}
