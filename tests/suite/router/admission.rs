//! How many calls run, wait and are sent away.

use std::time::Duration;

use serde_json::json;
use toolhost::catalog::Registration;
use toolhost::invocation::{Answer, Rejection};
use toolhost::tool::GroupName;
use toolhost_tests::{Setup, TestHost, invoke, until_full};

/// Starts a call that stays in the guest, and waits until it has a place.
async fn occupy(host: &TestHost) -> tokio::task::JoinHandle<Answer> {
    let router = host.router().clone();
    let running =
        tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 60_000})).await });
    until_full(host.router(), "nap").await;
    running
}

#[tokio::test]
async fn a_tool_at_its_concurrency_is_busy_and_others_are_not() {
    let host = Setup::new()
        .weather()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .host("queue_wait: 20ms")
        .start()
        .await;
    let running = occupy(&host).await;
    let rejection = host.rejects("nap", json!({"millis": 1})).await;
    assert_eq!(
        rejection,
        Rejection::Busy {
            tool: "sleeps/nap".to_owned(),
            retry_after: Duration::from_millis(20)
        }
    );
    host.good("get_weather", json!({"city": "Oslo"})).await;
    running.abort();
}

#[tokio::test]
async fn a_cancelled_call_frees_its_place_at_once() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .host("concurrency: 1")
        .host("queue_wait: 5s")
        .start()
        .await;
    let running = occupy(&host).await;
    running.abort();
    assert!(running.await.expect_err("it was aborted").is_cancelled());
    host.good("nap", json!({"millis": 1})).await;
}

#[tokio::test]
async fn a_call_waits_in_the_queue_until_a_place_is_free() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .host("queue_wait: 5s")
        .start()
        .await;
    let running = occupy(&host).await;
    let router = host.router().clone();
    let waiting = tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 1})).await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    running.abort();
    let outcome = waiting.await.expect("no panic").decided.expect("it ran");
    assert!(outcome.result.is_ok());
    assert!(outcome.queued > Duration::ZERO);
}

#[tokio::test]
async fn a_full_queue_sends_calls_away_at_once() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .host("queue: 0")
        .host("queue_wait: 60s")
        .start()
        .await;
    let running = occupy(&host).await;
    assert!(matches!(
        host.rejects("nap", json!({"millis": 1})).await,
        Rejection::Busy { .. }
    ));
    running.abort();
}

#[tokio::test]
async fn a_draining_host_admits_nothing_and_finishes_what_runs() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .start()
        .await;
    let router = host.router().clone();
    let running = tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 50})).await });
    until_full(host.router(), "nap").await;
    host.router().drain();
    assert_eq!(
        host.rejects("nap", json!({"millis": 1})).await,
        Rejection::Draining
    );
    assert!(
        running
            .await
            .expect("no panic")
            .decided
            .expect("it ran")
            .result
            .is_ok()
    );
}

#[tokio::test]
async fn groups_that_offer_the_same_tool_share_its_concurrency() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .host("queue_wait: 20ms")
        .start()
        .await;
    let running = occupy(&host).await;
    let registration = Registration {
        name: GroupName::parse("other").expect("a name"),
        provider: None,
        args: None,
    };
    host.router().register(registration).expect("it is new");
    let rejection = host.rejects("other/nap", json!({"millis": 1})).await;
    assert!(matches!(rejection, Rejection::Busy { .. }), "{rejection:?}");
    running.abort();
}

#[tokio::test]
async fn a_tool_that_fills_its_own_queue_leaves_room_for_others() {
    let host = Setup::new()
        .weather()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}")
        .host("queue: 2")
        .host("tool_queue: 1")
        .host("queue_wait: 60s")
        .start()
        .await;
    let running = occupy(&host).await;
    let catalog = host.router().registry().current();
    let share = &catalog.entry("nap").expect("the tool exists").share;
    let router = host.router().clone();
    let waiting = tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 1})).await });
    while share.waiting.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let rejection = host.rejects("nap", json!({"millis": 1})).await;
    assert!(matches!(rejection, Rejection::Busy { .. }), "{rejection:?}");
    host.good("get_weather", json!({"city": "Oslo"})).await;
    running.abort();
    let outcome = waiting.await.expect("no panic").decided.expect("it ran");
    assert!(outcome.result.is_ok());
}

#[tokio::test]
async fn a_group_runs_no_more_calls_at_once_than_its_share() {
    let host = Setup::new()
        .weather()
        .guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 2}}")
        .host("group_concurrency: 1")
        .host("queue_wait: 20ms")
        .start()
        .await;
    let catalog = host.router().registry().current();
    let entry = catalog.entry("nap").expect("the tool exists");
    let router = host.router().clone();
    let running =
        tokio::spawn(async move { invoke(&router, "nap", json!({"millis": 60_000})).await });
    while entry.group_running.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let rejection = host.rejects("nap", json!({"millis": 1})).await;
    assert!(matches!(rejection, Rejection::Busy { .. }), "{rejection:?}");
    host.good("get_weather", json!({"city": "Oslo"})).await;
    running.abort();
}
