//! The examples of the SDKs for Python, JavaScript, TypeScript, Go and C: each is built and tested
//! in a folder of its own, as an author does it.
//!
//! Those in Rust are built by `make guests`; [`super::golden`] and [`super::sdk`] test them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use toolhost::invocation::Content;
use toolhost_tests::{Setup, binary, is_installed, root};

/// Where a language's examples and programs are.
struct Sdk {
    examples: &'static str,
    /// The Makefile's variable that names the toolchain in `.venv`.
    variable: &'static str,
    /// The folder of its programs in there.
    bin: &'static str,
    /// Whether it writes the same component twice, so that what is compiled is worth keeping.
    is_reproducible: bool,
}

const PYTHON: Sdk = Sdk {
    examples: "sdk/python/examples",
    variable: "COMPONENTIZE_PY",
    bin: "bin",
    is_reproducible: false,
};
const JAVASCRIPT: Sdk = Sdk {
    examples: "sdk/js/examples",
    variable: "COMPONENTIZE_QJS",
    bin: "node_modules/.bin",
    is_reproducible: false,
};
const GO: Sdk = Sdk {
    examples: "sdk/go/examples",
    variable: "GO",
    bin: "bin",
    is_reproducible: true,
};
const C: Sdk = Sdk {
    examples: "sdk/c/examples",
    variable: "ZIG",
    bin: "bin",
    is_reproducible: true,
};

impl Sdk {
    /// The folder of its programs; `None` where they are not installed, which is said.
    fn programs(&self) -> Option<PathBuf> {
        let makefile = std::fs::read_to_string(root().join("Makefile")).expect("the Makefile");
        let assignment = format!("{} := ", self.variable);
        let mut lines = makefile.lines();
        let name = lines.find_map(|line| line.strip_prefix(&assignment));
        let name = name.expect("a variable of the Makefile");
        let folder = root().join(".venv").join(name);
        is_installed(&folder.join("ready"), name, "languages").then(|| folder.join(self.bin))
    }

    /// Builds and tests examples.
    async fn brings_what_it_says(&self, names: &[&str]) {
        let Some(programs) = self.programs() else {
            return;
        };
        for name in names {
            let project = Project::of(&root().join(self.examples).join(name));
            if name.starts_with("weather") {
                let tests = cities().await.to_string();
                std::fs::write(project.path("tests/cities.yaml"), tests).expect("written");
            }
            let cache = match self.is_reproducible {
                true => root().join("target/test-cache"),
                false => project.0.path().join("cache"),
            };
            let toolhost = |args: &[&str]| project.toolhost(args, &programs, &cache);
            toolhost(&["build"]);
            let said = toolhost(&["test", "--json"]);
            let said: Value = serde_json::from_str(&said).expect("JSON");
            let files = if name.starts_with("weather") { 2 } else { 1 };
            assert_eq!(said["files"].as_array().map(Vec::len), Some(files));
            assert_eq!(said["failed"], 0, "{name}: {said:#}");
            assert!(said["passed"].as_u64() > Some(1), "{name}: {said:#}");
        }
    }
}

/// Golden calls with what the shipped tool says of some cities.
async fn cities() -> Value {
    let host = Setup::new().weather().start().await;
    let mut calls = Vec::new();
    for arguments in [
        json!({"city": "Oslo"}),
        json!({"city": "São Paulo", "units": "celsius"}),
        json!({"city": " İSTANBUL ", "units": "fahrenheit"}),
    ] {
        let output = host.good("get_weather", arguments.clone()).await;
        let [Content::Text(text)] = &output.content[..] else {
            panic!("{output:?}");
        };
        calls.push(json!({
            "call": "get_weather",
            "arguments": arguments,
            "expect": {"text": text},
        }));
    }
    calls.into()
}

/// A copy of an example.
struct Project(TempDir);

impl Project {
    fn of(example: &Path) -> Project {
        let project = Project(tempfile::tempdir().expect("a folder"));
        copy(example, &project.path(""));
        project
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join("project").join(inside)
    }

    /// What the binary prints, which must end well.
    #[track_caller]
    fn toolhost(&self, args: &[&str], programs: &Path, cache: &Path) -> String {
        let path = std::env::vars().find(|(key, _)| key == "PATH");
        let path = path.map(|(_, value)| value).unwrap_or_default();
        let mut command = Command::new(binary());
        command
            .args(args)
            .current_dir(self.path(""))
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("TOOLHOST_CACHE_DIR", cache)
            .env("NO_COLOR", "1")
            .env_remove("TOOLHOST_LOG");
        let output = command.output().expect("`make build` made the binary");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {said}{errors}");
        said
    }
}

/// Copies a folder with what links lead to, and without what was built.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        let (from, to) = (entry.path(), to.join(&name));
        if ["build", "node_modules", "__pycache__"]
            .map(AsRef::as_ref)
            .contains(&name.as_os_str())
        {
            continue;
        }
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("copied");
        }
    }
}

// In two, since to build and compile one takes most of what all the other languages take.
#[tokio::test]
async fn the_examples_in_python_that_import_nothing_bring_what_they_say() {
    PYTHON
        .brings_what_it_says(&["hello", "weather", "rich-content"])
        .await;
}

#[tokio::test]
async fn the_examples_in_python_that_ask_servers_bring_what_they_say() {
    PYTHON
        .brings_what_it_says(&["http-fetch", "config-secret"])
        .await;
}

const ALL: [&str; 5] = [
    "hello",
    "weather",
    "http-fetch",
    "config-secret",
    "rich-content",
];

#[tokio::test]
async fn the_examples_in_javascript_bring_what_they_say() {
    JAVASCRIPT.brings_what_it_says(&ALL).await;
}

#[tokio::test]
async fn the_examples_in_typescript_bring_what_they_say() {
    JAVASCRIPT
        .brings_what_it_says(&["weather-ts", "http-fetch-ts"])
        .await;
}

#[tokio::test]
async fn the_examples_in_go_bring_what_they_say() {
    GO.brings_what_it_says(&ALL).await;
}

#[tokio::test]
async fn the_examples_in_c_bring_what_they_say() {
    C.brings_what_it_says(&ALL).await;
}

#[test]
fn every_example_is_built_by_one_of_these_tests() {
    let typescript = ["weather-ts", "http-fetch-ts"];
    for sdk in [PYTHON, JAVASCRIPT, GO, C] {
        let entries = std::fs::read_dir(root().join(sdk.examples)).expect("the examples");
        for entry in entries {
            let name = entry.expect("an entry").file_name();
            let name = name.to_string_lossy();
            let is_ours = ALL.contains(&&*name) || typescript.contains(&&*name);
            assert!(is_ours, "{}/{name} is in no test", sdk.examples);
        }
    }
}
