//! `POST /v1/tool-runtime/invoke` against a bare axum handler that does the same JSON work.
//!
//! Both run in this process on runtimes of two threads; `wrk` loads them in turn, several
//! times. Held equal: the request, the text that is made, the shape of the answer, one
//! client thread with 32 connections. Quote the ratios: machines differ, ratios hardly.
#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

use std::process::Command;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use toolhost_tests::Setup;

#[path = "../../tools/weather/src/report.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::all,
    clippy::cast_possible_truncation,
    reason = "the tool's own source is linted with the tool"
)]
mod report;

const ROUNDS: usize = 5;
const SECONDS: &str = "3s";
const SCRIPT: &str = r#"
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"tool_name": "get_weather", "kwargs": {"city": "Tokyo", "units": "celsius"}}'
local bad = 0
response = function(status, headers, body) if status ~= 200 or not body:find("Weather in Tokyo") then bad = bad + 1 end end
done = function(summary, latency, requests)
  print(string.format("result %f %f %f %d", summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"#;

async fn bare(body: Bytes) -> impl IntoResponse {
    let request: Value = serde_json::from_slice(&body).expect("the client sends JSON");
    let args = &request["kwargs"];
    let fahrenheit = args["units"] == "fahrenheit";
    let scale = if fahrenheit {
        report::Scale::Fahrenheit
    } else {
        report::Scale::Celsius
    };
    let text = report::report(args["city"].as_str().expect("text"), scale).expect("a good city");
    let metadata = json!({"duration_ms": 0.01, "queue_ms": 0.0, "fuel_used": 10_000, "memory_peak_bytes": 1_114_112, "trace_id": "0af7651916cd43dd8448eb211c80319c"});
    let answer =
        json!({"content": text, "error_message": null, "error_code": null, "metadata": metadata});
    ([(CONTENT_TYPE, "application/json")], answer.to_string())
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Requests a second, and the median and 99th percentile of latency in µs.
fn load(script: &str, url: &str) -> [f64; 3] {
    let output = Command::new("wrk")
        .args(["-t1", "-c32", "-d", SECONDS, "-s", script, url])
        .output();
    let output = output.expect("wrk is installed; `make bench` does it");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("result "))
        .unwrap_or_else(|| panic!("{text}"));
    let numbers: Vec<f64> = line
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    assert!(numbers[3] == 0.0, "{} requests failed: {text}", numbers[3]);
    [numbers[0], numbers[1], numbers[2]]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let (ours, theirs) = (runtime(), runtime());
    let server = ours.block_on(async {
        Setup::new()
            .weather()
            .start()
            .await
            .serve()
            .await
            .expect("it serves")
    });
    let bare_url = theirs.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/", post(bare))).await },
        );
        url
    });
    let dir = tempfile::tempdir().expect("a folder");
    let script = dir.path().join("invoke.lua");
    std::fs::write(&script, SCRIPT).expect("written");
    let script = script.to_str().expect("UTF-8");
    let invoke_url = format!("{}/v1/tool-runtime/invoke", server.url);
    let (mut hosts, mut bares) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let pair = (load(script, &invoke_url), load(script, &bare_url));
        // The first round only warms up.
        if round > 0 {
            hosts.push(pair.0);
            bares.push(pair.1);
        }
    }
    println!(
        "{:<10} {:>12} {:>10} {:>10}",
        "", "requests/s", "p50 µs", "p99 µs"
    );
    for (name, rows) in [("toolhost", &hosts), ("bare axum", &bares)] {
        let column = |index: usize| median(rows.iter().map(|row| row[index]).collect());
        println!(
            "{name:<10} {:>12.0} {:>10.0} {:>10.0}",
            column(0),
            column(1),
            column(2)
        );
    }
    let ratio = median(
        hosts
            .iter()
            .zip(&bares)
            .map(|(host, bare)| host[0] / bare[0])
            .collect(),
    );
    println!(
        "toolhost serves {:.0}% of the bare handler's requests",
        ratio * 100.0
    );
    ours.block_on(server.stop()).expect("it stops");
}
