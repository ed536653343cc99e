//! What telemetry costs, and whether it is whole: the host as a process of its own, with
//! different sinks.
//!
//! Saturation: `wrk`, one thread with 32 connections, each set of sinks in turn, several rounds.
//! Open loop: 5,000 calls a second for ten seconds from 16 connections; latency counts from the
//! moment at which a call was due. Held equal: the host, the tool, the client and the receiver
//! on the other end of OTLP, which reads while nobody else wants the processor. Quote the ratios.
#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]
#![expect(
    clippy::disallowed_methods,
    reason = "a client that sends on time waits for the time"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use thread_priority::ThreadPriority;
use thread_priority::unix::{
    NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};
use toolhost_tests::serving::{Line, Serving, percentiles};

const SCRIPT: &str = r#"
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"tool_name": "get_weather", "kwargs": {"city": "Tokyo", "units": "celsius"}}'
done = function(summary, latency, requests)
  print(string.format("result %f %f %f %d", summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"#;
const ROUNDS: usize = 5;
/// Calls a second of the open loop, and for how long.
const RATE: u32 = 5_000;
const SECONDS: u32 = 10;
const CLIENTS: u32 = 16;
/// The request, the call, the instance and the guest.
const SPANS_OF_A_CALL: u32 = 4;

/// Where telemetry goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sinks {
    None,
    /// The log and the store.
    Default,
    /// OTLP's metrics alone, and a scrape each second.
    Metrics,
    All,
    /// All, to a collector that never answers.
    Blackhole,
}

impl Sinks {
    fn name(self) -> &'static str {
        match self {
            Sinks::None => "none",
            Sinks::Default => "console, sqlite",
            Sinks::Metrics => "otel_metric, /metrics",
            Sinks::All => "all",
            Sinks::Blackhole => "all, no answer",
        }
    }

    fn start(self, dir: &Path, receiver: &str, blackhole: &str) -> Serving {
        let mut command = Serving::command(&[]);
        let log = std::fs::File::create(dir.join("log")).expect("a file");
        command
            .env("SQLITE_STORE_DIR", dir)
            .env("TOOLHOST_LOG", "info")
            .env("OTEL_METRIC_EXPORT_INTERVAL", "1000")
            .stderr(log);
        match self {
            Sinks::None => command.env("TELEMETRY_SINKS", "none"),
            Sinks::Default => command.env("TELEMETRY_SINKS", "console,sqlite"),
            Sinks::Metrics => command.env("TELEMETRY_SINKS", "none").env(
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
                format!("{receiver}/v1/metrics"),
            ),
            Sinks::All => command
                .env("TELEMETRY_SINKS", "console,sqlite")
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver),
            Sinks::Blackhole => command
                .env("TELEMETRY_SINKS", "console,sqlite")
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", blackhole),
        };
        Serving::of(command)
    }
}

/// Reads requests and answers each with 200.
fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    spawn(move || {
        for stream in listener.incoming().flatten() {
            spawn(move || drain(stream));
        }
    });
    url
}

fn drain(stream: TcpStream) {
    // Elsewhere it would be on another machine: here it takes nothing from the calls.
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle).expect("allowed");
    let mut stream = BufReader::new(stream);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
        }
        body.resize(length, 0);
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        if stream.get_mut().write_all(answer).is_err() {
            return;
        }
    }
}

/// Takes connections and says nothing.
fn blackhole() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    spawn(move || {
        let _kept: Vec<_> = listener.incoming().flatten().collect();
    });
    url
}

/// Requests a second, and the median and 99th percentile of latency in µs.
fn saturate(script: &str, serving: &Serving) -> [f64; 3] {
    let url = format!("{}/v1/tool-runtime/invoke", serving.url);
    let output = Command::new("wrk")
        .args(["-t1", "-c32", "-d", "6s", "-s", script, &url])
        .output();
    let output = output.expect("wrk is installed; `make bench-telemetry` does it");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("result "));
    let numbers: Vec<f64> = line
        .unwrap_or_else(|| panic!("{text}"))
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    assert!(numbers[3] == 0.0, "{text}");
    [numbers[0], numbers[1], numbers[2]]
}

