//! What the contract itself offers for import, in plain values.

use serde_json::{Value, json};
use toolhost::invocation::{Failure, Outcome, Progress};
use toolhost::policy::Rule;
use toolhost_tests::servers::{Server, echo, ok, with_headers};
use toolhost_tests::{Setup, TestHost, wat};

async fn with(config: &str) -> TestHost {
    Setup::new()
        .guest_with("imports_contract", config)
        .start()
        .await
}

async fn outcome(host: &TestHost, tool: &str, args: Value) -> Outcome {
    let answer = host.invoke(tool, args).await;
    answer
        .decided
        .unwrap_or_else(|rejection| panic!("{tool}: {rejection:?}"))
}

async fn value(host: &TestHost, tool: &str, args: Value) -> Value {
    let output = host.good(tool, args).await;
    output.structured.expect("every tool answers with JSON")
}

#[tokio::test]
async fn lines_of_the_log_stand_on_stderr_with_their_level() {
    let host = with("{limits: {log: 1KiB}}").await;
    let said = outcome(&host, "say", json!({"line": "no wind\u{1b}[2J"})).await;
    assert_eq!(said.stderr, "DEBUG a detail\nERROR no wind\u{fffd}[2J");
    let long = "x".repeat(10_000);
    let said = outcome(&host, "say", json!({"line": long})).await;
    assert!(said.stderr.len() < 1200, "{}", said.stderr.len());
    assert!(said.stderr.ends_with("more bytes dropped]"));
    assert_eq!(said.usage.log_bytes, 15 + 6 + 10_000 + 1);
}

#[tokio::test]
async fn of_the_reports_of_progress_the_first_and_the_last_are_kept() {
    let host = with("{}").await;
    let worked = outcome(&host, "work", json!({"steps": 2})).await;
    let steps = |progress: &[Progress]| -> Vec<(f64, Option<f64>, String)> {
        let steps = progress.iter();
        steps
            .map(|step| (step.done, step.total, step.message.clone()))
            .collect()
    };
    let expected = [
        (1.0, Some(2.0), "began".to_owned()),
        (2.0, Some(2.0), String::new()),
    ];
    assert_eq!(steps(&worked.progress), expected);
    let ended = worked.timing.ended;
    assert!(worked.progress[0].after <= worked.progress[1].after);
    assert!(worked.progress[1].after <= ended);
    // They are there of a call that failed, too.
    let failed = outcome(&host, "work", json!({"steps": 1000, "fail": true})).await;
    assert!(matches!(failed.result, Err(Failure::Trap { .. })));
    assert_eq!(failed.progress.len(), 32);
    assert_eq!(failed.progress[30].done, 31.0);
    assert_eq!(failed.progress[31].done, 1000.0);
}

#[tokio::test]
async fn the_clock_is_the_one_that_is_granted() {
    let host = with("{}").await;
    let now = value(&host, "watch", json!({})).await;
    assert!(now[0].as_u64().expect("a time") > 1_700_000_000_000);
    let host = with("{grants: {clock: frozen}}").await;
    let now = value(&host, "watch", json!({})).await;
    assert_eq!(now[0], now[1]);
    let host = with("{grants: {clock: coarse}}").await;
    let now = value(&host, "watch", json!({})).await;
    assert_eq!(now[0].as_u64().expect("a time") % 100, 0);
}

