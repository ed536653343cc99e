//! Every limit bites, says its name, and leaves the neighbours alone.

use std::time::Duration;

use serde_json::json;
use toolhost::invocation::{Content, Failure};
use toolhost_tests::{Setup, invoke};

#[tokio::test]
async fn a_loop_runs_out_of_fuel() {
    let host = Setup::new()
        .guest_with("loops_forever", "{limits: {fuel: 1M}}")
        .start()
        .await;
    let answer = host.invoke("run", json!({})).await;
    let outcome = answer.decided.expect("it ran");
    assert_eq!(outcome.result, Err(Failure::OutOfFuel { limit: 1_000_000 }));
    assert_eq!(outcome.usage.fuel, 1_000_000);
}

#[tokio::test]
async fn a_loop_with_much_fuel_runs_out_of_time() {
    let host = Setup::new()
        .guest_with("loops_forever", "{limits: {fuel: 1T, timeout: 50ms}}")
        .start()
        .await;
    let limit = Duration::from_millis(50);
    assert_eq!(
        host.fails("run", json!({})).await,
        Failure::Timeout { limit }
    );
}

#[tokio::test]
async fn a_guest_that_waits_in_a_host_call_runs_out_of_time() {
    let host = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 50ms}}")
        .start()
        .await;
    let limit = Duration::from_millis(50);
    assert_eq!(
        host.fails("nap", json!({"millis": 3_600_000})).await,
        Failure::Timeout { limit }
    );
    assert_eq!(
        host.good("nap", json!({"millis": 1})).await.content,
        [Content::Text("awake".to_owned())]
    );
}

#[tokio::test]
async fn a_guest_that_allocates_without_end_runs_out_of_memory() {
    let host = Setup::new()
        .guest_with("grows_memory", "{limits: {memory: 8MiB}}")
        .start()
        .await;
    let answer = host.invoke("grow", json!({})).await;
    let outcome = answer.decided.expect("it ran");
    assert_eq!(
        outcome.result,
        Err(Failure::OutOfMemory {
            limit_bytes: 8 << 20
        })
    );
    assert!(
        outcome.usage.memory_peak_bytes <= 8 << 20,
        "{:?}",
        outcome.usage
    );
    assert!(
        outcome.usage.memory_peak_bytes > 6 << 20,
        "{:?}",
        outcome.usage
    );
}

#[tokio::test]
async fn a_component_that_starts_with_more_memory_than_its_limit_does_not_run() {
    let host = Setup::new()
        .guest_with("remembers", "{limits: {memory: 64KiB}}")
        .start()
        .await;
    assert_eq!(
        host.fails("count", json!({})).await,
        Failure::OutOfMemory {
            limit_bytes: 64 << 10
        }
    );
}

#[tokio::test]
async fn a_result_larger_than_its_limit_is_cut_off_before_the_host_copies_it() {
    let host = Setup::new()
        .guest_with("floods_output", "{limits: {memory: 512MiB}}")
        .start()
        .await;
    for bytes in [(1 << 20) + 1, 100_000_000] {
        let failure = host.fails("flood", json!({"bytes": bytes})).await;
        assert_eq!(
            failure,
            Failure::OutputTooLarge {
                limit_bytes: 1 << 20
            },
            "{bytes}"
        );
    }
    let output = host.good("flood", json!({"bytes": 1 << 20})).await;
    let [Content::Text(text)] = output.content.as_slice() else {
        panic!("no text")
    };
    assert_eq!(text.len(), 1 << 20);
}

#[tokio::test]
async fn a_flood_of_log_lines_is_dropped_and_counted_and_the_call_lives() {
    let host = Setup::new().guest("floods_log").start().await;
    let answer = host.invoke("chatter", json!({"bytes": 10_000_000})).await;
    let outcome = answer.decided.expect("it ran");
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    assert_eq!(outcome.usage.log_bytes, 20_000_000);
}

#[tokio::test]
async fn a_crash_is_a_trap_with_the_tail_of_stderr() {
    let host = Setup::new().guest("panics").start().await;
    let Failure::Trap { reason, stderr } = host
        .fails("panic_now", json!({"message": "no more tea"}))
        .await
    else {
        panic!()
    };
    assert!(reason.contains("unreachable"), "{reason}");
    assert!(stderr.contains("no more tea"), "{stderr}");
    let Failure::Trap { reason, .. } = host.fails("overflow_stack", json!({})).await else {
        panic!()
    };
    assert!(reason.contains("call stack exhausted"), "{reason}");
    let Failure::Trap { reason, .. } = host.fails("exits", json!({"code": 0})).await else {
        panic!()
    };
    assert!(reason.contains("exited with status 0"), "{reason}");
    assert!(matches!(
        host.fails("divide", json!({"a": 1, "b": 0})).await,
        Failure::Trap { .. }
    ));
    assert_eq!(
        host.good("divide", json!({"a": 6, "b": 3}))
            .await
            .structured,
        Some(json!(2))
    );
}

#[tokio::test]
async fn an_answer_too_deep_for_json_is_refused_in_words() {
    let host = Setup::new().guest("nests_deeply").start().await;
    assert!(
        host.good("nest", json!({"depth": 10}))
            .await
            .structured
            .is_some()
    );
    assert!(matches!(
        host.fails("nest", json!({"depth": 100_000})).await,
        Failure::InvalidOutput { .. }
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_tool_keeps_answering_while_64_others_loop() {
    let host = Setup::new()
        .weather()
        .guest_with(
            "loops_forever",
            "{limits: {fuel: 1T, timeout: 1500ms, concurrency: 64}}",
        )
        .host("concurrency: 66")
        .start()
        .await;
    let loops: Vec<_> = (0..64)
        .map(|_| {
            let router = host.router().clone();
            tokio::spawn(async move { invoke(&router, "run", json!({})).await })
        })
        .collect();
    // Both orders of starting are fine: what counts is that calls end while loops run.
    for city in 0..20 {
        host.good("get_weather", json!({"city": format!("City {city}")}))
            .await;
    }
    assert!(
        loops.iter().any(|running| !running.is_finished()),
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
}

#[tokio::test]
async fn the_words_of_a_failing_tool_are_held_to_the_output_limit_too() {
    let host = Setup::new()
        .guest_with("fails", "{limits: {output: 1KiB}}")
        .start()
        .await;
    let long = "x".repeat(2000);
    for tool in ["failed", "string_error"] {
        let failure = host.fails(tool, json!({"message": long})).await;
        assert_eq!(
            failure,
            Failure::OutputTooLarge { limit_bytes: 1024 },
            "{tool}"
        );
    }
}
