//! Components that describe their tools themselves (`toolhost:tool/provider`).

use std::sync::Arc;

use serde_json::Value;
use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use super::contract::Contract;
use super::docs::readable;
use super::sandbox::Sandbox;
use crate::invocation::{Content, Failure, Output, ResourceBody, ToolError};
use crate::tool::{Hints, Input, ToolName};

mod first;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/tool",
        world: "tool-provider",
        exports: { default: async },
    });
}

use bindings::exports::toolhost::tool::provider as wit;
use bindings::toolhost::tool::types::ToolError as WitError;

/// Tools that one component may offer.
const TOOLS_MAX: usize = 256;
/// Longest title kept, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// Longest description kept, in bytes; what a model reads is part of every prompt.
const DESCRIPTION_BYTES_MAX: usize = 8 * 1024;
/// Largest schema, in bytes.
const SCHEMA_BYTES_MAX: usize = 256 * 1024;

/// A tool as its component defines it, checked.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: ToolName,
    /// What it does.
    pub description: String,
    /// What it accepts.
    pub input: Arc<Input>,
    /// JSON Schema of its structured result.
    pub output_schema: Option<Value>,
    /// What to expect of it.
    pub hints: Hints,
}

/// The provider exports of a component, found once.
pub enum Exports {
    /// Those of 0.1.
    First(first::Exports),
    /// Those of 0.2.
    Second(bindings::ToolProviderIndices),
}

impl Exports {
    /// Finds them; the error says what is missing.
    pub fn find(contract: Contract, pre: &InstancePre<Sandbox>) -> wasmtime::Result<Exports> {
        match contract {
            Contract::First => first::Exports::find(pre).map(Exports::First),
            Contract::Second => bindings::ToolProviderIndices::new(pre).map(Exports::Second),
        }
    }

    /// Asks the component for its tools.
    pub async fn list_tools(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
    ) -> wasmtime::Result<Result<Vec<Definition>, Vec<String>>> {
        let definitions = match self {
            Exports::First(exports) => exports.list_tools(store, instance).await?,
            Exports::Second(exports) => {
                let provider = exports.load(&mut *store, instance)?;
                let provider = provider.toolhost_tool_provider();
                provider.call_list_tools(&mut *store).await?
            }
        };
        Ok(check_all(definitions))
    }

    /// Runs one of its tools. The inner error is the tool's own.
    pub async fn invoke(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
        (name, args): (&str, &str),
        output_bytes_max: u64,
    ) -> wasmtime::Result<Result<Output, Failure>> {
        let answer = match self {
            Exports::First(exports) => exports.invoke(store, instance, (name, args)).await?,
            Exports::Second(exports) => {
                let provider = exports.load(&mut *store, instance)?;
                let provider = provider.toolhost_tool_provider();
                provider.call_invoke(&mut *store, name, args).await?
            }
        };
        Ok(answer
            .map_err(tool_failure)
            .and_then(|items| output(items, output_bytes_max)))
    }
}

fn check_all(definitions: Vec<wit::Definition>) -> Result<Vec<Definition>, Vec<String>> {
    let mut problems = Vec::new();
    if definitions.len() > TOOLS_MAX {
        return Err(vec![format!(
            "it offers {} tools; {TOOLS_MAX} are allowed",
            definitions.len()
        )]);
    }
    let mut checked = Vec::with_capacity(definitions.len());
    for definition in definitions {
        match check(definition) {
            Ok(definition) => checked.push(definition),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(checked)
    } else {
        Err(problems)
    }
}

fn check(definition: wit::Definition) -> Result<Definition, String> {
    let name = ToolName::parse(&definition.name).map_err(|error| error.to_string())?;
    let schema = |what: &str, text: &str| -> Result<Value, String> {
        if text.len() > SCHEMA_BYTES_MAX {
            return Err(format!(
                "the {what} of `{name}` has more than {SCHEMA_BYTES_MAX} bytes"
            ));
        }
        let mut schema = serde_json::from_str(text)
            .map_err(|error| format!("the {what} of `{name}` is no JSON: {error}"))?;
        make_readable(&mut schema);
        Ok(schema)
    };
    let input = Input::declared(schema("input schema", &definition.input_schema)?)
        .map_err(|error| format!("the input schema of `{name}` is wrong: {error}"))?;
    let output_schema = definition
        .output_schema
        .map(|text| schema("output schema", &text))
        .transpose()?;
    if definition.description.len() > DESCRIPTION_BYTES_MAX {
        return Err(format!(
            "the description of `{name}` has more than {DESCRIPTION_BYTES_MAX} bytes"
        ));
    }
    let title = definition.title.map(|title| {
        let title = title.chars().take(TITLE_CHARS_MAX).collect::<String>();
        readable(&title)
    });
    let annotations = definition.annotations;
    Ok(Definition {
        name,
        description: readable(&definition.description),
        input: Arc::new(input),
        output_schema,
        hints: Hints {
            title: title.filter(|title| !title.is_empty()),
            read_only: annotations.read_only,
            destructive: annotations.destructive,
            idempotent: annotations.idempotent,
            open_world: annotations.open_world,
        },
    })
}

/// Makes the words of a schema that models and terminals show fit to be shown.
fn make_readable(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(make_readable),
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                match value {
                    Value::String(text) if matches!(keyword.as_str(), "title" | "description") => {
                        *text = readable(text);
                    }
                    value => make_readable(value),
                }
            }
        }
        _ => {}
    }
}

fn tool_failure(error: WitError) -> Failure {
    let (reason, message) = match error {
        WitError::InvalidInput(message) => (ToolError::InvalidInput, message),
        WitError::NotFound(message) => (ToolError::NotFound, message),
        WitError::Failed(message) => (ToolError::Failed, message),
    };
    Failure::Tool { reason, message }
}

fn output(items: Vec<wit::Content>, bytes_max: u64) -> Result<Output, Failure> {
    let json_len = |item: &wit::Content| {
        if let wit::Content::Json(text) = item {
            text.len()
        } else {
            0
        }
    };
    // Before any is parsed: parsed JSON takes many times its size.
    if items.iter().map(json_len).sum::<usize>() as u64 > bytes_max {
        return Err(Failure::OutputTooLarge {
            limit_bytes: bytes_max,
        });
    }
    let mut structured = Vec::new();
    let mut content = Vec::with_capacity(items.len());
    for item in items {
        content.push(match item {
            wit::Content::Text(text) => Content::Text(text),
            wit::Content::Image(blob) => Content::Image {
                data: blob.data,
                media_type: blob.media_type,
            },
            wit::Content::Audio(blob) => Content::Audio {
                data: blob.data,
                media_type: blob.media_type,
            },
            wit::Content::Document(document) => Content::Resource {
                uri: document.uri,
                media_type: document.media_type,
                body: match document.body {
                    wit::DocumentBody::Text(text) => ResourceBody::Text(text),
                    wit::DocumentBody::Bytes(bytes) => ResourceBody::Bytes(bytes),
                },
            },
            wit::Content::Link(link) => Content::Link {
                uri: link.uri,
                name: link.name,
                description: link.description,
                media_type: link.media_type,
            },
            wit::Content::Json(text) => {
                let value: Value =
                    serde_json::from_str(&text).map_err(|error| Failure::InvalidOutput {
                        reason: format!("its JSON does not parse: {error}"),
                    })?;
                structured.push(value);
                Content::Text(text)
            }
        });
    }
    // One JSON item is the structured result; several are a list of results.
    let structured = if structured.len() > 1 {
        Some(Value::Array(structured))
    } else {
        structured.pop()
    };
    Ok(Output {
        content,
        structured,
    })
}
