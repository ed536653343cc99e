//! `run_python` and `run_javascript`: what they compute. What stops them is in `stopped.rs`.

mod stopped;

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tokio::sync::Mutex;
use toolhost::http::v1::result_json;
use toolhost::invocation::{Failure, Outcome};
use toolhost_tests::{Setup, TestHost, binary, language, root};

/// Limits with room for every program below that ends by itself.
const LIMITS: &str = "{limits: {timeout: 30s, fuel: 4G, memory: 128MiB, output: 2MiB}}";

/// Whether the binary carries an interpreter; where its language is missing that is said.
pub(crate) fn is_carried(name: &str) -> bool {
    if language(name).is_none() {
        return false;
    }
    let component = root().join(format!("target/tools/{name}.wasm"));
    let is_built = std::fs::metadata(&component).is_ok_and(|file| file.len() > 0);
    assert!(
        is_built,
        "{} is missing; run `make build`",
        component.display()
    );
    true
}

/// A host with one interpreter.
async fn with(name: &str, config: &str) -> Option<TestHost> {
    // The first to start compiles for all; several at once would do the same work each.
    static TURN: Mutex<()> = Mutex::const_new(());
    if !is_carried(name) {
        return None;
    }
    let _turn = TURN.lock().await;
    let setup = Setup::new().provider(name, &format!("inline::{name}"), config);
    Some(setup.group(name, name).start().await)
}

/// A call with nothing but code.
async fn ran(host: &TestHost, tool: &str, code: &str) -> Outcome {
    let answer = host.invoke(tool, json!({"code": code})).await;
    answer
        .decided
        .unwrap_or_else(|rejection| panic!("{code}: {rejection:?}"))
}

/// How the host stopped it.
async fn stopped(host: &TestHost, tool: &str, code: &str) -> Failure {
    match ran(host, tool, code).await.result {
        Err(failure) => failure,
        Ok(output) => panic!("{code}: {output:?}"),
    }
}

/// What a program gave, with its error if it has one.
async fn data(host: &TestHost, tool: &str, args: Value) -> Value {
    let output = host.good(tool, args).await;
    output.structured.expect("data")
}

/// The error that a program ended with: its type and message.
async fn error(host: &TestHost, tool: &str, code: &str) -> (String, String) {
    let data = data(host, tool, json!({"code": code})).await;
    let text = |key: &str| data["error"][key].as_str().map(str::to_owned);
    match (text("type"), text("message")) {
        (Some(kind), Some(message)) => (kind, message),
        _ => panic!("{code}: {data}"),
    }
}

/// Runs the binary in `folder`, which has a config.
fn run(mut command: Command, folder: &Path) -> Output {
    command
        .current_dir(folder)
        .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
        .env("NO_COLOR", "1")
        .env_remove("TOOLHOST_LOG");
    command.output().expect("it starts")
}

/// The section of docs/shipped-tools.md about an interpreter.
fn section(name: &str) -> String {
    let docs = std::fs::read_to_string(root().join("docs/shipped-tools.md")).expect("the docs");
    let heading = format!("\n## `{name}`\n");
    let (_, rest) = docs.split_once(&heading).expect("a section");
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The first block of one language, and what follows it.
fn block<'t>(text: &'t str, language: &str) -> (&'t str, &'t str) {
    let (_, rest) = text
        .split_once(&format!("```{language}\n"))
        .expect("a block");
    rest.split_once("```").expect("its end")
}

/// Makes the calls in the docs, on the config in the docs.
async fn answers_as_documented(name: &str) {
    // It compiles what is not yet in the cache.
    let Some(_host) = with(name, LIMITS).await else {
        return;
    };
    let section = section(name);
    let (provider, rest) = block(&section, "yaml");
    let provider = provider.replace('\n', "\n    ");
    let config = format!(
        "version: 2\nproviders:\n  tool_runtime:\n    {}\ntool_groups:\n  - {{ toolgroup_id: {name}, provider_id: {name}-runtime }}\n",
        provider.trim_end()
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("host.yaml"), config).expect("written");
    let (calls, _) = block(rest, "text");
    let mut seen = 0;
    for call in calls.split("$ toolhost ").skip(1) {
        let (line, answer) = call.split_once('\n').expect("a command on a line");
        assert!(line.contains("--config host.yaml"), "{line}");
        let mut command = Command::new("bash");
        command.args(["-c", &format!("'{}' {line}", binary().display())]);
        let output = run(command, folder.path());
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(said.trim_end(), answer.trim_end(), "{line}\n{errors}");
        seen += 1;
    }
    assert_eq!(seen, 2, "{calls}");
}

#[tokio::test]
async fn python_answers_as_the_docs_say() {
    answers_as_documented("python").await;
}

#[tokio::test]
async fn javascript_answers_as_the_docs_say() {
    answers_as_documented("javascript").await;
}

