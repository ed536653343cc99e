//! The real llama-stack-client, unmodified: its SDK and its command line.
//!
//! `make clients` installs the versions that a Python is there for. `TOOLHOST_CLIENTS=all`
//! makes a missing one a failure.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use toolhost_tests::serving::Serving;
use toolhost_tests::{Setup, TestServer, is_installed, root};

const WEATHER: &str = "Weather in Tokyo:\n  Temperature: 21°C\n  Condition: windy\n  Humidity: 66%\n  Wind: 26 km/h NE";

fn installed(version: &str) -> Option<PathBuf> {
    let bin = root().join(format!(".venv/client-{version}/bin"));
    let what = format!("llama-stack-client {version}");
    is_installed(&bin.join("llama-stack-client"), &what, "clients").then_some(bin)
}

async fn server() -> TestServer {
    let setup = Setup::new().weather().guest("fails").guest("echoes");
    setup.start().await.serve().await.expect("it serves")
}

async fn output(mut command: Command) -> String {
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("no panic")
        .expect("it starts");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}{err}");
    out.into_owned()
}

async fn sdk(version: &str) {
    let Some(bin) = installed(version) else {
        return;
    };
    let server = server().await;
    let mut command = Command::new(bin.join("python"));
    command
        .arg(root().join("tests/clients/sdk.py"))
        .arg(&server.url);
    let text = output(command).await;
    let seen: Value = serde_json::from_str(text.lines().last().unwrap_or_default())
        .expect("the script prints JSON");
    let expected = json!({
        "groups": [["weather", "weather-runtime", "tool_group"], ["fails", "fails", "tool_group"], ["echoes", "echoes", "tool_group"]],
        "group": "weather",
        "no_group": 404,
        "unknown": 400,
        "tools": ["get_weather"],
        "tool": "Tells the current weather in a city: temperature, condition, humidity and wind.",
        "runtime_tools": 1,
        "register": null,
        "registered": null,
        "unregister": null,
        "gone": 404,
        "providers": ["echoes", "fails", "weather-runtime"],
        "provider": "inline::weather",
        "health": "OK",
        "version": env!("CARGO_PKG_VERSION"),
        "routes": true,
        "models": 0,
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(&seen[key], value, "{version} {key}: {seen:#}");
    }
    assert_eq!(seen["weather"]["content"], WEATHER, "{version}");
    assert_eq!(seen["weather"]["error_code"], Value::Null);
    assert!(
        seen["weather"]["metadata"]["duration_ms"]
            .as_f64()
            .is_some_and(|ms| ms > 0.0)
    );
    assert_eq!(seen["qualified"]["content"], WEATHER);
    assert_eq!(seen["bad_arguments"]["error_code"], 400);
    assert_eq!(
        seen["bad_arguments"]["metadata"]["kind"],
        "invalid_arguments"
    );
    assert_eq!(seen["fails"]["error_message"], "on purpose");
    assert_eq!(seen["fails"]["error_code"], 500);
    assert_eq!(seen["data"]["content"], "9007199254740991");
    server.stop().await.expect("it stops");
}

async fn cli(version: &str) {
    let Some(bin) = installed(version) else {
        return;
    };
    let server = server().await;
    let home = tempfile::tempdir().expect("a folder");
    for (args, words) in [
        (
            &["toolgroups", "list"][..],
            &["weather", "weather-runtime"][..],
        ),
        (&["toolgroups", "get", "weather"], &["get_weather"]),
        (
            &["providers", "list"],
            &["tool_runtime", "weather-runtime", "inline::weather"],
        ),
        (&["inspect", "version"], &[env!("CARGO_PKG_VERSION")]),
    ] {
        let mut command = Command::new(bin.join("llama-stack-client"));
        // Its tables fold at the width of the terminal.
        command
            .args(["--endpoint", &server.url])
            .args(args)
            .env("COLUMNS", "400")
            .env("HOME", home.path());
        let text = output(command).await;
        for word in words {
            assert!(text.contains(word), "{version} {args:?}: {text}");
        }
        assert!(!text.contains("Error Type"), "{version} {args:?}: {text}");
    }
    server.stop().await.expect("it stops");
}

#[tokio::test]
async fn sdk_0_2_12_lists_registers_and_invokes() {
    sdk("0.2.12").await;
}

#[tokio::test]
async fn sdk_0_3_5_lists_registers_and_invokes() {
    sdk("0.3.5").await;
}

#[tokio::test]
async fn sdk_0_6_1_lists_registers_and_invokes() {
    sdk("0.6.1").await;
}

#[tokio::test]
async fn cli_0_2_12_lists_groups_providers_and_the_version() {
    cli("0.2.12").await;
}

#[tokio::test]
async fn cli_0_3_5_lists_groups_providers_and_the_version() {
    cli("0.3.5").await;
}

#[tokio::test]
async fn cli_0_6_1_lists_groups_providers_and_the_version() {
    cli("0.6.1").await;
}

/// Every method of `client.telemetry`, and SQL on the file that it asks about.
async fn telemetry(version: &str) {
    let Some(bin) = installed(version) else {
        return;
    };
    let dir = tempfile::tempdir().expect("a folder");
    let setup = Setup::new().weather().guest("fails").keeping_spans();
    let mut command = Serving::command_with(&setup, dir.path());
    command.env("SQLITE_STORE_DIR", dir.path());
    let serving = tokio::task::spawn_blocking(move || Serving::of(command)).await;
    let serving = serving.expect("no panic");
    let mut command = Command::new(bin.join("python"));
    command
        .arg(root().join("tests/clients/telemetry.py"))
        .arg(&serving.url)
        .arg(dir.path().join("trace_store.db"));
    let text = output(command).await;
    let seen: Value = serde_json::from_str(text.lines().last().unwrap_or_default())
        .expect("the script prints JSON");
    let mut expected = json!({
        "root": ["POST /v1/tool-runtime/invoke", null, 200.0],
        "tree": [
            ["POST /v1/tool-runtime/invoke", "ok", {"error.type": null}],
            ["execute_tool failed", "error", {"error.type": "tool_error"}],
        ],
        "latest": true,
        "spans": [["execute_tool get_weather", "get_weather"]],
        "saved": ["execute_tool get_weather", "get_weather", "eval/messages-answer"],
        "sql": {
            "traces": [[3]],
            "spans of each": [[4], [4]],
            "root": [["POST /v1/tool-runtime/invoke"]],
            "failed": [["execute_tool failed", "tool_error"], ["call", "tool_error"]],
            "search": [[1]],
            "most common": [["POST /v1/tool-runtime/invoke", 2]],
            "log": [["hello"]],
        },
        "mine": ["mine", "v"],
        "unknown": 404,
    });
    // Clients before 0.2.18 cannot ask for them.
    if version != "0.2.12" {
        expected["metrics"] = json!([3.0]);
    }
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telemetry_of_0_2_12_is_answered_also_where_upstream_failed() {
    telemetry("0.2.12").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telemetry_of_0_2_23_is_answered_also_where_upstream_failed() {
    telemetry("0.2.23").await;
}
