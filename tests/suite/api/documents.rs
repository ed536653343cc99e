//! What describes the server to other programs: its OpenAPI document, metrics, front page.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::wire::{Answer, Wire};

const METHODS: [&str; 3] = ["get", "post", "delete"];

/// Every method, path and operation of the document.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            operations.push((method.as_str(), path.as_str(), operation));
        }
    }
    operations
}

#[tokio::test]
async fn the_openapi_document_is_complete() {
    let wire = Wire::to_weather().await;
    let answer = wire.get("/openapi.json").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    let document = answer.json();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.")),
        "{}",
        document["openapi"]
    );
    assert_eq!(
        (&document["info"]["title"], &document["info"]["version"]),
        (&json!("toolhost"), &json!(env!("CARGO_PKG_VERSION")))
    );

    let mut ids = HashSet::new();
    for (method, path, operation) in operations(&document) {
        assert!(METHODS.contains(&method), "{method} {path}");
        let id = operation["operationId"].as_str().expect("an id");
        assert!(ids.insert(id.to_owned()), "{id} stands twice");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(
            responses
                .values()
                .all(|response| response["description"].is_string()),
            "{method} {path}"
        );
        let named: Vec<&str> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let described: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(named, described, "{method} {path}");
    }
}

#[tokio::test]
async fn the_openapi_document_has_every_route_that_is_served() {
    let wire = Wire::to_weather().await;
    let document = wire.get("/openapi.json").await.json();
    let routes = wire.get("/v1/inspect/routes").await.json();
    for route in routes["data"].as_array().expect("routes") {
        let path = route["route"]
            .as_str()
            .expect("a path")
            .replace(":path}", "}");
        let method = route["method"].as_str().expect("a method").to_lowercase();
        assert!(
            document["paths"][&path][&method].is_object(),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn every_answer_is_one_that_the_openapi_document_describes() {
    let wire = Wire::to_weather().await;
    let document = wire.get("/openapi.json").await.json();
    for (method, path, operation) in operations(&document) {
        let answer = wire
            .ask(&method.to_uppercase(), &path.replace(['{', '}'], ""))
            .await;
        let response = &operation["responses"][answer.status.to_string()];
        assert!(
            response.is_object(),
            "{method} {path} answers {}",
            answer.status
        );
        let types = response["content"].as_object().expect("content types");
        let content_type = answer
            .header("content-type")
            .split(';')
            .next()
            .unwrap_or_default();
        assert!(
            types.contains_key(content_type),
            "{method} {path} answers {content_type}"
        );
    }
}

#[tokio::test]
async fn the_front_page_names_paths_that_exist() {
    let wire = Wire::to_weather().await;
    let page = wire.get("/").await.json();
    assert_eq!(page["name"], "toolhost");
    let paths = page
        .as_object()
        .expect("an object")
        .values()
        .filter_map(Value::as_str)
        .filter(|text| text.starts_with('/'));
    for path in paths {
        assert!([200, 405].contains(&wire.get(path).await.status), "{path}");
    }
}

/// The number of a line of metrics that has all of these words.
pub(super) fn number(metrics: &Answer, words: &[&str]) -> f64 {
    let text = metrics.text();
    let line = text
        .lines()
        .find(|line| !line.starts_with('#') && words.iter().all(|word| line.contains(word)));
    let value = line.and_then(|line| line.rsplit(' ').next());
    value.map_or(0.0, |value| value.parse().expect("a number"))
}

#[tokio::test]
async fn prometheus_reads_three_good_calls_and_one_bad() {
    let wire = Wire::to_weather().await;
    for _ in 0..3 {
        wire.invoke("get_weather", json!({"city": "Oslo"})).await;
    }
    wire.invoke("get_weather", json!({})).await;
    let metrics = wire.get("/metrics").await;
    assert_eq!(
        (metrics.status, metrics.header("content-type")),
        (200, "text/plain; version=0.0.4; charset=utf-8")
    );
    for (status, calls) in [("status=\"success\"", 3.0), ("status=\"error\"", 1.0)] {
        let labels = [
            "tool_name=\"get_weather\"",
            "tool_group=\"weather\"",
            "provider=\"weather-runtime\"",
            status,
        ];
        for name in [
            "llama_stack_tool_runtime_invocations_total{",
            "llama_stack_tool_runtime_duration_seconds_count{",
        ] {
            let words: Vec<&str> = labels.into_iter().chain([name]).collect();
            assert!(
                (number(&metrics, &words) - calls).abs() < f64::EPSILON,
                "{words:?}: {}",
                metrics.text()
            );
        }
    }
}
