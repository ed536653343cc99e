//! Uses everything that the contract offers for import, one tool each.
//!
//! The host must give it what is granted, and nothing else.

use exports::toolhost::tool::provider::{Annotations, Content, Definition, Guest};
use serde_json::{Value, json};
use toolhost::tool::http::{self, Error, Request};
use toolhost::tool::log::Level;
use toolhost::tool::types::ToolError;
use toolhost::tool::{clock, config, log, progress, random};

wit_bindgen::generate!({ path: "../../../wit/tool", world: "tool-provider-with-imports" });

struct ImportsContract;

impl Guest for ImportsContract {
    fn list_tools() -> Vec<Definition> {
        let names = [
            "say",
            "work",
            "watch",
            "draw",
            "look_up",
            "look_around",
            "fetch",
        ];
        names
            .map(|name| Definition {
                name: name.to_owned(),
                title: None,
                description: String::new(),
                input_schema: json!({"type": "object"}).to_string(),
                output_schema: None,
                annotations: Annotations {
                    read_only: None,
                    destructive: None,
                    idempotent: None,
                    open_world: None,
                },
            })
            .into()
    }

    fn invoke(name: String, arguments: String) -> Result<Vec<Content>, ToolError> {
        let arguments: Value = serde_json::from_str(&arguments)
            .map_err(|error| ToolError::InvalidInput(error.to_string()))?;
        let text = |key: &str| arguments[key].as_str().unwrap_or_default().to_owned();
        let answer = match name.as_str() {
            "say" => {
                log::log(Level::Debug, "a detail");
                log::log(Level::Error, &text("line"));
                Value::Null
            }
            "work" => {
                let steps = arguments["steps"].as_u64().unwrap_or_default();
                for step in 1..=steps {
                    let message = (step == 1).then_some("began");
                    progress::report(step as f64, Some(steps as f64), message);
                }
                assert!(arguments["fail"] != json!(true), "asked to");
                Value::Null
            }
            "watch" => json!([clock::now(), clock::now()]),
            "draw" => {
                let count = arguments["count"].as_u64().unwrap_or_default();
                json!(random::bytes(count as u32))
            }
            "look_up" => json!(config::get(&text("key"))),
            "look_around" => json!(config::all()),
            "fetch" => fetch(&arguments)?,
            _ => return Err(ToolError::NotFound(format!("no tool `{name}`"))),
        };
        Ok(vec![Content::Json(answer.to_string())])
    }
}

fn fetch(arguments: &Value) -> Result<Value, ToolError> {
    let text = |key: &str| arguments[key].as_str().map(str::to_owned);
    let headers = arguments["headers"].as_object().into_iter().flatten();
    let headers = headers.map(|(name, value)| {
        let value = value.as_str().unwrap_or_default();
        (name.clone(), value.to_owned())
    });
    let answer = http::fetch(&Request {
        method: text("method").unwrap_or("GET".to_owned()),
        url: text("url").unwrap_or_default(),
        headers: headers.collect(),
        body: text("body").map(String::into_bytes),
        timeout_ms: arguments["timeout_ms"].as_u64().map(|ms| ms as u32),
    });
    match answer {
        Ok(answer) => Ok(json!({
            "status": answer.status,
            "headers": answer.headers,
            "body": String::from_utf8_lossy(&answer.body),
        })),
        Err(error) => {
            let (kind, text) = match error {
                Error::InvalidRequest(text) => ("invalid-request", text),
                Error::Denied(text) => ("denied", text),
                Error::Timeout(text) => ("timeout", text),
                Error::TooLarge(text) => ("too-large", text),
                Error::Unreachable(text) => ("unreachable", text),
            };
            Err(ToolError::Failed(format!("{kind}: {text}")))
        }
    }
}

export!(ImportsContract);
