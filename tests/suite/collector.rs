//! A collector that is not ours, rotel, between the host and the test: what a script of calls did
//! arrives whole, over HTTP and over gRPC.
//!
//! `make collector` installs it where there is a Python for it. `TOOLHOST_CLIENTS=all` makes a
//! missing one a failure.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use toolhost_tests::collector::{Collector, Received, text};
use toolhost_tests::serving::Serving;
use toolhost_tests::{Setup, free_address, is_installed, root};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Killed when dropped.
struct Rotel {
    child: Child,
    http: String,
    grpc: String,
    _dir: TempDir,
}

fn installed() -> Option<PathBuf> {
    let ready = root().join(".venv/rotel-0.0.1a15/ready");
    is_installed(&ready, "rotel", "collector")
        .then(|| std::fs::read_to_string(ready).expect("it is readable"))
        .map(|path| PathBuf::from(path.trim()))
}

impl Rotel {
    /// Starts one that passes everything on to `to`.
    fn start(program: &PathBuf, to: &str) -> Rotel {
        let dir = tempfile::tempdir().expect("a folder");
        let (http, grpc) = (free_address(), free_address());
        let child = Command::new(program)
            .args([
                "start",
                "--exporter",
                "otlp",
                "--otlp-exporter-protocol",
                "http",
            ])
            .args([
                "--otlp-exporter-compression",
                "none",
                "--otlp-exporter-endpoint",
                to,
            ])
            .args(["--otlp-http-endpoint", &http, "--otlp-grpc-endpoint", &grpc])
            .args(["--batch-timeout", "20ms"])
            .arg("--pid-file")
            .arg(dir.path().join("pid"))
            .arg("--log-file")
            .arg(dir.path().join("log"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`make collector` installed it");
        let rotel = Rotel {
            child,
            http,
            grpc,
            _dir: dir,
        };
        let until = Instant::now() + PATIENCE;
        for address in [&rotel.http, &rotel.grpc] {
            while TcpStream::connect(address).is_err() {
                assert!(Instant::now() < until, "rotel does not listen");
                std::thread::yield_now();
            }
        }
        rotel
    }
}

impl Drop for Rotel {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What arrives of a good call, one that fails and one that is refused, sent by `protocol`.
async fn arrived(protocol: &str) -> Option<Received> {
    let program = installed()?;
    let collector = Collector::start().await;
    let to = collector.url.clone();
    let started = tokio::task::spawn_blocking(move || Rotel::start(&program, &to)).await;
    let rotel = started.expect("no panic");
    let endpoint = match protocol {
        "grpc" => format!("http://{}", rotel.grpc),
        _ => format!("http://{}", rotel.http),
    };
    let dir = tempfile::tempdir().expect("a folder");
    let setup = Setup::new().weather().guest("fails");
    let mut command = Serving::command_with(&setup, dir.path());
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_SERVICE_NAME", "weather-desk")
        .env("TOOLHOST_LOG", "info");
    let started = tokio::task::spawn_blocking(|| Serving::of(command)).await;
    let mut serving = started.expect("no panic");
    let client = reqwest::Client::new();
    for (tool, args) in [
        ("get_weather", json!({"city": "Tokyo"})),
        ("failed", json!({"message": "on purpose"})),
        ("get_weather", json!({"town": 1})),
    ] {
        let answer: Value = client
            .post(format!("{}/v1/tool-runtime/invoke", serving.url))
            .json(&json!({"tool_name": tool, "kwargs": args}))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert!(answer.is_object(), "{answer}");
    }
    // Everything is sent before it ends.
    serving.terminate();
    let ended = tokio::task::spawn_blocking(move || serving.wait()).await;
    assert!(ended.expect("no panic").success());
    let is_whole = |received: &Received| {
        let mut lines = received.records.iter().map(said);
        received.spans.len() >= 10
            && received.invocations.values().sum::<i64>() == 3
            && lines.any(|line| line.starts_with("stopping;"))
    };
    Some(collector.until(is_whole).await)
}

fn said(record: &opentelemetry_proto::tonic::logs::v1::LogRecord) -> String {
    use opentelemetry_proto::tonic::common::v1::any_value::Value::StringValue;
    match record.body.as_ref().and_then(|body| body.value.as_ref()) {
        Some(StringValue(text)) => text.clone(),
        _ => String::new(),
    }
}

async fn everything_arrives(protocol: &str) {
    let Some(received) = arrived(protocol).await else {
        return;
    };
    let named = |id: &[u8]| {
        let mut spans = received.spans.iter();
        spans
            .find(|span| span.span_id == id)
            .map(|span| span.name.as_str())
    };
    let mut seen = BTreeMap::new();
    for span in &received.spans {
        let status = span.status.as_ref().map_or(0, |status| status.code);
        let error = text(&span.attributes, "error.type");
        let place = (span.name.clone(), named(&span.parent_span_id));
        let of_place: &mut Vec<_> = seen.entry(place).or_default();
        of_place.push((status, error));
    }
    let good = || (0, String::new());
    let bad = |kind: &str| (2, kind.to_owned());
    let invoke = "POST /v1/tool-runtime/invoke";
    let (weather, failed) = ("execute_tool get_weather", "execute_tool failed");
    let expected = BTreeMap::from([
        ((invoke.to_owned(), None), vec![good(), good(), good()]),
        (
            (weather.to_owned(), Some(invoke)),
            vec![good(), bad("invalid_arguments")],
        ),
        ((failed.to_owned(), Some(invoke)), vec![bad("tool_error")]),
        (("instantiate".to_owned(), Some(weather)), vec![good()]),
        (("call".to_owned(), Some(weather)), vec![good()]),
        (("instantiate".to_owned(), Some(failed)), vec![good()]),
        (("call".to_owned(), Some(failed)), vec![bad("tool_error")]),
    ]);
    seen.values_mut().for_each(|of_place| of_place.sort());
    assert_eq!(seen, expected);

    let count = |status: &str| received.invocations[status];
    assert_eq!((count("success"), count("error")), (1, 2));
    assert!(received.services.iter().all(|name| name == "weather-desk"));
    the_log_tells_of_calls(&received);
}

/// A line for each call, within its trace.
fn the_log_tells_of_calls(received: &Received) {
    let calls = received
        .records
        .iter()
        .filter(|record| said(record) == "call");
    let calls: Vec<_> = calls
        .map(|record| {
            (
                text(&record.attributes, "tool"),
                text(&record.attributes, "status"),
                &record.trace_id,
            )
        })
        .collect();
    let lines: Vec<_> = calls
        .iter()
        .map(|(tool, status, _)| (&**tool, &**status))
        .collect();
    assert_eq!(
        lines,
        [
            ("weather/get_weather", "success"),
            ("fails/failed", "tool_error"),
            ("weather/get_weather", "invalid_arguments")
        ]
    );
    for (.., trace) in calls {
        assert!(
            received.spans.iter().any(|span| span.trace_id == *trace),
            "{trace:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_collector_takes_spans_metrics_and_log_over_http() {
    everything_arrives("http/protobuf").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_collector_takes_spans_metrics_and_log_over_grpc() {
    everything_arrives("grpc").await;
}
