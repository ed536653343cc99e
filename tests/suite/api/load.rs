//! A host that is full, or that is shutting down, and clients that go away.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use toolhost_tests::{Setup, TestServer, invoke};

use super::documents::number;
use super::sockets::call;
use super::wire::{PATIENCE, Wire};

/// One call of `nap` fills it.
fn narrow() -> Setup {
    Setup::new()
        .weather()
        .guest_with("sleeps", "{limits: {timeout: 5m, concurrency: 1}}")
        .host("queue: 0")
}

/// Waits until `nap` has this many free places.
pub(super) async fn places(server: &TestServer, free: usize) {
    let catalog = server.router.registry().current();
    let entry = catalog.entry("nap").expect("it exists").clone();
    let wait = async {
        while entry.share.running.available_permits() != free {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait)
        .await
        .expect("the call starts or ends");
}

#[tokio::test]
async fn a_busy_tool_says_when_to_come_back_and_others_are_served() {
    let wire = Wire::to(narrow().host("queue_wait: 1500ms")).await;
    let router = wire.server.router.clone();
    let running =
        tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 200_000})).await });
    places(&wire.server, 0).await;

    let answer = wire.invoke("nap", json!({"millis": 1})).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "2"));
    assert!(
        answer.detail().starts_with("`sleeps/nap` is busy"),
        "{}",
        answer.text()
    );
    assert_eq!(
        answer.header("x-should-retry"),
        "",
        "a call that never ran may be repeated"
    );
    assert_eq!(
        wire.invoke("get_weather", json!({"city": "Oslo"}))
            .await
            .json()["error_code"],
        Value::Null
    );

    running.abort();
    places(&wire.server, 1).await;
    assert_eq!(
        wire.invoke("nap", json!({"millis": 1})).await.json()["content"],
        "awake"
    );
}

/// Row 51: calls and probes while the host shuts down; 503, and it still lives.
#[tokio::test]
async fn a_draining_host_takes_no_calls_and_says_so_to_whoever_probes_it() {
    let wire = Wire::to_weather().await;
    wire.server.router.drain();
    for answer in [
        wire.invoke("get_weather", json!({"city": "Oslo"})).await,
        wire.get("/readyz").await,
    ] {
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
        assert_eq!(answer.detail(), "the host is shutting down");
    }
    for path in ["/healthz", "/v1/health", "/v1/tools", "/metrics"] {
        assert_eq!(wire.get(path).await.status, 200, "{path}");
    }
    // Wrong arguments stay wrong: only a call that could run is sent elsewhere.
    assert_eq!(
        wire.invoke("get_weather", json!({})).await.json()["metadata"]["kind"],
        "invalid_arguments"
    );
}

/// Row 51: a stop while a call runs; the call is answered.
#[tokio::test]
async fn a_call_in_flight_is_answered_after_the_signal_to_stop() {
    let Wire { mut server, .. } = Wire::to(narrow()).await;
    let (url, body) = (
        server.url.clone(),
        json!({"tool_name": "nap", "kwargs": {"millis": 300}}).to_string(),
    );
    let running = tokio::task::spawn_blocking(move || super::sockets::exchange(&url, &call(&body)));
    places(&server, 0).await;
    server.signal();
    let answer = running.await.expect("no panic");
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"awake\""),
        "{answer}"
    );
    server.stop().await.expect("it stops");
}

/// Row 45: a client that goes away mid-call; cancelled, and recorded once.
#[tokio::test]
async fn a_call_whose_client_goes_away_is_cancelled_and_recorded_once_as_an_error() {
    let wire = Wire::to(narrow()).await;
    let address = wire.server.url.trim_start_matches("http://").to_owned();
    let body = json!({"tool_name": "nap", "kwargs": {"millis": 200_000}}).to_string();
    let mut client = TcpStream::connect(address).expect("a connection");
    client
        .write_all(call(&body).as_bytes())
        .expect("it is sent");
    places(&wire.server, 0).await;
    drop(client);
    places(&wire.server, 1).await;

    let calls = [
        "llama_stack_tool_runtime_invocations_total{",
        "tool_name=\"nap\"",
    ];
    let with = |status: &'static str| -> Vec<&str> { calls.into_iter().chain([status]).collect() };
    let seen =
        async { while number(&wire.get("/metrics").await, &with("status=\"error\"")) < 1.0 {} };
    timeout(Duration::from_secs(10), seen)
        .await
        .expect("it is recorded");
    wire.invoke("nap", json!({"millis": 1})).await;
    let metrics = wire.get("/metrics").await;
    for status in ["status=\"error\"", "status=\"success\""] {
        assert!(
            (number(&metrics, &with(status)) - 1.0).abs() < f64::EPSILON,
            "{status}: {}",
            metrics.text()
        );
    }
}
