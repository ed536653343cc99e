//! `toolhost invoke`

use serde_json::{Value, json};

use super::args::Invoke;
use super::exit::Stop;
use super::remote::Host;
use super::render::{print_json, say};
use super::tools::find_remote;
use super::{load, with_app};
use crate::catalog::Shipped;
use crate::config::Overrides;
use crate::http::v1::result_json;
use crate::invocation::{Answer, Content, Invocation};
use crate::tool::Args;

/// Runs a tool and prints its answer.
pub fn invoke(args: &Invoke, shipped: &[Shipped]) -> Result<(), Stop> {
    match Host::of(&args.from) {
        Some(host) => invoke_remote(args, &host),
        None => invoke_here(args, shipped),
    }
}

fn invoke_here(args: &Invoke, shipped: &[Shipped]) -> Result<(), Stop> {
    let config = load(args.from.config.as_deref(), &Overrides::default(), shipped)?;
    let answer: Answer = with_app(config, shipped, async |app| {
        let router = app.router();
        let schema = router
            .registry()
            .current()
            .entry(&args.tool)
            .map(|entry| entry.tool.input.schema().clone());
        let arguments = arguments(
            args,
            &schema.map_err(|rejection| Stop::rejection(&rejection))?,
        )?;
        Ok(router
            .invoke(Invocation::new(args.tool.as_str(), arguments))
            .await)
    })?;
    if args.json {
        print_json(&result_json(&answer));
    }
    let outcome = answer
        .decided
        .map_err(|rejection| Stop::rejection(&rejection))?;
    let output = outcome.result.map_err(|failure| Stop::failure(&failure))?;
    if !args.json {
        for content in &output.content {
            print_content(content);
        }
    }
    Ok(())
}

fn print_content(content: &Content) {
    match content {
        Content::Text(text) => say!("{text}"),
        Content::Image { data, media_type } => {
            say!("[image, {media_type}, {} bytes; --json has it]", data.len())
        }
        Content::Audio { data, media_type } => {
            say!("[audio, {media_type}, {} bytes; --json has it]", data.len())
        }
        Content::Resource { uri, .. } => say!("[document {uri}; --json has it]"),
        Content::Link { uri, name, .. } => say!("[{name}: {uri}]"),
    }
}

fn invoke_remote(args: &Invoke, host: &Host<'_>) -> Result<(), Stop> {
    let tools = host.tools()?;
    // A tool that is not there is for the host to refuse, in its words.
    let tool = find_remote(&tools, &args.tool);
    let schema = tool.map_or(Value::Null, |tool| tool["input_schema"].clone());
    let result = host.invoke(&args.tool, &arguments(args, &schema)?)?;
    if args.json {
        print_json(&result);
    }
    if let Some(message) = result["error_message"].as_str() {
        let kind = result["metadata"]["kind"].as_str().unwrap_or("unknown");
        return Err(Stop::remote(kind, message));
    }
    if !args.json {
        match &result["content"] {
            Value::String(text) => say!("{text}"),
            Value::Null => {}
            other => print_json(other),
        }
    }
    Ok(())
}

/// The arguments as typed, each read as its parameter's type wants it.
fn arguments(args: &Invoke, schema: &Value) -> Result<Args, Stop> {
    if let Some(text) = &args.args {
        return match serde_json::from_str(text) {
            Ok(Value::Object(arguments)) => Ok(arguments),
            Ok(_) => Err(Stop::usage(
                "`--args` must be a JSON object, such as '{\"city\": \"Tokyo\"}'",
            )),
            Err(error) => Err(Stop::usage(format!("`--args` is no JSON: {error}"))),
        };
    }
    let pair = |argument: &String| {
        let (name, text) = argument.split_once('=').ok_or_else(|| {
            Stop::usage(format!("`{argument}` is no argument; write `name=value`"))
        })?;
        Ok((name.to_owned(), value(&schema["properties"][name], text)))
    };
    args.arguments.iter().map(pair).collect()
}

fn value(property: &Value, text: &str) -> Value {
    let takes_text = match &property["type"] {
        Value::Array(types) => types.iter().any(|ty| ty == "string"),
        ty => ty == "string",
    };
    if takes_text {
        return json!(text);
    }
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}
