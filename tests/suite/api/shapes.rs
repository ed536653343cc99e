//! Our answers hold what upstream's servers answered to the same requests, at least.

use serde_json::{Value, json};
use toolhost_tests::{Setup, guest};

use super::deviations::{DEVIATIONS, deviation};
use super::recordings::{Exchange, SERVERS, exchanges};
use super::types::json_type;
use super::wire::{Answer, INVOKE, Wire, sent};

/// Keys whose content is anybody's own.
const FREE: [&str; 3] = ["config", "metadata", "properties"];

/// Keys that say something about what the recorded server was made of, so ours may be null.
const NULLABLE: [&str; 3] = ["args", "default", "mcp_endpoint"];

/// Recorded tools, and what of ours behaves alike.
const TOOLS: &[(&str, &str, &str)] = &[
    ("result_error", "refuse", r#"{"how": "failed"}"#),
    ("multi_content", "show_all", "{}"),
    ("empty_result", "empty", "{}"),
    ("raise_value_error", "refuse", r#"{"how": "invalid_input"}"#),
    ("raise_runtime_error", "refuse", r#"{"how": "failed"}"#),
    ("raise_timeout", "refuse", r#"{"how": "failed"}"#),
    ("raise_permission", "refuse", r#"{"how": "failed"}"#),
    ("raise_not_implemented", "refuse", r#"{"how": "failed"}"#),
    ("raise_key_error", "refuse", r#"{"how": "failed"}"#),
    ("provider_data", "get_weather", r#"{"city": "Paris"}"#),
];

/// The recorded servers had these providers and this group.
fn setup() -> Setup {
    let provides = format!("{{component: \"{}\"}}", guest("provides").display());
    Setup::new()
        .provider("weather", "inline::weather", "{}")
        .provider("mcp", "inline::wasm", &provides)
        .group("builtin::weather", "weather")
        .group("provides", "mcp")
}

/// The request's body with our names in it.
fn ours(exchange: &Exchange) -> Option<String> {
    let body = exchange.request.body.as_ref()?;
    let Ok(mut call) = serde_json::from_str::<Value>(body) else {
        return Some(body.clone());
    };
    let tool = call
        .get("tool_name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Some((_, tool, kwargs)) = TOOLS.iter().find(|(theirs, ..)| *theirs == tool) {
        call = json!({"tool_name": tool, "kwargs": serde_json::from_str::<Value>(kwargs).expect("JSON")});
        return Some(call.to_string());
    }
    Some(body.replace("\"location\"", "\"city\""))
}

async fn asked(wire: &Wire, exchange: &Exchange) -> Answer {
    let mut request = wire.request(&exchange.request.method, &exchange.request.path);
    for (name, value) in &exchange.request.headers {
        request = request.header(name, value);
    }
    if let Some(body) = ours(exchange) {
        request = request.body(body);
    }
    sent(request).await
}

/// What of `theirs` is missing in `ours` or has another type there.
fn missing(theirs: &Value, ours: &Value, path: &str, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Null, _) => {}
        (Value::Object(theirs), Value::Object(ours)) => {
            for (key, value) in theirs {
                let path = format!("{path}/{key}");
                match ours.get(key) {
                    None => found.push(format!("{path} is missing")),
                    Some(Value::Null) if NULLABLE.contains(&key.as_str()) => {}
                    Some(other) if FREE.contains(&key.as_str()) => {
                        missing_type(value, other, &path, found)
                    }
                    Some(other) => missing(value, other, &path, found),
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            // Their tools and groups are others than ours: each must look like one of ours.
            let is_like = |theirs: &Value, ours: &Value| {
                let mut found = Vec::new();
                missing(theirs, ours, path, &mut found);
                found.is_empty()
            };
            let unlike = theirs
                .iter()
                .filter(|theirs| !ours.iter().any(|ours| is_like(theirs, ours)));
            found.extend(unlike.map(|theirs| format!("{path} has nothing like {theirs}")));
        }
        _ => missing_type(theirs, ours, path, found),
    }
}

fn missing_type(theirs: &Value, ours: &Value, path: &str, found: &mut Vec<String>) {
    if !theirs.is_null() && json_type(theirs) != json_type(ours) {
        found.push(format!(
            "{path} is {}, was {}",
            json_type(ours),
            json_type(theirs)
        ));
    }
}

#[tokio::test]
async fn an_answer_has_every_key_that_upstreams_answer_has() {
    for recording in SERVERS {
        let wire = Wire::to(setup()).await;
        for exchange in exchanges(recording) {
            let answer = asked(&wire, &exchange).await;
            let deviation = deviation(&exchange);
            assert_eq!(
                answer.status,
                deviation.unwrap_or(exchange.status),
                "{}: {}",
                exchange.name,
                answer.text()
            );
            if deviation.is_some() {
                continue;
            }
            for (name, value) in &exchange.headers {
                assert_eq!(answer.header(name), value, "{}: {name}", exchange.name);
            }
            let body = if exchange.body.is_null() {
                Value::Null
            } else {
                answer.json()
            };
            let mut found = Vec::new();
            missing(&exchange.body, &body, "", &mut found);
            assert!(
                found.is_empty(),
                "{}: {found:#?}\n{}",
                exchange.name,
                answer.text()
            );
        }
    }
}

#[tokio::test]
async fn errors_have_upstreams_words() {
    // 0.2 says what is wrong with a body as data, 0.6 as text in Python's notation.
    let [old, new] = SERVERS;
    let wire = Wire::to(setup()).await;
    let mut compared = 0;
    for exchange in exchanges(old)
        .iter()
        .filter(|exchange| deviation(exchange).is_none())
    {
        let theirs = &exchange.body["error"]["detail"];
        if !theirs.is_null() {
            assert_eq!(
                asked(&wire, exchange).await.json()["error"]["detail"],
                *theirs,
                "{}",
                exchange.name
            );
            compared += 1;
        }
    }
    let same = [
        "unknown_path",
        "toolgroups_list_trailing_slash",
        "toolgroup_get_unknown",
        "tools_list_group_unknown",
        "tool_get_unknown",
        "runtime_list_group_unknown",
        "invoke_unknown_tool",
        "invoke_get_method",
        "unregister_again",
    ];
    for exchange in exchanges(new)
        .iter()
        .filter(|exchange| same.contains(&exchange.name.as_str()))
    {
        assert_eq!(
            asked(&wire, exchange).await.detail(),
            exchange.body["detail"],
            "{}",
            exchange.name
        );
        compared += 1;
    }
    assert_eq!(compared, 12 + same.len());
}

#[test]
fn every_deviation_and_every_tool_stands_in_a_recording() {
    let all: Vec<Exchange> = SERVERS.into_iter().flat_map(exchanges).collect();
    for (name, status, _) in DEVIATIONS {
        let named: Vec<&Exchange> = all
            .iter()
            .filter(|exchange| exchange.name == *name)
            .collect();
        assert_eq!(named.len(), SERVERS.len(), "{name}");
        let is_other = named.iter().any(|exchange| exchange.status != *status);
        assert!(
            is_other || *name == "register_null_provider",
            "{name} is no deviation"
        );
    }
    for (tool, ..) in TOOLS {
        let call = format!("\"tool_name\": \"{tool}\"");
        let is_called = |exchange: &Exchange| {
            exchange.request.path == INVOKE
                && exchange
                    .request
                    .body
                    .as_ref()
                    .is_some_and(|body| body.contains(&call))
        };
        assert!(all.iter().any(is_called), "{tool}");
    }
}

#[test]
fn the_comparison_finds_what_is_missing() {
    let theirs =
        json!({"a": 1, "b": {"c": null, "config": {"x": 1}}, "args": {}, "list": [{"d": "e"}]});
    let ours = json!({"a": 2, "b": {"c": 5, "config": {}, "more": 1}, "args": null, "list": [{"x": 1}, {"d": ""}]});
    let found = |ours: &Value| {
        let mut found = Vec::new();
        missing(&theirs, ours, "", &mut found);
        found
    };
    assert!(found(&ours).is_empty(), "{:?}", found(&ours));
    for (path, value, words) in [
        ("/a", json!("1"), "/a is string, was number"),
        ("/a", json!(null), "/a is null, was number"),
        ("/b", json!({"config": {}}), "/b/c is missing"),
        ("/b/config", json!([]), "/b/config is array, was object"),
        (
            "/list",
            json!([{"x": 1}]),
            "/list has nothing like {\"d\":\"e\"}",
        ),
    ] {
        let mut ours = ours.clone();
        *ours.pointer_mut(path).expect("it exists") = value;
        assert_eq!(found(&ours), [words]);
    }
}