/// How long each call took from the moment at which it was due.
fn open_loop(serving: &Serving) -> Vec<Duration> {
    let start = Instant::now() + Duration::from_millis(50);
    let step = Duration::from_secs(1) / RATE;
    let clients = (0..CLIENTS).map(|client| {
        let address = serving.address().to_owned();
        spawn(move || {
            let mut line = Line::invoking(&address, "get_weather", r#"{"city": "Tokyo"}"#);
            let numbers = (client..RATE * SECONDS).step_by(CLIENTS as usize);
            let call = |number: u32| {
                let due = start + step * number;
                sleep(due.saturating_duration_since(Instant::now()));
                let (_, status, _) = line.call().expect("an answer");
                assert_eq!(status, 200);
                due.elapsed()
            };
            numbers.map(call).collect::<Vec<_>>()
        })
    });
    let clients: Vec<_> = clients.collect();
    let times = clients
        .into_iter()
        .map(|client| client.join().expect("no panic"));
    times.flatten().collect()
}

/// The value of a series on `/metrics`; 0 if there is none.
fn metric(serving: &Serving, series: &str) -> u64 {
    let (.., body) = Line::getting(serving.address(), "/metrics")
        .call()
        .expect("an answer");
    let text = String::from_utf8_lossy(&body).into_owned();
    let value = text.lines().find_map(|line| line.strip_prefix(series));
    value.map_or(0, |value| value.trim().parse().expect("a number"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn count(file: &Path, sql: &str) -> i64 {
    let database = Connection::open(file).expect("a database");
    database
        .query_row(sql, (), |row| row.get(0))
        .expect("a row")
}

/// All sets of sinks at saturation.
fn saturations(receiver: &str, blackhole: &str) {
    let scripts = tempfile::tempdir().expect("a folder");
    let script = scripts.path().join("invoke.lua");
    std::fs::write(&script, SCRIPT).expect("written");
    let script = script.to_str().expect("UTF-8");
    println!("saturation, requests/s (p50/p99 in µs):");
    let compared = [Sinks::None, Sinks::Metrics, Sinks::Default, Sinks::All];
    let mut rates = vec![Vec::new(); compared.len()];
    for round in 1..=ROUNDS {
        for (sinks, rates) in compared.iter().zip(&mut rates) {
            let dir = tempfile::tempdir().expect("a folder");
            let mut serving = sinks.start(dir.path(), receiver, blackhole);
            let [rate, p50, p99] = saturate(script, &serving);
            rates.push(rate);
            let name = sinks.name();
            println!("  round {round} {name:22} {rate:7.0} ({p50:.0}/{p99:.0})");
            serving.terminate();
            serving.wait();
        }
    }
    let all_off = median(rates[0].clone());
    for (sinks, rates) in compared.iter().zip(rates).skip(1) {
        let ratio = median(rates) / all_off;
        println!("  {:22} {:.0}% of none", sinks.name(), ratio * 100.0);
    }
}

/// One open loop; its median and 99th percentile.
fn measured(sinks: Sinks, receiver: &str, blackhole: &str) -> [Duration; 2] {
    let dir = tempfile::tempdir().expect("a folder");
    let mut serving = sinks.start(dir.path(), receiver, blackhole);
    let mut times = open_loop(&serving);
    let calls = times.len();
    let dropped = |sink: &str| {
        let series = format!("llama_stack_telemetry_dropped_total{{sink=\"{sink}\"}}");
        metric(&serving, &series)
    };
    let lost = ["sqlite", "otel_trace", "otel_log", "otel_metric"].map(dropped);
    serving.terminate();
    let stopping = Instant::now();
    assert!(serving.wait().success());
    let stopped = stopping.elapsed();
    if sinks != Sinks::None {
        let file = dir.path().join("trace_store.db");
        let spans = count(&file, "SELECT count(*) FROM span_rows");
        let of_calls = "SELECT count(*) FROM branches WHERE tool = 'get_weather'";
        let stored = count(&file, of_calls);
        let whole = RATE * SECONDS * SPANS_OF_A_CALL;
        let log = std::fs::read_to_string(dir.path().join("log")).expect("a log");
        let about = log
            .lines()
            .filter(|line| line.contains("collector"))
            .count();
        println!("    {calls} calls: {stored} calls and {spans} of {whole} spans stored");
        println!("    dropped {lost:?} by sqlite, otel_trace, otel_log, otel_metric");
        println!("    {about} lines of the log are about the collector; stopped in {stopped:?}");
    }
    percentiles(&mut times)
}

fn main() {
    let (receiver, blackhole) = (receiver(), blackhole());
    saturations(&receiver, &blackhole);
    println!("open loop, {RATE} calls/s for {SECONDS} s:");
    let compared = [Sinks::None, Sinks::All, Sinks::Blackhole];
    let mut times = vec![[Vec::new(), Vec::new()]; compared.len()];
    for round in 1..=ROUNDS {
        for (sinks, times) in compared.iter().zip(&mut times) {
            let [p50, p99] = measured(*sinks, &receiver, &blackhole);
            println!(
                "  round {round} {:22} p50 {p50:?} p99 {p99:?}",
                sinks.name()
            );
            times[0].push(p50.as_secs_f64());
            times[1].push(p99.as_secs_f64());
        }
    }
    let of_none = times[0].clone().map(median);
    for (sinks, times) in compared.iter().zip(times).skip(1) {
        let [p50, p99] = times.map(median);
        let [none50, none99] = of_none;
        println!(
            "  {:22} p50 {:.2} and p99 {:.2} times that of none",
            sinks.name(),
            p50 / none50,
            p99 / none99
        );
    }
}
