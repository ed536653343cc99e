//! `/v1/models`: empty, so that clients which ask for models get along.

use axum::response::Response;

use super::wire::Models;
use crate::http::error::Error;
use crate::http::reply;

/// All models: none.
#[utoipa::path(
    get, path = "/v1/models", operation_id = "list_models", tag = "admin",
    responses((status = 200, body = Models))
)]
pub(crate) async fn list() -> Result<Response, Error> {
    reply::json(&Models {
        object: "list",
        data: [],
    })
}
