//! Rows 10 to 18: a guest that takes more room than it may, its own or the host's.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toolhost::invocation::{Content, Failure};
use toolhost_tests::{Setup, TestHost};

use super::Arena;

const MIB: u64 = 1 << 20;

/// Row 10: memory up to 4 GiB; out of memory, or a refusal that the guest lives with.
#[tokio::test]
async fn memory_ends_at_its_limit() {
    let limit_bytes = 64 * MIB;
    let setup = Setup::new().hostile("hoards", "{}");
    let arena = Arena::with(setup.hostile("swells", "{}")).await;
    for bytes in [65 * MIB, 512 * MIB, 1 << 30] {
        let outcome = arena.runs("allocate", json!({"bytes": bytes})).await;
        assert_eq!(
            outcome.result,
            Err(Failure::OutOfMemory { limit_bytes }),
            "{bytes}"
        );
        assert!(outcome.usage.memory_peak_bytes <= limit_bytes);
    }
    let outcome = arena.runs("grow", json!({"pages": 65_536})).await;
    let pages = outcome.result.expect("it lives on").structured;
    let pages = pages.and_then(|pages| pages.as_u64()).expect("a number");
    assert!((900..1024).contains(&pages), "{pages}");
    assert!(outcome.usage.memory_peak_bytes <= limit_bytes);

    assert_eq!(
        arena.value("grow_memory", json!({"pages": 65_535})).await,
        json!(-1)
    );
}

/// Row 10: a component that begins with 4 GiB; refused.
#[tokio::test]
async fn memory_that_is_there_from_the_start_is_counted_too() {
    never_runs("declares_memory", "{}").await;
}

/// Row 11: three memories that grow in turn; one limit for all together.
#[tokio::test]
async fn all_memories_together_have_one_limit() {
    let arena = Arena::of("swells", "{limits: {memory: 16MiB}}").await;
    let outcome = arena.runs("grow_memories", json!({"pages": 16})).await;
    let gained = outcome.result.expect("it lives on").structured;
    assert_eq!(gained, Some(json!(240)), "15 MiB, after 3 pages at first");
    assert!(outcome.usage.memory_peak_bytes <= 16 * MIB);
}

/// Row 11: forty memories of 1 MiB; refused, or out of memory together.
#[tokio::test]
async fn many_small_memories_are_as_much_as_a_large_one() {
    never_runs("many_memories", "{limits: {memory: 32MiB}}").await;
}

/// Row 12: tables of billions of elements, at once or bit by bit; refused at the limit.
#[tokio::test]
async fn tables_end_at_their_limit() {
    let arena = Arena::of("swells", "{limits: {tables: 1000}}").await;
    for elements in [999, 100_000_000] {
        let args = json!({"elements": elements});
        assert_eq!(
            arena.value("grow_table", args).await,
            json!(-1),
            "{elements}"
        );
    }
    // Asking for it costs as much as having it.
    let failure = arena.fails("grow_table", json!({"elements": u32::MAX}));
    assert!(matches!(failure.await, Failure::OutOfFuel { .. }));
    assert_eq!(
        arena.value("grow_tables", json!({"elements": 100})).await,
        json!(900),
        "both tables together, which began with one element each"
    );
}

/// Row 12: a component that begins with ten million elements; refused.
#[tokio::test]
async fn a_table_that_is_there_from_the_start_is_counted_too() {
    never_runs("declares_table", "{}").await;
}

/// Row 13: answers of hundreds of MiB, or of 2^50 lists within lists; too large, at once.
#[tokio::test]
async fn an_answer_is_cut_off_before_the_host_has_copied_it() {
    let setup = Setup::new()
        .hostile("hoards", "{limits: {memory: 256MiB, timeout: 1m}}")
        .hostile("swells", "{limits: {timeout: 1m}}")
        .hostile("deep_types", "{limits: {timeout: 1m}}");
    let arena = Arena::with(setup).await;
    let limit_bytes = MIB;
    for (tool, args) in [
        ("huge_string", json!({"bytes": MIB + 1})),
        ("huge_string", json!({"bytes": 200 * MIB})),
        ("huge_bytes", json!({"bytes": MIB})),
        ("huge_bytes", json!({"bytes": 100 * MIB})),
        ("million_bytes", json!({})),
        ("billion_texts", json!({})),
        ("explode", json!({})),
    ] {
        let begun = Instant::now();
        assert_eq!(
            arena.fails(tool, args).await,
            Failure::OutputTooLarge { limit_bytes },
            "{tool}"
        );
        assert!(begun.elapsed() < Duration::from_secs(20), "{tool}");
    }
    let output = arena.good("huge_string", json!({"bytes": MIB})).await;
    assert!(matches!(&output.content[..], [Content::Text(text)] if text.len() == 1 << 20));
    let nested = arena.value("nest", json!({})).await.to_string();
    assert_eq!(nested, format!("{}16{}", "[".repeat(50), "]".repeat(50)));
}

