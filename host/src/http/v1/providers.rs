//! `/v1/providers`: the configured providers, without their secrets.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use super::toolgroups;
use super::wire::{List, Provider, ProviderHealth};
use crate::access::Caller;
use crate::catalog::{self, Catalog};
use crate::http::error::{Error, ErrorBody, shorten};
use crate::http::routes::Last;
use crate::http::{Shared, reply};
use crate::policy::hide_secrets;

/// All providers.
#[utoipa::path(
    get, path = "/v1/providers", operation_id = "list_providers", tag = "admin",
    responses((status = 200, body = List<Provider<'_>>))
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    reply::json(&List {
        data: catalog
            .providers_among(caller.groups().map(AsRef::as_ref))
            .map(|provider| describe(provider, &catalog, &caller))
            .collect(),
    })
}

/// One provider.
#[utoipa::path(
    get, path = "/v1/providers/{provider_id}", operation_id = "get_provider", tag = "admin",
    params(("provider_id" = String, Path, description = "May contain slashes")),
    responses((status = 200, body = Provider<'_>), (status = 400, description = "No such provider", body = ErrorBody))
)]
pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    match catalog
        .providers_among(caller.groups().map(AsRef::as_ref))
        .find(|provider| provider.name.as_str() == id)
    {
        Some(provider) => reply::json(&describe(provider, &catalog, &caller)),
        None => {
            let text = format!("Provider {} not found", shorten(&id));
            let detail = format!("Invalid value: {text}");
            Err(Error::bad_request(text).with_detail(detail))
        }
    }
}

fn describe<'a>(
    provider: &'a catalog::Provider,
    catalog: &Catalog,
    caller: &Caller,
) -> Provider<'a> {
    let groups = toolgroups::visible(catalog, caller)
        .into_iter()
        .filter(|group| group.provider == provider.name);
    let mut config = Value::Object(provider.config.clone());
    hide_secrets(&mut config);
    let tools: usize = groups.map(|group| group.entries.len()).sum();
    Provider {
        api: "tool_runtime",
        provider_id: provider.name.as_str(),
        provider_type: &provider.kind,
        config,
        health: ProviderHealth {
            status: "OK",
            message: format!("tools served: {tools}"),
        },
    }
}
