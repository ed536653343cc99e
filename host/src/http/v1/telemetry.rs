//! `/v1/telemetry`: what was called, and what became of it.

mod ask;
mod event;

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use self::ask::{Asked, filters, metrics_query, traces_query, tree_query};
use super::wire::List;
use crate::access::Caller;
use crate::http::body::Fields;
use crate::http::error::{Error, ErrorBody};
use crate::http::routes::Last;
use crate::http::{Shared, reply};
use crate::telemetry::Store;
use crate::traces::{
    self, Dataset, Datasets, LIMIT_MAX, Reader, SpanId, StoredSpan, Trace, TraceId,
};

/// Names the attributes that an answer has.
const RETURN: &str = "attributes_to_return";

/// Traces of which one span meets all filters.
#[utoipa::path(
    post, path = "/v1/telemetry/traces", operation_id = "query_traces", tag = "telemetry",
    request_body(content = Value, description = "`attribute_filters`, `limit` (100, at most 10,000), `offset`, `order_by`"),
    responses((status = 200, body = Value), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn traces(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let query = traces_query(&mut fields);
    fields.checked()?;
    let found = ask(&store, move |reader| reader.traces(&query)).await?;
    let data: Vec<_> = found.iter().map(trace_to_json).collect();
    reply::json(&List { data })
}

/// One trace.
#[utoipa::path(
    get, path = "/v1/telemetry/traces/{trace_id}", operation_id = "get_trace", tag = "telemetry",
    params(("trace_id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, body = Value), (status = 404, description = "No such trace", body = ErrorBody))
)]
pub(crate) async fn trace(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    let store = store(&shared, &caller)?;
    let missing = || Error::not_found(format!("Trace {id} not found"));
    let trace_id = TraceId::from_str(&id).map_err(|_| missing())?;
    let found = ask(&store, move |reader| reader.trace(trace_id)).await?;
    reply::json(&trace_to_json(&found.ok_or_else(missing)?))
}

/// One span.
#[utoipa::path(
    get, path = "/v1/telemetry/traces/{trace_id}/spans/{span_id}", operation_id = "get_span", tag = "telemetry",
    params(("trace_id" = String, Path), ("span_id" = String, Path, description = "16 hexadecimal digits")),
    responses((status = 200, body = Value), (status = 404, description = "No such span", body = ErrorBody))
)]
pub(crate) async fn span(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((trace, span)): Path<(String, String)>,
) -> Result<Response, Error> {
    let store = store(&shared, &caller)?;
    let missing = || Error::not_found(format!("Span {span} not found"));
    let ids = TraceId::from_str(&trace).and_then(|trace| Ok((trace, SpanId::from_str(&span)?)));
    let (trace, id) = ids.map_err(|_| missing())?;
    let found = ask(&store, move |reader| reader.span(trace, id)).await?;
    let mut object = span_to_json(found.ok_or_else(missing)?);
    object.remove("status");
    reply::json(&object)
}

/// A span and all below it, by id.
#[utoipa::path(
    post, path = "/v1/telemetry/spans/{span_id}/tree", operation_id = "get_span_tree", tag = "telemetry",
    params(("span_id" = String, Path, description = "16 hexadecimal digits")),
    request_body(content = Value, description = "`attributes_to_return`, `max_depth`; may be left out"),
    responses((status = 200, body = Value), (status = 400, body = ErrorBody), (status = 404, description = "No such span", body = ErrorBody))
)]
pub(crate) async fn tree(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let query = tree_query(&mut fields, RETURN, Asked::Optional);
    fields.checked()?;
    let missing = || Error::not_found(format!("Span {id} not found"));
    let root = SpanId::from_str(&id).map_err(|_| missing())?;
    let found = ask(&store, move |reader| reader.tree(root, &query)).await?;
    let mut data = Map::new();
    for span in found.ok_or_else(missing)? {
        data.insert(span.span_id.to_string(), span_to_json(span).into());
    }
    reply::json(&json!({ "data": data }))
}

