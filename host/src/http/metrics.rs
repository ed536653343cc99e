//! The page that Prometheus reads.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Shared, reply};

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics in Prometheus' text format.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "host",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
pub(crate) async fn scrape(State(shared): State<Arc<Shared>>) -> Response {
    reply::with(StatusCode::OK, CONTENT_TYPE, shared.state.scrape.render())
}
