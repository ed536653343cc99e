//! Every invocation is measured once, whatever becomes of it.

use serde_json::json;
use toolhost_tests::{Setup, TestHost, invoke, until_full};

fn scrape(host: &TestHost) -> String {
    host.app().scrape().render()
}

fn count(text: &str, tool: &str, status: &str) -> u64 {
    let line = text.lines().find(|line| {
        line.starts_with("llama_stack_tool_runtime_invocations_total{")
            && line.contains(&format!("tool_name=\"{tool}\""))
            && line.contains(&format!("status=\"{status}\""))
    });
    line.and_then(|line| line.rsplit(' ').next())
        .map_or(0, |value| value.parse().expect("a number"))
}

#[tokio::test]
async fn three_good_calls_and_one_bad_show_as_three_and_one() {
    let host = Setup::new().weather().start().await;
    let text = scrape(&host);
    assert!(
        text.contains("status=\"success\"") && count(&text, "get_weather", "success") == 0,
        "zero from the start: {text}"
    );
    for _ in 0..3 {
        host.good("get_weather", json!({"city": "Tokyo"})).await;
    }
    host.rejects("get_weather", json!({"town": "Tokyo"})).await;
    let text = scrape(&host);
    assert_eq!(count(&text, "get_weather", "success"), 3);
    assert_eq!(count(&text, "get_weather", "error"), 1);
    for words in [
        "tool_group=\"weather\"",
        "provider=\"weather-runtime\"",
        "llama_stack_tool_runtime_duration_seconds_bucket{",
        "le=\"0.0005\"",
        "le=\"60\"",
        "llama_stack_tool_runtime_duration_seconds_sum{",
        "# HELP llama_stack_tool_runtime_invocations_total ",
        "# TYPE llama_stack_tool_runtime_duration_seconds histogram",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for doubled in ["_total_total", "_seconds_seconds", "_ratio"] {
        assert!(!text.contains(doubled), "{text}");
    }
}

/// Row 48: a hundred made-up tool names; one series, called unknown.
#[tokio::test]
async fn names_that_clients_make_up_never_become_labels() {
    let host = Setup::new().weather().start().await;
    for number in 0..100 {
        host.rejects(&format!("made_up_{number}"), json!({})).await;
    }
    let text = scrape(&host);
    assert_eq!(count(&text, "unknown", "error"), 100);
    assert!(!text.contains("made_up"), "{text}");
}

/// Row 45: a call that is dropped; recorded once.
#[tokio::test]
async fn a_cancelled_call_is_recorded_once_as_an_error() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .start()
        .await;
    let router = host.router().clone();
    let running =
        tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 60_000})).await });
    until_full(host.router(), "nap").await;
    running.abort();
    assert!(running.await.is_err());
    assert_eq!(count(&scrape(&host), "nap", "error"), 1);
    assert_eq!(count(&scrape(&host), "nap", "success"), 0);
}
