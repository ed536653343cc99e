//! Returns JSON nested as deeply as it is asked to.
//!
//! The host must bound the depth it parses, not overflow its stack.

use exports::toolhost::tool::provider::{Content, Definition, Guest};
use serde_json::Value;
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({ path: "../../../wit/tool-0.1", world: "tool-provider" });

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {"depth": {"type": "integer", "minimum": 0}},
  "required": ["depth"]
}"#;

struct NestsDeeply;

impl Guest for NestsDeeply {
    fn list_tools() -> Vec<Definition> {
        vec![Definition {
            name: "nest".to_owned(),
            description: "Returns that many arrays, each inside the other.".to_owned(),
            input_schema: SCHEMA.to_owned(),
            output_schema: None,
        }]
    }

    fn invoke(_name: String, arguments: String) -> Result<Vec<Content>, ToolError> {
        let arguments: Value = serde_json::from_str(&arguments)
            .map_err(|error| ToolError::InvalidInput(error.to_string()))?;
        let depth = arguments["depth"].as_u64().unwrap_or(0) as usize;
        let json = "[".repeat(depth) + "0" + &"]".repeat(depth);
        Ok(vec![Content::Json(json)])
    }
}

export!(NestsDeeply);
