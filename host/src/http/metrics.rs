//! The page that Prometheus reads.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::error::{Error, ErrorBody};
use super::{Shared, reply};
use crate::access::Caller;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics in Prometheus' text format.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "host",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 403, description = "The key is limited to some groups", body = ErrorBody),
    )
)]
pub(crate) async fn scrape(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Response, Error> {
    // They name the tools of every group.
    if caller.groups().is_some() {
        return Err(Error::forbidden(
            "this API key is limited to some tool groups, and the metrics are about all",
        ));
    }
    let page = shared.state.scrape.render();
    Ok(reply::with(StatusCode::OK, CONTENT_TYPE, page))
}
