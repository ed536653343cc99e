//! `/v1/toolgroups`: what is registered, registering and unregistering.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::wire::{List, RegisterRequest, ToolGroup};
use crate::access::Caller;
use crate::catalog::{Catalog, Group, RegisterError, Registration};
use crate::http::body::Fields;
use crate::http::error::{Error, ErrorBody, shorten};
use crate::http::routes::Last;
use crate::http::{Shared, reply};
use crate::tool::{GroupName, ProviderName};

/// All groups, in the order of their registration.
#[utoipa::path(
    get, path = "/v1/toolgroups", operation_id = "list_toolgroups", tag = "tools",
    responses((status = 200, body = List<ToolGroup<'_>>))
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    let groups = visible(&catalog, &caller);
    reply::json(&List {
        data: groups.into_iter().map(ToolGroup::from).collect(),
    })
}

/// One group.
#[utoipa::path(
    get, path = "/v1/toolgroups/{toolgroup_id}", operation_id = "get_toolgroup", tag = "tools",
    params(("toolgroup_id" = String, Path, description = "May contain slashes")),
    responses((status = 200, body = ToolGroup<'_>), (status = 404, description = "No such group", body = ErrorBody))
)]
pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    let groups = visible(&catalog, &caller);
    let mut named = groups.into_iter().filter(|group| group.name.as_str() == id);
    reply::json(&ToolGroup::from(named.next().ok_or_else(|| unknown(&id))?))
}

/// Registers a group of a configured provider's tools.
#[utoipa::path(
    post, path = "/v1/toolgroups", operation_id = "register_toolgroup", tag = "tools",
    request_body = RegisterRequest,
    responses(
        (status = 200, description = "Registered, or was so in the same way already", body = ToolGroup<'_>),
        (status = 403, description = "The key is no admin's", body = ErrorBody),
        (status = 400, description = "Invalid, an unknown provider, or registered in another way", body = ErrorBody),
        (status = 408, description = "The body did not arrive in time", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
    )
)]
pub(crate) async fn register(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    needs_admin(&caller)?;
    let (router, server) = (&shared.state.router, &shared.state.server);
    let fields = Fields::read(request, server.body_bytes_max, server.body_timeout).await?;
    let registration = registration(fields, &router.registry().current())?;
    let group = router
        .register(registration)
        .map_err(|error| Error::bad_request(error.to_string()))?;
    reply::json(&ToolGroup::from(&*group))
}

/// Unregisters a group; calls in flight finish.
#[utoipa::path(
    delete, path = "/v1/toolgroups/{toolgroup_id}", operation_id = "unregister_toolgroup", tag = "tools",
    params(("toolgroup_id" = String, Path, description = "May contain slashes")),
    responses((status = 204), (status = 403, description = "The key is no admin's", body = ErrorBody), (status = 404, description = "No such group", body = ErrorBody))
)]
pub(crate) async fn unregister(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    needs_admin(&caller)?;
    shared
        .state
        .router
        .registry()
        .unregister(&id)
        .map_err(|_| unknown(&id))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The groups that exist for the caller, in the order of their registration.
pub(crate) fn visible<'a>(catalog: &'a Catalog, caller: &Caller) -> Vec<&'a Group> {
    let groups = catalog.groups().iter().map(AsRef::as_ref);
    groups
        .filter(|group: &&Group| caller.may_use(&group.name))
        .collect()
}

/// Refuses before anything is looked up, so that the answer says nothing about what exists.
fn needs_admin(caller: &Caller) -> Result<(), Error> {
    if caller.is_admin() {
        return Ok(());
    }
    Err(Error::forbidden(
        "this API key may not register or unregister tool groups; that needs one with `admin: true`",
    ))
}

/// The error of a group that is not registered.
pub(crate) fn unknown(id: &str) -> Error {
    let id = shorten(id);
    Error::not_found(format!(
        "Tool Group '{id}' not found. Use 'client.toolgroups.list()' to list available Tool Groups."
    ))
}

/// Reads a body. Kinder than upstream: the CLI sends null for a provider and text for `args`.
fn registration(mut fields: Fields, catalog: &Catalog) -> Result<Registration, Error> {
    let id = fields
        .required("toolgroup_id")
        .and_then(|value| fields.text("toolgroup_id", value));
    let name = id.and_then(|id| match GroupName::parse(&id) {
        Ok(name) => Some(name),
        Err(error) => fields.wrong(
            "toolgroup_id",
            "value_error",
            format!("Value error, {error}"),
        ),
    });
    let provider = fields
        .optional("provider_id")
        .and_then(|value| fields.text("provider_id", value));
    let args = fields
        .optional("args")
        .and_then(|value| fields.object("args", parsed(value)));
    let mcp_endpoint = fields
        .optional("mcp_endpoint")
        .and_then(|value| endpoint(&mut fields, value));
    fields.checked()?;
    if mcp_endpoint.is_some() {
        return Err(Error::bad_request(
            "`mcp_endpoint` must be null: this host runs tools that are WebAssembly components, \
             it does not forward to remote MCP servers",
        ));
    }
    let provider = match provider.map(|id| ProviderName::parse(&id).map_err(|_| id)) {
        None => None,
        Some(Ok(provider)) => Some(provider),
        // What is no name cannot be the name of a provider.
        Some(Err(id)) => {
            return Err(Error::bad_request(
                unknown_provider(&id, catalog).to_string(),
            ));
        }
    };
    match name {
        Some(name) => Ok(Registration {
            name,
            provider,
            args,
        }),
        None => Err(Error::unexpected()),
    }
}

fn parsed(value: Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    }
}

fn endpoint(fields: &mut Fields, value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(endpoint) => Some(endpoint),
        _ => fields.wrong(
            "mcp_endpoint",
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
        ),
    }
}

fn unknown_provider(id: &str, catalog: &Catalog) -> RegisterError {
    RegisterError::UnknownProvider {
        name: shorten(id).into_owned(),
        known: catalog
            .providers()
            .iter()
            .map(|provider| provider.name.to_string())
            .collect(),
    }
}
