//! The front page: where to look.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::Error;
use super::reply;

/// Where to look.
#[derive(Serialize, ToSchema)]
pub(crate) struct Index {
    /// What this is.
    name: &'static str,
    version: &'static str,
    /// A page for browsers.
    ui: &'static str,
    /// A description of every route.
    openapi: &'static str,
    /// The tools that can be called.
    tools: &'static str,
    /// Where to call them.
    invoke: &'static str,
    health: &'static str,
    metrics: &'static str,
}

/// Says where to look.
#[utoipa::path(get, path = "/", operation_id = "index", tag = "host", responses((status = 200, body = Index)))]
pub(crate) async fn show() -> Result<Response, Error> {
    reply::json(&Index {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        ui: "/ui",
        openapi: "/openapi.json",
        tools: "/v1/tools",
        invoke: super::routes::INVOKE,
        health: "/readyz",
        metrics: "/metrics",
    })
}
