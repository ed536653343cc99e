//! A million calls, good and hostile in turn, against one host; what is left of them.
//!
//! A number among the arguments replaces the million. The host is the binary, whose own gauges
//! say what it holds; the callers are threads of this process, each with one connection.
#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::spawn;

use toolhost_tests::Setup;
use toolhost_tests::serving::{Line, Serving};

/// Callers at the same time: twice as many as may run, so that calls wait too, and every
/// place of the pool is used from the beginning.
const CALLERS: usize = 16;
const CALLS: u64 = 1_000_000;
/// The memory is shown after each.
const PARTS: u64 = 10;
/// After these, everything that a host keeps for later has been allocated.
const WARM: u64 = 10_000;

/// What is called in turn, and the word that a right answer contains.
const MIX: [(&str, &str, &str); 8] = [
    ("get_weather", r#"{"city": "Tokyo"}"#, "Weather in Tokyo"),
    ("loops_forever/run", "{}", "out_of_fuel"),
    ("get_weather", r#"{"town": 1}"#, "invalid_arguments"),
    ("grows_memory/grow", "{}", "out_of_memory"),
    ("get_weather", r#"{"city": "Lima"}"#, "Weather in Lima"),
    ("panics/panic_now", r#"{"message": "x"}"#, "trap"),
    ("no_such_tool", "{}", "no_such_tool"),
    (
        "floods_output/flood",
        r#"{"bytes": 1000000}"#,
        "output_too_large",
    ),
];

/// Makes `calls` calls, all callers going round the mix together.
fn calls(address: &str, calls: u64) {
    let left = Arc::new(AtomicU64::new(calls));
    let caller = |_| {
        let mut line = Line::invoking(address, "", "{}");
        let left = left.clone();
        spawn(move || {
            let take = |n: u64| n.checked_sub(1);
            while let Ok(n) = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
                // In waves: at any time most callers do the same.
                let wave = usize::try_from(n).unwrap_or(0) / CALLERS;
                let (tool, kwargs, word) = MIX[wave % MIX.len()];
                line.invoke(tool, kwargs);
                let (_, _, body) = line.call().expect("an answer");
                let text = String::from_utf8_lossy(&body);
                assert!(text.contains(word), "{tool}: {text}");
            }
        })
    };
    let callers: Vec<_> = (0..CALLERS).map(caller).collect();
    for caller in callers {
        caller.join().expect("it was answered rightly");
    }
}

/// What the host says it holds: calls, instances, tasks and connections.
fn held(address: &str) -> Vec<String> {
    let (_, _, body) = Line::getting(address, "/metrics").call().expect("metrics");
    let text = String::from_utf8_lossy(&body).into_owned();
    let gauges = [
        "active_calls",
        "live_instances",
        "live_tasks",
        "open_connections",
    ];
    let is_gauge = |line: &&str| {
        gauges
            .iter()
            .any(|gauge| line.starts_with(&format!("llama_stack_tool_runtime_{gauge} ")))
    };
    text.lines()
        .filter(is_gauge)
        .map(|line| {
            line.trim_start_matches("llama_stack_tool_runtime_")
                .to_owned()
        })
        .collect()
}

fn main() {
    let calls_total = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next()
        .unwrap_or(CALLS);
    let setup = Setup::new()
        .keeping_spans()
        .weather()
        .guest_with("loops_forever", "{limits: {fuel: 1M}}")
        .guest_with("grows_memory", "{limits: {memory: 4MiB}}")
        .guest("panics")
        .guest_with("floods_output", "{limits: {output: 64KiB}}")
        .host("concurrency: 8")
        .host("queue_wait: 60s");
    let dir = tempfile::tempdir().expect("a folder");
    let host = Serving::with(&setup, dir.path());
    let address = host.address().to_owned();
    calls(&address, WARM);
    let (memory, open) = (host.memory_kib(), host.descriptors());
    let before = held(&address).join(", ");
    println!("after {WARM} calls: {memory} KiB resident, {open} descriptors, {before}");
    for part in 1..=PARTS {
        calls(&address, (calls_total - WARM) / PARTS);
        println!("  {part}/{PARTS}: {} KiB", host.memory_kib());
    }
    let after = host.memory_kib();
    // The callers' connections are closed; the host notices soon after.
    while host.descriptors() > open {
        std::thread::yield_now();
    }
    println!(
        "after {calls_total} calls: {after} KiB resident, {} descriptors, {}",
        host.descriptors(),
        held(&address).join(", ")
    );
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let change = (after as f64 / memory as f64 - 1.0) * 100.0;
    println!("resident memory changed by {change:+.1}%");
}
