//! Rows 33, 34 and 36 to 38: a guest that looks for what is not its own.

use std::time::Duration;

use serde_json::{Value, json};
use toolhost::invocation::{Content, Failure};
use toolhost::runtime::Allocation;
use toolhost_tests::{Setup, invoke, root, wat};

use super::Arena;

/// Row 33: environment, arguments, folders, stdin and terminals; there is nothing there.
#[tokio::test]
async fn a_guest_finds_nothing_of_the_host_around_it() {
    let arena = Arena::of("snoops", "{}").await;
    for (tool, nothing) in [
        ("environment", json!([])),
        ("arguments", json!([])),
        ("folders", json!([])),
        ("working_folder", Value::Null),
        ("terminals", json!([false, false, false])),
    ] {
        assert_eq!(arena.value(tool, json!({})).await, nothing, "{tool}");
    }
    let output = arena.good("standard_input", json!({})).await;
    assert_eq!(output.content, [Content::Text(String::new())]);
}

/// Row 33: what is granted is seen, and nothing beside it.
#[tokio::test]
async fn a_guest_finds_the_environment_that_it_was_granted_alone() {
    let arena = Arena::of("snoops", "{grants: {env: {REGION: eu, EMPTY: ''}}}").await;
    assert_eq!(
        arena.value("environment", json!({})).await,
        json!([["REGION", "eu"], ["EMPTY", ""]])
    );
    assert_eq!(arena.value("arguments", json!({})).await, json!([]));
}

/// Row 34: config and stores of another provider, or of no one; empty, or denied.
#[tokio::test]
async fn a_guest_finds_no_config_and_no_store_that_is_not_its_own() {
    let path = toolhost_tests::hostile("stores");
    let granted = "{grants: {config: {units: metric}, keyvalue: {store: notes}}}";
    let setup = Setup::new().component("owner", &path, granted);
    let arena = Arena::with(setup.component("thief", &path, "{}")).await;
    let host = &arena.host;

    let value = json!({"bucket": "notes", "key": "k", "value": "mine"});
    host.good("owner/set_value", value).await;
    let key = json!({"bucket": "notes", "key": "k"});
    let output = host.good("owner/get_value", key.clone()).await;
    assert_eq!(output.structured, Some(json!("mine")));
    let output = host.good("owner/config_all", json!({})).await;
    assert_eq!(output.structured, Some(json!([["units", "metric"]])));

    let output = host.good("thief/config_all", json!({})).await;
    assert_eq!(output.structured, Some(json!([])));
    let output = host.good("thief/config_get", json!({"key": "units"})).await;
    assert_eq!(output.structured, Some(Value::Null));
    for bucket in ["notes", "", "default", "../notes", "owner/notes"] {
        let failure = host
            .fails("thief/get_value", json!({"bucket": bucket, "key": "k"}))
            .await;
        assert!(
            matches!(&failure, Failure::Tool { message, .. }
                if ["no-such-store", "access-denied"].contains(&message.as_str())),
            "{bucket}: {failure:?}"
        );
    }
}

/// Row 36: traps, panics and exits; a short reason that names no path of the host.
#[tokio::test]
async fn a_crash_says_nothing_about_the_host() {
    let setup = Setup::new()
        .guest("panics")
        .hostile("snoops", "{}")
        .hostile("lies", "{}");
    let arena = Arena::with(setup).await;
    let here = root().display().to_string();
    for (tool, args) in [
        ("panic_with", json!({"text": "no more tea"})),
        ("panic_now", json!({"message": "no more tea"})),
        ("overflow_stack", json!({})),
        ("exits", json!({"code": 1})),
        ("divide", json!({"a": 1, "b": 0})),
        ("call_null", json!({})),
        ("read_outside", json!({})),
        ("trap_after_call", json!({})),
        ("string_not_utf8", json!({})),
        ("post_return_calls_out", json!({})),
    ] {
        let tool = if tool == "divide" {
            "panics/divide"
        } else {
            tool
        };
        let failure = arena.host.fails(tool, args).await;
        let Failure::Trap { reason, .. } = &failure else {
            panic!("{tool}: {failure:?}")
        };
        for words in [
            &here,
            "/root",
            "/home",
            ".cargo",
            ".rs:",
            "0x",
            "backtrace",
            "wasmtime",
        ] {
            assert!(!reason.contains(words), "{tool}: {words} in {reason}");
        }
        assert!(
            !reason.contains('\n') && reason.len() < 200,
            "{tool}: {reason}"
        );
        assert!(!failure.to_string().contains(&here), "{tool}: {failure}");
    }
}

/// Row 37: a pattern over memory, globals and tables; no later call finds any of it, whether
/// the one that left it ended well, crashed or was broken off.
#[tokio::test]
async fn nothing_that_a_call_leaves_is_found_by_another() {
    leave_and_look("pool: true").await;
}

/// Row 37: the same where each call has memory of its own.
#[tokio::test]
async fn nothing_that_a_call_leaves_is_found_by_another_without_a_pool() {
    leave_and_look("pool: false").await;
}

