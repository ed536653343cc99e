//! Rows 22 and 34: what a component declares of itself, and what its operator grants.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use toolhost::policy::Rule;
use toolhost_tests::servers::{Server, ok};
use toolhost_tests::{Setup, binary, hostile, root};
use wasm_encoder::{ComponentSection, CustomSection};

use super::Arena;

/// Exit codes of the command line.
const WRONG_COMPONENT: i32 = 65;
const WRONG_CONFIG: i32 = 78;

/// A folder with a component and what goes with it.
struct Desk {
    dir: TempDir,
}

impl Desk {
    /// With `dials` in it, and its manifest, which is not embedded.
    fn new(manifest: &str) -> Desk {
        let desk = Desk {
            dir: tempfile::tempdir().expect("a folder"),
        };
        std::fs::copy(hostile("dials"), desk.component()).expect("`make guests` built it");
        std::fs::write(desk.path("tool.yaml"), manifest).expect("written");
        desk
    }

    /// The same with the manifest embedded by the command line.
    fn embedded(manifest: &str) -> Desk {
        let desk = Desk::new(manifest);
        let (component, manifest) = (desk.component(), desk.path("tool.yaml"));
        let args = [
            "component",
            "embed-manifest",
            text(&component),
            "--manifest",
            text(&manifest),
        ];
        let (code, out) = toolhost(&args);
        assert_eq!(code, 0, "{out}");
        assert!(out.contains("a manifest of"), "{out}");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn component(&self) -> PathBuf {
        self.path("dials.wasm")
    }

    /// A config for the component, with lines under the provider's `config` and at the end.
    fn config(&self, lines: &str, end: &str) -> PathBuf {
        let lines = indented(lines, 8);
        let text = format!(
            "version: 2\nproviders:\n  tool_runtime:\n    - provider_id: p\n      provider_type: inline::wasm\n      config:\n        component: ./dials.wasm\n{lines}\ntool_groups:\n  - {{toolgroup_id: g, provider_id: p}}\n{end}"
        );
        let file = self.path("config.yaml");
        std::fs::write(&file, text).expect("written");
        file
    }

    /// `toolhost check` of such a config: the exit code and everything it says.
    fn check(&self, lines: &str, end: &str) -> (i32, String) {
        toolhost(&["check", text(&self.config(lines, end))])
    }

    /// Puts a custom section behind the component.
    fn append(&self, section: &str, content: &[u8]) {
        let mut wasm = std::fs::read(self.component()).expect("read");
        CustomSection {
            name: section.into(),
            data: content.into(),
        }
        .append_to_component(&mut wasm);
        std::fs::write(self.component(), wasm).expect("written");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn indented(lines: &str, by: usize) -> String {
    let lines = lines
        .lines()
        .map(|line| format!("{}{line}", " ".repeat(by)));
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs the binary: its exit code, and what it prints and complains.
fn toolhost(args: &[&str]) -> (i32, String) {
    let output = Command::new(binary())
        .args(args)
        .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
        .env("TEST_KEY", "hunter2-hunter2")
        .env_remove("LLAMA_STACK_PORT")
        .env_remove("TOOLHOST_LOG")
        .output()
        .expect("`make build` made the binary");
    let text = [output.stdout, output.stderr].concat();
    let code = output.status.code().expect("it ends by itself");
    (code, String::from_utf8(text).expect("UTF-8"))
}

/// The YAML in a complaint, as it is meant to be pasted: the lines from `grants:` up to the next
/// empty one, without what all of them begin with.
fn yaml(complaint: &str) -> String {
    let mut lines = complaint
        .lines()
        .skip_while(|line| line.trim() != "grants:");
    let first = lines.next().expect("YAML that begins with `grants:`");
    let indent = first.len() - "grants:".len();
    let rest = lines.take_while(|line| !line.trim().is_empty());
    let rest = rest.map(|line| line.get(indent..).expect("indented").to_owned());
    [first.trim().to_owned()]
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Row 22: a component that declares a host which nothing grants; `check` fails with YAML that,
/// pasted, makes it pass.
#[test]
fn what_check_prints_is_what_it_wants() {
    for manifest in [
        "network: [{host: api.example.com}]",
        "network: [{host: api.example.com, methods: [GET, POST], path: /v1/**, ports: [443, 8443]}, {host: '*.example.org', schemes: [http, https]}]",
        "network: [{host: '[2001:db8::1]', schemes: [http]}]\nconfig: [units, 'on', 'a: b', '1']\nkeyvalue: notes",
        "env: [REGION]\nconfig: [units]",
    ] {
        let desk = Desk::embedded(manifest);
        let (code, complaint) = desk.check("", "");
        assert_eq!(code, WRONG_CONFIG, "{complaint}");
        assert!(complaint.contains("declares that it needs"), "{complaint}");
        let (code, said) = desk.check(&yaml(&complaint), "");
        assert_eq!(code, 0, "{manifest}\n{complaint}\n{said}");
    }
}

/// Row 22: the same for what only people know: the words in capitals are theirs to fill in.
#[test]
fn what_only_people_know_is_left_to_them() {
    let desk = Desk::embedded(
        "network: [{host: api.example.com}]\nsecrets: [TEST_KEY]\nfiles: [{guest: /data, access: write}]",
    );
    let (code, complaint) = desk.check("", "");
    assert_eq!(code, WRONG_CONFIG, "{complaint}");
    std::fs::create_dir(desk.path("data")).expect("made");
    let filled = yaml(&complaint).replace("./FOLDER", "./data");
    let (code, said) = desk.check(&filled, "");
    assert_eq!(code, 0, "{filled}\n{said}");
    assert!(!said.contains("hunter2"), "{said}");
    // Less than it declares is still too little, and only that is asked for.
    let less = filled.replace(", access: write", "");
    let (code, said) = desk.check(&less, "");
    assert_eq!(code, WRONG_CONFIG, "{said}");
    assert!(
        said.contains("`/data` for writing") && !said.contains("api.example.com"),
        "{said}"
    );
}

/// Row 22: a component says what it needs before anybody runs it.
#[test]
fn a_manifest_is_shown_by_inspect() {
    let desk =
        Desk::embedded("network: [{host: api.example.com, path: /v1/**}]\nsecrets: [API_KEY]");
    let component = desk.component();
    let (code, said) = toolhost(&["component", "inspect", text(&component)]);
    assert_eq!(code, 0, "{said}");
    for words in [
        "requests to `api.example.com`",
        "path: /v1/**",
        "the secret `API_KEY`",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, said) = toolhost(&["component", "inspect", text(&component), "--json"]);
    assert_eq!(code, 0, "{said}");
    let shown: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(shown["needs"][0]["what"], "requests to `api.example.com`");
    let (_, said) = toolhost(&["component", "inspect", text(&hostile("dials")), "--json"]);
    let shown: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(shown["needs"], Value::Null);
}

/// Row 22: a manifest that is wrong is not embedded, and the component stays as it was.
#[test]
fn a_wrong_manifest_is_not_embedded() {
    for manifest in [
        "network: [{hots: a.test}]",
        "network: all",
        "env: [A=B]",
        "[1]",
        "a: b",
    ] {
        let desk = Desk::new(manifest);
        let before = std::fs::read(desk.component()).expect("read");
        let (component, file) = (desk.component(), desk.path("tool.yaml"));
        let (code, said) = toolhost(&[
            "component",
            "embed-manifest",
            text(&component),
            "--manifest",
            text(&file),
        ]);
        assert_eq!(code, WRONG_CONFIG, "{manifest}: {said}");
        assert_eq!(
            std::fs::read(desk.component()).expect("read"),
            before,
            "{manifest}"
        );
    }
    let desk = Desk::new("{}");
    std::fs::write(desk.component(), "no component").expect("written");
    let (component, file) = (desk.component(), desk.path("tool.yaml"));
    let (code, said) = toolhost(&[
        "component",
        "embed-manifest",
        text(&component),
        "--manifest",
        text(&file),
    ]);
    assert_eq!(code, WRONG_COMPONENT, "{said}");
}

/// Row 22: a manifest of another version, of unknown words, cut off, or one too many; refused,
/// whatever is granted.
#[test]
fn a_manifest_that_cannot_be_read_for_certain_is_refused() {
    const SECTION: &str = "toolhost:manifest";
    let table: [(&[&[u8]], &str); 6] = [
        (&[br#"{"version": 2}"#], "version 2"),
        (&[br#"{"version": 1, "sockets": ["*"]}"#], "unknown field"),
        (&[br#"{"version": 1, "network": [{"host": "a.te"#], "EOF"),
        (&[b"\xff\xfe"], "broken"),
        (&[b""], "broken"),
        (&[br#"{"version": 1}"#, br#"{"version": 1}"#], "there are 2"),
    ];
    for (sections, words) in table {
        let desk = Desk::new("{}");
        for content in sections {
            desk.append(SECTION, content);
        }
        for (code, said) in [
            desk.check("", ""),
            desk.check("grants: {network: [{host: a.test}]}", ""),
        ] {
            assert_eq!(code, WRONG_CONFIG, "{said}");
            assert!(
                said.contains(words) && said.contains("embed-manifest"),
                "{words}: {said}"
            );
        }
        let (code, said) = toolhost(&["component", "inspect", text(&desk.component())]);
        assert_eq!(code, WRONG_COMPONENT, "{said}");
    }
    // A good one with another behind it, which would declare less.
    let desk = Desk::embedded("network: [{host: a.test}]");
    desk.append(SECTION, br#"{"version": 1}"#);
    let (code, said) = desk.check("", "");
    assert_eq!(code, WRONG_CONFIG, "{said}");
    // One flipped byte.
    let desk = Desk::embedded("network: [{host: a.test}]");
    let mut wasm = std::fs::read(desk.component()).expect("read");
    let at = wasm
        .windows(7)
        .rposition(|bytes| bytes == b"version")
        .expect("there");
    wasm[at] ^= 1;
    std::fs::write(desk.component(), wasm).expect("written");
    let (code, said) = desk.check("grants: {network: [{host: a.test}]}", "");
    assert_eq!(code, WRONG_CONFIG, "{said}");
}

/// Row 22: hosts, paths and methods that are granted, and not declared; denied as such.
#[tokio::test]
async fn what_is_granted_and_not_declared_is_denied() {
    let server = Server::plain(|_| ok("hello")).await;
    let manifest = format!(
        "network: [{{host: 127.0.0.1, schemes: [http], methods: [GET], path: /declared/*, ports: [{}]}}]",
        server.port()
    );
    let desk = Desk::embedded(&manifest);
    let grants = format!(
        "{{grants: {{network: [{}, {{host: other.test}}]}}}}",
        server.entry("127.0.0.1", "")
    );
    let arena = Arena::with(Setup::new().component("dials", &desk.component(), &grants)).await;
    let fetch = |method: &str, path: &str| json!({"method": method, "scheme": "http", "authority": server.authority(), "path": path});
    arena.good("fetch", fetch("GET", "/declared/x")).await;
    for args in [
        fetch("GET", "/other"),
        fetch("POST", "/declared/x"),
        json!({"method": "GET", "scheme": "https", "authority": "other.test", "path": "/"}),
    ] {
        let (told, denial) = arena.denied("fetch", args.clone()).await;
        assert_eq!(
            (denial.rule, &*told),
            (Rule::Undeclared, "HttpRequestDenied"),
            "{args}"
        );
        assert_eq!(denial.grant, None, "{denial}");
    }
    // What is declared and not granted does not even load.
    let lacking = Setup::new().component("dials", &desk.component(), "{}");
    assert!(lacking.refused().await.contains("declares that it needs"));
    assert_eq!(server.requests().len(), 1);
}

/// Row 34: a credential that is granted, and not declared; it is not sent.
#[tokio::test]
async fn a_credential_that_is_not_declared_is_not_sent() {
    let server = Server::plain(|_| ok("hello")).await;
    let network = format!(
        "network: [{{host: 127.0.0.1, schemes: [http], methods: [GET], ports: [{}]}}]",
        server.port()
    );
    for (secrets, is_sent) in [("", false), ("\nsecrets: [API_KEY]", true)] {
        let desk = Desk::embedded(&format!("{network}{secrets}"));
        std::fs::write(desk.path("key"), "hunter2-hunter2").expect("written");
        let grants = format!(
            "{{grants: {{network: [{}], secrets: [{{name: API_KEY, from: \"file:{}\", send_to: 127.0.0.1}}]}}}}",
            server.entry("127.0.0.1", ""),
            desk.path("key").display()
        );
        let setup = Setup::new().component("dials", &desk.component(), &grants);
        let arena = Arena::with(setup).await;
        arena.good("get", json!({"url": server.url("/")})).await;
        let arrived = server.requests().pop().expect("it arrived");
        assert_eq!(
            !arrived.headers("authorization").is_empty(),
            is_sent,
            "{secrets}"
        );
    }
}

/// Row 22: imports without a grant under `imports: strict`, grants that the component has no
/// use for, what the operator rules out, and limits above what the operator allows.
#[test]
fn an_operator_sees_before_the_start_what_does_not_fit() {
    let desk = Desk::new("{}");
    let (code, said) = desk.check("imports: strict", "");
    assert_eq!(code, WRONG_CONFIG, "{said}");
    for words in [
        "wasi:http/",
        "wasi:sockets/",
        "`imports` is `strict`",
        "lenient",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(desk.check("imports: lenient", "").0, 0);

    let (code, said) = desk.check("grants: {keyvalue: {store: notes}}", "");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("WARN") && said.contains("grants.keyvalue"),
        "{said}"
    );

    let network =
        "grants: {network: [{host: a.test, schemes: [https, http], addresses: [10.0.0.0/8]}]}";
    let never = |word: &str| format!("toolhost: {{grants: {{never: [{word}]}}}}\n");
    assert_eq!(desk.check(network, &never("files, keyvalue")).0, 0);
    for word in ["network", "network.http", "network.private"] {
        let (code, said) = desk.check(network, &never(word));
        assert_eq!(code, WRONG_CONFIG, "{word}: {said}");
        assert!(said.contains("toolhost.grants.never"), "{word}: {said}");
    }

    let max = "toolhost: {limits: {max: {timeout: 10s, http_requests: 20}}}\n";
    assert_eq!(
        desk.check("limits: {timeout: 10s, http_requests: 20}", max)
            .0,
        0
    );
    for lines in [
        "limits: {timeout: 11s}",
        "limits: {http_requests: 21}",
        "tools: {get: {limits: {timeout: 1m}}}",
    ] {
        let (code, said) = desk.check(lines, max);
        assert_eq!(code, WRONG_CONFIG, "{lines}: {said}");
        assert!(said.contains("toolhost.limits.max"), "{lines}: {said}");
    }
}