/// Spans with certain attributes, of the traces of which one span meets all filters.
#[utoipa::path(
    post, path = "/v1/telemetry/spans", operation_id = "query_spans", tag = "telemetry",
    request_body(content = Value, description = "`attribute_filters` and `attributes_to_return`, both required; `max_depth`"),
    responses((status = 200, body = Value), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn spans(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let filters = filters(&mut fields, Asked::Required);
    let query = tree_query(&mut fields, RETURN, Asked::Required);
    fields.checked()?;
    let found = ask(&store, move |reader| reader.spans(&filters, &query, None)).await?;
    let without_status = |span| {
        let mut object = span_to_json(span);
        object.remove("status");
        object
    };
    let data: Vec<_> = found.into_iter().map(without_status).collect();
    reply::json(&List { data })
}

/// Adds spans to a dataset, which is made if it is not there.
#[utoipa::path(
    post, path = "/v1/telemetry/spans/export", operation_id = "save_spans_to_dataset", tag = "telemetry",
    request_body(content = Value, description = "`attribute_filters`, `attributes_to_save` and `dataset_id`, all required; `max_depth`"),
    responses((status = 200, body = Value, description = "Null"), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn export(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let filters = filters(&mut fields, Asked::Required);
    let query = tree_query(&mut fields, "attributes_to_save", Asked::Required);
    let id = fields.required("dataset_id");
    let id = id.and_then(|id| fields.text("dataset_id", id));
    fields.checked()?;
    let id = id.ok_or_else(Error::unexpected)?;
    let export = move |reader: &Reader, datasets: &Datasets| {
        let found = reader.spans(&filters, &query, Some(LIMIT_MAX))?;
        let rows: Vec<_> = found.into_iter().map(span_to_row).collect();
        if datasets.get(&id)?.is_none() {
            datasets.create(&Dataset::of_rows(id.clone(), "eval/messages-answer"))?;
        }
        datasets.append(&id, &rows)
    };
    answered(store.ask(export).await)?;
    reply::json(&Value::Null)
}

/// Takes a client's own span in, as it begins, goes on and ends.
#[utoipa::path(
    post, path = "/v1/telemetry/events", operation_id = "log_event", tag = "telemetry",
    request_body(content = Value, description = "`event` of type `structured_log`, `unstructured_log` or `metric`"),
    responses((status = 200, body = Value, description = "Null"), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn log_event(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let event = event::read(&mut fields);
    fields.checked()?;
    if let Some(event) = event {
        store.take(event);
    }
    reply::json(&Value::Null)
}

/// Points of a metric that clients have logged.
#[utoipa::path(
    post, path = "/v1/telemetry/metrics/{metric_name}", operation_id = "query_metrics", tag = "telemetry",
    params(("metric_name" = String, Path)),
    request_body(content = Value, description = "`start_time`, required, and `end_time`, in seconds since 1970; `query_type`, required: `range` or `instant`; `granularity`; `label_matchers`"),
    responses((status = 200, body = Value), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn metrics(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(name): Last,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let query = metrics_query(&mut fields, name.clone());
    fields.checked()?;
    let Some(query) = query else {
        return Err(Error::unexpected());
    };
    let found = ask(&store, move |reader| reader.metrics(&query)).await?;
    let to_json = |series: traces::Series| {
        let labels = series.labels.into_iter();
        let values = series.values.into_iter();
        json!({
            "metric": name,
            "labels": labels.map(|label| json!({"name": label.name, "value": label.value})).collect::<Vec<_>>(),
            "values": values.map(|point| json!({"timestamp": point.timestamp_s, "value": point.value, "unit": point.unit})).collect::<Vec<_>>(),
        })
    };
    let data: Vec<_> = found.into_iter().map(to_json).collect();
    reply::json(&List { data })
}

/// The spans that are kept, for a caller that may see all.
pub(crate) fn store(shared: &Shared, caller: &Caller) -> Result<Arc<Store>, Error> {
    if caller.groups().is_some() {
        return Err(Error::forbidden(
            "this API key is limited to some tool groups, and the traces are about all",
        ));
    }
    shared.state.traces.clone().ok_or_else(|| {
        Error::not_found(
            "this host keeps no spans: `toolhost.traces.file` is null, there is no folder for \
             it, or `TELEMETRY_SINKS` leaves out `sqlite`",
        )
    })
}

/// The same and the request's body.
pub(super) async fn read(
    shared: &Shared,
    caller: &Caller,
    request: Request,
) -> Result<(Arc<Store>, Fields), Error> {
    let store = store(shared, caller)?;
    let server = &shared.state.server;
    let fields = Fields::read(request, server.body_bytes_max, server.body_timeout).await?;
    Ok((store, fields))
}

/// Asks about spans.
pub(crate) async fn ask<T: Send + 'static>(
    store: &Arc<Store>,
    question: impl FnOnce(&Reader) -> Result<T, traces::Error> + Send + 'static,
) -> Result<T, Error> {
    answered(store.ask(move |reader, _| question(reader)).await)
}

/// What the store answered, or what to say instead.
pub(super) fn answered<T>(answer: Option<Result<T, traces::Error>>) -> Result<T, Error> {
    let error = match answer {
        Some(Ok(answer)) => return Ok(answer),
        Some(Err(error)) => error,
        None => return Err(Error::unexpected()),
    };
    match error {
        traces::Error::Invalid { .. }
        | traces::Error::DatasetExists(_)
        | traces::Error::Full { .. } => Err(Error::bad_request(error.to_string())),
        traces::Error::NoDataset(id) => Err(Error::not_found(format!("Dataset '{id}' not found"))),
        traces::Error::Open { .. }
        | traces::Error::TooNew(_)
        | traces::Error::Foreign(_)
        | traces::Error::Database(_) => {
            tracing::error!(%error, "the store of spans cannot answer");
            Err(Error::unexpected())
        }
    }
}

fn trace_to_json(trace: &Trace) -> Value {
    json!({
        "trace_id": trace.trace_id.to_string(),
        "root_span_id": trace.root_span_id.to_string(),
        "start_time": trace.start.to_string(),
        "end_time": trace.end.to_string(),
    })
}

/// A span as a row: what is the same of all, and each attribute under its own name.
fn span_to_row(span: StoredSpan) -> Map<String, Value> {
    let mut row = span_to_json(span);
    row.remove("status");
    if let Some(Value::Object(attributes)) = row.remove("attributes") {
        for (key, value) in attributes {
            row.entry(key).or_insert(value);
        }
    }
    row
}

fn span_to_json(span: StoredSpan) -> Map<String, Value> {
    let status = match span.status {
        traces::Status::Error => "error",
        // Upstream knows these two.
        traces::Status::Ok | traces::Status::Unset => "ok",
    };
    let mut object = Map::new();
    let parent = span.parent_span_id.map(|id| id.to_string());
    for (key, value) in [
        ("span_id", Value::from(span.span_id.to_string())),
        ("trace_id", span.trace_id.to_string().into()),
        ("parent_span_id", parent.into()),
        ("name", span.name.into()),
        ("start_time", span.start.to_string().into()),
        ("end_time", span.end.to_string().into()),
        ("attributes", span.attributes.into()),
        ("status", status.into()),
    ] {
        object.insert(key.to_owned(), value);
    }
    object
}
