//! `/v1/telemetry`: what was called can be asked for, and clients keep spans of their own.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::wire::{INVOKE, Wire, sent};

/// A host with three calls in its past, two of them bad; and the traces they were in.
async fn past() -> (Wire, [String; 3]) {
    let setup = Setup::new().weather().guest("fails").keeping_spans();
    let wire = Wire::to(setup).await;
    let mut traces = Vec::new();
    for (tool, args) in [
        ("get_weather", json!({"city": "Tokyo"})),
        ("failed", json!({"message": "on purpose"})),
        ("get_weather", json!({"town": 1})),
    ] {
        let answer = wire.invoke(tool, args).await;
        traces.push(
            answer.headers["x-trace-id"]
                .to_str()
                .expect("hex")
                .to_owned(),
        );
    }
    (wire, traces.try_into().expect("three"))
}

async fn asked(wire: &Wire, path: &str, body: Value) -> Value {
    let answer = wire.post(path, body.to_string()).await;
    assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
    answer.json()
}

fn filter(key: &str, op: &str, value: impl Into<Value>) -> Value {
    json!({"key": key, "op": op, "value": value.into()})
}

/// The traces with one span that meets all filters.
async fn found(wire: &Wire, filters: Value) -> Vec<String> {
    let body = json!({ "attribute_filters": filters });
    let answer = asked(wire, "/v1/telemetry/traces", body).await;
    let data = answer["data"].as_array().expect("a list");
    let id = |trace: &Value| trace["trace_id"].as_str().expect("an id").to_owned();
    data.iter().map(id).collect()
}

#[tokio::test]
async fn traces_are_found_by_what_one_of_their_spans_says() {
    let (wire, [good, failed, refused]) = past().await;
    let all = [good.clone(), failed.clone(), refused.clone()];
    let error = |kind: &str| filter("error.type", "eq", kind);
    for (filters, expected) in [
        (json!([]), &all[..]),
        (
            json!([filter("gen_ai.tool.name", "eq", "failed")]),
            &all[1..2],
        ),
        (json!([error("tool_error")]), &all[1..2]),
        (json!([error("invalid_arguments")]), &all[2..]),
        (json!([filter("error.type", "ne", "tool_error")]), &all[2..]),
        (json!([filter("sandbox.fuel.consumed", "gt", 0)]), &all[..2]),
        (json!([filter("sandbox.fuel.consumed", "lt", 0)]), &[]),
        (json!([filter("sandbox.fuel.consumed", "gt", "0")]), &[]),
        (
            json!([
                error("tool_error"),
                filter("tool_runtime.tool_group", "eq", "weather")
            ]),
            &[],
        ),
        (json!([filter("x\"; DROP TABLE spans", "eq", 1)]), &[]),
    ] {
        assert_eq!(found(&wire, filters.clone()).await, expected, "{filters}");
    }
    let body = json!({"order_by": ["-start_time"], "limit": 1, "offset": 1});
    let answer = asked(&wire, "/v1alpha/telemetry/traces", body).await;
    assert_eq!(answer["data"][0]["trace_id"], json!(failed));
    assert_eq!(answer["data"][1], Value::Null);
}