async fn leave_and_look(pool: &str) {
    let limits = "{limits: {timeout: 2s, fuel: 1G}}";
    let path = wat("residue");
    let setup = Setup::new().component("leaves", &path, limits).host(pool);
    let arena = Arena::with(setup.component("looks", &path, limits)).await;
    let host = &arena.host;
    let is_pooled = host.app().runtime().allocation() != Allocation::OnDemand;
    assert_eq!(is_pooled, pool.ends_with("true"));
    let pattern = u64::MAX;
    let output = host
        .good(
            "leaves/leave_and_look",
            json!({"pages": 200, "pattern": pattern}),
        )
        .await;
    let words = output.structured.and_then(|words| words.as_u64());
    assert!(
        words > Some(200 * 8192),
        "it finds what is there: {words:?}"
    );
    for round in 0..10 {
        for tool in ["leave", "leave_and_crash", "leave_and_loop"] {
            let args = json!({"pages": 200, "pattern": pattern});
            host.invoke(&format!("leaves/{tool}"), args).await;
            for group in ["looks", "leaves"] {
                let tool = format!("{group}/look");
                let output = host.good(&tool, json!({"pages": 200})).await;
                assert_eq!(output.structured, Some(json!(0)), "round {round}: {tool}");
            }
        }
    }
}

/// Row 37: the same while many calls run at once and take each other's places.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_in_a_place_that_another_call_takes_over() {
    leave_and_look_at_once("pool: true").await;
}

/// Row 37: the same without places.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_by_calls_at_once_without_a_pool() {
    leave_and_look_at_once("pool: false").await;
}

async fn leave_and_look_at_once(pool: &str) {
    let path = wat("residue");
    let setup = Setup::new().component("leaves", &path, "{}").host(pool);
    let arena = Arena::with(setup.component("looks", &path, "{}")).await;
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let router = arena.host.router().clone();
            tokio::spawn(async move {
                if number % 2 == 0 {
                    let args = json!({"pages": 20, "pattern": u64::MAX});
                    invoke(&router, "leaves/leave", args).await;
                    return None;
                }
                let looked = invoke(&router, "looks/look", json!({"pages": 20})).await;
                looked.decided.ok()
            })
        })
        .collect();
    for call in calls {
        if let Some(outcome) = call.await.expect("no panic") {
            let found = outcome.result.expect("it looked").structured;
            assert_eq!(found, Some(json!(0)));
        }
    }
}

/// Row 38: clocks to measure others by; as granted they are real, coarse or frozen.
#[tokio::test]
async fn clocks_are_as_fine_as_they_were_granted() {
    const STEP: u64 = 100_000_000;
    let readings = async |config: &str| {
        let arena = Arena::of("snoops", config).await;
        arena.value("read_clocks", json!({"times": 10_000})).await
    };
    let list = |value: &Value| -> Vec<u64> {
        serde_json::from_value(value.clone()).expect("a list of numbers")
    };
    let real = readings("{}").await;
    assert!(list(&real["monotonic"]).len() > 100, "{real}");

    let coarse = readings("{grants: {clock: coarse}}").await;
    for clock in ["wall", "monotonic"] {
        let seen = list(&coarse[clock]);
        assert!(
            seen.iter().all(|time| time % STEP == 0),
            "{clock}: {coarse}"
        );
        assert!(seen.len() < 100, "{clock}: {coarse}");
    }
    assert_eq!(coarse["wall_resolution"], json!(STEP));
    assert_eq!(coarse["monotonic_resolution"], json!(STEP));

    let frozen = readings("{grants: {clock: frozen}}").await;
    for clock in ["wall", "monotonic"] {
        assert_eq!(list(&frozen[clock]).len(), 1, "{clock}: {frozen}");
    }
}

/// Row 38: a clock that stands still; it does not keep a guest from being timed out.
#[tokio::test]
async fn a_frozen_clock_is_the_guests_alone() {
    let config = "{grants: {clock: frozen}, limits: {timeout: 50ms, fuel: 1T}}";
    let limit = Duration::from_millis(50);
    let arena = Arena::of("burns", config).await;
    for (tool, args) in [
        ("sleep", json!({"millis": 3_600_000})),
        ("loop_forever", json!({})),
    ] {
        assert_eq!(
            arena.fails(tool, args).await,
            Failure::Timeout { limit },
            "{tool}"
        );
    }
}

/// Row 38: random bytes; real ones differ from call to call, seeded ones never.
#[tokio::test]
async fn random_bytes_are_as_granted() {
    let arena = Arena::of("snoops", "{}").await;
    let first = arena.value("read_random", json!({})).await;
    let second = arena.value("read_random", json!({})).await;
    for source in ["secure", "insecure"] {
        assert_ne!(first[source], second[source], "{source}");
    }
    let arena = Arena::of("snoops", "{grants: {random: seeded}}").await;
    let first = arena.value("read_random", json!({})).await;
    assert_eq!(arena.value("read_random", json!({})).await, first);
}
