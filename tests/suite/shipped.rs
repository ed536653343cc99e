//! The tools inside the binary, as docs/shipped-tools.md shows them and as clients call them.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use toolhost::invocation::{Content, Output};
use toolhost_tests::servers::{Request, Say, Server, ok, redirect, with_headers};
use toolhost_tests::serving::Serving;
use toolhost_tests::{Setup, TestHost, binary, is_installed, root, shipped};

use super::interpreters::is_carried;

/// A command as the docs print it, and what they print below.
struct Example {
    command: String,
    answer: String,
}

fn examples() -> Vec<Example> {
    let docs = std::fs::read_to_string(root().join("docs/shipped-tools.md")).expect("the docs");
    // Those with a config of their own are called by the tests below.
    let blocks = docs.split("```text\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap_or_default());
    let mut examples = Vec::new();
    for part in blocks.flat_map(|block| block.split("$ toolhost ").skip(1)) {
        let (command, answer) = part.split_once('\n').expect("a command on a line");
        if command.contains("--config") {
            continue;
        }
        examples.push(Example {
            command: command.to_owned(),
            answer: answer.trim_end().to_owned(),
        });
    }
    examples
}

fn keys(answer: &str) -> Vec<String> {
    let value: Value =
        serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.clone())
        .collect()
}

#[test]
fn every_example_of_the_docs_answers_as_they_say() {
    let examples = examples();
    assert!(examples.len() > 10, "{}", examples.len());
    for Example { command, answer } in examples {
        let line = format!("{} {command}", binary().display());
        let output = Command::new("bash").args(["-c", &line]).output();
        let output = output.expect("bash is there");
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        if command.starts_with("invoke current_time") {
            assert_eq!(keys(&said), keys(&answer), "{command}");
        } else {
            assert_eq!(said.trim_end(), answer, "{command}\n{errors}");
        }
    }
}

/// A tool, the arguments of a call, and what must be in the answer.
type Call = (&'static str, Value, &'static str);

/// What shipped tools are without a config, as groups.
const WITHOUT_CONFIG: [&str; 6] = ["json", "math", "sql", "text", "time", "weather"];
/// What needs one, likewise.
const WITH_CONFIG: [&str; 7] = [
    "fetch",
    "files",
    "javascript",
    "memory",
    "openapi",
    "python",
    "weather-live",
];

/// Those of [`WITH_CONFIG`] that the binary carries.
fn with_config() -> Vec<&'static str> {
    let is_there = |name: &&str| !["javascript", "python"].contains(name) || is_carried(name);
    WITH_CONFIG.into_iter().filter(is_there).collect()
}

/// One call of each tool that needs no grant.
fn calls() -> Vec<Call> {
    vec![
        ("get_weather", json!({"city": "Tokyo"}), "Weather in Tokyo:"),
        ("calculate", json!({"expression": "0.1 + 0.2"}), "0.3"),
        (
            "query_json",
            json!({"json": "{\"a\": [1, 2]}", "query": ".a | add"}),
            "3",
        ),
        (
            "query_sql",
            json!({"query": "select sum(a) from t", "tables": [{"name": "t", "csv": "a\n1\n2"}]}),
            "[[3]]",
        ),
        ("current_time", json!({}), "UTC"),
        (
            "convert_time",
            json!({"time": "2025-07-18 15:00", "from": "New York", "to": "Tokyo"}),
            "2025-07-19T04:00:00+09:00",
        ),
        (
            "add_time",
            json!({"time": "2025-01-31", "duration": "1 month"}),
            "2025-02-28",
        ),
        (
            "time_between",
            json!({"from": "2025-01-31", "to": "2025-03-05"}),
            "P1M5D",
        ),
        (
            "resolve_time_range",
            json!({"phrase": "Q3 2025"}),
            "2025-07-01",
        ),
        ("diff_texts", json!({"before": "a\n", "after": "b\n"}), "+b"),
        (
            "search_pattern",
            json!({"text": "a1b22", "pattern": "\\d+"}),
            "22",
        ),
        (
            "replace_pattern",
            json!({"text": "Ada L", "pattern": "(\\w+) (\\w)", "replacement": "$2. $1"}),
            "L. Ada",
        ),
        (
            "render_template",
            json!({"template": "{{ a|upper }}", "values": "{\"a\": \"x\"}"}),
            "X",
        ),
        ("count_text", json!({"text": "one two"}), "\"words\""),
    ]
}

