//! OTLP to a receiver on loopback: what arrives is what happened.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use toolhost_tests::collector::{Collector, text};
use toolhost_tests::{binary, root};

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
    let spans: Vec<_> = inbox
        .spans
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
                span.name.as_str(),
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
            ("execute_tool get_weather", 0, false),
            ("execute_tool get_weather", 2, true)
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
