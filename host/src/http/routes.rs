//! Every route, in one list.
//!
//! What is served, what `/v1/inspect/routes` says and (checked by a test) what
//! `/openapi.json` describes all come from here.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::FromRequestParts;
use axum::extract::path::RawPathParams;
use axum::handler::Handler;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::routing::{MethodFilter, MethodRouter, on};

use super::v1::{datasets, inspect, models, providers, telemetry, tool_runtime, toolgroups, tools};
use super::{Shared, health, index, layers, metrics, openapi, ui, viewer};
use crate::telemetry::Endpoint;

/// The route whose answers say whether to repeat a call.
pub(crate) const INVOKE: &str = "/v1/tool-runtime/invoke";

/// What is served without a key, also on a host that has some: probes carry none, and the page
/// asks for one.
pub(crate) fn is_open(path: &str) -> bool {
    PROBES.contains(&path) || ui::PATHS.contains(&path)
}

const PROBES: [&str; 4] = ["/v1/health", "/v1alpha/admin/health", "/healthz", "/readyz"];

/// The parts of the API that are about what is kept of requests.
const KEPT: [&str; 3] = ["telemetry", "datasets", "datasetio"];

/// What can be called with one method, under one or several paths.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) api: Api,
    /// What upstream calls the function, within which part of the API.
    name: (&'static str, &'static str),
    /// axum's notation; the first is the usual one.
    pub(crate) paths: &'static [&'static str],
    methods: MethodRouter<Arc<Shared>>,
}

/// The methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

/// What a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// Tools and their groups; our providers stand behind it.
    Tools,
    /// The server itself, for Llama Stack's clients.
    Admin,
    /// The server itself, for operators. No part of Llama Stack's API.
    Host,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Delete => MethodFilter::DELETE,
        }
    }
}

fn route<H: Handler<T, Arc<Shared>>, T: 'static>(
    method: Method,
    api: Api,
    name: (&'static str, &'static str),
    paths: &'static [&'static str],
    handler: H,
) -> Route {
    Route {
        method,
        api,
        name,
        paths,
        methods: on(method.filter(), handler),
    }
}

