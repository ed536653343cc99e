//! Components that describe their tools themselves (`toolhost:tool/provider`).

use std::sync::Arc;

use serde_json::Value;
use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use super::docs::readable;
use super::sandbox::Sandbox;
use crate::invocation::{Content, Failure, Output, ResourceBody, ToolError};
use crate::tool::{Input, ToolName};

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
}

/// The provider exports of a component, found once.
pub struct Exports(bindings::ToolProviderIndices);

impl Exports {
    /// Finds them; the error says what is missing.
    pub fn find(pre: &InstancePre<Sandbox>) -> wasmtime::Result<Exports> {
        bindings::ToolProviderIndices::new(pre).map(Exports)
    }

    /// Asks the component for its tools.
    pub async fn list_tools(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
    ) -> wasmtime::Result<Result<Vec<Definition>, Vec<String>>> {
        let provider = self.0.load(&mut *store, instance)?;
        let definitions = provider
            .toolhost_tool_provider()
            .call_list_tools(&mut *store)
            .await?;
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
        let provider = self.0.load(&mut *store, instance)?;
        let answer = provider
            .toolhost_tool_provider()
            .call_invoke(&mut *store, name, args)
            .await?;
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
    let description = readable(&definition.description);
    Ok(Definition {
        name,
        description,
        input: Arc::new(input),
        output_schema,
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
