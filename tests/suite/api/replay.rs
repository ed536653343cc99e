//! What real clients sent is understood, and answered with what those clients parse.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::recordings::{CLIENTS, Request, requests};
use super::types::{self, require, require_list};
use super::wire::{Answer, Wire, sent};

/// The provider and group that the clients were recorded against, and a tool of ours that
/// shares its name with theirs.
fn setup() -> Setup {
    Setup::new()
        .provider("weather", "inline::weather", "{}")
        .group("builtin::weather", "weather")
}

async fn replayed(wire: &Wire, request: &Request) -> Answer {
    let mut sending = wire.request(&request.method, &request.path);
    for (name, value) in &request.headers {
        sending = sending.header(name, value);
    }
    if let Some(body) = &request.body {
        sending = sending.body(body.clone());
    }
    sent(sending).await
}

/// What we answer; upstream's own answers are compared in `shapes`.
fn expected_status(request: &Request) -> u16 {
    let is_path = |path: &str| request.path == path;
    let says = |words: &str| {
        request
            .body
            .as_ref()
            .is_some_and(|body| body.contains(words))
    };
    match request.method.as_str() {
        "GET" if is_path("/v1/toolgroups/nope") || is_path("/v1/tools/nope") => 404,
        "GET" if is_path("/v1/providers/nope") => 400,
        "DELETE" if is_path("/v1/toolgroups/nope") => 404,
        "DELETE" => 204,
        // Groups of this host are components, never remote servers.
        "POST" if says("\"mcp_endpoint\":{") => 400,
        "POST"
            if ["nope", "boom", "boom_noretry", "conflict"]
                .iter()
                .any(|tool| says(&format!("\"tool_name\":\"{tool}\""))) =>
        {
            400
        }
        _ => 200,
    }
}

/// Checks a good answer as the client that asked parses it.
fn check_body(request: &Request, body: &Value) {
    let path = request.path.split('?').next().unwrap_or_default();
    let path = path.replace("/v1alpha/admin/", "/v1/");
    match (request.method.as_str(), path.as_str()) {
        ("GET", "/v1/toolgroups") => require_list(types::GROUP, body),
        ("GET", "/v1/tools" | "/v1/tool-runtime/list-tools") => require_list(types::TOOL, body),
        ("GET", "/v1/inspect/routes") => require_list(types::ROUTE, body),
        ("GET", "/v1/providers") => require_list(types::PROVIDER, body),
        ("GET", "/v1/health") => require(types::HEALTH, body),
        ("GET", "/v1/version") => require(types::VERSION, body),
        ("GET", "/v1/models") => assert_eq!(*body, json!({"object": "list", "data": []})),
        ("POST", "/v1/tool-runtime/invoke") => require(types::RESULT, body),
        ("POST", "/v1/toolgroups") => require(types::GROUP, body),
        ("GET", path) if path.starts_with("/v1/toolgroups/") => require(types::GROUP, body),
        ("GET", path) if path.starts_with("/v1/tools/") => require(types::TOOL, body),
        ("GET", path) if path.starts_with("/v1/providers/") => require(types::PROVIDER, body),
        (method, path) => panic!("nobody checks {method} {path}"),
    }
}

#[tokio::test]
async fn every_recorded_request_of_a_client_is_answered_with_what_it_parses() {
    for recording in CLIENTS {
        let wire = Wire::to(setup()).await;
        for request in requests(recording) {
            let answer = replayed(&wire, &request).await;
            let what = format!(
                "{} {} {:?}: {}",
                request.method,
                request.path,
                request.body,
                answer.text()
            );
            assert_eq!(answer.status, expected_status(&request), "{what}");
            match answer.status {
                200 => check_body(&request, &answer.json()),
                204 => assert!(answer.bytes.is_empty(), "{what}"),
                _ => {
                    require(types::ERROR, &answer.json());
                    assert_ne!(answer.json()["detail"], "Not Found", "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_client_of_any_version_is_served() {
    let wire = Wire::to_weather().await;
    for version in ["0.0.1", "0.1.9", "0.7.0", "9.9.0", "abc", ""] {
        let request = wire
            .request("GET", "/v1/toolgroups")
            .header("x-llamastack-client-version", version);
        assert_eq!(sent(request).await.status, 200, "{version}");
    }
}

#[tokio::test]
async fn data_for_providers_is_accepted_even_if_it_is_broken() {
    let wire = Wire::to_weather().await;
    for data in ["{\"weather_api_key\": \"k\"}", "{not json", "[]", ""] {
        let body = json!({"tool_name": "get_weather", "kwargs": {"city": "Oslo"}}).to_string();
        let request = wire.request("POST", super::wire::INVOKE).body(body);
        let answer = sent(request.header("x-llamastack-provider-data", data)).await;
        assert_eq!(
            (answer.status, &answer.json()["error_code"]),
            (200, &Value::Null),
            "{data}"
        );
    }
}