/// The list.
#[rustfmt::skip]
fn list() -> Vec<Route> {
    use Api::{Admin, Host, Tools};
    use Method::{Delete, Get, Post};
    vec![
        route(Get, Tools, ("tool_groups", "list_tool_groups"), &["/v1/toolgroups"], toolgroups::list),
        route(Post, Tools, ("tool_groups", "register_tool_group"), &["/v1/toolgroups"], toolgroups::register),
        route(Get, Tools, ("tool_groups", "get_tool_group"), &["/v1/toolgroups/{*toolgroup_id}"], toolgroups::get),
        route(Delete, Tools, ("tool_groups", "unregister_toolgroup"), &["/v1/toolgroups/{*toolgroup_id}"], toolgroups::unregister),
        route(Get, Tools, ("tool_groups", "list_tools"), &["/v1/tools", "/v1/admin/tools"], tools::list),
        route(Get, Tools, ("tool_groups", "get_tool"), &["/v1/tools/{*tool_name}"], tools::get),
        route(Post, Tools, ("tool_runtime", "invoke_tool"), &[INVOKE], tool_runtime::invoke),
        route(Get, Tools, ("tool_runtime", "list_runtime_tools"), &["/v1/tool-runtime/list-tools"], tool_runtime::list),
        route(Post, Tools, ("tool_runtime", "insert"), &["/v1/tool-runtime/rag-tool/insert"], tool_runtime::rag_insert),
        route(Post, Tools, ("tool_runtime", "query"), &["/v1/tool-runtime/rag-tool/query"], tool_runtime::rag_query),

        route(Post, Admin, ("telemetry", "query_traces"), &["/v1/telemetry/traces", "/v1alpha/telemetry/traces"], telemetry::traces),
        route(Get, Admin, ("telemetry", "get_trace"), &["/v1/telemetry/traces/{trace_id}", "/v1alpha/telemetry/traces/{trace_id}"], telemetry::trace),
        route(Get, Admin, ("telemetry", "get_span"), &["/v1/telemetry/traces/{trace_id}/spans/{span_id}", "/v1alpha/telemetry/traces/{trace_id}/spans/{span_id}"], telemetry::span),
        route(Post, Admin, ("telemetry", "get_span_tree"), &["/v1/telemetry/spans/{span_id}/tree", "/v1alpha/telemetry/spans/{span_id}/tree"], telemetry::tree),
        route(Post, Admin, ("telemetry", "query_spans"), &["/v1/telemetry/spans", "/v1alpha/telemetry/spans"], telemetry::spans),
        route(Post, Admin, ("telemetry", "save_spans_to_dataset"), &["/v1/telemetry/spans/export", "/v1alpha/telemetry/spans/export"], telemetry::export),
        route(Post, Admin, ("telemetry", "log_event"), &["/v1/telemetry/events", "/v1alpha/telemetry/events"], telemetry::log_event),
        route(Post, Admin, ("telemetry", "query_metrics"), &["/v1/telemetry/metrics/{metric_name}", "/v1alpha/telemetry/metrics/{metric_name}"], telemetry::metrics),

        route(Get, Admin, ("datasets", "list_datasets"), &["/v1/datasets", "/v1beta/datasets"], datasets::list),
        route(Post, Admin, ("datasets", "register_dataset"), &["/v1/datasets", "/v1beta/datasets"], datasets::register),
        route(Get, Admin, ("datasets", "get_dataset"), &["/v1/datasets/{*dataset_id}", "/v1beta/datasets/{*dataset_id}"], datasets::get),
        route(Delete, Admin, ("datasets", "unregister_dataset"), &["/v1/datasets/{*dataset_id}", "/v1beta/datasets/{*dataset_id}"], datasets::unregister),
        route(Get, Admin, ("datasetio", "iterrows"), &["/v1/datasetio/iterrows/{*dataset_id}", "/v1beta/datasetio/iterrows/{*dataset_id}"], datasets::rows),
        route(Post, Admin, ("datasetio", "append_rows"), &["/v1/datasetio/append-rows/{*dataset_id}", "/v1beta/datasetio/append-rows/{*dataset_id}"], datasets::append),

        route(Get, Admin, ("inspect", "health"), &["/v1/health", "/v1alpha/admin/health"], inspect::health),
        route(Get, Admin, ("inspect", "version"), &["/v1/version", "/v1alpha/admin/version"], inspect::version),
        route(Get, Admin, ("inspect", "list_routes"), &["/v1/inspect/routes", "/v1alpha/admin/inspect/routes"], inspect::routes),
        route(Get, Admin, ("providers", "list_providers"), &["/v1/providers", "/v1/inspect/providers", "/v1alpha/admin/providers"], providers::list),
        route(Get, Admin, ("providers", "inspect_provider"), &["/v1/providers/{*provider_id}", "/v1alpha/admin/providers/{*provider_id}"], providers::get),
        route(Get, Admin, ("models", "list_models"), &["/v1/models", "/v1/openai/v1/models"], models::list),

        route(Get, Host, ("host", "index"), &["/"], index::show),
        route(Get, Host, ("host", "live"), &["/healthz"], health::live),
        route(Get, Host, ("host", "ready"), &["/readyz"], health::ready),
        route(Get, Host, ("host", "metrics"), &["/metrics"], metrics::scrape),
        route(Get, Host, ("host", "openapi"), &["/openapi.json"], openapi::show),
        route(Get, Host, ("host", "list_traces"), &["/v1/toolhost/traces"], viewer::list),
        route(Get, Host, ("host", "show_trace"), &["/v1/toolhost/traces/{trace_id}"], viewer::trace),
        route(Get, Host, ("host", "tool_stats"), &["/v1/toolhost/stats"], viewer::stats),
        route(Get, Host, ("host", "call_series"), &["/v1/toolhost/series"], viewer::series),
        route(Get, Host, ("host", "describe_tools"), &["/v1/toolhost/tools"], viewer::tools),
        route(Get, Host, ("host", "ui"), &ui::PATHS, ui::show),
    ]
}

