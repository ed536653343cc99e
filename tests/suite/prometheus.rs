//! A real Prometheus reads `/metrics`, and what the docs ask it has the right answer.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use toolhost_tests::{Setup, free_address, root};

use super::demo::installed;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Killed when dropped.
struct Prometheus {
    child: Child,
    url: String,
    _dir: TempDir,
}

impl Prometheus {
    /// Reads the host at `address` ten times a second.
    fn start(programs: &Path, address: &str) -> Prometheus {
        let dir = tempfile::tempdir().expect("a folder");
        let config = format!(
            "global: {{scrape_interval: 100ms, scrape_timeout: 100ms}}\nscrape_configs: [{{job_name: toolhost, static_configs: [{{targets: ['{address}']}}]}}]\n"
        );
        let file = dir.path().join("prometheus.yml");
        std::fs::write(&file, config).expect("written");
        let listen = free_address();
        let child = Command::new(programs.join("prometheus"))
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                dir.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={listen}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`make prometheus` unpacked it");
        Prometheus {
            child,
            url: format!("http://{listen}"),
            _dir: dir,
        }
    }

    /// The values of a query, by the text of the one label that they have, or none.
    async fn ask(&self, query: &str) -> Vec<(String, f64)> {
        let url = reqwest::Url::parse_with_params(
            &format!("{}/api/v1/query", self.url),
            [("query", query)],
        );
        let Ok(answer) = reqwest::get(url.expect("a URL")).await else {
            return Vec::new();
        };
        let answer: Value = answer.json().await.unwrap_or_default();
        assert_ne!(answer["status"], "error", "{query}: {answer}");
        let rows = answer["data"]["result"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let row = |row: &Value| {
            let labels = row["metric"].as_object().expect("labels");
            let label = labels
                .values()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" ");
            let value = row["value"][1].as_str().and_then(|text| text.parse().ok());
            (label, value.unwrap_or(f64::NAN))
        };
        rows.iter().map(row).collect()
    }

    /// Asks until the answer is as it should be.
    async fn until(&self, query: &str, is_right: impl Fn(&[(String, f64)]) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let rows = self.ask(query).await;
            if is_right(&rows) {
                return;
            }
            assert!(Instant::now() < until, "{query}: {rows:?}");
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The queries of `docs/metrics.md`, with a window that a short test fills.
fn queries() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/metrics.md")).expect("the docs");
    let blocks = text.split("```promql\n").skip(1);
    let query = |block: &str| {
        block
            .split("```")
            .next()
            .expect("a block")
            .trim()
            .to_owned()
    };
    let queries = blocks
        .map(query)
        .map(|query| query.replace("[5m]", "[1m]").replace("[1h]", "[1m]"));
    queries.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_docs_ask_prometheus_has_the_right_answer() {
    let Some(programs): Option<PathBuf> = installed() else {
        return;
    };
    let setup = Setup::new().weather().guest("fails");
    let server = setup.start().await.serve().await.expect("it serves");
    let prometheus = Prometheus::start(&programs, server.url.trim_start_matches("http://"));
    // From zero on, so that rates miss nothing.
    prometheus
        .until(
            "count(llama_stack_tool_runtime_invocations_total)",
            |rows| !rows.is_empty(),
        )
        .await;
    let client = reqwest::Client::new();
    for (tool, args, count) in [
        ("get_weather", json!({"city": "Tokyo"}), 30),
        ("get_weather", json!({"town": 1}), 10),
    ] {
        for _ in 0..count {
            let request = client.post(format!("{}/v1/tool-runtime/invoke", server.url));
            let sent = request
                .json(&json!({"tool_name": tool, "kwargs": args}))
                .send()
                .await;
            sent.expect("an answer");
        }
    }
    let of_status = |status: &str| {
        format!(
            r#"sum(llama_stack_tool_runtime_invocations_total{{tool_name="get_weather",status="{status}"}})"#
        )
    };
    for (query, expected) in [(of_status("success"), 30.0), (of_status("error"), 10.0)] {
        prometheus
            .until(&query, |rows| rows.len() == 1 && rows[0].1 == expected)
            .await;
    }
    let errors = r#"sum by (error_type) (llama_stack_tool_runtime_errors_total{tool_name="get_weather"}) > 0"#;
    let expected = [("invalid_arguments".to_owned(), 10.0)];
    prometheus.until(errors, |rows| rows == expected).await;

    let queries = queries();
    assert_eq!(queries.len(), 5, "{queries:#?}");
    let value = |rows: &[(String, f64)]| {
        let mut of_tool = rows
            .iter()
            .filter(|(label, _)| label.contains("get_weather"));
        of_tool.next().map(|(_, value)| *value)
    };
    for (query, is_right) in queries.iter().zip([
        // Calls a second.
        (|value| value > 0.0) as fn(f64) -> bool,
        // The share of them that failed: ten of forty.
        |value| (value - 0.25).abs() < 1e-9,
        // Seconds: some fraction of the smallest bucket or a few above it.
        |value| value > 0.0 && value < 1.0,
        |value| value > 0.0 && value < 1.0,
        // Denials.
        |value| value == 0.0,
    ]) {
        prometheus
            .until(query, |rows| value(rows).is_some_and(is_right))
            .await;
    }
    server.stop().await.expect("it stops");
}
