//! Tools written with the SDKs, as the host serves them.

use std::path::PathBuf;

use serde_json::{Value, json};
use toolhost::invocation::{Content, Failure, ToolError};
use toolhost_tests::servers::{Server, ok, with_headers};
use toolhost_tests::{Setup, TestHost, root};

/// The component of an example of the Rust SDK; `make guests` builds it.
fn rust(name: &str) -> PathBuf {
    let folder = root().join("sdk/rust/target/wasm32-wasip2/release");
    folder.join(format!("{}.wasm", name.replace('-', "_")))
}

async fn with(example: &str, config: &str) -> TestHost {
    let setup = Setup::new().component(example, &rust(example), config);
    setup.start().await
}

async fn text(host: &TestHost, tool: &str, args: Value) -> String {
    match &host.good(tool, args).await.content[..] {
        [Content::Text(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_function_with_an_attribute_is_a_tool_with_schema_docs_and_hints() {
    let host = with("hello", "{}").await;
    assert_eq!(
        text(&host, "hello", json!({"name": " Ada "})).await,
        "Hello, Ada!"
    );
    let catalog = host.router().registry().current();
    let tool = &catalog.entries().next().expect("one tool").tool;
    assert_eq!(tool.description, "Greets somebody by name.");
    assert_eq!(tool.hints.read_only, Some(true));
    let name = &tool.input.schema()["properties"]["name"];
    assert_eq!(name["description"], "Whom to greet, such as `Ada`.");
    assert_eq!(name["maxLength"], 100);
    host.rejects("hello", json!({"name": ""})).await;
    match host.fails("hello", json!({"name": " "})).await {
        Failure::Tool { reason, .. } => assert_eq!(reason, ToolError::InvalidInput),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_weather_is_the_same_as_that_of_the_shipped_tool() {
    let (shipped, own) = (
        Setup::new().weather().start().await,
        with("weather", "{}").await,
    );
    for args in [
        json!({"city": "Tokyo"}),
        json!({"city": "São Paulo", "units": "celsius"}),
        json!({"city": "Oslo", "units": "fahrenheit"}),
    ] {
        let expected = text(&shipped, "get_weather", args.clone()).await;
        assert_eq!(text(&own, "get_weather", args).await, expected);
    }
    own.rejects("get_weather", json!({"city": "Oslo", "units": "kelvin"}))
        .await;
}

#[tokio::test]
async fn a_page_is_fetched_where_that_is_granted() {
    let page = "<html><head><title>A &amp; B</title></head></html>";
    let server = Server::plain(move |_| with_headers("content-type: text/html\r\n", page)).await;
    let grant = format!(
        "{{grants: {{network: [{}]}}}}",
        server.entry("127.0.0.1", "")
    );
    let url = json!({"url": server.url("/")});
    let granted = with("http-fetch", &grant).await;
    assert_eq!(text(&granted, "fetch_title", url.clone()).await, "A & B");
    let failure = with("http-fetch", "{}")
        .await
        .fails("fetch_title", url)
        .await;
    assert!(matches!(failure, Failure::Tool { .. }), "{failure:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn settings_come_from_the_config_and_a_secret_rides_along_unseen() {
    let server = Server::plain(|request| match request.headers("authorization")[..] {
        ["Bearer s3cret-token"] => ok("{\"account\": \"acme\"}"),
        _ => ok("{\"account\": \"nobody\"}"),
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "s3cret-token").expect("written");
    let grants = format!(
        "{{grants: {{config: {{greeting: Good day, service: \"http://{}\"}}, network: [{}], secrets: [{{name: TOKEN, from: \"file:{}\", send_to: 127.0.0.1, prefix: \"Bearer \"}}]}}}}",
        server.authority(),
        server.entry("127.0.0.1", ""),
        token.display()
    );
    let host = with("config-secret", &grants).await;
    let said = text(&host, "greet", json!({"name": "Ada"})).await;
    assert_eq!(said, "Good day, Ada! The service knows us as acme.");
}

#[tokio::test]
async fn a_result_holds_every_kind_of_content() {
    let host = with("rich-content", "{}").await;
    let output = host.good("show_colour", json!({"hex": "#ff8800"})).await;
    assert_eq!(
        output.structured,
        Some(json!({"red": 255, "green": 136, "blue": 0}))
    );
    let kinds = output.content.iter().map(|item| match item {
        Content::Text(_) => "text",
        Content::Image { data, .. } if data.starts_with(b"\x89PNG") => "image",
        Content::Resource { .. } => "document",
        Content::Link { .. } => "link",
        Content::Image { .. } | Content::Audio { .. } => "something else",
    });
    let kinds: Vec<&str> = kinds.collect();
    assert_eq!(kinds, ["text", "image", "document", "link", "text"]);
}
