//! Describes its tools wrongly: a bad name, a name given twice, and schemas that are none.
//!
//! The host must refuse it at load and name every problem. Only `good` is as it should be.

use exports::toolhost::tool::provider::{Content, Definition, Guest};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({ path: "../../../wit/tool-0.1", world: "tool-provider" });

const OBJECT: &str = r#"{"type": "object"}"#;

struct ProvidesBadly;

impl Guest for ProvidesBadly {
    fn list_tools() -> Vec<Definition> {
        [
            ("good", OBJECT, OBJECT),
            ("bad name!", OBJECT, OBJECT),
            ("twice", OBJECT, OBJECT),
            ("twice", OBJECT, OBJECT),
            ("not_json", r#"{"type": "#, OBJECT),
            ("not_an_object", r#"{"type": "string"}"#, OBJECT),
            (
                "not_a_schema",
                r#"{"type": "object", "required": 7}"#,
                OBJECT,
            ),
            ("bad_output", OBJECT, "nonsense"),
        ]
        .map(|(name, input, output)| Definition {
            name: name.to_owned(),
            description: "A tool.".to_owned(),
            input_schema: input.to_owned(),
            output_schema: Some(output.to_owned()),
        })
        .into()
    }

    fn invoke(name: String, _arguments: String) -> Result<Vec<Content>, ToolError> {
        Err(ToolError::NotFound(name))
    }
}

export!(ProvidesBadly);