/// Runs `toolhost test` on a copy of the tool's project, with the component of the binary.
async fn passes_its_golden_calls(name: &str) {
    let Some(_host) = with(name, LIMITS).await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for inside in ["build", "tests"] {
        std::fs::create_dir(folder.path().join(inside)).expect("made");
    }
    let project = root().join("tools").join(name);
    let tests = format!("tests/{name}.yaml");
    for inside in ["toolhost.yaml", &tests] {
        std::fs::copy(project.join(inside), folder.path().join(inside)).expect("copied");
    }
    let component = format!("{name}.wasm");
    let built = root().join("target/tools").join(&component);
    std::fs::copy(built, folder.path().join("build").join(component)).expect("copied");
    let mut command = Command::new(binary());
    command.args(["test", "--json"]);
    let output = run(command, folder.path());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(0), "{said:#}");
    assert_eq!(said["failed"], 0, "{said:#}");
    assert!(said["passed"].as_u64() > Some(3), "{said:#}");
}

#[tokio::test]
async fn the_golden_calls_of_python_bring_what_they_say() {
    passes_its_golden_calls("python").await;
}

#[tokio::test]
async fn the_golden_calls_of_javascript_bring_what_they_say() {
    passes_its_golden_calls("javascript").await;
}

/// 1,000 orders as CSV, with a comma, quotes and an empty field among them; and of those with an
/// amount how many there are, their sum, median and standard deviation.
fn orders() -> (String, [f64; 4]) {
    let mut csv = "customer,amount\n\"Lovelace, Ada\",12.5\n\"the \"\"other\"\"\",\n".to_owned();
    let mut amounts = vec![12.5];
    // The minimal standard generator: no two runs differ.
    let mut state = 42_u64;
    for order in 0..1_000 {
        state = state * 48_271 % 2_147_483_647;
        // Whole cents, so that the text is exact.
        let cents = u32::try_from(state % 100_000).expect("small");
        let amount = f64::from(cents) / 100.0;
        writeln!(csv, "customer {order},{amount:.2}").expect("to memory");
        amounts.push(amount);
    }
    amounts.sort_by(f64::total_cmp);
    let count = f64::from(u32::try_from(amounts.len()).expect("small"));
    let sum: f64 = amounts.iter().sum();
    let mean = sum / count;
    let squares: f64 = amounts.iter().map(|amount| (amount - mean).powi(2)).sum();
    let deviation = (squares / (count - 1.0)).sqrt();
    (csv, [count, sum, amounts[amounts.len() / 2], deviation])
}

#[track_caller]
fn is_near(found: &Value, expected: [f64; 4]) {
    for (found, expected) in found.as_array().expect("a list").iter().zip(expected) {
        let found = found.as_f64().expect("a number");
        assert!(
            (found - expected).abs() < expected * 1e-12,
            "{found} {expected}"
        );
    }
    assert_eq!(found.as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn python_computes_statistics_of_a_csv_file() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    let (csv, expected) = orders();
    let code = r#"
import csv, json, statistics
with open("orders.csv", newline="") as file:
    rows = list(csv.DictReader(file))
amounts = [float(row["amount"]) for row in rows if row["amount"]]
print(len(rows), rows[0]["customer"], rows[1]["customer"], sep="; ")
with open("summary.json", "w") as file:
    json.dump({"customers": len({row["customer"] for row in rows})}, file)
[len(amounts), sum(amounts), statistics.median(amounts), statistics.stdev(amounts)]
"#;
    let args = json!({"code": code, "files": {"orders.csv": csv}});
    let data = data(&host, "run_python", args).await;
    assert_eq!(data["error"], Value::Null, "{data:#}");
    assert_eq!(data["stdout"], "1002; Lovelace, Ada; the \"other\"\n");
    is_near(&data["value"], expected);
    // What was not changed is not sent back.
    assert_eq!(
        data["files"],
        json!({"summary.json": "{\"customers\": 1002}"})
    );
}

#[tokio::test]
async fn javascript_computes_statistics_of_a_csv_file() {
    let Some(host) = with("javascript", LIMITS).await else {
        return;
    };
    let (csv, expected) = orders();
    let code = r#"
const text = require("fs").readFileSync("orders.csv", "utf8");
const amounts = text.trim().split("\n").slice(1).map((line) => line.match(/,([\d.]*)$/)[1])
  .filter(Boolean).map(Number).sort((a, b) => a - b);
const sum = amounts.reduce((a, b) => a + b);
const mean = sum / amounts.length;
const squares = amounts.reduce((total, amount) => total + (amount - mean) ** 2, 0);
[amounts.length, sum, amounts[amounts.length >> 1], Math.sqrt(squares / (amounts.length - 1))]
"#;
    let args = json!({"code": code, "files": {"orders.csv": csv}});
    let data = data(&host, "run_javascript", args).await;
    assert_eq!(data["error"], Value::Null, "{data:#}");
    is_near(&data["value"], expected);
    assert_eq!(data["files"], json!({}));
}
