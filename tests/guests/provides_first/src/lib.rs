//! Describes its tools itself by version 0.1 of the contract, and returns every kind of content.
//!
//! Its source stays as it was: the host must go on to check arguments against the schemas, and hand
//! on content, errors and nothing at
//! all as they are.

use exports::toolhost::tool::provider::{
    Blob, Content, Definition, Document, DocumentBody, Guest, Reference,
};
use serde_json::Value;
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({ path: "../../../wit/tool-0.1", world: "tool-provider" });

const NO_ARGUMENTS: &str = r#"{"type": "object", "additionalProperties": false}"#;

const DESCRIBE: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "city": {"type": "string", "description": "Where.", "minLength": 1},
    "days": {"type": "integer", "minimum": 1, "maximum": 14},
    "units": {"enum": ["celsius", "fahrenheit"], "default": "celsius"}
  },
  "required": ["city", "days"],
  "additionalProperties": false
}"#;

const ANSWER: &str = r#"{
  "type": "object",
  "properties": {"answer": {"type": "integer"}},
  "required": ["answer"]
}"#;

const REFUSE: &str = r#"{
  "type": "object",
  "properties": {"how": {"enum": ["invalid_input", "not_found", "failed"]}},
  "required": ["how"]
}"#;

const PIXEL: &[u8] = include_bytes!("../../provides/src/pixel.png");

const SILENCE: &[u8] = include_bytes!("../../provides/src/silence.wav");

struct Provides;

impl Guest for Provides {
    fn list_tools() -> Vec<Definition> {
        let mut tools = [
            ("describe", "Says what it was asked.", DESCRIBE),
            ("show_all", "Returns every kind of content.", NO_ARGUMENTS),
            ("just_json", "Returns data alone.", NO_ARGUMENTS),
            ("bad_json", "Returns data that is no JSON.", NO_ARGUMENTS),
            ("refuse", "Fails as it is asked to.", REFUSE),
            ("empty", "Returns no content.", NO_ARGUMENTS),
        ]
        .map(|(name, description, schema)| Definition {
            name: name.to_owned(),
            description: description.to_owned(),
            input_schema: schema.to_owned(),
            output_schema: None,
        });
        tools[2].output_schema = Some(ANSWER.to_owned());
        tools.into()
    }

    fn invoke(name: String, arguments: String) -> Result<Vec<Content>, ToolError> {
        let arguments: Value = serde_json::from_str(&arguments)
            .map_err(|error| ToolError::InvalidInput(error.to_string()))?;
        match name.as_str() {
            "describe" => Ok(vec![Content::Text(describe(&arguments))]),
            "show_all" => Ok(show_all()),
            "just_json" => Ok(vec![Content::Json(r#"{"answer": 42}"#.to_owned())]),
            "bad_json" => Ok(vec![Content::Json(r#"{"answer": "#.to_owned())]),
            "refuse" => Err(refuse(&arguments)),
            "empty" => Ok(Vec::new()),
            _ => Err(ToolError::NotFound(format!("no tool `{name}`"))),
        }
    }
}

fn describe(arguments: &Value) -> String {
    let text = |key: &str| arguments[key].as_str().unwrap_or("none").to_owned();
    format!(
        "city={} days={} units={}",
        text("city"),
        arguments["days"],
        text("units")
    )
}

fn show_all() -> Vec<Content> {
    vec![
        Content::Text("a text".to_owned()),
        Content::Image(Blob {
            data: PIXEL.to_owned(),
            media_type: "image/png".to_owned(),
        }),
        Content::Audio(Blob {
            data: SILENCE.to_owned(),
            media_type: "audio/wav".to_owned(),
        }),
        Content::Document(Document {
            uri: "memory://note.txt".to_owned(),
            media_type: Some("text/plain".to_owned()),
            body: DocumentBody::Text("a note".to_owned()),
        }),
        Content::Document(Document {
            uri: "memory://bytes".to_owned(),
            media_type: None,
            body: DocumentBody::Bytes(vec![0, 1, 254, 255]),
        }),
        Content::Link(Reference {
            uri: "https://example.com/manual".to_owned(),
            name: "manual".to_owned(),
            description: Some("How to use it.".to_owned()),
            media_type: Some("text/html".to_owned()),
        }),
        Content::Json(r#"{"answer": 42}"#.to_owned()),
    ]
}

fn refuse(arguments: &Value) -> ToolError {
    let message = "asked to refuse".to_owned();
    match arguments["how"].as_str() {
        Some("invalid_input") => ToolError::InvalidInput(message),
        Some("not_found") => ToolError::NotFound(message),
        _ => ToolError::Failed(message),
    }
}

export!(Provides);