#[tokio::test]
async fn a_trace_leads_to_its_spans_and_they_to_their_tree() {
    let (wire, [good, ..]) = past().await;
    let trace = wire
        .get(&format!("/v1/telemetry/traces/{good}"))
        .await
        .json();
    let root = trace["root_span_id"].as_str().expect("a root").to_owned();
    assert!(
        trace["start_time"]
            .as_str()
            .is_some_and(|text| text.ends_with('Z'))
    );

    let span = wire
        .get(&format!("/v1/telemetry/traces/{good}/spans/{root}"))
        .await
        .json();
    assert_eq!(span["name"], "POST /v1/tool-runtime/invoke");
    assert_eq!(span["parent_span_id"], Value::Null);
    assert_eq!(span["attributes"]["http.response.status_code"], 200);

    let path = format!("/v1/telemetry/spans/{root}/tree");
    let tree = asked(&wire, &path, json!({})).await;
    let names: Vec<_> = tree["data"]
        .as_object()
        .expect("by id")
        .values()
        .map(|span| span["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        names,
        [
            "POST /v1/tool-runtime/invoke",
            "execute_tool get_weather",
            "instantiate",
            "call"
        ]
    );
    for (body, spans) in [
        (json!({"max_depth": 1}), 1),
        (json!({"max_depth": 2}), 2),
        (json!({"max_depth": 3}), 4),
    ] {
        let tree = asked(&wire, &path, body).await;
        assert_eq!(tree["data"].as_object().expect("by id").len(), spans);
    }
    let named = json!({"attributes_to_return": ["http.route", "nope"]});
    let tree = asked(&wire, &path, named).await;
    assert_eq!(
        tree["data"][&root]["attributes"],
        json!({"http.route": INVOKE, "nope": null})
    );
    let without_body = sent(wire.request("POST", &path)).await;
    assert_eq!(without_body.status, 200);
}

#[tokio::test]
async fn spans_are_those_that_have_every_attribute_asked_for() {
    let (wire, _) = past().await;
    let body = json!({
        "attribute_filters": [filter("gen_ai.tool.name", "eq", "get_weather")],
        "attributes_to_return": ["gen_ai.tool.name", "sandbox.fuel.consumed"],
    });
    let answer = asked(&wire, "/v1/telemetry/spans", body).await;
    let spans = answer["data"].as_array().expect("a list");
    assert_eq!(spans.len(), 1, "the refused call burned nothing: {spans:?}");
    assert_eq!(spans[0]["name"], "execute_tool get_weather");
    assert!(spans[0]["attributes"]["sandbox.fuel.consumed"].as_u64() > Some(0));
    assert_eq!(spans[0].get("status"), None);
}

#[tokio::test]
async fn a_clients_own_span_is_kept_under_its_ids_with_its_log_and_metrics() {
    let wire = Wire::to(Setup::new().weather().keeping_spans()).await;
    let (trace, span) = ("79ad85fb9c92e6f64788fdd4bd8f3f80", "dafcb4db7edc85a7");
    let tell = async |rest: Value| {
        let mut event = json!({"trace_id": trace, "span_id": span, "timestamp": "2026-11-20T22:47:56.963917+00:00"});
        for (key, value) in rest.as_object().expect("an object") {
            event[key] = value.clone();
        }
        let body = json!({"event": event, "ttl_seconds": 3600});
        assert_eq!(
            asked(&wire, "/v1/telemetry/events", body).await,
            Value::Null
        );
    };
    let payload = |payload: Value| json!({"type": "structured_log", "attributes": {"k": "v", "n": 1}, "payload": payload});
    tell(payload(json!({"type": "span_start", "name": "mine"}))).await;
    tell(json!({"type": "unstructured_log", "message": "hello", "severity": "info"})).await;
    tell(json!({"type": "metric", "metric": "tokens", "value": 3, "unit": "1", "attributes": {"m": "x"}})).await;
    tell(payload(json!({"type": "span_end", "status": "error"}))).await;

    let found = found(&wire, json!([filter("k", "eq", "v"), filter("n", "eq", 1)])).await;
    assert_eq!(found, [trace]);
    let tree = asked(
        &wire,
        &format!("/v1/telemetry/spans/{span}/tree"),
        json!({}),
    )
    .await;
    assert_eq!(tree["data"][span]["name"], "mine");
    assert_eq!(tree["data"][span]["status"], "error");

    let start = 1_795_000_000;
    for (query, values) in [
        (json!({"query_type": "range", "start_time": start}), 1),
        (json!({"query_type": "instant", "start_time": start}), 1),
        (
            json!({"query_type": "range", "start_time": start, "granularity": "1h", "label_matchers": [{"name": "m", "value": "x", "operator": "="}]}),
            1,
        ),
        (
            json!({"query_type": "range", "start_time": start, "label_matchers": [{"name": "m", "value": "y"}]}),
            0,
        ),
        (
            json!({"query_type": "range", "start_time": start, "end_time": start + 1}),
            0,
        ),
    ] {
        let answer = asked(&wire, "/v1/telemetry/metrics/tokens", query.clone()).await;
        let points = answer["data"][0]["values"].as_array().map_or(0, Vec::len);
        assert_eq!(points, values, "{query}: {answer}");
        if values == 1 {
            assert_eq!(answer["data"][0]["values"][0]["value"], 3.0);
            assert_eq!(
                answer["data"][0]["labels"],
                json!([{"name": "m", "value": "x"}])
            );
        }
    }
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_a_400_that_names_the_field() {
    let (wire, [good, ..]) = past().await;
    let event = |event: Value| json!({ "event": event });
    let ids = json!({"trace_id": good, "span_id": "dafcb4db7edc85a7", "timestamp": "2026-11-20T22:47:56Z"});
    let with = |key: &str, value: Value| {
        let mut event = ids.clone();
        event[key] = value;
        event
    };
    for (path, body, field) in [
        (
            "traces",
            json!({"attribute_filters": [filter("a", "like", 1)]}),
            "attribute_filters",
        ),
        (
            "traces",
            json!({"attribute_filters": [{"key": "a"}]}),
            "attribute_filters",
        ),
        (
            "traces",
            json!({"attribute_filters": {}}),
            "attribute_filters",
        ),
        ("traces", json!({"order_by": ["color"]}), "order_by"),
        ("traces", json!({"limit": -1}), "limit"),
        ("traces", json!({"limit": 100_000}), "limit"),
        ("traces", json!({"offset": "1"}), "offset"),
        (
            "spans",
            json!({"attribute_filters": []}),
            "attributes_to_return",
        ),
        (
            "spans",
            json!({"attributes_to_return": []}),
            "attribute_filters",
        ),
        ("events", json!({}), "event"),
        ("events", event(with("type", "nope".into())), "event"),
        ("events", event(with("span_id", "zz".into())), "event"),
        (
            "events",
            event(with("timestamp", "yesterday".into())),
            "event",
        ),
        ("metrics/m", json!({"query_type": "range"}), "start_time"),
        (
            "metrics/m",
            json!({"query_type": "all", "start_time": 1}),
            "query_type",
        ),
        (
            "metrics/m",
            json!({"query_type": "range", "start_time": 1, "granularity": "1y"}),
            "granularity",
        ),
    ] {
        let path = format!("/v1/telemetry/{path}");
        let answer = wire.post(&path, body.to_string()).await;
        assert_eq!(answer.status, 400, "{path} {body}: {}", answer.text());
        assert!(
            answer.text().contains(field),
            "{path} {body}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_404() {
    let (wire, [good, ..]) = past().await;
    for path in [
        "/v1/telemetry/traces/ffff",
        "/v1/telemetry/traces/00000000000000000000000000000001",
        &format!("/v1/telemetry/traces/{good}/spans/ffff"),
    ] {
        assert_eq!(wire.get(path).await.status, 404, "{path}");
    }
    let tree = wire
        .post("/v1/telemetry/spans/ffffffffffffffff/tree", "{}")
        .await;
    assert_eq!(tree.status, 404);
}

#[tokio::test]
async fn a_host_that_keeps_no_spans_says_why() {
    let wire = Wire::to_weather().await;
    let answer = wire.post("/v1/telemetry/traces", "{}").await;
    assert_eq!(answer.status, 404);
    assert!(
        answer.text().contains("toolhost.traces.file"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn what_was_called_is_known_to_the_next_host_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("kept/spans.db");
    let setup = || {
        let key = format!("traces: {{file: \"{}\"}}", file.display());
        Setup::new().weather().keeping_spans().host(&key)
    };
    let wire = Wire::to(setup()).await;
    let answer = wire.invoke("get_weather", json!({"city": "Tokyo"})).await;
    let trace = answer.headers["x-trace-id"]
        .to_str()
        .expect("hex")
        .to_owned();
    wire.server.stop().await.expect("it stops");
    let wire = Wire::to(setup()).await;
    let body = json!([filter("gen_ai.tool.name", "eq", "get_weather")]);
    assert_eq!(found(&wire, body).await, [trace]);
}

#[tokio::test]
async fn spans_are_exported_into_a_dataset_and_read_from_it_page_by_page() {
    let (wire, [good, ..]) = past().await;
    let export = json!({
        "attribute_filters": [filter("gen_ai.tool.name", "eq", "get_weather")],
        "attributes_to_save": ["gen_ai.tool.name", "sandbox.fuel.consumed"],
        "dataset_id": "runs/today",
    });
    for _ in 0..2 {
        let answer = asked(&wire, "/v1/telemetry/spans/export", export.clone()).await;
        assert_eq!(answer, Value::Null);
    }
    for version in ["v1", "v1beta"] {
        let path = format!("/{version}/datasetio/iterrows/runs/today");
        let page = wire.get(&format!("{path}?limit=1")).await.json();
        assert_eq!(page["has_more"], true, "{page}");
        assert_eq!(page["data"][0]["name"], "execute_tool get_weather");
        assert_eq!(page["data"][0]["trace_id"], json!(good));
        assert!(page["data"][0]["sandbox.fuel.consumed"].as_u64() > Some(0));
        let rest = wire.get(&format!("{path}?start_index=1")).await.json();
        assert_eq!(rest["has_more"], false);
        assert_eq!(rest["data"].as_array().map(Vec::len), Some(1), "{rest}");
    }
}

#[tokio::test]
async fn a_dataset_is_registered_with_its_rows_added_to_and_removed() {
    let wire = Wire::to(Setup::new().keeping_spans()).await;
    let described = json!({
        "dataset_id": "mine", "purpose": "eval/messages-answer", "metadata": {"k": 1},
        "source": {"type": "rows", "rows": [{"a": 1}, {"a": 2}]},
    });
    let made = asked(&wire, "/v1/datasets", described.clone()).await;
    assert_eq!(
        (&made["identifier"], &made["type"], &made["metadata"]["k"]),
        (&json!("mine"), &json!("dataset"), &json!(1))
    );
    // The same again changes nothing.
    asked(&wire, "/v1/datasets", described.clone()).await;
    asked(
        &wire,
        "/v1/datasetio/append-rows/mine",
        json!({"rows": [{"a": 3}]}),
    )
    .await;
    let rows = wire.get("/v1/datasetio/iterrows/mine").await.json();
    assert_eq!(rows["data"], json!([{"a": 1}, {"a": 2}, {"a": 3}]));
    let list = wire.get("/v1beta/datasets").await.json();
    assert_eq!(list["data"], json!([made]));
    assert_eq!(wire.get("/v1/datasets/mine").await.json(), made);

    for (path, body, word) in [
        (
            "/v1/datasets",
            json!({"purpose": "fun", "source": {"type": "rows", "rows": []}}),
            "purpose",
        ),
        (
            "/v1/datasets",
            json!({"purpose": "eval/messages-answer", "source": {"type": "uri", "uri": "http://x"}}),
            "source",
        ),
        (
            "/v1/datasets",
            json!({"dataset_id": "mine", "purpose": "eval/question-answer", "source": {"type": "rows", "rows": []}}),
            "already",
        ),
        (
            "/v1/datasetio/append-rows/mine",
            json!({"rows": [1]}),
            "rows",
        ),
        (
            "/v1/telemetry/spans/export",
            json!({"attribute_filters": [], "attributes_to_save": []}),
            "dataset_id",
        ),
    ] {
        let answer = wire.post(path, body.to_string()).await;
        assert_eq!(answer.status, 400, "{path} {body}");
        assert!(answer.text().contains(word), "{word}: {}", answer.text());
    }
    assert_eq!(
        wire.get("/v1/datasetio/iterrows/mine?limit=x").await.status,
        400
    );

    let gone = sent(wire.request("DELETE", "/v1/datasets/mine")).await;
    assert_eq!(gone.status, 204);
    for path in ["/v1/datasets/mine", "/v1/datasetio/iterrows/mine"] {
        assert_eq!(wire.get(path).await.status, 404, "{path}");
    }
}
