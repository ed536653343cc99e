//! Builds a crate for `wasm32-wasip2`, whose linker makes the component.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Error;
use super::language::Language;
use super::toolchain::Program;

/// What builds it.
pub const CARGO: Program = Program {
    name: "cargo",
    language: Language::Rust,
    remedy: "install it with rustup, then type `rustup target add wasm32-wasip2`",
};

/// The component.
pub fn build(folder: &Path) -> Result<Vec<u8>, Error> {
    let mut cargo = CARGO.command(folder);
    cargo.args(["build", "--release", "--target", "wasm32-wasip2"]);
    // Whatever the crate and its folders are called, and wherever they build.
    cargo.arg("--message-format=json-render-diagnostics");
    let messages = CARGO.read(&mut cargo)?;
    let made = artifact(&String::from_utf8_lossy(&messages)).ok_or_else(|| Error::NothingMade {
        program: "cargo".to_owned(),
        reason: "write `crate-type = [\"cdylib\"]` under `[lib]` in `Cargo.toml`".to_owned(),
    })?;
    std::fs::read(&made).map_err(Error::file(made))
}

/// The last component among what cargo says it made; dependencies come first.
fn artifact(messages: &str) -> Option<PathBuf> {
    let mut files = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_library = message["target"]["crate_types"]
            .as_array()?
            .iter()
            .any(|it| it == "cdylib");
        let files = message["filenames"]
            .as_array()?
            .iter()
            .filter_map(Value::as_str);
        let file = files.into_iter().find(|file| file.ends_with(".wasm"))?;
        is_library.then(|| PathBuf::from(file))
    });
    files.next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_is_the_last_library_that_cargo_made() {
        let messages = r#"{"reason":"compiler-artifact","target":{"crate_types":["lib"]},"filenames":["/t/libserde.rlib"]}
{"reason":"compiler-artifact","target":{"crate_types":["cdylib"]},"filenames":["/t/dependency.wasm"]}
{"reason":"compiler-artifact","target":{"crate_types":["cdylib"]},"filenames":["/t/libhello.rlib","/t/hello.wasm"]}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(artifact(messages), Some(PathBuf::from("/t/hello.wasm")));
        assert_eq!(artifact("{\"reason\":\"build-finished\"}\nnonsense"), None);
    }
}