static LIST: LazyLock<Vec<Route>> = LazyLock::new(list);

/// Every route.
pub(crate) fn all() -> &'static [Route] {
    &LIST
}

/// What answers a request with `verb` that went to `template`, and its names in metrics.
pub(crate) fn endpoint(verb: &str, template: Option<&str>) -> Endpoint {
    // Upstream's parameters may be empty; the path without one is then another template.
    let leads_to = |path: &str, template: &str| {
        path == template
            || path
                .split_once("{*")
                .is_some_and(|(parent, _)| parent == template)
    };
    let found = template.and_then(|template| {
        all().iter().find_map(|route| {
            let mut paths = route.paths.iter();
            let path = paths.find(|path| leads_to(path, template))?;
            (route.method.as_str() == verb).then_some((route, *path))
        })
    });
    let Some((route, path)) = found else {
        return Endpoint {
            api: "unknown",
            method: "unknown",
            verb: "",
            route: "",
            is_traced: false,
        };
    };
    Endpoint {
        api: route.name.0,
        method: route.name.1,
        verb: route.method.as_str(),
        route: path,
        // Who looks at traces does not look for looks at traces.
        is_traced: route.api != Api::Host && !KEPT.contains(&route.name.0) && !is_open(path),
    }
}

/// The path of ours that reads `path` and has no parameter.
pub(crate) fn fixed(path: &str) -> Option<&'static str> {
    paths()
        .into_iter()
        .find(|ours| *ours == path && !ours.contains('{') && *ours != "/")
}

/// Every path once, in the order of the list.
pub(crate) fn paths() -> Vec<&'static str> {
    let mut paths = Vec::new();
    for path in all().iter().flat_map(|route| route.paths) {
        if !paths.contains(path) {
            paths.push(path);
        }
    }
    paths
}

/// The list as a service.
pub(crate) fn mounted() -> Router<Arc<Shared>> {
    let mut router = Router::new();
    for path in paths() {
        let methods = methods(path);
        // Upstream's parameters may be empty, axum's may not.
        if let Some((parent, _)) = path.split_once("{*") {
            router = router.route(parent, methods.clone());
        }
        router = router.route(path, methods);
    }
    router.fallback(layers::not_found)
}

/// All methods of one path; HEAD is none of them, as upstream has it.
fn methods(path: &str) -> MethodRouter<Arc<Shared>> {
    let mut methods = MethodRouter::new();
    let mut names = Vec::new();
    for route in all().iter().filter(|route| route.paths.contains(&path)) {
        methods = methods.merge(route.methods.clone());
        names.push(route.method.as_str());
    }
    // The names are ASCII letters, so the fallback is never taken.
    let allow = HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static(""));
    let refuse = move || async move { layers::method_not_allowed(allow) };
    methods
        .on(MethodFilter::HEAD, refuse.clone())
        .fallback(refuse)
}

/// The parameter at the end of a path, decoded; empty if there is none.
pub(crate) struct Last(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Last {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Last, Infallible> {
        // A path that is no UTF-8 names nothing that exists, so it may as well be empty.
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let last = params
            .as_ref()
            .and_then(|params| params.iter().next().map(|(_, value)| value.to_owned()));
        Ok(Last(last.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_has_a_method_twice_and_the_list_can_be_mounted() {
        let mut seen = Vec::new();
        for route in all() {
            for path in route.paths {
                let pair = (route.method.as_str(), path);
                assert!(!seen.contains(&pair), "{pair:?}");
                seen.push(pair);
            }
        }
        let _ = mounted();
    }

    #[test]
    fn what_is_open_is_served() {
        for path in PROBES.into_iter().chain(ui::PATHS) {
            assert_eq!(fixed(path), Some(path));
        }
    }

    #[test]
    fn fixed_paths_have_no_parameter() {
        assert_eq!(fixed("/v1/tools"), Some("/v1/tools"));
        assert_eq!(fixed("/v1/tools/{*tool_name}"), None);
        assert_eq!(fixed("/v1/nope"), None);
    }
}
