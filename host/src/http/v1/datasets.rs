//! `/v1/datasets` and `/v1/datasetio`: lists of JSON objects, such as spans that were exported.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::telemetry::{answered, read, store};
use super::wire::List;
use crate::access::Caller;
use crate::http::body::Fields;
use crate::http::error::{Error, ErrorBody};
use crate::http::routes::Last;
use crate::http::{Shared, query, reply};
use crate::telemetry::Store;
use crate::traces::{self, Dataset, Datasets};

/// What upstream says a dataset may be for.
const PURPOSES: [&str; 3] = [
    "post-training/messages",
    "eval/question-answer",
    "eval/messages-answer",
];
/// What the answer of a wrong value says is its kind.
const KIND: &str = "value_error";

/// All datasets.
#[utoipa::path(
    get, path = "/v1/datasets", operation_id = "list_datasets", tag = "datasets",
    responses((status = 200, body = Value), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Response, Error> {
    let store = store(&shared, &caller)?;
    let found = ask(&store, Datasets::list).await?;
    let data: Vec<_> = found.iter().map(to_json).collect();
    reply::json(&List { data })
}

/// One dataset, without its rows.
#[utoipa::path(
    get, path = "/v1/datasets/{dataset_id}", operation_id = "get_dataset", tag = "datasets",
    params(("dataset_id" = String, Path, description = "May contain slashes")),
    responses((status = 200, body = Value), (status = 404, description = "No such dataset", body = ErrorBody))
)]
pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    let store = store(&shared, &caller)?;
    let get = |datasets: &Datasets| datasets.get(&id)?.ok_or(traces::Error::NoDataset(id));
    reply::json(&to_json(&ask(&store, get).await?))
}

/// Makes a dataset of rows that come with it.
#[utoipa::path(
    post, path = "/v1/datasets", operation_id = "register_dataset", tag = "datasets",
    request_body(content = Value, description = "`purpose`, required; `source`, required, of type `rows`; `dataset_id`, `metadata`"),
    responses((status = 200, body = Value), (status = 400, body = ErrorBody), (status = 404, description = "No spans are kept", body = ErrorBody))
)]
pub(crate) async fn register(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let dataset = described(&mut fields);
    fields.checked()?;
    let Some((dataset, rows)) = dataset else {
        return Err(Error::unexpected());
    };
    let answer = to_json(&dataset);
    let make = move |datasets: &Datasets| {
        let is_there = datasets.get(&dataset.name)?.is_some();
        datasets.create(&dataset)?;
        if is_there || rows.is_empty() {
            return Ok(());
        }
        datasets.append(&dataset.name, &rows)
    };
    ask(&store, make).await?;
    reply::json(&answer)
}

/// Removes a dataset and its rows.
#[utoipa::path(
    delete, path = "/v1/datasets/{dataset_id}", operation_id = "unregister_dataset", tag = "datasets",
    params(("dataset_id" = String, Path, description = "May contain slashes")),
    responses((status = 204, description = "Gone"), (status = 404, description = "No such dataset", body = ErrorBody))
)]
pub(crate) async fn unregister(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
) -> Result<Response, Error> {
    let store = store(&shared, &caller)?;
    let remove = |datasets: &Datasets| match datasets.remove(&id)? {
        true => Ok(()),
        false => Err(traces::Error::NoDataset(id)),
    };
    ask(&store, remove).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Rows of a dataset, a page of them.
#[utoipa::path(
    get, path = "/v1/datasetio/iterrows/{dataset_id}", operation_id = "iterrows", tag = "datasets",
    params(
        ("dataset_id" = String, Path, description = "May contain slashes"),
        ("start_index" = Option<u64>, Query, description = "The first row, counted from 0"),
        ("limit" = Option<u32>, Query, description = "How many, 100, at most 10,000"),
    ),
    responses((status = 200, body = Value), (status = 400, body = ErrorBody), (status = 404, description = "No such dataset", body = ErrorBody))
)]
pub(crate) async fn rows(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
    uri: Uri,
) -> Result<Response, Error> {
    let store = store(&shared, &caller)?;
    let start = number(&uri, "start_index")?.unwrap_or(0);
    let limit = number(&uri, "limit")?.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
    let name = id.clone();
    let found = ask(&store, move |datasets| datasets.rows(&name, start, limit)).await?;
    reply::json(&json!({
        "data": found.rows,
        "has_more": found.has_more,
        "url": format!("/v1/datasetio/iterrows/{id}"),
    }))
}