/// Row 14: a million texts, empty or not; too large, and no time is lost in counting.
#[tokio::test]
async fn a_million_texts_are_too_large_even_if_they_are_empty() {
    let arena = Arena::of("hoards", "{limits: {memory: 256MiB, timeout: 1m}}").await;
    for (tool, args) in [
        ("many_strings", json!({"count": 1_000_000, "text": ""})),
        ("many_strings", json!({"count": 400_000, "text": "x"})),
        (
            "many_strings",
            json!({"count": 20_000, "text": "x".repeat(4000)}),
        ),
        ("many_lists", json!({"count": 1_000_000})),
        ("many_lists", json!({"count": 400_000})),
    ] {
        let begun = Instant::now();
        assert_eq!(
            arena.fails(tool, args).await,
            Failure::OutputTooLarge { limit_bytes: MIB },
            "{tool}"
        );
        assert!(begun.elapsed() < Duration::from_secs(20), "{tool}");
    }
}

/// Row 15: a million handles of each kind; too many handles, and few enough are fine.
#[tokio::test]
async fn handles_end_at_their_limit() {
    for (config, limit) in [("{}", 1024), ("{limits: {handles: 64}}", 64)] {
        let arena = Arena::of("hoards", config).await;
        for kind in ["pollable", "fields", "request", "stdout-stream"] {
            let args = |count: u32| json!({"kind": kind, "count": count});
            assert_eq!(
                arena.fails("hold_handles", args(1_000_000)).await,
                Failure::TooManyHandles { limit },
                "{kind}"
            );
            arena.good("hold_handles", args(20)).await;
        }
    }
}

/// Row 16: 40,000 header fields, and values of 10 MB; an error of the guest's, never a panic.
#[tokio::test]
async fn header_fields_end_at_a_size() {
    let arena = Arena::of("hoards", "{limits: {timeout: 1m, hostcalls: 1M}}").await;
    for tool in ["append_fields", "fields_from_list"] {
        for (count, value_bytes) in [(40_000, 10), (100_000, 0), (1, 10_000_000), (3, 8_000)] {
            let flood = json!({"flood": {"count": count, "value_bytes": value_bytes}});
            let failure = arena.fails(tool, flood).await;
            assert!(
                matches!(
                    failure,
                    Failure::Tool { .. } | Failure::Trap { .. } | Failure::OutputTooLarge { .. }
                ),
                "{tool} of {count} times {value_bytes}: {failure:?}"
            );
        }
        arena
            .good(tool, json!({"flood": {"count": 50, "value_bytes": 10}}))
            .await;
    }
    let failure = arena
        .fails("clone_fields", json!({"times": 1_000_000}))
        .await;
    assert_eq!(failure, Failure::TooManyHandles { limit: 1024 });
}

/// Row 17: a terabyte of random bytes in one call; a trap.
#[tokio::test]
async fn random_bytes_come_in_small_portions() {
    let arena = Arena::of("hoards", "{}").await;
    for tool in ["random_bytes", "insecure_random_bytes"] {
        for length in [65 * 1024, 1_u64 << 40, u64::MAX] {
            let failure = arena.fails(tool, json!({"length": length})).await;
            assert!(
                matches!(failure, Failure::Trap { .. }),
                "{tool} of {length}: {failure:?}"
            );
        }
        assert_eq!(
            arena.value(tool, json!({"length": 1024})).await,
            json!(1024)
        );
    }
}

/// Row 18: a flood on stdout and stderr; counted and dropped, and the call lives.
#[tokio::test]
async fn a_flood_of_output_is_counted_and_dropped() {
    let arena = Arena::of(
        "hoards",
        "{limits: {log: 1KiB, hostcalls: 1M, timeout: 1m}}",
    )
    .await;
    let outcome = arena.runs("flood_log", json!({"bytes": 50_000_000})).await;
    assert!(outcome.result.is_ok(), "{:?}", outcome.result);
    assert_eq!(outcome.usage.log_bytes, 100_000_000);
}

/// Row 18: a terabyte of zeros that the host should make itself; a trap.
#[tokio::test]
async fn the_host_makes_no_terabyte_of_zeros() {
    let arena = Arena::of("hoards", "{}").await;
    for length in [1_u64 << 20, 1 << 40, u64::MAX] {
        let failure = arena.fails("write_zeros", json!({"length": length})).await;
        assert!(
            matches!(failure, Failure::Trap { .. } | Failure::Tool { .. }),
            "{length}: {failure:?}"
        );
    }
    arena.good("write_zeros", json!({"length": 4096})).await;
}

/// A component that asks for too much before it runs: refused when it is loaded, or out of
/// memory when it is called, depending on how instances are allocated.
async fn never_runs(component: &str, config: &str) {
    let attacker = Setup::new().hostile(component, config).weather();
    match attacker.build().await {
        Ok(host) => out_of_memory(&host).await,
        Err(error) => {
            let text = error.to_string();
            assert!(
                ["memory", "memories", "table"]
                    .iter()
                    .any(|what| text.contains(what)),
                "{text}"
            );
        }
    }
}

async fn out_of_memory(host: &TestHost) {
    let failure = host
        .fails("boast", Value::Object(serde_json::Map::new()))
        .await;
    assert!(
        matches!(failure, Failure::OutOfMemory { .. }),
        "{failure:?}"
    );
    host.good("get_weather", json!({"city": "Oslo"})).await;
}
