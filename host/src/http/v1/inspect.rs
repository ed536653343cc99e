//! `/v1/health`, `/v1/version` and `/v1/inspect/routes`: what the server says about itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::wire::{Health, List, Route, Version};
use crate::access::Caller;
use crate::catalog::Catalog;
use crate::http::error::{Error, ErrorBody, Invalid, Step};
use crate::http::routes::{self, Api};
use crate::http::{Shared, query, reply};

/// Whether the server is well.
#[utoipa::path(
    get, path = "/v1/health", operation_id = "health", tag = "admin",
    responses((status = 200, body = Health))
)]
pub(crate) async fn health() -> Result<Response, Error> {
    reply::json(&Health::OK)
}

/// The server's own version; clients of any version are served.
#[utoipa::path(
    get, path = "/v1/version", operation_id = "version", tag = "admin",
    responses((status = 200, body = Version))
)]
pub(crate) async fn version() -> Result<Response, Error> {
    reply::json(&Version {
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// All routes of Llama Stack's API that are served.
#[utoipa::path(
    get, path = "/v1/inspect/routes", operation_id = "list_routes", tag = "admin",
    params(("api_filter" = Option<String>, Query, description = "`v1`, `v1alpha`, `v1beta` or `deprecated`")),
    responses((status = 200, body = List<Route<'_>>), (status = 400, description = "No such filter", body = ErrorBody))
)]
pub(crate) async fn routes(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, Error> {
    let filter = query::value(&uri, "api_filter");
    let prefix = prefix(filter.as_deref())?;
    let catalog = shared.state.router.registry().current();
    let types = provider_types(&catalog, &caller);
    let data = routes::all()
        .iter()
        .filter(|route| route.api != Api::Host)
        .flat_map(|route| route.paths.iter().map(move |path| (route, path)))
        .filter(|(_, path)| path.starts_with(prefix))
        .map(|(route, path)| Route {
            route: template(path),
            method: route.method.as_str(),
            provider_types: if route.api == Api::Tools { &types } else { &[] },
        })
        .collect();
    reply::json(&List { data })
}

/// What the paths that a filter lets through start with.
fn prefix(filter: Option<&str>) -> Result<&'static str, Error> {
    match filter {
        None => Ok("/"),
        Some("v1") => Ok("/v1/"),
        Some("v1alpha") => Ok("/v1alpha/"),
        Some("v1beta") => Ok("/v1beta/"),
        // Upstream deprecated the tool routes; here they are what the server is for.
        Some("deprecated") => Ok("no path starts so"),
        Some(_) => Err(Error::invalid(vec![Invalid {
            loc: vec![Step::Name("query"), Step::Name("api_filter")],
            msg: "Input should be 'v1', 'v1alpha', 'v1beta' or 'deprecated'".into(),
            kind: "literal_error",
            reason: None,
        }])),
    }
}

/// Each kind of provider once, in the order of the config.
fn provider_types<'a>(catalog: &'a Catalog, caller: &Caller) -> Vec<&'a str> {
    let mut types = Vec::new();
    for provider in catalog.providers_among(caller.groups().map(AsRef::as_ref)) {
        if !types.contains(&provider.kind.as_str()) {
            types.push(provider.kind.as_str());
        }
    }
    types
}

/// A path in the notation of upstream's framework.
fn template(path: &str) -> String {
    match path.split_once("{*") {
        Some((parent, name)) => format!("{parent}{{{}:path}}", name.trim_end_matches('}')),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_in_upstreams_notation() {
        assert_eq!(template("/v1/tools"), "/v1/tools");
        assert_eq!(
            template("/v1/toolgroups/{*toolgroup_id}"),
            "/v1/toolgroups/{toolgroup_id:path}"
        );
    }

    #[test]
    fn a_filter_is_one_of_upstreams_words() {
        for filter in [
            None,
            Some("v1"),
            Some("v1alpha"),
            Some("v1beta"),
            Some("deprecated"),
        ] {
            assert!(prefix(filter).is_ok(), "{filter:?}");
        }
        assert!(prefix(Some("v2")).is_err());
    }
}
