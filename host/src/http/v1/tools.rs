//! `/v1/tools`: what can be called.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::toolgroups;
use super::wire::{List, Tool};
use crate::access::Caller;
use crate::catalog::Catalog;
use crate::http::error::{self, Error, ErrorBody};
use crate::http::routes::Last;
use crate::http::{Shared, query, reply};

/// All tools, or those of one group.
#[utoipa::path(
    get, path = "/v1/tools", operation_id = "list_tools", tag = "tools",
    params(("toolgroup_id" = Option<String>, Query, description = "Only this group's")),
    responses((status = 200, body = List<Tool<'_>>), (status = 404, description = "No such group", body = ErrorBody))
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    let group = query::value(&uri, "toolgroup_id");
    reply::json(&List {
        data: select(&catalog, &caller, group.as_deref())?,
    })
}

/// One tool, by `tool`, `group/tool` or `group::tool`.
#[utoipa::path(
    get, path = "/v1/tools/{tool_name}", operation_id = "get_tool", tag = "tools",
    params(("tool_name" = String, Path, description = "May contain slashes")),
    responses(
        (status = 200, body = Tool<'_>),
        (status = 400, description = "Several groups have a tool of that name", body = ErrorBody),
        (status = 404, description = "No such tool", body = ErrorBody),
    )
)]
pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(name): Last,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    let entry = catalog
        .entry_among(&name, caller.groups().map(AsRef::as_ref))
        .map_err(|rejection| error::not_found(&name, &rejection))?;
    reply::json(&Tool::from(&entry.tool))
}

/// The tools of one group, or of all, as far as they exist for the caller.
pub(crate) fn select<'a>(
    catalog: &'a Catalog,
    caller: &Caller,
    group: Option<&str>,
) -> Result<Vec<Tool<'a>>, Error> {
    let mut groups = toolgroups::visible(catalog, caller);
    if let Some(id) = group {
        groups.retain(|group| group.name.as_str() == id);
        if groups.is_empty() {
            return Err(toolgroups::unknown(id));
        }
    }
    Ok(groups
        .into_iter()
        .flat_map(|group| &group.entries)
        .map(|entry| Tool::from(&entry.tool))
        .collect())
}
