//! `toolhost conformance`: against this host, and against one that does everything wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use toolhost::invocation::Content;
use toolhost_tests::serving::Serving;
use toolhost_tests::{Setup, binary, root};

fn toolhost(args: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(args).current_dir(root());
    command.env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"));
    command.output().expect("`make build` made the binary")
}

/// Runs rows against a host; the exit code and the rows by number.
fn attack(endpoint: &str, more: &[&str]) -> (Option<i32>, BTreeMap<u64, Value>) {
    let mut args = vec!["conformance", "--endpoint", endpoint, "--json"];
    args.extend(more);
    let output = toolhost(&args);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let rows = report["rows"].as_array().expect("rows").iter();
    let by_number = rows.map(|row| (row["row"].as_u64().expect("a number"), row.clone()));
    (output.status.code(), by_number.collect())
}

fn export(folder: &Path) {
    let output = toolhost(&["conformance", "export", folder.to_str().expect("UTF-8")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.is_dir() {
            let inside = files(&path).into_iter();
            found.extend(inside.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name.into_owned(), std::fs::read(&path).expect("a file"));
        }
    }
    found
}

#[test]
fn the_tools_that_attack_are_written_the_same_each_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    export(&first);
    export(&second);
    let written = files(&first);
    assert!(written == files(&second), "two exports differ");
    for name in [
        "control",
        "spins",
        "start_loops",
        "swells",
        "floods",
        "deep_types",
        "fetches",
        "connects",
        "peeks",
        "residue",
        "lies",
        "refused/declares_memory",
        "refused/declares_table",
    ] {
        let text = &written[&format!("{name}.wat")];
        let encoded = wat::parse_bytes(text).expect("it encodes");
        assert!(*encoded == written[&format!("{name}.wasm")], "{name}");
    }
    let again = toolhost(&["conformance", "export", first.to_str().expect("UTF-8")]);
    assert_eq!(again.status.code(), Some(2), "a folder is not overwritten");
}

#[test]
fn the_document_lists_the_rows_as_they_are() {
    let dir = tempfile::tempdir().expect("a folder");
    export(&dir.path().join("tools"));
    let tools = std::fs::read_to_string(dir.path().join("tools/TOOLS.md")).expect("UTF-8");
    let document = std::fs::read_to_string(root().join("docs/conformance.md")).expect("UTF-8");
    let (_, rows) = tools.split_once("| Row |").expect("the rows");
    for row in rows.lines().skip(2) {
        assert!(document.contains(row), "docs/conformance.md lacks: {row}");
    }
}

#[test]
fn this_host_passes_every_row() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("tools");
    export(&folder);
    let config = folder.join("config.yaml");
    let host = Serving::start(&[config.to_str().expect("UTF-8")]);
    // Patience for a machine that runs other tests; the host's own limits end the calls.
    let (code, rows) = attack(&host.url, &["--timeout", "30s"]);
    assert!(rows.len() >= 28, "{} rows", rows.len());
    for (number, row) in &rows {
        // What it refuses to load cannot stand in its config.
        let expected = if *number == 20 { "SKIP" } else { "PASS" };
        assert_eq!(row["verdict"], expected, "{row:#}");
    }
    assert_eq!(code, Some(0));
    for (number, reason) in [
        (1, "timeout"),
        (3, "timeout"),
        (5, "too_many_host_calls"),
        (6, "trap"),
        (10, "`-1`"),
        (13, "output_too_large"),
        (14, "output_too_large"),
        (15, "too_many_handles"),
        (22, "`HTTP-request-denied`"),
        (29, "`access-denied`"),
        (33, "`none`"),
        (37, "`0`"),
    ] {
        let happened = rows[&number]["reason"].as_str().expect("words");
        assert!(happened.contains(reason), "{number}: {happened}");
    }
    for refused in ["declares_memory", "declares_table"] {
        let path = folder.join(format!("refused/{refused}.wasm"));
        let output = toolhost(&["component", "inspect", path.to_str().expect("UTF-8")]);
        assert_eq!(output.status.code(), Some(65), "{refused}");
    }
}

/// An attack that never succeeds proves nothing: each finds what it looks for where it is granted.
#[tokio::test]
async fn the_attacks_find_what_there_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let (tools, granted) = (dir.path().join("tools"), dir.path().join("granted"));
    export(&tools);
    std::fs::create_dir(&granted).expect("made");
    let upstream = bad_host().await;
    let authority = upstream.trim_start_matches("http://");
    let (_, port) = authority.split_once(':').expect("a port");
    let network = format!(
        "{{grants: {{network: [{{host: 127.0.0.1, schemes: [http], ports: [{port}], addresses: [127.0.0.0/8]}}]}}}}"
    );
    let world = format!(
        "{{grants: {{env: {{REGION: eu, ZONE: a}}, files: [{{host: \"{}\", guest: /notes}}]}}}}",
        granted.display()
    );
    let host = Setup::new()
        .component("fetches", &tools.join("fetches.wasm"), &network)
        .component("peeks", &tools.join("peeks.wasm"), &world)
        .start()
        .await;
    let to_upstream = json!({"authority": authority, "path": "/v1/health"});
    for (tool, args, found) in [
        ("hostile_fetches_get", to_upstream, "answered"),
        ("hostile_peeks_environment", json!({}), "REGION ZONE "),
        ("hostile_peeks_folders", json!({}), "/notes "),
        ("hostile_peeks_arguments", json!({}), "none"),
    ] {
        let output = host.good(tool, args).await;
        assert_eq!(output.content, [Content::Text(found.to_owned())], "{tool}");
    }
}

