//! The page at `/ui`, in a real browser.
//!
//! `make browser` installs Chromium and what drives it where that can be had.
//! `TOOLHOST_CLIENTS=all` makes a missing one a failure. Screenshots are left in
//! `target/screenshots`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use toolhost_tests::{Setup, is_installed, root};

fn installed() -> Option<PathBuf> {
    let modules = root().join(".venv/browser");
    is_installed(&modules.join("ready"), "a browser", "browser").then_some(modules)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_shows_calls_and_makes_them_in_a_real_browser() {
    let Some(modules) = installed() else {
        return;
    };
    let setup = Setup::new().weather().guest("fails").keeping_spans();
    let server = setup.start().await.serve().await.expect("it serves");
    let answer = reqwest::Client::new()
        .post(format!("{}/v1/tool-runtime/invoke", server.url))
        .json(
            &json!({"tool_name": "failed", "kwargs": {"message": "<img src=x onerror=alert(1)>"}}),
        )
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    let shots = root().join("target/screenshots");
    std::fs::create_dir_all(&shots).expect("a folder");
    let mut command = Command::new("node");
    command
        .arg(root().join("tests/ui/page.mjs"))
        .arg(&modules)
        .arg(&server.url)
        .arg(&shots);
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let output = output.expect("no panic").expect("node is there");
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{said}");
    let seen: Value = serde_json::from_str(&text).expect("the script prints JSON");
    assert_eq!(seen["wrong"], json!([]), "{seen:#}");
    assert_eq!(
        (&seen["answer"], &seen["fits"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(seen["tools"], json!(["get_weather", "failed"]), "{seen:#}");
    assert_eq!(seen["spans"], 4, "{seen:#}");
    let heading = seen["heading"].as_str().expect("a text");
    assert!(
        heading.contains("failed") && heading.contains("tool_error"),
        "{heading}"
    );
    server.stop().await.expect("it stops");
}