/// One call of each tool of the other groups, in an order in which they find what they look for.
fn calls_with_config(server: &Server) -> Vec<Call> {
    let path = json!({"path": "/data/in/a.txt"});
    let note = json!({"name": "projects/website"});
    let mut calls = vec![
        (
            "fetch_page",
            json!({"url": server.url("/page")}),
            "**blows**",
        ),
        (
            "write_file",
            json!({"path": "/data/in/a.txt", "text": "one\nError 12\n", "mode": "create"}),
            "Made `/data/in/a.txt` of 13 bytes.",
        ),
        (
            "list_files",
            json!({"folder": "/data", "pattern": "**/*.txt"}),
            "/data/in/a.txt",
        ),
        ("read_file", path, "one\\nError 12"),
        (
            "search_files",
            json!({"folder": "/data", "text": "error"}),
            "\"line\":2",
        ),
        (
            "save_note",
            json!({"name": "projects/website", "text": "Launch on 8 June."}),
            "Saved the new note",
        ),
        ("read_note", note.clone(), "Launch on 8 June."),
        ("list_notes", json!({}), "projects/website"),
        ("search_notes", json!({"text": "june"}), "\"line\":1"),
        ("delete_note", note, "Deleted the note"),
        // The operation of the description that is imported.
        ("getBook", json!({"isbn": "978-0"}), "/books/978-0"),
        (
            "get_weather",
            json!({"city": "Berlin"}),
            "Weather in Berlin, Germany:",
        ),
    ];
    let interpreters = [
        (
            "python",
            "run_python",
            "import statistics; statistics.quantiles([3, 1, 4, 1, 5, 9, 2, 6], n=4)",
            "[1.25,3.5,5.75]",
        ),
        (
            "javascript",
            "run_javascript",
            "[3, 1, 2].toSorted().map((n) => n * n)",
            "[1,4,9]",
        ),
    ];
    for (name, tool, code, expected) in interpreters {
        if is_carried(name) {
            calls.push((tool, json!({"code": code}), expected));
        }
    }
    calls
}

/// A web page, a library, and the service of Open-Meteo.
fn answer(request: &Request) -> Say {
    let recorded = |name: &str| {
        let path = root().join("tools/weather-live/tests").join(name);
        ok(&std::fs::read_to_string(path).expect("a recording"))
    };
    match request.path().split('?').next().unwrap_or_default() {
        "/page" => with_headers("content-type: text/html\r\n", PAGE),
        "/v1/search" => recorded("berlin.json"),
        "/v1/forecast" => recorded("forecast.json"),
        book => {
            let json = json!({"title": "Emma", "at": book}).to_string();
            with_headers("content-type: application/json\r\n", &json)
        }
    }
}

/// A config of all that needs one: what an import of a library's API makes, and the others.
fn config(server: &Server, dir: &Path) -> String {
    let description = json!({
        "openapi": "3.1.0",
        "info": {"title": "OpenAPI", "version": "1"},
        "servers": [{"url": "https://library.example"}],
        "paths": {"/books/{isbn}": {"get": {
            "operationId": "getBook",
            "summary": "Finds a book",
            "parameters": [{"name": "isbn", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "The book."}},
        }}},
    });
    let file = dir.join("library.json");
    std::fs::write(&file, description.to_string()).expect("written");
    let mut import = Command::new(binary());
    import.args(["import", "openapi", "--server", &server.url("")]);
    let imported = import.arg(file).output().expect("it runs");
    assert!(imported.status.success(), "{imported:?}");
    let imported = String::from_utf8(imported.stdout).expect("UTF-8");

    let entry = server.entry("127.0.0.1", "");
    let (search, forecast) = (server.url("/v1/search"), server.url("/v1/forecast"));
    let files = dir.display();
    let limits = "limits: {timeout: 30s, fuel: 100G, memory: 256MiB, output: 2MiB}";
    let mut providers = vec![
        ("fetch", format!("grants: {{network: [{entry}]}}")),
        (
            "files",
            format!(
                "grants: {{files: [{{host: \"{files}/data\", guest: /data, access: write, bytes: 1MiB, files: 10}}]}}"
            ),
        ),
        (
            "memory",
            "grants: {keyvalue: {store: notes, bytes: 1MiB}}".to_owned(),
        ),
        (
            "weather-live",
            format!(
                "grants: {{config: {{geocoding_url: \"{search}\", forecast_url: \"{forecast}\"}}, network: [{entry}]}}"
            ),
        ),
    ];
    for name in ["python", "javascript"] {
        if is_carried(name) {
            providers.push((name, limits.to_owned()));
        }
    }
    let (before, groups) = imported.split_once("tool_groups:\n").expect("groups");
    let (mut more, mut groups) = (String::new(), groups.to_owned());
    for (name, config) in providers {
        more += &format!(
            "    - {{ provider_id: {name}, provider_type: \"inline::{name}\", config: {{{config}}} }}\n"
        );
        groups += &format!("  - {{ toolgroup_id: {name}, provider_id: {name} }}\n");
    }
    format!("{before}{more}tool_groups:\n{groups}")
}