/// Adds rows to a dataset.
#[utoipa::path(
    post, path = "/v1/datasetio/append-rows/{dataset_id}", operation_id = "append_rows", tag = "datasets",
    params(("dataset_id" = String, Path, description = "May contain slashes")),
    request_body(content = Value, description = "`rows`: a list of objects"),
    responses((status = 200, body = Value, description = "Null"), (status = 400, body = ErrorBody), (status = 404, description = "No such dataset", body = ErrorBody))
)]
pub(crate) async fn append(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Last(id): Last,
    request: Request,
) -> Result<Response, Error> {
    let (store, mut fields) = read(&shared, &caller, request).await?;
    let rows = fields.required("rows");
    let rows = rows.and_then(|rows| objects(&mut fields, "rows", rows));
    fields.checked()?;
    let rows = rows.unwrap_or_default();
    ask(&store, move |datasets| datasets.append(&id, &rows)).await?;
    reply::json(&Value::Null)
}

async fn ask<T: Send + 'static>(
    store: &Arc<Store>,
    question: impl FnOnce(&Datasets) -> Result<T, traces::Error> + Send + 'static,
) -> Result<T, Error> {
    answered(store.ask(move |_, datasets| question(datasets)).await)
}

/// The dataset and its rows that a body describes; what is wrong with it is noted.
fn described(fields: &mut Fields) -> Option<(Dataset, Vec<Map<String, Value>>)> {
    let purpose = fields.required("purpose");
    let purpose = purpose.and_then(|purpose| {
        let known = PURPOSES.iter().find(|known| purpose == **known);
        let wrong = || format!("it must be one of `{}`", PURPOSES.join("`, `"));
        known.or_else(|| fields.wrong("purpose", KIND, wrong()))
    });
    let rows = fields.required("source").and_then(|mut source| {
        if source["type"] != "rows" {
            let words = "its `type` must be `rows`: this host fetches no data from elsewhere";
            return fields.wrong("source", KIND, words);
        }
        objects(fields, "source", source["rows"].take())
    });
    let name = fields.optional("dataset_id");
    let name = match name {
        Some(name) => fields.text("dataset_id", name),
        None => Some(format!("dataset-{:016x}", rand::random::<u64>())),
    };
    let metadata = fields.optional("metadata");
    let metadata = match metadata {
        Some(metadata) => fields.object("metadata", metadata),
        None => Some(Map::new()),
    };
    let dataset = Dataset {
        metadata: metadata?,
        ..Dataset::of_rows(name?, purpose?)
    };
    Some((dataset, rows?))
}

fn objects(
    fields: &mut Fields,
    name: &'static str,
    rows: Value,
) -> Option<Vec<Map<String, Value>>> {
    let Value::Array(rows) = rows else {
        return fields.wrong(name, "list_type", "rows must be a list of objects");
    };
    let objects = rows.into_iter().map(|row| match row {
        Value::Object(row) => Some(row),
        _ => None,
    });
    let objects: Option<Vec<_>> = objects.collect();
    objects.or_else(|| fields.wrong(name, KIND, "each row must be an object"))
}

fn number(uri: &Uri, name: &'static str) -> Result<Option<u64>, Error> {
    let Some(text) = query::value(uri, name) else {
        return Ok(None);
    };
    let number = text.parse().map(Some);
    number.map_err(|_| Error::bad_request(format!("`{name}` must be a whole number")))
}

fn to_json(dataset: &Dataset) -> Value {
    json!({
        "identifier": dataset.name,
        "provider_resource_id": dataset.name,
        "provider_id": "toolhost",
        "type": "dataset",
        "purpose": dataset.purpose,
        "source": dataset.source,
        "metadata": dataset.metadata,
    })
}
