//! Rows 1 to 9: a guest that does not come to an end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toolhost::invocation::Failure;
use toolhost_tests::servers::Server;
use toolhost_tests::{Setup, invoke};

use super::Arena;

/// Far more than any attack here may take, and far less than it would take by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Row 1: a loop; out of fuel, and not one unit more than the limit.
#[tokio::test]
async fn a_loop_ends_when_its_fuel_does() {
    let arena = Arena::of("burns", "{limits: {fuel: 10M}}").await;
    let outcome = arena.runs("loop_forever", json!({})).await;
    assert_eq!(
        outcome.result,
        Err(Failure::OutOfFuel { limit: 10_000_000 })
    );
    assert_eq!(outcome.usage.fuel, 10_000_000);
}

/// Row 2: a loop with fuel for an hour; the clock ends it.
#[tokio::test]
async fn a_loop_with_fuel_for_an_hour_ends_with_its_time() {
    let limit = Duration::from_millis(100);
    let arena = Arena::of("burns", "{limits: {fuel: 1T, timeout: 100ms}}").await;
    let begun = Instant::now();
    assert_eq!(
        arena.fails("loop_forever", json!({})).await,
        Failure::Timeout { limit }
    );
    assert!(begun.elapsed() < PATIENCE);
}

/// Row 3: a sleep past the deadline; the clock ends it although no code of the guest runs.
#[tokio::test]
async fn a_sleep_past_the_deadline_is_cut_off() {
    let limit = Duration::from_millis(50);
    let arena = Arena::of("burns", "{limits: {timeout: 50ms}}").await;
    for millis in [3_600_000, u64::MAX] {
        assert_eq!(
            arena.fails("sleep", json!({"millis": millis})).await,
            Failure::Timeout { limit },
            "{millis}"
        );
    }
}

/// Row 4: a request to a server that never answers, or drips; the call's own deadline holds.
#[tokio::test]
async fn a_request_waits_no_longer_than_its_call() {
    let limit = Duration::from_millis(300);
    for upstream in [Server::silent().await, Server::dripping().await] {
        let config = upstream.grant("limits: {timeout: 300ms}");
        let arena = Arena::of("dials", &config).await;
        let begun = Instant::now();
        let outcome = arena
            .runs("get", json!({"url": upstream.url("/slow")}))
            .await;
        assert_eq!(outcome.result, Err(Failure::Timeout { limit }));
        assert_eq!(outcome.usage.http_requests, 1, "what was sent is counted");
        assert!(begun.elapsed() < PATIENCE);
        upstream.until_all_hung_up().await;
    }
}

/// Row 4: a request body that is never finished; the call's own deadline holds.
#[tokio::test]
async fn a_request_body_that_never_ends_waits_no_longer_than_its_call() {
    let limit = Duration::from_millis(300);
    let upstream = Server::silent().await;
    let config = upstream.grant("limits: {timeout: 300ms}");
    let arena = Arena::of("dials", &config).await;
    let to = |more: Value| {
        let mut args = json!({"scheme": "http", "authority": upstream.authority(), "path": "/x"});
        let more = more.as_object().cloned().expect("an object");
        args.as_object_mut().expect("an object").extend(more);
        args
    };
    for (tool, args) in [
        ("leave_unfinished", to(json!({"bytes": 10}))),
        ("drip", to(json!({"bytes": 1000, "pause_millis": 50}))),
    ] {
        assert_eq!(
            arena.fails(tool, args).await,
            Failure::Timeout { limit },
            "{tool}"
        );
    }
}

/// Row 5: a million calls of the host that cost no fuel; too many host calls.
#[tokio::test]
async fn host_calls_that_cost_no_fuel_run_out_too() {
    let arena = Arena::of("burns", "{limits: {hostcalls: 10K, timeout: 1m}}").await;
    for which in ["log", "random", "clock", "handle"] {
        let args = json!({"which": which, "times": 1_000_000});
        let outcome = arena.runs("call_host", args).await;
        assert_eq!(
            outcome.result,
            Err(Failure::TooManyHostCalls { limit: 10_000 }),
            "{which}"
        );
        assert!(
            (10_000..11_000).contains(&outcome.usage.hostcalls),
            "{which}: {:?}",
            outcome.usage
        );
    }
    arena
        .good("call_host", json!({"which": "clock", "times": 1000}))
        .await;
}

/// Row 5: host calls that each make the host look at a thousand pollables; one of the limits.
#[tokio::test]
async fn polls_of_a_thousand_things_end_at_a_limit() {
    let arena = Arena::of(
        "burns",
        "{limits: {hostcalls: 10K, timeout: 500ms, handles: 4096}}",
    )
    .await;
    let args = json!({"which": "poll", "times": 1_000_000});
    let failure = arena.fails("call_host", args).await;
    assert!(
        matches!(
            failure,
            Failure::TooManyHostCalls { .. }
                | Failure::Timeout { .. }
                | Failure::OutOfFuel { .. }
                | Failure::OutputTooLarge { .. }
        ),
        "{failure:?}"
    );
}

