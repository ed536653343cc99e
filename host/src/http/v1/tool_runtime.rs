//! `/v1/tool-runtime`: calling tools.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::result::{self, InvokeResult};
use super::tools;
use super::wire::{InvokeRequest, List, Tool};
use crate::access::{Caller, Ticket};
use crate::http::body::Fields;
use crate::http::error::{self, Error, ErrorBody};
use crate::http::{Shared, query, reply};
use crate::invocation::{Answer, Invocation, Rejection, TraceParent};

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Calls a tool. Whatever the tool does, and whatever is wrong with its arguments, is a 200
/// with `error_code` and `error_message`; other statuses mean that no tool was called.
#[utoipa::path(
    post, path = "/v1/tool-runtime/invoke", operation_id = "invoke_tool", tag = "tools",
    request_body = InvokeRequest,
    responses(
        (status = 200, body = InvokeResult<'_>, headers(
            ("x-trace-id" = String, description = "The call's trace, also under `metadata.trace_id`"),
            ("x-should-retry" = String, description = "Always `false`"),
        )),
        (status = 400, description = "Invalid, an unknown tool, or one that several groups have", body = ErrorBody),
        (status = 408, description = "The body did not arrive in time", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 429, description = "No place became free in time, or the key's budget is used up", body = ErrorBody,
         headers(("Retry-After" = u64, description = "Seconds"))),
        (status = 503, description = "The host is shutting down", body = ErrorBody,
         headers(("Retry-After" = u64, description = "Seconds"))),
    )
)]
pub(crate) async fn invoke(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let parent = request.extensions().get::<TraceParent>().copied();
    log_repetition(request.headers());
    let mut ticket = admit(&caller)?;
    let server = &shared.state.server;
    let fields = Fields::read(request, server.body_bytes_max, server.body_timeout).await?;
    let bytes_in = fields.bytes();
    let invocation = Invocation {
        parent,
        input_bytes: bytes_in,
        groups: caller.groups().cloned(),
        ..invocation(fields)?
    };
    ticket.risk(fuel_at_risk(&shared, &invocation));
    let answer = shared.state.router.invoke(invocation).await;
    let rendered = result::render(&answer);
    let bytes_out = rendered.as_ref().map_or(0, Vec::len) as u64;
    pay(ticket, &answer, bytes_in.saturating_add(bytes_out));
    let mut response = match rendered {
        Ok(body) => reply::with(StatusCode::OK, "application/json", body),
        Err(error) => error.into_response(),
    };
    if let Ok(trace_id) = HeaderValue::from_str(&answer.trace_id) {
        response.headers_mut().insert(TRACE_ID, trace_id);
    }
    Ok(response)
}

/// All tools, or those of one group; one object a line if `Accept` asks for JSON Lines.
#[utoipa::path(
    get, path = "/v1/tool-runtime/list-tools", operation_id = "list_runtime_tools", tag = "tools",
    params(
        ("tool_group_id" = Option<String>, Query, description = "Only this group's"),
        ("mcp_endpoint[uri]" = Option<String>, Query, description = "Ignored, as upstream does"),
        ("authorization" = Option<String>, Query, description = "Ignored"),
    ),
    responses(
        (status = 200, content((List<Tool<'_>> = "application/json"), (Tool<'_> = "application/jsonl"))),
        (status = 404, description = "No such group", body = ErrorBody),
    )
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    let group = query::value(&uri, "tool_group_id");
    let tools = tools::select(&catalog, &caller, group.as_deref())?;
    if wants_lines(&headers) {
        lines(&tools)
    } else {
        reply::json(&List { data: tools })
    }
}

/// Says that no provider can store documents.
#[utoipa::path(
    post, path = "/v1/tool-runtime/rag-tool/insert", operation_id = "rag_insert", tag = "tools",
    responses((status = 400, description = "Always: no provider can", body = ErrorBody))
)]
pub(crate) async fn rag_insert(State(shared): State<Arc<Shared>>, caller: Caller) -> Error {
    not_served(&shared, &caller, "insert_into_memory")
}

/// Says that no provider can search documents.
#[utoipa::path(
    post, path = "/v1/tool-runtime/rag-tool/query", operation_id = "rag_query", tag = "tools",
    responses((status = 400, description = "Always: no provider can", body = ErrorBody))
)]
pub(crate) async fn rag_query(State(shared): State<Arc<Shared>>, caller: Caller) -> Error {
    not_served(&shared, &caller, "knowledge_search")
}

/// Takes a call out of the caller's budget.
fn admit(caller: &Caller) -> Result<Ticket, Error> {
    caller.admit(Instant::now()).map_err(|exhausted| {
        if exhausted.is_first {
            let (key, retry_after) = (caller.name(), exhausted.retry_after);
            tracing::warn!(key, ?retry_after, "the budget of a key is used up");
        }
        Error::over_budget(&exhausted)
    })
}

/// The most that a call may burn; nothing if there is no such tool.
fn fuel_at_risk(shared: &Shared, invocation: &Invocation) -> u64 {
    let catalog = shared.state.router.registry().current();
    let entry = catalog.entry_among(&invocation.tool, invocation.groups.as_deref());
    entry.map_or(0, |entry| entry.limits.fuel)
}

/// Settles what a call cost. One that the host had no place for costs nothing.
fn pay(ticket: Ticket, answer: &Answer, bytes: u64) {
    match &answer.decided {
        Ok(outcome) => ticket.settle(outcome.usage.fuel, bytes),
        Err(Rejection::Busy { .. } | Rejection::Draining) => ticket.refund(),
        Err(
            Rejection::UnknownTool { .. }
            | Rejection::AmbiguousTool { .. }
            | Rejection::InvalidArguments { .. }
            | Rejection::Cancelled,
        ) => ticket.settle(0, bytes),
    }
}

fn invocation(mut fields: Fields) -> Result<Invocation, Error> {
    let tool = fields
        .required("tool_name")
        .and_then(|value| fields.text("tool_name", value));
    let args = fields
        .required("kwargs")
        .and_then(|value| fields.object("kwargs", value));
    fields.checked()?;
    match (tool, args) {
        (Some(tool), Some(args)) => Ok(Invocation::new(tool, args)),
        _ => Err(Error::unexpected()),
    }
}

/// An SDK that repeats a call has not read our `x-should-retry`, or lost the answer.
fn log_repetition(headers: &HeaderMap) {
    if let Some(count) = headers
        .get("x-stainless-retry-count")
        .filter(|count| *count != "0")
    {
        tracing::debug!(?count, "a client repeats a call");
    }
}

fn wants_lines(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.contains("application/jsonl"))
    })
}

fn lines(tools: &[Tool<'_>]) -> Result<Response, Error> {
    let mut body = Vec::new();
    for tool in tools {
        serde_json::to_writer(&mut body, tool).map_err(|error| {
            tracing::error!(%error, "cannot serialise a tool");
            Error::unexpected()
        })?;
        body.push(b'\n');
    }
    Ok(reply::with(StatusCode::OK, "application/jsonl", body))
}

fn not_served(shared: &Shared, caller: &Caller, name: &str) -> Error {
    let catalog = shared.state.router.registry().current();
    let providers: Vec<&str> = catalog
        .providers_among(caller.groups().map(AsRef::as_ref))
        .map(|provider| provider.name.as_str())
        .collect();
    Error::bad_request(error::not_served(name, &providers))
}
