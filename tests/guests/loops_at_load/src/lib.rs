//! Never finishes listing its tools.
//!
//! The host must give up on it at load, and start without waiting longer.

use std::hint::black_box;

use exports::toolhost::tool::provider::{Content, Definition, Guest};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({ path: "../../../wit/tool-0.1", world: "tool-provider" });

struct LoopsAtLoad;

impl Guest for LoopsAtLoad {
    fn list_tools() -> Vec<Definition> {
        loop {
            black_box(());
        }
    }

    fn invoke(name: String, _arguments: String) -> Result<Vec<Content>, ToolError> {
        Err(ToolError::NotFound(name))
    }
}

export!(LoopsAtLoad);