/// Row 6: ten million calls deep; a trap, and the host's own stack is safe.
#[tokio::test]
async fn recursion_without_end_is_a_trap() {
    let arena = Arena::of("burns", "{}").await;
    let failure = arena.fails("recurse", json!({"depth": 10_000_000})).await;
    assert!(
        matches!(&failure, Failure::Trap { reason, .. }
            if reason.contains("call stack exhausted") || reason.contains("out of bounds")),
        "{failure:?}"
    );
    arena.good("recurse", json!({"depth": 1000})).await;
}

/// Row 7: instructions that each touch all memory or a whole table; charged as fuel.
#[tokio::test]
async fn a_single_instruction_that_touches_everything_costs_what_it_touches() {
    let arena = Arena::of("swells", "{limits: {fuel: 100M, timeout: 1m}}").await;
    for (tool, args) in [
        ("fill_memory", json!({"pages": 900, "times": 1000})),
        ("copy_memory", json!({"pages": 900, "times": 1000})),
        ("fill_table", json!({"elements": 15_000, "times": 100_000})),
    ] {
        let outcome = arena.runs(tool, args).await;
        let limit = 100_000_000;
        assert_eq!(
            outcome.result,
            Err(Failure::OutOfFuel { limit }),
            "{tool}: {:?}",
            outcome.usage
        );
    }
}

/// Row 7: the same with fuel for an hour; the clock ends it between two instructions.
#[tokio::test]
async fn instructions_that_touch_everything_do_not_hide_the_clock() {
    let limit = Duration::from_millis(200);
    let arena = Arena::with(
        Setup::new()
            .hostile("swells", "{limits: {fuel: 1T, timeout: 200ms}}")
            .hostile("burns", "{limits: {fuel: 1T, timeout: 200ms}}"),
    )
    .await;
    for (tool, args) in [
        (
            "swells/fill_memory",
            json!({"pages": 900, "times": 100_000}),
        ),
        (
            "swells/copy_memory",
            json!({"pages": 900, "times": 100_000}),
        ),
        ("burns/fill_memory", json!({"mib": 48, "times": 100_000})),
    ] {
        let begun = Instant::now();
        let outcome = arena.host.invoke(tool, args).await.decided;
        assert_eq!(
            outcome.expect("it ran").result,
            Err(Failure::Timeout { limit }),
            "{tool}"
        );
        assert!(begun.elapsed() < PATIENCE, "{tool}");
    }
}

/// Row 8: loops in a start function, in `realloc` and after the answer; the same limits.
#[tokio::test]
async fn code_outside_the_function_that_was_called_has_the_same_limits() {
    for (limits, expected) in [
        (
            "{limits: {fuel: 10M}}",
            Failure::OutOfFuel { limit: 10_000_000 },
        ),
        (
            "{limits: {fuel: 1T, timeout: 100ms}}",
            Failure::Timeout {
                limit: Duration::from_millis(100),
            },
        ),
    ] {
        let setup = Setup::new().hostile("start_loops", limits);
        let arena = Arena::with(setup.hostile("lies", limits)).await;
        for (tool, args) in [
            ("never", json!({})),
            ("realloc_loops", json!({"text": "hello"})),
            ("post_return_loops", json!({})),
        ] {
            assert_eq!(arena.fails(tool, args).await, expected, "{tool}");
        }
    }
}

/// Row 8: a loop, a flood and an end of memory while a component is asked for its tools; the
/// component is refused, and says so.
#[tokio::test]
async fn code_that_runs_while_a_component_is_loaded_has_limits_too() {
    let text = Setup::new()
        .guest_with("loops_at_load", "{limits: {fuel: 1T, timeout: 100ms}}")
        .hostile("floods_tools", "{}")
        .refused()
        .await;
    for words in ["2 problems", "`list-tools` failed", "time limit"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.len() < 4000, "{} bytes of problems", text.len());
}

/// Row 9: 64 loops at once; good tools and `/healthz` are answered while they run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_loops_leave_room_for_good_calls_and_health_checks() {
    let limits = "{limits: {fuel: 1T, timeout: 3s, concurrency: 64}}";
    let host = Setup::new()
        .weather()
        .hostile("burns", limits)
        .host("concurrency: 66")
        .start()
        .await;
    let server = host.serve().await.expect("a free port");
    let loops: Vec<_> = (0..64)
        .map(|_| {
            let router = server.router.clone();
            tokio::spawn(async move { invoke(&router, "loop_forever", json!({})).await })
        })
        .collect();
    let client = reqwest::Client::new();
    for city in 0..20 {
        let answer = invoke(
            &server.router,
            "get_weather",
            json!({"city": format!("City {city}")}),
        );
        let outcome = answer.await.decided.expect("it ran");
        assert!(outcome.result.is_ok(), "{:?}", outcome.result);
        let health = client.get(format!("{}/healthz", server.url)).send();
        assert_eq!(health.await.expect("an answer").status(), 200);
    }
    assert!(
        loops.iter().all(|running| !running.is_finished()),
        "the loops ended before the good calls"
    );
    for running in loops {
        let outcome = running.await.expect("no panic").decided.expect("it ran");
        assert!(
            matches!(outcome.result, Err(Failure::Timeout { .. })),
            "{:?}",
            outcome.result
        );
    }
    server.stop().await.expect("it stops");
}
