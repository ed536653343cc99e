//! `/v1/toolhost` and `/ui`: what people and `toolhost traces` look at.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::wire::Wire;

/// A host with a good call and a bad one in its past.
async fn past() -> Wire {
    let setup = Setup::new().weather().guest("fails").keeping_spans();
    let wire = Wire::to(setup).await;
    wire.invoke("get_weather", json!({"city": "Tokyo"})).await;
    wire.invoke("failed", json!({"message": "on purpose"}))
        .await;
    wire
}

async fn data(wire: &Wire, path: &str) -> Vec<Value> {
    let answer = wire.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()["data"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn calls_are_listed_once_and_by_what_they_are() {
    let wire = past().await;
    for (query, expected) in [
        ("", &["failed", "get_weather"][..]),
        ("?status=error", &["failed"]),
        ("?status=ok", &["get_weather"]),
        ("?tool=get_weather", &["get_weather"]),
        ("?text=tool_error", &["failed"]),
        ("?since=1h&limit=1", &["failed"]),
        ("?slower_than=1h", &[]),
    ] {
        let rows = data(&wire, &format!("/v1/toolhost/traces{query}")).await;
        let tools: Vec<_> = rows
            .iter()
            .map(|row| row["tool"].as_str().unwrap_or("none"))
            .collect();
        assert_eq!(tools, expected, "{query}");
    }
    let page = wire.get("/v1/toolhost/traces?limit=1").await.json();
    let next = page["next"].as_str().expect("another page");
    let rest = data(&wire, &format!("/v1/toolhost/traces?limit=1&before={next}")).await;
    assert_eq!(rest[0]["tool"], "get_weather");
}

#[tokio::test]
async fn a_trace_is_all_its_spans_from_the_root_down() {
    let wire = past().await;
    let rows = data(&wire, "/v1/toolhost/traces?tool=failed").await;
    let id = rows[0]["trace_id"].as_str().expect("an id");
    let trace = wire.get(&format!("/v1/toolhost/traces/{id}")).await.json();
    let spans = trace["spans"].as_array().expect("a list");
    let names: Vec<_> = spans
        .iter()
        .map(|span| span["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        names,
        [
            "POST /v1/tool-runtime/invoke",
            "execute_tool failed",
            "instantiate",
            "call"
        ]
    );
    assert_eq!(spans[1]["attributes"]["error.type"], "tool_error");
    assert_eq!(spans[1]["status"], "error");
    assert_eq!(spans[0]["offset_ms"], 0.0);
    for id in ["0", &"0".repeat(32)] {
        assert_eq!(
            wire.get(&format!("/v1/toolhost/traces/{id}")).await.status,
            404
        );
    }
}

#[tokio::test]
async fn tools_are_described_with_what_they_did_and_what_they_may_do() {
    let wire = past().await;
    let stats = data(&wire, "/v1/toolhost/stats").await;
    assert_eq!(stats[0]["tool"], "failed");
    assert_eq!(stats[0]["errors"], json!({"tool_error": 1}));
    assert_eq!(
        (&stats[1]["calls"], &stats[1]["errors"]),
        (&json!(1), &json!({}))
    );
    assert!(stats[1]["fuel"]["max"].as_u64() > Some(0));

    let steps = data(&wire, "/v1/toolhost/series?steps=5").await;
    let sum = |key: &str| {
        steps
            .iter()
            .filter_map(|step| step[key].as_u64())
            .sum::<u64>()
    };
    assert_eq!((steps.len(), sum("calls"), sum("errors")), (5, 2, 1));

    let tools = data(&wire, "/v1/toolhost/tools").await;
    assert_eq!(tools[0]["name"], "get_weather");
    assert_eq!(tools[0]["limits"]["timeout"], "5s");
    assert_eq!(tools[0]["grants"], json!([]));
}

#[tokio::test]
async fn questions_that_cannot_be_understood_say_which_part_of_them() {
    let wire = past().await;
    for (path, word) in [
        ("/v1/toolhost/traces?statu=ok", "`statu`"),
        ("/v1/toolhost/traces?status=good", "`ok` or `error`"),
        ("/v1/toolhost/traces?since=yesterday", "`15m`"),
        ("/v1/toolhost/traces?limit=0", "`limit`"),
        ("/v1/toolhost/traces?before=x", "`next`"),
        ("/v1/toolhost/series?steps=501", "500"),
        ("/v1/toolhost/stats?since=1h&since=2h", "twice"),
    ] {
        let answer = wire.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains(word), "{path}: {}", answer.text());
    }
    let without = Wire::to_weather().await;
    assert_eq!(without.get("/v1/toolhost/traces").await.status, 404);
    assert_eq!(without.get("/v1/toolhost/tools").await.status, 200);
}

#[tokio::test]
async fn the_page_takes_nothing_from_elsewhere_and_runs_nothing_inline() {
    let wire = Wire::to_weather().await;
    let html = wire.get("/ui").await;
    let text = html.text();
    let files = text.split('"').filter(|part| part.starts_with("/ui/"));
    let mut kinds = Vec::new();
    for path in ["/ui", "/ui/"].into_iter().chain(files) {
        let answer = wire.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
        assert!(
            header("content-security-policy").starts_with("default-src 'none'; script-src 'self'")
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        kinds.push(header("content-type"));
    }
    assert!(
        kinds.contains(&"text/javascript; charset=utf-8".to_owned()),
        "{kinds:?}"
    );
    assert!(
        !text.contains("<script>") && !text.contains("style="),
        "{text}"
    );
}

/// The attributes of a call of `tool` that fails or not, on a host whose traces have `keys`.
async fn attributes_of_a_call(keys: &str, tool: &str, args: Value) -> Value {
    let setup = Setup::new().weather().guest("fails").keeping_spans();
    let wire = Wire::to(setup.host(keys)).await;
    wire.invoke(tool, args).await;
    let rows = data(&wire, "/v1/toolhost/traces").await;
    let id = rows[0]["trace_id"].as_str().expect("an id");
    let trace = wire.get(&format!("/v1/toolhost/traces/{id}")).await.json();
    trace["spans"][1]["attributes"].clone()
}

#[tokio::test]
async fn arguments_and_results_are_kept_only_if_the_operator_says_how_much() {
    let (arguments, result) = ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result");
    let call = async |keys: &str, tool: &str, args: Value| {
        let attributes = attributes_of_a_call(keys, tool, args).await;
        [arguments, result].map(|key| attributes[key].as_str().unwrap_or_default().to_owned())
    };
    let tokyo = json!({"city": "Tokyo"});
    let nothing = call("grace: 1s", "get_weather", tokyo.clone()).await;
    assert_eq!(nothing, ["", ""]);
    let whole = call("traces: {content: 4KiB}", "get_weather", tokyo.clone()).await;
    assert_eq!(whole[0], r#"{"city":"Tokyo"}"#);
    assert!(whole[1].starts_with("Weather in Tokyo:"), "{whole:?}");
    let cut = call("traces: {content: 9}", "get_weather", tokyo).await;
    assert_eq!(cut, [r#"{"city":"…"#, "Weather i…"]);
    let failed = call(
        "traces: {content: 4KiB}",
        "failed",
        json!({"message": "no"}),
    )
    .await;
    assert!(failed[1].contains("no"), "{failed:?}");
    let refused = json!({"town": 1, "password": "p"});
    let refused = call("traces: {content: 4KiB}", "get_weather", refused).await;
    assert_eq!(refused, [r#"{"town":1,"password":"********"}"#, ""]);
}
