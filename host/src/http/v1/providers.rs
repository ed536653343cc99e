//! `/v1/providers`: the configured providers, without their secrets.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value};

use super::toolgroups;
use super::wire::{List, Provider, ProviderHealth};
use crate::access::Caller;
use crate::catalog::{self, Catalog};
use crate::http::error::{Error, ErrorBody, shorten};
use crate::http::routes::Last;
use crate::http::{Shared, reply};

/// A key that contains one of these hides what it holds.
const SECRET: [&str; 4] = ["api_key", "api_token", "password", "secret"];

const HIDDEN: &str = "********";

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
    let tools: usize = groups.map(|group| group.entries.len()).sum();
    Provider {
        api: "tool_runtime",
        provider_id: provider.name.as_str(),
        provider_type: &provider.kind,
        config: redacted(&provider.config),
        health: ProviderHealth {
            status: "OK",
            message: format!("tools served: {tools}"),
        },
    }
}

fn redacted(config: &Map<String, Value>) -> Map<String, Value> {
    let entry = |(key, value): (&String, &Value)| {
        let value = if is_secret(key) {
            HIDDEN.into()
        } else {
            redacted_value(value)
        };
        (key.clone(), value)
    };
    config.iter().map(entry).collect()
}

fn redacted_value(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(redacted(object)),
        Value::Array(items) => Value::Array(items.iter().map(redacted_value).collect()),
        other => other.clone(),
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth_and_in_any_case() {
        let config = json!({
            "unit": "celsius",
            "weather_API_KEY": "sk-1",
            "nested": {"Password": {"a": 1}, "list": [{"client_secret": null, "name": "x"}, "y"]},
            "api_token": ["a"],
        });
        let expected = json!({
            "unit": "celsius",
            "weather_API_KEY": "********",
            "nested": {"Password": "********", "list": [{"client_secret": "********", "name": "x"}, "y"]},
            "api_token": "********",
        });
        assert_eq!(
            Value::Object(redacted(config.as_object().unwrap())),
            expected
        );
    }
}
