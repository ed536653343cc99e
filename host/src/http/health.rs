//! Probes for whoever runs the host. `/v1/health`, for clients, is in `v1::inspect`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::error::{Error, ErrorBody};
use super::v1::wire::Health;
use super::{Shared, reply};

/// Says that the process answers.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "host",
    responses((status = 200, body = Health))
)]
pub(crate) async fn live() -> Result<Response, Error> {
    reply::json(&Health::OK)
}

/// Says whether calls are taken: not while the host shuts down.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "host",
    responses(
        (status = 200, body = Health),
        (status = 503, description = "The host is shutting down", body = ErrorBody,
         headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
pub(crate) async fn ready(State(shared): State<Arc<Shared>>) -> Result<Response, Error> {
    if shared.state.router.is_draining() {
        return Err(Error::draining());
    }
    reply::json(&Health::OK)
}
