//! Paths and methods that are not served.

use toolhost_tests::Setup;

use super::wire::{INVOKE, Wire};

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_it_has() {
    let wire = Wire::to_weather().await;
    for (method, path, allow) in [
        ("GET", INVOKE, "POST"),
        ("PUT", INVOKE, "POST"),
        ("OPTIONS", INVOKE, "POST"),
        ("POST", "/v1/tools", "GET"),
        ("POST", "/v1/tool-runtime/list-tools", "GET"),
        ("DELETE", "/v1/toolgroups", "GET, POST"),
        ("PATCH", "/v1/toolgroups/weather", "GET, DELETE"),
        ("POST", "/v1/providers/weather-runtime", "GET"),
        ("POST", "/metrics", "GET"),
        ("DELETE", "/", "GET"),
        ("BREW", "/healthz", "GET"),
    ] {
        let answer = wire.ask(method, path).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, allow),
            "{method} {path}"
        );
        assert_eq!(answer.detail(), "Method Not Allowed");
    }
}

#[tokio::test]
async fn head_is_refused_where_get_is_served_as_upstream_does() {
    let wire = Wire::to_weather().await;
    for path in [
        "/v1/health",
        "/v1/tools",
        "/v1/toolgroups/weather",
        "/metrics",
    ] {
        let answer = wire.ask("HEAD", path).await;
        assert_eq!((answer.status, answer.bytes.len()), (405, 0), "{path}");
        assert!(answer.header("allow").starts_with("GET"), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_not_found() {
    let wire = Wire::to_weather().await;
    for path in [
        "/v1/nope",
        "/v1",
        "/v2/tools",
        "/v1/tool-runtime",
        "/V1/tools",
        "/metrics/x",
        "/docs",
        "/v1/telemetry/nope",
        "//",
        "/%",
    ] {
        for method in ["GET", "POST"] {
            let answer = wire.ask(method, path).await;
            assert_eq!(
                (answer.status, answer.detail().as_str()),
                (404, "Not Found"),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_slash_too_many_is_redirected_with_the_same_method_and_query() {
    let wire = Wire::to_weather().await;
    for (method, path, location) in [
        ("POST", "/v1/tool-runtime/invoke/", INVOKE),
        ("GET", "/v1/health/", "/v1/health"),
        (
            "GET",
            "/v1/tool-runtime/list-tools/?tool_group_id=a%2Fb&x",
            "/v1/tool-runtime/list-tools?tool_group_id=a%2Fb&x",
        ),
        ("GET", "/metrics/", "/metrics"),
    ] {
        let answer = wire.ask(method, path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (307, location),
            "{method} {path}"
        );
        assert!(answer.bytes.is_empty(), "{path}");
    }
    for path in [
        "/v1/health//",
        "/nope/",
        "//evil.example/",
        "//evil.example/v1/health/",
    ] {
        let answer = wire.get(path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (404, ""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_empty_id_names_nothing() {
    let wire = Wire::to_weather().await;
    let group =
        "Tool Group '' not found. Use 'client.toolgroups.list()' to list available Tool Groups.";
    assert_eq!(wire.get("/v1/toolgroups/").await.detail(), group);
    assert_eq!(wire.ask("DELETE", "/v1/toolgroups/").await.detail(), group);
    assert_eq!(wire.get("/v1/tools/").await.detail(), "Tool '' not found");
    assert_eq!(wire.get("/v1/providers/").await.status, 400);
}

#[tokio::test]
async fn documents_are_neither_stored_nor_searched() {
    let wire = Wire::to(Setup::new().weather().guest("fails")).await;
    for (route, tool) in [
        ("insert", "insert_into_memory"),
        ("query", "knowledge_search"),
    ] {
        let answer = wire
            .post(&format!("/v1/tool-runtime/rag-tool/{route}"), "{}")
            .await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.detail(),
            format!(
                "Tool_group `{tool}` not served by any of the providers: weather-runtime, fails. Make sure there is an \
                 ToolGroups provider serving this tool_group."
            )
        );
    }
}
