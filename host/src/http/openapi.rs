//! The OpenAPI document, generated from the handlers and the list of routes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};

use super::error::ErrorBody;
use super::v1::{datasets, inspect, models, providers, telemetry, tool_runtime, toolgroups, tools};
use super::{Shared, health, index, metrics, reply, routes, ui, viewer};

/// How the document calls an API key.
const KEY: &str = "key";

/// The handlers under their usual paths; [`document`] adds the others.
#[derive(OpenApi)]
#[openapi(
    info(title = "toolhost", description = "WebAssembly tools behind Llama Stack's tool-runtime API."),
    paths(
        toolgroups::list, toolgroups::register, toolgroups::get, toolgroups::unregister,
        tools::list, tools::get,
        tool_runtime::invoke, tool_runtime::list, tool_runtime::rag_insert, tool_runtime::rag_query,
        telemetry::traces, telemetry::trace, telemetry::span, telemetry::tree, telemetry::spans,
        telemetry::log_event, telemetry::metrics, telemetry::export,
        datasets::list, datasets::register, datasets::get, datasets::unregister,
        datasets::rows, datasets::append,
        inspect::health, inspect::version, inspect::routes, providers::list, providers::get, models::list,
        index::show, health::live, health::ready, metrics::scrape, show,
        viewer::list, viewer::trace, viewer::stats, viewer::series, viewer::tools, ui::show,
    ),
    components(schemas(ErrorBody)),
    tags(
        (name = "tools", description = "Tools and their groups."),
        (name = "telemetry", description = "What was called, and what became of it."),
        (name = "datasets", description = "Lists of JSON objects, such as spans."),
        (name = "admin", description = "The server, for Llama Stack's clients."),
        (name = "host", description = "The server, for operators."),
    )
)]
struct Document;

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "host",
    responses((status = 200, body = serde_json::Value, description = "OpenAPI 3.1"))
)]
pub(crate) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    reply::with(StatusCode::OK, "application/json", shared.openapi.clone())
}

/// The document, serialised once.
pub(crate) fn document() -> Bytes {
    let mut document = Document::openapi();
    for route in routes::all() {
        let Some((usual, others)) = route.paths.split_first() else {
            continue;
        };
        let Some(item) = document.paths.paths.get(&template(usual)).cloned() else {
            continue;
        };
        for (index, other) in others.iter().enumerate() {
            let mut item = item.clone();
            for operation in operations(&mut item) {
                // Ids must be unique; generated clients name their functions after them.
                operation.operation_id = operation
                    .operation_id
                    .take()
                    .map(|id| format!("{id}_{}", index + 2));
            }
            document.paths.paths.insert(template(other), item);
        }
    }
    for (path, item) in &mut document.paths.paths {
        let is_open = routes::is_open(path);
        operations(item).for_each(|operation| complete(operation, is_open));
    }
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A key of `server.auth`, if it lists any"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(KEY, SecurityScheme::Http(key));
    match serde_json::to_vec(&document) {
        Ok(bytes) => bytes.into(),
        Err(error) => {
            tracing::error!(%error, "cannot serialise the OpenAPI document");
            Bytes::from_static(b"{}")
        }
    }
}

/// A path of ours in OpenAPI's notation.
fn template(path: &str) -> String {
    path.replace("{*", "{")
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [item.get.as_mut(), item.post.as_mut(), item.delete.as_mut()]
        .into_iter()
        .flatten()
}

/// Adds the key and the errors that any route may have, and the descriptions that OpenAPI
/// requires.
fn complete(operation: &mut Operation, is_open: bool) {
    if !is_open {
        // Either: only the config knows whether there are keys.
        let none = SecurityRequirement::default();
        operation.security = Some(vec![none, SecurityRequirement::new::<_, _, &str>(KEY, [])]);
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            "Success".clone_into(&mut response.description);
        }
    }
    let errors = [
        (
            "401",
            "`server.auth` lists keys, and the request presents none of them",
        ),
        (
            "403",
            "`Host` or `Origin` is not loopback and not in `toolhost.allowed_hosts`",
        ),
        ("500", "The host is at fault; its log says why"),
    ];
    for (status, description) in errors {
        if is_open && status == "401" {
            continue;
        }
        let body = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Error"))));
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/json", body)
            .build();
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert(RefOr::T(response));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_document_describes_exactly_the_list_of_routes() {
        let document: Value = serde_json::from_slice(&document()).unwrap();
        let mut described = Vec::new();
        let mut ids = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                described.push(format!("{} {path}", method.to_uppercase()));
                ids.push(operation["operationId"].as_str().unwrap().to_owned());
            }
        }
        let mut served: Vec<String> = routes::all()
            .iter()
            .flat_map(|route| {
                route
                    .paths
                    .iter()
                    .map(|path| format!("{} {}", route.method.as_str(), template(path)))
            })
            .collect();
        described.sort();
        served.sort();
        assert_eq!(described, served);
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "operation ids are unique");
    }

    #[test]
    fn every_route_takes_a_key_but_those_that_are_open() {
        let document: Value = serde_json::from_slice(&document()).unwrap();
        let scheme = &document["components"]["securitySchemes"][KEY];
        assert_eq!(
            (&scheme["type"], &scheme["scheme"]),
            (&"http".into(), &"bearer".into())
        );
        for (path, item) in document["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                let takes_key = operation["security"][1][KEY].is_array();
                assert_eq!(takes_key, !routes::is_open(path), "{path}");
            }
        }
    }

    #[test]
    fn every_reference_of_the_document_resolves() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document: Value = serde_json::from_slice(&document()).unwrap();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            assert!(
                document
                    .pointer(reference.trim_start_matches('#'))
                    .is_some(),
                "{reference}"
            );
        }
    }
}
