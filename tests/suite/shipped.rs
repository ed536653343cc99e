//! The tools inside the binary, as docs/shipped-tools.md shows them and as clients call them.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use toolhost::invocation::{Content, Output};
use toolhost_tests::servers::{Server, redirect, with_headers};
use toolhost_tests::serving::Serving;
use toolhost_tests::{Setup, TestHost, binary, is_installed, root};

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

/// One call of each tool that needs no grant, and what must be in the answer.
fn calls() -> Vec<(&'static str, Value, &'static str)> {
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

#[test]
fn a_real_client_lists_every_shipped_tool_and_gets_a_meaningful_result_from_each() {
    let serving = Serving::start(&[]);
    let calls = calls();
    let asked: Vec<_> = calls
        .iter()
        .map(|(name, args, _)| json!([name, args]))
        .collect();
    let names: BTreeSet<&str> = calls.iter().map(|(name, ..)| *name).collect();
    for version in ["0.2.12", "0.6.1"] {
        let bin = root().join(format!(".venv/client-{version}/bin"));
        if !is_installed(
            &bin.join("llama-stack-client"),
            &format!("llama-stack-client {version}"),
            "clients",
        ) {
            continue;
        }
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
        assert_eq!(
            seen["groups"],
            json!(["json", "math", "sql", "text", "time", "weather"]),
            "{version}"
        );
        let listed = seen["tools"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str);
        assert_eq!(
            listed.collect::<BTreeSet<_>>(),
            names,
            "{version}: each is called below"
        );
        for ((name, _, expected), answer) in calls
            .iter()
            .zip(seen["answers"].as_array().expect("a list"))
        {
            let answer = answer
                .as_str()
                .map_or_else(|| answer.to_string(), str::to_owned);
            assert!(answer.contains(expected), "{version} {name}: {answer}");
        }
        let cli = Command::new(bin.join("llama-stack-client"))
            .args(["--endpoint", &serving.url, "toolgroups", "list"])
            .output()
            .expect("it runs");
        let table = String::from_utf8_lossy(&cli.stdout);
        assert!(
            ["json", "math", "sql", "text", "time", "weather"]
                .iter()
                .all(|group| table.contains(group)),
            "{version}: {table}"
        );
    }
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
