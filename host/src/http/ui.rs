//! `/ui`: a page that shows what is called and what it costs, and calls tools.
//!
//! Its files are part of the binary. They hold no data, so they need no key: what they show, they
//! ask the other routes for.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;

use super::reply;

/// Every path of the page.
pub(super) const PATHS: [&str; 9] = [
    "/ui",
    "/ui/",
    "/ui/app.css",
    "/ui/app.js",
    "/ui/core.js",
    "/ui/icon.svg",
    "/ui/overview.js",
    "/ui/tools.js",
    "/ui/traces.js",
];

/// Nothing comes from elsewhere, nothing is inline, and no other page frames this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
#[utoipa::path(
    get, path = "/ui", operation_id = "ui", tag = "host",
    responses((status = 200, description = "The page, or what it is made of", content(
        (String = "text/html"), (String = "text/css"), (String = "text/javascript"), (String = "image/svg+xml"),
    )))
)]
pub(super) async fn show(uri: Uri) -> Response {
    let (content_type, text) = match uri.path() {
        "/ui/app.css" => ("text/css; charset=utf-8", include_str!("ui/app.css")),
        "/ui/icon.svg" => ("image/svg+xml", include_str!("ui/icon.svg")),
        "/ui/app.js" => script(include_str!("ui/app.js")),
        "/ui/core.js" => script(include_str!("ui/core.js")),
        "/ui/overview.js" => script(include_str!("ui/overview.js")),
        "/ui/tools.js" => script(include_str!("ui/tools.js")),
        "/ui/traces.js" => script(include_str!("ui/traces.js")),
        _ => ("text/html; charset=utf-8", include_str!("ui/index.html")),
    };
    let mut response = reply::with(StatusCode::OK, content_type, text);
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The next version of the host has other files under the same names.
        (CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn script(text: &'static str) -> (&'static str, &'static str) {
    ("text/javascript; charset=utf-8", text)
}
