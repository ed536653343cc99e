//! A call that goes well, and the trace it belongs to.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::types::{self, require};
use super::wire::{Answer, INVOKE, Wire, keys, sent};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn is_trace_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && text.bytes().any(|byte| byte != b'0')
}

/// Calls the weather tool with headers.
async fn called_with(wire: &Wire, headers: &[(&str, &str)]) -> Answer {
    let body = json!({"tool_name": "get_weather", "kwargs": {"city": "Tokyo"}}).to_string();
    let mut request = wire
        .request("POST", INVOKE)
        .header("content-type", "application/json")
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    sent(request).await
}

#[tokio::test]
async fn a_good_call_says_what_it_brought_and_what_it_cost() {
    let wire = Wire::to_weather().await;
    let answer = wire
        .invoke("get_weather", json!({"city": "Tokyo", "units": "celsius"}))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-should-retry"), "false");

    let body = answer.json();
    assert_eq!(
        keys(&body),
        ["content", "error_message", "error_code", "metadata"]
    );
    let metadata = &body["metadata"];
    assert_eq!(
        keys(metadata),
        [
            "duration_ms",
            "queue_ms",
            "fuel_used",
            "memory_peak_bytes",
            "trace_id"
        ]
    );
    assert!(
        metadata["duration_ms"]
            .as_f64()
            .is_some_and(|millis| millis > 0.0),
        "{metadata}"
    );
    assert!(
        metadata["queue_ms"]
            .as_f64()
            .is_some_and(|millis| millis >= 0.0),
        "{metadata}"
    );
    assert!(
        metadata["fuel_used"]
            .as_u64()
            .is_some_and(|fuel| fuel > 1000),
        "{metadata}"
    );
    assert!(
        metadata["memory_peak_bytes"]
            .as_u64()
            .is_some_and(|bytes| bytes >= 65536),
        "{metadata}"
    );
    assert_eq!(metadata["trace_id"], answer.header("x-trace-id"));
    assert!(is_trace_id(answer.header("x-trace-id")), "{metadata}");
    insta::assert_json_snapshot!(body, {".metadata" => "[above]"}, @r#"
    {
      "content": "Weather in Tokyo:\n  Temperature: 21°C\n  Condition: windy\n  Humidity: 66%\n  Wind: 26 km/h NE",
      "error_message": null,
      "error_code": null,
      "metadata": "[above]"
    }
    "#);
}

#[tokio::test]
async fn a_tool_is_called_by_any_of_its_names() {
    let wire = Wire::to(
        Setup::new()
            .provider("p", "inline::weather", "{}")
            .group("builtin::weather", "p"),
    )
    .await;
    for name in [
        "get_weather",
        "builtin::weather/get_weather",
        "builtin::weather::get_weather",
    ] {
        let answer = wire.invoke(name, json!({"city": "Oslo"})).await;
        assert_eq!(
            (answer.status, &answer.json()["error_code"]),
            (200, &Value::Null),
            "{name}"
        );
    }
}

#[tokio::test]
async fn data_stands_in_the_metadata_and_as_text_in_the_content() {
    let wire = Wire::to(Setup::new().guest("echoes").guest("provides")).await;
    let body = wire
        .invoke("echo_u64", json!({"value": u64::MAX}))
        .await
        .json();
    assert_eq!(
        (&body["content"], &body["metadata"]["structured"]),
        (&json!(u64::MAX.to_string()), &json!(u64::MAX))
    );
    let body = wire.invoke("just_json", json!({})).await.json();
    assert_eq!(body["metadata"]["structured"], json!({"answer": 42}));
    assert!(body["content"].is_string(), "{body}");
    let body = wire.invoke("nothing", json!({})).await.json();
    assert_eq!(
        (&body["content"], &body["error_code"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn content_that_clients_do_not_know_is_text_to_them_and_whole_in_the_metadata() {
    let wire = Wire::to(Setup::new().guest("provides")).await;
    let body = wire.invoke("show_all", json!({})).await.json();
    require(types::RESULT, &body);
    let kinds = |items: &Value| -> Vec<String> {
        let items = items.as_array().expect("a list");
        items
            .iter()
            .map(|item| item["type"].as_str().expect("a kind").to_owned())
            .collect()
    };
    assert_eq!(
        kinds(&body["content"]),
        ["text", "image", "text", "text", "text", "text", "text"]
    );
    assert_eq!(keys(&body["content"][1]["image"]), ["url", "data"]);
    assert!(
        body["content"].as_array().is_some_and(|items| items
            .iter()
            .all(|item| item["type"] == "image" || item["text"].is_string())),
        "{body}"
    );
    let whole = &body["metadata"]["content_items"];
    assert_eq!(
        kinds(whole),
        [
            "text",
            "image",
            "audio",
            "resource",
            "resource",
            "resource_link",
            "text"
        ]
    );
    assert_eq!(whole[2]["mimeType"], "audio/wav");
}

#[tokio::test]
async fn a_call_within_the_callers_trace_has_the_trace_id_of_the_caller() {
    let wire = Wire::to_weather().await;
    for flags in ["00", "01"] {
        let parent = format!("00-{TRACE}-{PARENT}-{flags}");
        let answer = called_with(
            &wire,
            &[("traceparent", &parent), ("tracestate", "vendor=1")],
        )
        .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-trace-id"), TRACE, "{flags}");
        assert_eq!(answer.json()["metadata"]["trace_id"], TRACE);
    }
}

#[tokio::test]
async fn a_trace_parent_that_is_none_is_ignored() {
    let wire = Wire::to_weather().await;
    let upper = format!("00-{}-{PARENT}-01", TRACE.to_uppercase());
    let zero = format!("00-{}-{PARENT}-01", "0".repeat(32));
    let endless = "0".repeat(5000);
    for parent in [
        "",
        "nonsense",
        &upper,
        &zero,
        &endless,
        &format!("ff-{TRACE}-{PARENT}-01"),
        &format!("00-{TRACE}-{PARENT}"),
    ] {
        let answer = called_with(&wire, &[("traceparent", parent)]).await;
        let trace_id = answer.header("x-trace-id");
        assert_eq!(answer.status, 200);
        assert!(
            is_trace_id(trace_id) && !trace_id.eq_ignore_ascii_case(TRACE),
            "{parent}: {trace_id}"
        );
    }
    let twice = format!("00-{TRACE}-{PARENT}-01");
    let answer = called_with(&wire, &[("traceparent", &twice), ("traceparent", &twice)]).await;
    assert_ne!(answer.header("x-trace-id"), TRACE);
}

#[tokio::test]
async fn each_call_outside_a_trace_has_a_trace_of_its_own() {
    let wire = Wire::to_weather().await;
    let first = called_with(&wire, &[]).await;
    let second = called_with(&wire, &[("x-stainless-retry-count", "1")]).await;
    assert_ne!(first.header("x-trace-id"), second.header("x-trace-id"));
    assert_eq!(first.json()["content"], second.json()["content"]);
}

#[tokio::test]
async fn a_call_that_is_refused_by_the_router_has_a_trace_id_too() {
    let wire = Wire::to_weather().await;
    let answer = wire.invoke("nope", json!({})).await;
    assert_eq!(answer.status, 400);
    assert!(is_trace_id(answer.header("x-trace-id")));
}
