//! Builds JSON responses.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

use super::error::Error;

/// A 200 with `body` as JSON.
pub(crate) fn json(body: &impl Serialize) -> Result<Response, Error> {
    match serde_json::to_vec(body) {
        Ok(bytes) => Ok(with(StatusCode::OK, "application/json", bytes)),
        Err(error) => {
            tracing::error!(%error, "cannot serialise a response");
            Err(Error::unexpected())
        }
    }
}

/// A response with a body of any kind.
pub(crate) fn with(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