/// Has real clients list the groups and tools, of which `calls` has one each, and make the calls
/// on a host each.
fn are_seen_by_clients<T>(start: impl Fn() -> (Serving, T), groups: &[&str], calls: &[Call]) {
    let asked: Vec<_> = calls
        .iter()
        .map(|(name, args, _)| json!([name, args]))
        .collect();
    let names: BTreeSet<&str> = calls.iter().map(|(name, ..)| *name).collect();
    for version in ["0.2.12", "0.6.1"] {
        let bin = root().join(format!(".venv/client-{version}/bin"));
        let client = bin.join("llama-stack-client");
        let what = format!("llama-stack-client {version}");
        if !is_installed(&client, &what, "clients") {
            continue;
        }
        let (serving, _kept) = start();
        let mut child = Command::new(bin.join("python"))
            .arg(root().join("tests/clients/shipped.py"))
            .arg(&serving.url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut stdin = child.stdin.take().expect("piped");
        write!(stdin, "{}", json!(asked)).expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let seen: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(seen["groups"], json!(groups), "{version}");
        let listed = seen["tools"].as_array().expect("a list").iter();
        let listed: BTreeSet<_> = listed.filter_map(Value::as_str).collect();
        assert_eq!(listed, names, "{version}: each is called below");
        let answers = seen["answers"].as_array().expect("a list");
        for ((name, _, expected), answer) in calls.iter().zip(answers) {
            let answer = answer
                .as_str()
                .map_or_else(|| answer.to_string(), str::to_owned);
            assert!(answer.contains(expected), "{version} {name}: {answer}");
        }
        // Its table folds at the width of the terminal.
        let cli = Command::new(client)
            .args(["--endpoint", &serving.url, "toolgroups", "list"])
            .env("COLUMNS", "400")
            .output()
            .expect("it runs");
        let table = String::from_utf8_lossy(&cli.stdout);
        assert!(
            groups.iter().all(|group| table.contains(group)),
            "{version}: {table}"
        );
    }
}

#[test]
fn a_real_client_lists_every_shipped_tool_and_gets_a_meaningful_result_from_each() {
    are_seen_by_clients(|| (Serving::start(&[]), ()), &WITHOUT_CONFIG, &calls());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_client_gets_one_from_each_that_needs_a_config_as_well() {
    let server = Server::plain(answer).await;
    let groups = with_config();
    let calls = calls_with_config(&server);
    let see = move || {
        let start = || {
            let dir = tempfile::tempdir().expect("a folder");
            std::fs::create_dir(dir.path().join("data")).expect("made");
            let file = dir.path().join("config.yaml");
            std::fs::write(&file, config(&server, dir.path())).expect("written");
            let mut command = Serving::command(&[file.to_str().expect("UTF-8")]);
            command.env("TOOLHOST_DATA_DIR", dir.path().join("stores"));
            (Serving::of(command), dir)
        };
        are_seen_by_clients(start, &groups, &calls);
    };
    tokio::task::spawn_blocking(see).await.expect("no panic");
}

#[test]
fn every_shipped_tool_is_called_by_one_of_these_tests() {
    let called = WITHOUT_CONFIG.into_iter().chain(with_config());
    let carried = shipped().iter().map(|tool| tool.name);
    assert_eq!(
        carried.collect::<BTreeSet<_>>(),
        called.collect::<BTreeSet<_>>()
    );
}

/// A host with one shipped tool and its config.
async fn with(name: &str, config: &str) -> TestHost {
    let setup = Setup::new().provider(name, &format!("inline::{name}"), config);
    setup.group(name, name).start().await
}

async fn data(host: &TestHost, tool: &str, args: Value) -> Value {
    let Output {
        content,
        structured,
    } = host.good(tool, args).await;
    structured.unwrap_or_else(|| match &content[..] {
        [Content::Text(text)] => text.as_str().into(),
        other => panic!("{other:?}"),
    })
}

async fn refusal(host: &TestHost, tool: &str, args: Value) -> String {
    host.fails(tool, args).await.to_string()
}

#[tokio::test]
async fn notes_outlast_the_call() {
    let grant = "{grants: {keyvalue: {store: notes, bytes: 1MiB}}}";
    let host = with("memory", grant).await;
    let note = json!({"name": "projects/website", "text": "Launch on 8 June."});
    data(&host, "save_note", note).await;
    let listed = data(&host, "list_notes", json!({"prefix": "projects/"})).await;
    assert_eq!(listed["names"], json!(["projects/website"]));
    let found = data(&host, "search_notes", json!({"text": "june"})).await;
    assert_eq!(found["findings"][0]["line"], 1);
    let name = json!({"name": "projects/website"});
    let read = data(&host, "read_note", name.clone()).await;
    assert_eq!(read, "Launch on 8 June.");
    data(&host, "delete_note", name.clone()).await;
    let gone = refusal(&host, "read_note", name).await;
    assert!(gone.contains("projects/website"), "{gone}");
    let host = with("memory", "{}").await;
    let denied = refusal(&host, "list_notes", json!({})).await;
    assert!(denied.contains("grant"), "{denied}");
}

#[tokio::test]
async fn files_are_listed_read_searched_and_written_where_that_is_granted() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.txt"), "one\nError 12\n").expect("written");
    let at = folder.path().display();
    let host = with(
        "files",
        &format!("{{grants: {{files: [{{host: \"{at}\", guest: /data}}]}}}}"),
    )
    .await;
    let listed = data(
        &host,
        "list_files",
        json!({"folder": "/data", "pattern": "**/*.txt"}),
    )
    .await;
    assert_eq!(listed["entries"][0]["path"], "/data/a.txt");
    let read = data(
        &host,
        "read_file",
        json!({"path": "/data/a.txt", "from_line": 2}),
    )
    .await;
    assert_eq!(read["text"], "Error 12\n");
    let asked = json!({"folder": "/data", "text": "Error \\d+", "mode": "regex"});
    let found = data(&host, "search_files", asked).await;
    assert_eq!(found["findings"][0]["line"], 2);
    let written = json!({"path": "/data/b.txt", "text": "new", "mode": "create"});
    let denied = refusal(&host, "write_file", written.clone()).await;
    assert!(denied.contains("access: write"), "{denied}");
    assert!(!folder.path().join("b.txt").exists());

    let grant = format!(
        "{{grants: {{files: [{{host: \"{at}\", guest: /data, access: write, bytes: 1MiB, files: 10}}]}}}}"
    );
    let host = with("files", &grant).await;
    data(&host, "write_file", written).await;
    let text = std::fs::read_to_string(folder.path().join("b.txt")).expect("it is there");
    assert_eq!(text, "new");
}

const PAGE: &str = "<html><head><title>A page</title></head><body><nav>Menu</nav><article><h1>Wind</h1><p>It <b>blows</b>, see <a href='/more'>more</a>. There is a lot to say about it, and here it is said, in one paragraph that is long enough.</p></article></body></html>";

#[tokio::test]
async fn a_page_of_the_web_comes_as_markdown_after_redirects_to_granted_hosts() {
    let server = Server::plain(|request| match request.path() {
        "/old" => redirect("/new"),
        _ => with_headers("content-type: text/html\r\n", PAGE),
    })
    .await;
    let host = with(
        "fetch",
        &format!(
            "{{grants: {{network: [{}]}}}}",
            server.entry("127.0.0.1", "")
        ),
    )
    .await;
    let page = data(&host, "fetch_page", json!({"url": server.url("/old")})).await;
    assert_eq!(page["title"], "A page");
    assert_eq!(page["url"], server.url("/new"));
    let text = page["text"].as_str().expect("text");
    assert!(
        text.contains("**blows**") && text.contains(&server.url("/more")),
        "{text}"
    );
    assert!(!text.contains("Menu"), "{text}");
    let denied = refusal(&host, "fetch_page", json!({"url": "https://example.com/"})).await;
    assert!(denied.contains("not granted"), "{denied}");
}
