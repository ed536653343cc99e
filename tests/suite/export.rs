//! OTLP to a receiver on loopback: what arrives is what happened.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};
use toolhost_tests::collector::{Collector, text};
use toolhost_tests::servers::{Authority, Server, ok};
use toolhost_tests::{Setup, binary, root};

/// A caller's trace.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
/// The span in it that calls.
const CALLER: &str = "b7ad6b7169203331";

fn invoke(endpoint: &str, args: &[&str], wants: i32) {
    let status = Command::new(binary())
        .arg("invoke")
        .args(args)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_SERVICE_NAME", "weather-desk")
        .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("`make build` made the binary");
    assert_eq!(status.code(), Some(wants), "{args:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_and_metrics_of_every_call_reach_a_collector_before_the_process_ends() {
    let collector = Collector::start().await;
    let url = collector.url.clone();
    let calls = tokio::task::spawn_blocking(move || {
        invoke(&url, &["get_weather", "city=Tokyo"], 0);
        invoke(&url, &["get_weather", "city="], 1);
    });
    calls.await.expect("no panic");
    let inbox = collector.received();
    let spans: Vec<_> = collector
        .calls()
        .iter()
        .map(|span| {
            let get = |key| text(&span.attributes, key);
            assert!(
                get("sandbox.fuel.consumed")
                    .parse::<u64>()
                    .is_ok_and(|fuel| fuel > 0)
            );
            assert_eq!(get("gen_ai.tool.name"), "get_weather");
            assert_eq!(get("tool_runtime.provider"), "weather-runtime");
            let status = span.status.as_ref().map_or(0, |status| status.code);
            (
                span.name.clone(),
                status,
                span.attributes
                    .iter()
                    .any(|attribute| attribute.key == "error.type"),
            )
        })
        .collect();
    // Status code 0 is unset, 2 is error.
    assert_eq!(
        spans,
        [
            ("execute_tool get_weather".to_owned(), 0, false),
            ("execute_tool get_weather".to_owned(), 2, true)
        ]
    );
    assert_eq!(inbox.services, ["weather-desk", "weather-desk"]);
    assert_eq!(
        inbox.invocations,
        BTreeMap::from([("success".to_owned(), 0), ("error".to_owned(), 1)])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_delays_the_end_by_a_bounded_time_and_fails_nothing() {
    let calls = tokio::task::spawn_blocking(|| {
        invoke("http://127.0.0.1:9", &["get_weather", "city=Tokyo"], 0)
    });
    tokio::time::timeout(Duration::from_secs(30), calls)
        .await
        .expect("it ends")
        .expect("no panic");
}

/// Calls a tool of `dials` over HTTP within the caller's trace, with these flags, on a host with
/// a collector; what it may reach is `server`.
async fn call_in_trace(server: &Server, flags: &str, tool: &str, args: &Value) -> Collector {
    let collector = Collector::start().await;
    let config = server.grant("limits: {fuel: 100M}");
    let setup = Setup::new()
        .hostile("dials", &config)
        .collector(&collector.url);
    let host = setup.start().await.serve().await.expect("it serves");
    let answer = reqwest::Client::new()
        .post(format!("{}/v1/tool-runtime/invoke", host.url))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-{flags}"))
        .json(&json!({"tool_name": tool, "kwargs": args}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["x-trace-id"], TRACE);
    host.stop().await.expect("it stops");
    collector
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_a_tree_of_spans_from_the_clients_request_to_the_tools_own() {
    let server = Server::plain(|_| ok("hello")).await;
    let args = json!({"method": "GET", "scheme": "http", "authority": server.at("127.0.0.1"), "path": "/a?b=c"});
    let collector = call_in_trace(&server, "01", "fetch", &args).await;
    let spans = collector.received().spans;
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
    let named = |name: &str| -> &Span {
        let mut found = spans.iter().filter(|span| span.name == name);
        found.next().unwrap_or_else(|| panic!("{name}: {spans:?}"))
    };
    let chain = [
        named("POST /v1/tool-runtime/invoke"),
        named("execute_tool fetch"),
        named("call"),
        named("GET"),
    ];
    assert_eq!(spans.len(), chain.len() + 1, "{spans:?}");
    assert_eq!(hex(&chain[0].parent_span_id), CALLER);
    for (parent, child) in chain
        .iter()
        .zip(&chain[1..])
        .chain([(&chain[1], &named("instantiate"))])
    {
        assert_eq!(child.parent_span_id, parent.span_id, "{}", child.name);
        assert!(child.start_time_unix_nano >= parent.start_time_unix_nano);
        assert!(child.end_time_unix_nano <= parent.end_time_unix_nano);
        assert!(child.start_time_unix_nano <= child.end_time_unix_nano);
    }
    // Kinds: 1 is internal, 2 server, 3 client.
    assert_eq!(chain.map(|span| span.kind), [2, 1, 1, 3]);

    let [root, _, _, own] = chain.map(|span| &span.attributes);
    assert_eq!(text(root, "http.response.status_code"), "200");
    assert_eq!(text(root, "http.route"), "/v1/tool-runtime/invoke");
    assert_eq!(text(own, "url.full"), server.url("/a"), "without its query");
    assert_eq!(text(own, "http.response.status_code"), "200");
    assert_eq!(text(own, "server.address"), "127.0.0.1");

    let [arrived] = &server.requests()[..] else {
        panic!("one request")
    };
    let context = format!("00-{TRACE}-{}-01", hex(&chain[3].span_id));
    assert_eq!(arrived.headers("traceparent"), [context]);
    assert!(arrived.headers("tracestate").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_that_its_caller_does_not_keep_is_passed_on_and_not_sent() {
    let server = Server::plain(|_| ok("hello")).await;
    let args = json!({ "url": server.url("/") });
    let collector = call_in_trace(&server, "00", "get", &args).await;
    assert!(collector.received().spans.is_empty());
    let requests = server.requests();
    let [context] = &requests[0].headers("traceparent")[..] else {
        panic!("one header")
    };
    assert!(
        context.starts_with(&format!("00-{TRACE}-")) && context.ends_with("-00"),
        "{context}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_tool_writes_and_how_its_requests_fail_stands_on_its_spans() {
    let server = Server::plain(|_| ok("first\nsecond")).await;
    let args = json!({"url": server.url("/"), "without": "", "how": "panic"});
    let collector = call_in_trace(&server, "01", "gossip", &args).await;
    let spans = collector.received().spans;
    let call = spans
        .iter()
        .find(|span| span.name == "call")
        .expect("it ran");
    let lines: Vec<_> = call
        .events
        .iter()
        .filter(|event| event.name == "log")
        .map(|event| ["log.iostream", "message"].map(|key| text(&event.attributes, key)))
        .collect();
    assert!(
        lines.contains(&["stdout".to_owned(), "second".to_owned()]),
        "{lines:?}"
    );
    assert!(
        lines.contains(&["stderr".to_owned(), "first".to_owned()]),
        "{lines:?}"
    );
    let status = call.status.as_ref().expect("a status");
    assert_eq!((status.code, &*status.message), (2, "trap"));
    assert_eq!(text(&call.attributes, "error.type"), "trap");
}

/// A collector behind TLS that is named by a private authority; whether it is sent spans.
async fn is_trusted(certificate: bool) -> bool {
    let authority = Authority::new();
    let server = Server::tls(&authority, &["localhost"], |_| ok("")).await;
    let endpoint = format!("https://localhost:{}/v1/traces", server.port());
    let file = certificate.then(|| authority.file());
    let called = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(binary());
        command
            .args(["invoke", "get_weather", "city=Tokyo"])
            .env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint)
            .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(file) = file {
            command.env("OTEL_EXPORTER_OTLP_CERTIFICATE", file);
        }
        command.status().expect("`make build` made the binary")
    });
    assert!(called.await.expect("no panic").success());
    let requests = server.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.path() == "/v1/traces")
    );
    !requests.is_empty()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_behind_tls_is_sent_spans_if_its_authority_is_trusted() {
    assert!(is_trusted(true).await);
    assert!(!is_trusted(false).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_ran_into_a_limit_says_so_in_its_span() {
    let collector = Collector::start().await;
    let setup = Setup::new()
        .guest_with("loops_forever", "{limits: {fuel: 100K}}")
        .collector(&collector.url);
    let server = setup.start().await.serve().await.expect("it serves");
    toolhost_tests::invoke(&server.router, "run", json!({})).await;
    server.stop().await.expect("it stops");
    let [span] = &collector.calls()[..] else {
        panic!("one call")
    };
    assert_eq!(text(&span.attributes, "error.type"), "out_of_fuel");
    assert_eq!(text(&span.attributes, "sandbox.limit"), "100000");
    assert_eq!(text(&span.attributes, "sandbox.denials"), "");
}
