//! `toolhost test`: golden calls of tool projects, run as an author runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use toolhost_tests::{binary, guest, root};

/// A project around the guest that imports all of the contract.
const CONFIG: &str = "\
version: 2
providers:
  tool_runtime:
    - provider_id: p
      provider_type: inline::wasm
      config:
        component: build/tool.wasm
        grants:
          config: { greeting: Hello }
          keyvalue: { store: notes }
          network:
            - { host: api.example.com, methods: [GET, POST], path: /v1/** }
          secrets:
            - { name: TOKEN, from: 'env:API_TOKEN', send_to: api.example.com, prefix: 'Bearer ' }
tool_groups:
  - { toolgroup_id: g, provider_id: p }
";

/// A folder with a config, a built component and tests.
struct Project(TempDir);

impl Project {
    fn new(config: &str, component: &Path, tests: &str) -> Project {
        let project = Project(tempfile::tempdir().expect("a folder"));
        for folder in ["build", "tests"] {
            std::fs::create_dir(project.path(folder)).expect("made");
        }
        std::fs::write(project.path("toolhost.yaml"), config).expect("written");
        std::fs::copy(component, project.path("build/tool.wasm")).expect("`make guests` built it");
        std::fs::write(project.path("tests/calls.yaml"), tests).expect("written");
        project
    }

    /// One whose tool is a guest.
    fn imports(tests: &str) -> Project {
        Project::new(CONFIG, &guest("imports_contract"), tests)
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }

    fn tests(&self) -> String {
        std::fs::read_to_string(self.path("tests/calls.yaml")).expect("UTF-8")
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.arg("test").args(args).current_dir(self.0.path());
        command.env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"));
        // What an author happens to have set says nothing about the tool.
        command
            .env("API_TOKEN", "of-the-author")
            .env("NO_COLOR", "1");
        command.env_remove("TOOLHOST_LOG");
        command.output().expect("`make build` made the binary")
    }

    /// What is printed, for people and for nobody else, if it ends with `code`.
    #[track_caller]
    fn says(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("UTF-8");
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }

    #[track_caller]
    fn json(&self, args: &[&str], code: i32) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

#[track_caller]
fn contains(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "`{part}` is missing in:\n{said}");
    }
}

#[test]
fn calls_pass_without_a_network_a_clock_or_a_secret_of_the_machine() {
    let project = Project::imports(
        "\
env: { API_TOKEN: t0ken-of-the-test }
config: { greeting: Good day }
clock: 2026-01-31T12:00:00Z
random: seeded
http:
  - url: https://api.example.com/v1/items?page=*
    expect: { headers: { authorization: Bearer t0ken-of-the-test } }
    answer: { status: 201, headers: { x-echo: Bearer t0ken-of-the-test }, body: 'page t0ken-of-the-test' }
  - method: POST
    url: https://api.example.com/v1/items
    expect: { json: { a: 1, b: [2] } }
    answer: { json: { made: true } }
calls:
  - { call: look_up, arguments: { key: greeting }, expect: { structured: Good day } }
  - { call: g/watch, expect: { structured: [1769860800000, 1769860800000] } }
  - call: fetch
    name: a secret goes out and does not come back
    arguments: { url: 'https://api.example.com/v1/items?page=2' }
    expect:
      structured:
        status: 201
        headers: [[x-echo, 'Bearer [TOKEN redacted]']]
        body: page [TOKEN redacted]
    limits: { fuel: 10M, memory: 4MiB, time: 10s, http_requests: 1 }
  - call: fetch
    arguments: { method: POST, url: 'https://api.example.com/v1/items', body: '{\"b\": [2], \"a\": 1.0}' }
    expect: { contains: ['\"status\":200', 'made', application/json] }
  - call: fetch
    name: a server that does not answer
    arguments: { url: 'https://api.example.com/v1/slow' }
    http: [ { url: 'https://api.example.com/v1/slow', fail: timeout } ]
    expect: { error: failed, message: 'timeout:' }
  - call: fetch
    name: a server that is not there
    arguments: { url: 'https://api.example.com/v1/slow' }
    http: [ { url: 'https://api.example.com/v1/slow', fail: unreachable } ]
    expect: { error: failed, message: 'unreachable:' }
  - call: fetch
    name: a server that is late
    arguments: { url: 'https://api.example.com/v1/slow', timeout_ms: 50 }
    http: [ { url: 'https://api.example.com/v1/slow', answer: { after: 1m } } ]
    expect: { error: failed, message: 'timeout:' }
    limits: { time: 10s }
  - { call: nothing, expect: { error: unknown_tool, message: nothing } }
",
    );
    let said = project.says(&[], 0);
    contains(
        &said,
        &[
            "tests/calls.yaml\n",
            "  ✓ look_up key=\"greeting\" ",
            "8 passed, 0 failed, 1 file, ",
        ],
    );
    assert!(!said.contains("t0ken"), "{said}");

    // The same bytes in each run, although nobody knows which.
    std::fs::write(
        project.path("tests/calls.yaml"),
        "env: { API_TOKEN: t0ken-of-the-test }\nrandom: seeded\ncalls:\n  - { call: draw, arguments: { count: 8 } }\n  - { call: draw, arguments: { count: 8 } }\n",
    )
    .expect("written");
    contains(&project.says(&["--update"], 0), &["0 passed, 2 updated"]);
    contains(&project.says(&[], 0), &["2 passed"]);
}

#[test]
fn what_differs_is_shown_and_an_update_writes_what_came_back() {
    let before = "\
# Greetings.
- call: hello   # the plain one
  arguments: { name: Ada }
  expect: { text: \"Hello, Bob!\" }   # as it was
- name: blank
  call: hello
  arguments: { name: '  ' }
  expect:
    # Not so.
    text: Hello!
# The last.
- { call: hello, arguments: { name: Eve } }
";
    let hello = root().join("sdk/rust/target/wasm32-wasip2/release/hello.wasm");
    let config = CONFIG.split("        grants:").next().expect("a beginning");
    let config = format!("{config}tool_groups:\n  - {{ toolgroup_id: g, provider_id: p }}\n");
    let project = Project::new(&config, &hello, before);
    let said = project.says(&[], 1);
    contains(
        &said,
        &[
            "  ✗ hello name=\"Ada\" ",
            "      in line 2 of tests/calls.yaml\n      `text` differs\n        - Hello, Bob!\n        + Hello, Ada!\n",
            "  ✗ blank ",
            "an answer was expected, and an error came back: `invalid_input`\n        `name` is empty",
            "the call has no `expect`; `toolhost test --update` writes what came back",
            "0 passed, 3 failed, 1 file, ",
            "error: 3 of 3 calls failed",
        ],
    );
    assert_eq!(project.tests(), before);
    contains(
        &project.says(&["--update"], 0),
        &["  ✎ blank ", "0 passed, 3 updated, 0 failed"],
    );
    let after = "\
# Greetings.
- call: hello   # the plain one
  arguments: { name: Ada }
  expect: { text: \"Hello, Ada!\" }   # as it was
- name: blank
  call: hello
  arguments: { name: '  ' }
  expect:
    error: invalid_input
# The last.
- { call: hello, arguments: { name: Eve }, expect: { text: \"Hello, Eve!\" } }
";
    assert_eq!(project.tests(), after);
    contains(&project.says(&[], 0), &["3 passed, 0 failed"]);
    let seen = project.json(&["--filter", "blank"], 0);
    assert_eq!(seen["passed"], 1, "{seen}");
    let call = &seen["files"][0]["calls"][0];
    assert_eq!(call["name"], "blank");
    assert_eq!(call["line"], 5);
    assert!(
        call["fuel_used"].as_u64().is_some_and(|fuel| fuel > 0),
        "{call}"
    );
    contains(
        &project.says(&["--filter", "nobody"], 2),
        &["no call has `nobody`"],
    );
}

#[test]
fn requests_are_denied_as_when_served_and_need_a_stub() {
    let project = Project::imports(
        "\
env: { API_TOKEN: t0ken-of-the-test }
http:
  - { url: 'https://api.example.com/v1/never', answer: {} }
  - { url: '*://other.example/*', answer: { body: reached } }
calls:
  - call: fetch
    name: denied
    arguments: { url: 'https://other.example/x' }
    expect: { contains: reached }
  - call: fetch
    name: unstubbed
    arguments: { method: POST, url: 'https://api.example.com/v1/a?b=c', body: x }
    expect: { error: failed, message: unreachable }
  - call: fetch
    name: wants more
    arguments: { method: POST, url: 'https://api.example.com/v1/a', body: given }
    http:
      - { method: POST, url: 'https://api.example.com/v1/a', expect: { headers: { authorization: Bearer other-token } }, answer: {} }
      - { method: POST, url: 'https://api.example.com/v1/a', expect: { body: wanted }, answer: {} }
    expect: { error: failed }
  - call: fetch
    name: once
    arguments: { url: 'https://api.example.com/v1/a' }
    http:
      - { url: 'https://api.example.com/v1/a', times: 1, answer: { body: first } }
      - { url: 'https://api.example.com/v1/a', answer: { body: second } }
    expect: { contains: first }
",
    );
    let before = project.tests();
    let said = project.says(&[], 1);
    contains(
        &said,
        &[
            "the tool was denied `GET https://other.example/x`: no grant names the host `other.example`",
            "to grant it, add under the provider's `config` in `toolhost.yaml`:\n        grants:\n          network:\n            - { host: other.example, methods: [GET], path: /x }",
            "no stub answers the request POST https://api.example.com/v1/a?b=c\n        add to the call, with the answer that the server would give:\n          http:\n            - { method: POST, url: \"https://api.example.com/v1/a?b=c\", answer: { status: 200, body: \"\" } }",
            "the stub in line 18 wants another header: the request has another `authorization`",
            "the stub in line 19 wants another body: the request has `given`",
            "the stub in line 26 was never asked: GET https://api.example.com/v1/a",
            "  the stub in line 3 was never asked: GET https://api.example.com/v1/never",
            "error: 4 of 4 calls failed",
        ],
    );
    assert!(
        !said.contains("t0ken") && !said.contains("reached\n"),
        "{said}"
    );
    // Another expectation does not make up for a stub that is missing.
    contains(&project.says(&["--update"], 1), &["1 updated, 3 failed"]);
    let changed: Vec<(&str, String)> = before
        .lines()
        .zip(project.tests().lines().map(str::to_owned))
        .filter(|(before, after)| before != after)
        .collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].1, "    expect: { error: failed }");
    // A stub that fits is what was missing.
    let stub = "        url: \"https://api.example.com/v1/a?b=c\"";
    assert!(!before.contains(stub));
}

#[test]
fn a_call_that_uses_more_than_its_case_allows_fails() {
    let project = Project::new(
        CONFIG.split("        grants:").next().expect("a beginning"),
        &guest("grows_memory"),
        "- { call: nothing, expect: { text: x } }\n",
    );
    // Without a group there is no tool.
    contains(&project.says(&[], 1), &["`unknown_tool`"]);
    let project = Project::imports(
        "\
env: { API_TOKEN: t0ken-of-the-test }
calls:
  - call: look_around
    limits: { fuel: 1K, memory: 64KiB, output: 1B, hostcalls: 0, time: 1ns }
    expect: { structured: [[greeting, Hello]] }
  - call: look_around
    limits: { fuel: 100M, memory: 64MiB, output: 1KiB, hostcalls: 100, time: 5s }
    expect: { structured: [[greeting, Hello]] }
",
    );
    let seen = project.json(&[], 1);
    let calls = &seen["files"][0]["calls"];
    let problems = calls[0]["problems"].as_array().expect("a list");
    let messages: Vec<&str> = problems
        .iter()
        .filter_map(|problem| problem["message"].as_str())
        .collect();
    assert_eq!(messages.len(), 5, "{messages:?}");
    let fuel = calls[0]["fuel_used"].as_u64().expect("a number");
    assert_eq!(
        messages[0],
        format!("the call used {fuel} fuel, more than `limits.fuel` of 1000")
    );
    assert_eq!(calls[1]["passed"], true, "{calls}");
}

#[test]
fn all_that_is_wrong_with_a_project_is_said_before_any_call() {
    let project = Project::imports("- { cal: a }\n- call: a\n  expect: { eror: failed }\n");
    std::fs::write(
        project.path("tests/b.yaml"),
        "calls: [ { call: a, expect: { error: faild } } ]\nhttps: []\n",
    )
    .expect("written");
    let said = project.says(&[], 65);
    contains(
        &said,
        &[
            "error: the tests have 6 problems:",
            "tests/b.yaml:1:38: `calls[0].expect.error`: `faild` is no kind of error\n    write `failed`",
            "tests/b.yaml:2:1: `https`: key `https` is unknown here\n    write `http`",
            "tests/calls.yaml:1:5: `[0].cal`: key `cal` is unknown here\n    write `call`",
            "`[1].expect.eror`: key `eror` is unknown here\n    write `error`",
        ],
    );

    let project = Project::imports("config: { nobody: x }\ncalls: [ { call: a } ]\n");
    contains(
        &project.says(&[], 78),
        &["`API_TOKEN`", "under `env` in its file"],
    );
    let tests =
        "env: { API_TOKEN: t0ken-of-the-test }\nconfig: { nobody: x }\ncalls: [ { call: a } ]\n";
    std::fs::write(project.path("tests/calls.yaml"), tests).expect("written");
    contains(
        &project.says(&[], 65),
        &["tests/calls.yaml:2:", "has `nobody` under `grants.config`"],
    );
    std::fs::remove_file(project.path("build/tool.wasm")).expect("removed");
    contains(
        &project.says(&[], 65),
        &["`build/tool.wasm` is not built; type `toolhost build`"],
    );
    std::fs::remove_file(project.path("tests/calls.yaml")).expect("removed");
    contains(
        &project.says(&[], 2),
        &["there are no calls to test", "tests/NAME.yaml"],
    );
    std::fs::remove_file(project.path("toolhost.yaml")).expect("removed");
    contains(&project.says(&[], 2), &["there is no `toolhost.yaml`"]);
}

/// The folder of an example of the Rust SDK with its component in place, as `toolhost build`
/// leaves it.
fn example(name: &str) -> Project {
    let folder = root().join("sdk/rust/examples").join(name);
    let read = |inside: &str| std::fs::read_to_string(folder.join(inside)).expect("UTF-8");
    let file = format!("{}.wasm", name.replace('-', "_"));
    let component = root()
        .join("sdk/rust/target/wasm32-wasip2/release")
        .join(file);
    let tests = read(&format!("tests/{name}.yaml"));
    let project = Project::new(&read("toolhost.yaml"), &component, &tests);
    let built = project.path(&format!("build/{name}.wasm"));
    std::fs::rename(project.path("build/tool.wasm"), built).expect("moved");
    project
}

#[test]
fn the_calls_of_all_examples_bring_what_they_say() {
    let folders = std::fs::read_dir(root().join("sdk/rust/examples")).expect("the examples");
    let mut seen = 0;
    for folder in folders {
        let name = folder.expect("an entry").file_name();
        let name = name.to_str().expect("UTF-8").to_owned();
        contains(&example(&name).says(&[], 0), &[" passed, 0 failed, 1 file"]);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn the_file_and_the_report_in_the_docs_are_as_they_are_there() {
    let docs = std::fs::read_to_string(root().join("docs/testing.md")).expect("docs/testing.md");
    let block = |fence: &str| {
        let rest = docs.split(fence).nth(1).expect("a block");
        rest.split("```").next().unwrap_or_default().to_owned()
    };
    let project = example("config-secret");
    let heading = "# tests/greet.yaml\n";
    let tests = block(&format!("```yaml\n{heading}"));
    let tests = format!("{heading}{tests}");
    std::fs::write(project.path("tests/calls.yaml"), tests).expect("written");
    let said = project.says(&[], 1);
    // Times are not what they were.
    let words = |text: &str| -> Vec<String> {
        let is_time = |word: &str| word.parse::<f64>().is_ok() || ["µs", "ms", "s"].contains(&word);
        let words = text.split_whitespace().filter(|word| !is_time(word));
        words
            .map(|word| word.replace("calls.yaml", "greet.yaml"))
            .collect()
    };
    let shown = block("```text\n$ toolhost test\n");
    assert_eq!(words(&said), words(&shown), "{said}");
}

#[test]
fn what_tools_keep_is_gone_when_the_tests_are_over() {
    let config = "\
version: 2
providers:
  tool_runtime:
    - { provider_id: p, provider_type: 'inline::memory', config: { grants: { keyvalue: { store: notes } } } }
tool_groups:
  - { toolgroup_id: g, provider_id: p }
";
    let tests = "\
- { call: list_notes, expect: { structured: { names: [], total: 0, next: null } } }
- { call: save_note, arguments: { name: a, text: b }, expect: { contains: a } }
- { call: read_note, arguments: { name: a }, expect: { text: b } }
";
    let project = Project::new(config, &guest("fails"), tests);
    let temporary = project.path("tmp");
    std::fs::create_dir(&temporary).expect("made");
    for _ in 0..2 {
        let output = Command::new(binary())
            .args(["test", "--json"])
            .current_dir(project.0.path())
            .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
            .env("TOOLHOST_DATA_DIR", project.path("of-the-author"))
            .env("TMPDIR", &temporary)
            .output()
            .expect("`make build` made the binary");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "{said}");
    }
    assert!(!project.path("of-the-author").exists());
    let left = std::fs::read_dir(&temporary).expect("there").count();
    assert_eq!(left, 0);
}
