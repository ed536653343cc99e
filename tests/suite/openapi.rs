//! `toolhost import openapi`, from a description to calls that a server answers.

mod calls;
mod hostile;
mod written;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use toolhost_tests::servers::Server;
use toolhost_tests::serving::Serving;
use toolhost_tests::{binary, root};

/// A description in this folder.
fn fixture(name: &str) -> PathBuf {
    root().join("tests/suite/openapi").join(name)
}

/// Runs `toolhost import openapi`.
fn import(spec: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(["import", "openapi"]).arg(spec).args(args);
    command.output().expect("`make build` made the binary")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The config that it prints, and what it says on stderr.
fn imported(spec: &Path, args: &[&str]) -> (String, String) {
    let output = import(spec, args);
    let (config, said) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}");
    (config, said)
}

/// What it says, having written nothing.
fn refused(spec: &Path, args: &[&str], code: i32) -> String {
    let output = import(spec, args);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(text(&output.stdout), "");
    said
}

/// Runs `toolhost check` on a config, which must be good with `variables`.
fn check(config: &str, variables: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("config.yaml");
    std::fs::write(&file, config).expect("written");
    let mut command = Command::new(binary());
    command.arg("check").arg(&file).arg("--json");
    command.env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"));
    command.envs(variables.iter().copied());
    let output = command.output().expect("it runs");
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}\n{config}");
    text(&output.stdout)
}

/// A host that serves an imported config, in a process of its own.
struct Hotel {
    serving: Serving,
    client: reqwest::Client,
    _dir: TempDir,
}

const TOKEN: &str = "hotel-token-0123456789";

impl Hotel {
    /// The operations of `hotel.yaml` at `server`, after `edit` of the config.
    fn open(server: &Server, edit: impl Fn(String) -> String) -> Hotel {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("hotel.yaml");
        let url = server.url("/v1");
        let (config, _) = imported(&fixture("hotel.yaml"), &["--server", &url]);
        std::fs::write(&file, edit(config)).expect("written");
        let mut command = Serving::command(&[file.to_str().expect("UTF-8")]);
        command.env("PET_HOTEL_HOTEL_TOKEN", TOKEN);
        Hotel {
            serving: Serving::of(command),
            client: reqwest::Client::new(),
            _dir: dir,
        }
    }

    /// The answer to a call.
    async fn call(&self, tool: &str, kwargs: serde_json::Value) -> serde_json::Value {
        let url = format!("{}/v1/tool-runtime/invoke", self.serving.url);
        let asked = serde_json::json!({"tool_name": tool, "kwargs": kwargs});
        let answer = self.client.post(url).json(&asked).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    }
}
