//! A call of `get_weather`: in a fresh sandbox, and as a native function doing the same work.
//!
//! Held equal: the text that is made, the arguments as parsed JSON at the beginning, and one
//! thread. `router` is everything that a request goes through behind HTTP; `sandbox` leaves
//! out look-up, checks, admission and telemetry.
#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group};
use serde_json::{Map, Value, json};
use toolhost::invocation::Invocation;
use toolhost::runtime::Rights;
use toolhost_tests::Setup;

/// Single calls that are timed for the tail.
const CALLS: usize = 20_000;

#[path = "../../tools/weather/src/report.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::all,
    clippy::cast_possible_truncation,
    reason = "the tool's own source is linted with the tool"
)]
mod report;

fn arguments() -> Map<String, Value> {
    json!({"city": "Tokyo", "units": "celsius"})
        .as_object()
        .cloned()
        .expect("an object")
}

fn calls(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let host = runtime.block_on(Setup::new().weather().start());
    let router = host.router();
    let mut group = criterion.benchmark_group("get_weather");
    group.bench_function("native", |bencher| {
        let args = arguments();
        bencher.iter(|| native(black_box(&args)));
    });
    group.bench_function("sandbox", |bencher| {
        let catalog = router.registry().current();
        let entry = catalog.entry("get_weather").expect("it exists");
        let args = arguments();
        bencher.iter(|| {
            runtime.block_on(async {
                let slot = host.app().runtime().slot().await;
                let rights = Rights {
                    limits: &entry.limits,
                    world: &entry.world,
                    group: Some(&entry.tool.group),
                    trace: None,
                };
                entry
                    .program
                    .call(slot, &entry.function, black_box(&args), rights)
                    .await
            })
        });
    });
    group.bench_function("router", |bencher| {
        bencher
            .iter(|| runtime.block_on(router.invoke(Invocation::new("get_weather", arguments()))));
    });
    group.finish();
}

fn native(args: &Map<String, Value>) -> Result<String, &'static str> {
    let city = args["city"].as_str().expect("text");
    let fahrenheit = args.get("units").is_some_and(|units| units == "fahrenheit");
    let scale = if fahrenheit {
        report::Scale::Fahrenheit
    } else {
        report::Scale::Celsius
    };
    report::report(black_box(city), black_box(scale))
}

/// Single calls, sorted, in ns: criterion's estimates say nothing of the tail.
fn spread(mut call: impl FnMut()) -> Vec<u128> {
    let mut timings: Vec<u128> = (0..CALLS)
        .map(|_| {
            let started = Instant::now();
            call();
            started.elapsed().as_nanos()
        })
        .collect();
    timings.sort_unstable();
    timings
}

fn tails() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let host = runtime.block_on(Setup::new().weather().start());
    let args = arguments();
    let native = spread(|| drop(native(black_box(&args))));
    let router = host.router();
    let routed = spread(|| {
        drop(runtime.block_on(router.invoke(Invocation::new("get_weather", arguments()))))
    });
    println!("{:<10} {:>10} {:>10}", "", "p50 ns", "p99 ns");
    for (name, timings) in [("native", &native), ("router", &routed)] {
        println!(
            "{name:<10} {:>10} {:>10}",
            timings[CALLS / 2],
            timings[CALLS * 99 / 100]
        );
    }
    println!(
        "a call through the router takes {} times as long as the native function (medians)",
        routed[CALLS / 2] / native[CALLS / 2]
    );
}

criterion_group!(benches, calls);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    tails();
}
