//! `/v1/toolhost`: what `/ui` and `toolhost traces` show, in one shape for both.

pub mod ask;
mod grants;
pub mod wire;

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::error::{Error, ErrorBody};
use super::routes::Last;
use super::v1::telemetry;
use super::v1::toolgroups;
use super::{Shared, query, reply};
use crate::access::Caller;
use crate::catalog::Entry;
use crate::traces::{self, Time, TraceId};

/// Calls and other requests, the newest first.
#[utoipa::path(
    get, path = "/v1/toolhost/traces", operation_id = "list_traces", tag = "host",
    params(
        ("tool" = Option<String>, Query, description = "Only calls of this tool"),
        ("status" = Option<String>, Query, description = "`ok` or `error`"),
        ("since" = Option<String>, Query, description = "How far back, such as `1h`, or a time of RFC 3339"),
        ("slower_than" = Option<String>, Query, description = "Such as `100ms`"),
        ("text" = Option<String>, Query, description = "In a name, attribute or event"),
        ("limit" = Option<u32>, Query, description = "100, at most 10,000"),
        ("before" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, Error> {
    let store = telemetry::store(&shared, &caller)?;
    let filter = ask::list(query::pairs(&uri), Time::now()).map_err(wrong)?;
    let limit = filter.limit.unwrap_or(traces::LIMIT);
    let found = telemetry::ask(&store, move |reader| reader.list(&filter)).await?;
    reply::json(&wire::Page::of(found, limit))
}

/// All spans of one trace, with their events.
#[utoipa::path(
    get, path = "/v1/toolhost/traces/{trace_id}", operation_id = "show_trace", tag = "host",
    params(("trace_id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, body = Object), (status = 404, description = "No such trace", body = ErrorBody))
)]
pub(super) async fn trace(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    let store = telemetry::store(&shared, &caller)?;
    let missing = || Error::not_found(format!("Trace {id} not found"));
    let trace_id = TraceId::from_str(&id).map_err(|_| missing())?;
    let spans = telemetry::ask(&store, move |reader| reader.walk(trace_id)).await?;
    reply::json(&wire::Trace::of(trace_id, spans).ok_or_else(missing)?)
}

/// How each tool did.
#[utoipa::path(
    get, path = "/v1/toolhost/stats", operation_id = "tool_stats", tag = "host",
    params(("since" = Option<String>, Query, description = "How far back, 1h if left out, or a time of RFC 3339")),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(super) async fn stats(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, Error> {
    let store = telemetry::store(&shared, &caller)?;
    let since = ask::stats(query::pairs(&uri), Time::now()).map_err(wrong)?;
    let found = telemetry::ask(&store, move |reader| reader.stats(since)).await?;
    reply::json(&wire::Stats::of(since, found))
}

/// How calls went over time.
#[utoipa::path(
    get, path = "/v1/toolhost/series", operation_id = "call_series", tag = "host",
    params(
        ("since" = Option<String>, Query, description = "How far back, 15m if left out, or a time of RFC 3339"),
        ("steps" = Option<u32>, Query, description = "60, at most 500"),
        ("tool" = Option<String>, Query, description = "Only calls of this tool"),
    ),
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(super) async fn series(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, Error> {
    let store = telemetry::store(&shared, &caller)?;
    let query = ask::series(query::pairs(&uri), Time::now()).map_err(wrong)?;
    let of_reader = query.clone();
    let steps = telemetry::ask(&store, move |reader| reader.series(&of_reader)).await?;
    reply::json(&wire::Series::of(&query, steps))
}

/// Every tool that the caller may use, with its limits and grants.
#[utoipa::path(
    get, path = "/v1/toolhost/tools", operation_id = "describe_tools", tag = "host",
    responses((status = 200, body = Object))
)]
pub(super) async fn tools(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Response, Error> {
    let catalog = shared.state.router.registry().current();
    let groups = toolgroups::visible(&catalog, &caller);
    let entries = groups.into_iter().flat_map(|group| &group.entries);
    reply::json(&wire::Tools {
        data: entries.map(|entry| describe(entry)).collect(),
    })
}

/// A tool, what it may use up and what it may touch.
pub fn describe(entry: &Entry) -> wire::Tool {
    let tool = &entry.tool;
    wire::Tool {
        name: tool.name.to_string(),
        toolgroup_id: tool.group.to_string(),
        provider_id: tool.provider.to_string(),
        description: tool.description.clone(),
        input_schema: tool.input.schema().clone(),
        output_schema: tool.output_schema.clone(),
        metadata: tool.hints.to_json(),
        limits: (&entry.limits).into(),
        grants: grants::lines(entry.world.grants()),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn wrong(wrong: ask::Wrong) -> Error {
    Error::bad_request(wrong.to_string())
}