#[tokio::test]
async fn random_bytes_come_from_the_source_that_is_granted_and_are_bounded() {
    let host = with("{}").await;
    let (one, other) = (
        value(&host, "draw", json!({"count": 16})).await,
        value(&host, "draw", json!({"count": 16})).await,
    );
    assert_eq!(one.as_array().map(Vec::len), Some(16));
    assert_ne!(one, other);
    let seeded = with("{grants: {random: seeded}}").await;
    let (one, other) = (
        value(&seeded, "draw", json!({"count": 16})).await,
        value(&seeded, "draw", json!({"count": 16})).await,
    );
    assert_eq!(one, other);
    match host.fails("draw", json!({"count": 65_537})).await {
        Failure::Trap { reason, .. } => assert!(reason.contains("65536 can be had"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn values_of_the_config_are_those_that_are_granted() {
    let host = with("{grants: {config: {region: eu, unit: celsius}}}").await;
    assert_eq!(
        value(&host, "look_up", json!({"key": "region"})).await,
        "eu"
    );
    assert_eq!(
        value(&host, "look_up", json!({"key": "home"})).await,
        Value::Null
    );
    let all = json!([["region", "eu"], ["unit", "celsius"]]);
    assert_eq!(value(&host, "look_around", json!({})).await, all);
    let host = with("{}").await;
    assert_eq!(value(&host, "look_around", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_request_goes_where_it_is_granted_and_brings_the_whole_answer() {
    let server = Server::plain(echo).await;
    let host = with(&format!(
        "{{grants: {{network: [{}]}}}}",
        server.entry("127.0.0.1", "")
    ))
    .await;
    let args = json!({"method": "post", "url": server.url("/x?y=1"), "headers": {"x-one": "two"}, "body": "hello"});
    let answer = value(&host, "fetch", args).await;
    assert_eq!(answer["status"], 200);
    let [request] = &server.requests()[..] else {
        panic!("one request");
    };
    assert_eq!(request.path(), "/x?y=1");
    assert_eq!(request.headers("x-one"), ["two"]);
    assert_eq!(request.body, b"hello");
    assert!(
        answer["body"]
            .as_str()
            .expect("text")
            .starts_with("POST /x?y=1 ")
    );

    let server = Server::plain(|_| with_headers("x-answer: yes\r\n", "")).await;
    let host = with(&format!(
        "{{grants: {{network: [{}]}}}}",
        server.entry("127.0.0.1", "")
    ))
    .await;
    let answer = value(&host, "fetch", json!({"url": server.url("/")})).await;
    let headers = answer["headers"].as_array().expect("a list");
    assert!(headers.contains(&json!(["x-answer", "yes"])), "{answer}");
}

/// What the tool was told.
async fn told(host: &TestHost, args: Value) -> (String, Outcome) {
    let mut outcome = outcome(host, "fetch", args).await;
    match std::mem::replace(&mut outcome.result, Err(Failure::Host)) {
        Err(Failure::Tool { message, .. }) => (message, outcome),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn why_a_request_has_no_answer_is_told_in_a_word_and_a_sentence() {
    let host = with("{}").await;
    let (message, outcome) = told(&host, json!({"url": "http://example.test/"})).await;
    assert!(
        message.starts_with("denied: GET http://example.test/: "),
        "{message}"
    );
    assert_eq!(outcome.denials.first[0].rule, Rule::Host);
    for (args, words) in [
        (json!({"url": "not a url"}), "invalid-request: the URL"),
        (
            json!({"url": "nonsense"}),
            "invalid-request: the URL is not absolute",
        ),
        (
            json!({"url": "/v1/x"}),
            "invalid-request: the URL is not absolute",
        ),
        (
            json!({"url": "http://example.test/", "method": "G T"}),
            "invalid-request: the method",
        ),
        (
            json!({"url": "http://example.test/", "headers": {"a b": ""}}),
            "invalid-request: a header has a name",
        ),
        (
            json!({"url": "http://example.test/", "headers": {"a": "b\r\nc: d"}}),
            "invalid-request: the header `a`",
        ),
    ] {
        let (message, _) = told(&host, args).await;
        assert!(message.starts_with(words), "{message}");
    }

    let server = Server::plain(|_| ok(&"x".repeat(5000))).await;
    let host = with(&format!(
        "{{grants: {{network: [{}]}}}}",
        server.entry("127.0.0.1", ", response_bytes: 1KiB")
    ))
    .await;
    let (message, outcome) = told(&host, json!({"url": server.url("/")})).await;
    assert!(message.starts_with("too-large: "), "{message}");
    assert_eq!(outcome.denials.first[0].rule, Rule::ResponseBytes);

    let silent = Server::silent().await;
    let host = with(&format!(
        "{{grants: {{network: [{}]}}}}",
        silent.entry("127.0.0.1", "")
    ))
    .await;
    let (message, _) = told(&host, json!({"url": silent.url("/"), "timeout_ms": 50})).await;
    assert!(message.starts_with("timeout: "), "{message}");
}

#[tokio::test]
async fn an_answer_larger_than_the_memory_of_the_tool_is_not_kept_for_it() {
    let server = Server::plain(|_| ok(&"x".repeat(3 << 20))).await;
    let config = format!(
        "{{grants: {{network: [{}]}}, limits: {{memory: 2MiB}}}}",
        server.entry("127.0.0.1", ", response_bytes: 16MiB")
    );
    let host = with(&config).await;
    let (message, _) = told(&host, json!({"url": server.url("/")})).await;
    assert!(
        message.starts_with("too-large: the answer has more than 2097152 bytes"),
        "{message}"
    );
}

#[tokio::test]
async fn host_calls_of_the_contract_are_counted_and_bounded() {
    let host = with("{limits: {hostcalls: 100}}").await;
    let worked = outcome(&host, "work", json!({"steps": 50})).await;
    assert!(worked.usage.hostcalls >= 50, "{}", worked.usage.hostcalls);
    let failure = host.fails("work", json!({"steps": 1_000_000})).await;
    assert_eq!(failure, Failure::TooManyHostCalls { limit: 100 });
}

#[tokio::test]
async fn a_component_of_an_unknown_version_is_refused_with_both_versions_named() {
    for name in ["provider_of_tomorrow", "import_of_tomorrow"] {
        let setup = Setup::new().component(name, &wat(name), "{}");
        let text = setup.refused().await;
        assert!(
            text.contains("built for `toolhost:tool` 0.9.0; this host speaks 0.1 and 0.2"),
            "{text}"
        );
    }
}