/// A host that gives in to each attack in another way.
async fn gives_in(State(attacked): State<Arc<AtomicBool>>, body: Bytes) -> Response {
    let call: Value = serde_json::from_slice(&body).expect("JSON");
    let answer = |content: &str| json!({"content": content}).to_string().into_response();
    let fails = |message: &str| {
        let result = json!({"content": null, "error_message": message, "error_code": 1});
        result.to_string().into_response()
    };
    match call["tool_name"].as_str().expect("a name") {
        "hostile_control_answer" if attacked.load(Ordering::SeqCst) => {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        "hostile_control_answer" => answer("alive"),
        "hostile_spins_loop_forever" => answer("done"),
        "hostile_spins_sleep_forever" => std::future::pending().await,
        "hostile_spins_ask_forever" => StatusCode::TOO_MANY_REQUESTS.into_response(),
        "hostile_spins_recurse_forever" => {
            attacked.store(true, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(300)).await;
            attacked.store(false, Ordering::SeqCst);
            fails("too deep")
        }
        "hostile_swells_grow_memory" => answer("1"),
        "hostile_floods_print_forever" => answer(&"x".repeat(17 << 20)),
        "hostile_fetches_get" => {
            let authority = call["kwargs"]["authority"].as_str().expect("an authority");
            let _ = reqwest::get(format!("http://{authority}/")).await;
            fails("HTTP-request-denied")
        }
        "hostile_peeks_environment" => answer("PATH HOME "),
        "hostile_peeks_random" => answer("4"),
        "hostile_lies_divide" => fails("panicked at /home/me/host/src/main.rs:5"),
        "hostile_residue_look" => answer("1638400"),
        // What it does well.
        "hostile_lies_trap_after_call" => fails("it crashed"),
        other => panic!("{other}"),
    }
}

async fn bad_host() -> String {
    let names = [
        "hostile_control_answer",
        "hostile_spins_loop_forever",
        "hostile_spins_sleep_forever",
        "hostile_spins_ask_forever",
        "hostile_spins_recurse_forever",
        "hostile_swells_grow_memory",
        "hostile_floods_print_forever",
        "hostile_fetches_get",
        "hostile_peeks_environment",
        "hostile_peeks_random",
        "hostile_lies_divide",
        "hostile_residue_look",
        "hostile_lies_trap_after_call",
    ];
    let tools = json!({"data": names.map(|name| json!({"identifier": name}))}).to_string();
    let routes = Router::new()
        .route("/v1/health", get(async || r#"{"status": "OK"}"#))
        .route("/v1/tools", get(async move || tools))
        .route("/v1/tool-runtime/invoke", post(gives_in))
        .with_state(Arc::new(AtomicBool::new(false)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_gives_in_fails_with_what_it_did() {
    let url = bad_host().await;
    let run = tokio::task::spawn_blocking(move || attack(&url, &["--timeout", "100ms"]));
    let (code, rows) = run.await.expect("no panic");
    assert_eq!(code, Some(1));
    for (number, verdict, words) in [
        (1, "FAIL", "it answered `done`, where an error is due"),
        (3, "FAIL", "no answer within 2s 100ms"),
        (5, "FAIL", "it never ran: HTTP 429"),
        (
            6,
            "FAIL",
            "others were not served: `hostile_control_answer`",
        ),
        (
            10,
            "FAIL",
            "it answered `1`, where an error or at most -1 is due",
        ),
        (13, "SKIP", "not offered: hostile_deep_types_explode"),
        (18, "FAIL", "an answer of more than 16 MiB"),
        (22, "FAIL", "it reached 127.0.0.1:"),
        (33, "FAIL", "it answered `PATH HOME`"),
        (36, "FAIL", "the error has `/home/` in it"),
        (37, "FAIL", "it answered `1638400`, where `0` is due"),
        (38, "FAIL", "where another answer is due"),
        (42, "PASS", "code 1"),
    ] {
        let row = &rows[&number];
        assert_eq!(row["verdict"], verdict, "{row:#}");
        let reason = row["reason"].as_str().expect("words");
        assert!(reason.contains(words), "{number}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_read_a_table_and_a_sum() {
    let url = bad_host().await;
    let run = move || {
        let args = ["conformance", "run", "--endpoint", &url, "--only", "1,42"];
        toolhost(&args)
    };
    let output = tokio::task::spawn_blocking(run).await.expect("no panic");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for words in [
        "ROW",
        "VERDICT",
        "FAIL",
        "PASS",
        "1 passed, 1 failed, 0 skipped",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(said, "error: 1 of 2 rows failed\n");
}

#[test]
fn what_cannot_be_attacked_has_its_exit_code() {
    let code = |args: &[&str]| {
        let output = toolhost(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let (exit, said) = code(&["conformance"]);
    assert!(exit == Some(2) && said.contains("--endpoint"), "{said}");
    let (exit, said) = code(&["conformance", "--endpoint", "http://127.0.0.1:9"]);
    assert!(exit == Some(69) && said.contains("no answer"), "{said}");
    let (exit, said) = code(&[
        "conformance",
        "--endpoint",
        "http://127.0.0.1:9",
        "--only",
        "2",
    ]);
    assert!(
        exit == Some(2) && said.contains("there is no row 2"),
        "{said}"
    );
    let host = Serving::start(&[]);
    let (exit, said) = code(&["conformance", "--endpoint", &host.url]);
    assert!(
        exit == Some(2) && said.contains("conformance export"),
        "{said}"
    );
}
