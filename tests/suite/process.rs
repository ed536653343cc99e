//! The host as a process: start, memory, signals.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use toolhost_tests::serving::Serving;
use toolhost_tests::{Setup, until_full};

async fn invoke(client: &reqwest::Client, url: &str, tool: &str, args: &Value) -> Value {
    let request = client
        .post(format!("{url}/v1/tool-runtime/invoke"))
        .json(&json!({"tool_name": tool, "kwargs": args}));
    request
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}

#[tokio::test]
async fn serve_without_a_config_serves_the_shipped_tools_and_says_what_to_type() {
    let serving = Serving::start(&[]);
    let curl = serving
        .lines
        .iter()
        .find(|line| line.contains("curl") && line.contains("invoke"))
        .expect("a curl line");
    let output = Command::new("bash")
        .args(["-c", curl])
        .output()
        .expect("bash is there");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the line works as printed");
    assert!(
        answer["content"]
            .as_str()
            .is_some_and(|text| text.starts_with("Weather in Tokyo:")),
        "{answer}"
    );
}

#[tokio::test]
async fn the_example_config_starts_unchanged() {
    let serving = Serving::start(&["examples/weather-stack-config.yaml"]);
    let client = reqwest::Client::new();
    let answer = invoke(
        &client,
        &serving.url,
        "weather::get_weather",
        &json!({"city": "Tokyo"}),
    )
    .await;
    assert_eq!(answer["error_code"], Value::Null, "{answer}");
}

/// Row 51: a stop while a call runs; it finishes.
#[tokio::test]
async fn calls_in_flight_finish_when_the_server_stops() {
    let setup = Setup::new().guest_with("sleeps", "{limits: {timeout: 10s, concurrency: 1}}");
    let mut server = setup.start().await.serve().await.expect("it serves");
    let (client, url) = (reqwest::Client::new(), server.url.clone());
    let running =
        tokio::spawn(async move { invoke(&client, &url, "nap", &json!({"millis": 200})).await });
    until_full(&server.router, "nap").await;
    server.signal();
    assert_eq!(running.await.expect("no panic")["content"], "awake");
    server.stop().await.expect("it stops");
}

/// Row 51: a call that outlasts the grace period; the server stops all the same.
#[tokio::test]
async fn calls_that_outlast_the_grace_period_do_not_hold_the_server_up() {
    let setup = Setup::new()
        .guest_with("sleeps", "{limits: {timeout: 60s, concurrency: 1}}")
        .host("grace: 50ms");
    let mut server = setup.start().await.serve().await.expect("it serves");
    let (client, url) = (reqwest::Client::new(), server.url.clone());
    let running =
        tokio::spawn(async move { invoke(&client, &url, "nap", &json!({"millis": 50_000})).await });
    until_full(&server.router, "nap").await;
    server.signal();
    let stopped = tokio::time::timeout(Duration::from_secs(20), server.stop()).await;
    stopped
        .expect("it stops long before the call would end")
        .expect("it stops well");
    running.abort();
}

/// Row 51: SIGTERM without a call; exit code 0.
#[tokio::test]
async fn sigterm_ends_the_process_well() {
    let mut serving = Serving::start(&[]);
    serving.terminate();
    let status = tokio::task::spawn_blocking(move || serving.child.wait())
        .await
        .expect("no panic")
        .expect("it ended");
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn memory_returns_to_its_baseline_after_ten_thousand_failures() {
    let dir = tempfile::tempdir().expect("a folder");
    let setup = Setup::new()
        .weather()
        .guest_with("loops_forever", "{limits: {fuel: 100K}}")
        .guest_with("grows_memory", "{limits: {memory: 4MiB}}")
        .guest("panics")
        .guest_with("floods_output", "{limits: {memory: 16MiB, output: 1KiB}}");
    let serving = Serving::with(&setup, dir.path());
    let client = reqwest::Client::new();
    let table = [
        ("run", json!({}), "out_of_fuel"),
        ("grow", json!({}), "out_of_memory"),
        ("panic_now", json!({"message": "x"}), "trap"),
        ("flood", json!({"bytes": 4_000_000}), "output_too_large"),
    ];
    let round = async |calls: usize| {
        for (tool, args, kind) in &table {
            for _ in 0..calls {
                let answer = invoke(&client, &serving.url, tool, args).await;
                assert_eq!(answer["metadata"]["kind"], *kind, "{answer}");
            }
            let good = invoke(
                &client,
                &serving.url,
                "get_weather",
                &json!({"city": "Oslo"}),
            )
            .await;
            assert_eq!(good["error_code"], Value::Null, "{good}");
        }
    };
    round(250).await;
    let baseline = serving.memory_kib();
    round(2_500).await;
    let after = serving.memory_kib();
    assert!(
        after < baseline + 8 * 1024,
        "{baseline} KiB grew to {after} KiB"
    );
}
