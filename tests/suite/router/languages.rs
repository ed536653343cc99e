//! Components whose language runtime imports all of WASI: served with no grant at all.

use std::process::Command;

use serde_json::{Value, json};
use tokio::sync::Mutex;
use toolhost::invocation::{Content, Failure, Outcome, ToolError};
use toolhost::policy::{Limits, Rule};
use toolhost_tests::{Setup, TestHost, binary, language, root};

/// A host with nothing but the guest in a language, on defaults; `None` where it is not built.
pub(super) async fn host(name: &str) -> Option<TestHost> {
    // The first to start compiles for all; several at once would do the same work each.
    static TURN: Mutex<()> = Mutex::const_new(());
    let component = language(name)?;
    let _turn = TURN.lock().await;
    Some(Setup::new().component(name, &component, "{}").start().await)
}

async fn outcome(host: &TestHost, tool: &str, args: Value) -> Outcome {
    let answer = host.invoke(tool, args).await;
    answer
        .decided
        .unwrap_or_else(|rejection| panic!("{tool}: {rejection:?}"))
}

/// What a call costs must leave room for the tool's own work.
fn assert_far_from_limits(name: &str, outcome: &Outcome) {
    let (usage, limits) = (outcome.usage, Limits::DEFAULT);
    for (what, used, limit) in [
        ("fuel", usage.fuel, limits.fuel / 100),
        ("memory", usage.memory_peak_bytes, limits.memory_bytes / 4),
        ("hostcalls", usage.hostcalls, limits.hostcalls / 100),
    ] {
        assert!(used < limit, "{name}: {what}: {usage:?}");
    }
}

/// The whole of what a tool in a language does: it is listed, answers, fails and crashes, each
/// call on its own.
async fn is_served(name: &str) {
    let Some(host) = host(name).await else {
        return;
    };
    let catalog = host.router().registry().current();
    for tool in ["greet", "look", "crash"] {
        assert!(catalog.entry(tool).is_ok(), "{name}: {tool}");
    }
    for _ in 0..3 {
        let greeted = outcome(&host, "greet", json!({"name": "Ada Ünal"})).await;
        let output = greeted.result.as_ref().expect("it answers");
        assert_eq!(output.content, [Content::Text("Hello, Ada Ünal!".into())]);
        assert!(greeted.denials.is_empty(), "{name}: {:?}", greeted.denials);
        assert_far_from_limits(name, &greeted);

        let refused = outcome(&host, "greet", json!({"name": " "})).await;
        let failure = Failure::Tool {
            reason: ToolError::Failed,
            message: "a name is needed".to_owned(),
        };
        assert_eq!(refused.result, Err(failure), "{name}");

        let crashed = outcome(&host, "crash", json!({"message": "no more tea"})).await;
        let Err(Failure::Trap { stderr, .. }) = crashed.result else {
            panic!("{name}: {:?}", crashed.result)
        };
        assert!(stderr.contains("no more tea"), "{name}: {stderr}");
    }
}

#[tokio::test]
async fn a_python_component_without_grants_is_served() {
    is_served("python").await;
}

#[tokio::test]
async fn a_javascript_component_without_grants_is_served() {
    is_served("javascript").await;
}

/// What the guest tried, with what came of it.
async fn look(host: &TestHost) -> (Vec<(String, String)>, Outcome) {
    let looked = outcome(host, "look", json!({})).await;
    let output = looked.result.as_ref().expect("it answers");
    let seen = output.structured.clone().expect("a list");
    (serde_json::from_value(seen).expect("pairs"), looked)
}

#[tokio::test]
async fn what_python_tries_outside_itself_fails_as_an_exception_and_is_noted() {
    let Some(host) = host("python").await else {
        return;
    };
    let (seen, looked) = look(&host).await;
    assert_eq!(seen.len(), 11, "{seen:?}");
    for (what, came) in &seen {
        let granted = ["clock", "random"].contains(&what.as_str());
        assert_eq!(came.starts_with("granted"), granted, "{what}: {came}");
        let is_file = what.contains('/');
        assert_eq!(
            came.contains("FileNotFoundError"),
            is_file,
            "{what}: {came}"
        );
    }
    let denied: Vec<_> = looked
        .denials
        .first
        .iter()
        .map(|denial| (denial.rule, denial.target.as_str()))
        .collect();
    assert_eq!(
        denied,
        [
            (Rule::Sockets, "look up 127.0.0.1"),
            (Rule::Sockets, "udp socket"),
            (Rule::Sockets, "look up localhost"),
        ]
    );
    assert_far_from_limits("python", &looked);
}

#[tokio::test]
async fn javascript_has_the_clock_and_chance() {
    let Some(host) = host("javascript").await else {
        return;
    };
    let (seen, looked) = look(&host).await;
    let granted = seen.iter().filter(|(_, came)| came.starts_with("granted"));
    assert_eq!(granted.count(), 2, "{seen:?}");
    assert!(looked.denials.is_empty(), "{:?}", looked.denials);
}

#[tokio::test]
async fn what_python_prints_is_log_and_not_output() {
    let Some(host) = host("python").await else {
        return;
    };
    let said = outcome(&host, "say", json!({"text": "tea is ready"})).await;
    let output = said.result.expect("it answers");
    assert_eq!(output.content, []);
    assert_eq!(said.usage.log_bytes, 2 * "tea is ready\n".len() as u64);
}

#[tokio::test]
async fn an_inspected_component_shows_what_its_language_imports() {
    for (name, imports, some) in [
        (
            "python",
            25,
            &[
                "wasi:filesystem/types@",
                "wasi:sockets/tcp@",
                "wasi:cli/environment@",
            ][..],
        ),
        (
            "javascript",
            18,
            &["wasi:filesystem/preopens@", "wasi:cli/stdin@"],
        ),
    ] {
        // It compiles what is not yet in the cache.
        let Some(_host) = host(name).await else {
            continue;
        };
        let output = Command::new(binary())
            .args(["component", "inspect", "--json"])
            .arg(language(name).expect("it was there before"))
            .current_dir(root())
            .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
            .output()
            .expect("`make build` made the binary");
        let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let shown = shown["imports"].as_array().expect("imports");
        assert_eq!(shown.len(), imports, "{name}: {shown:?}");
        for import in some {
            let is_shown = shown.iter().any(|shown| {
                shown
                    .as_str()
                    .is_some_and(|shown| shown.starts_with(import))
            });
            assert!(is_shown, "{name}: {import}: {shown:?}");
        }
    }
}
