//! The openapi tool: the operations of an HTTP API, one tool each, as the config describes them.
//!
//! `toolhost import openapi` writes the operations. [`operation`] reads them, [`request`] makes a
//! request of arguments, [`value`] writes their values, and [`answer`] reads what comes back. The
//! host decides where requests may go and adds credentials.

mod answer;
mod operation;
mod problem;
mod request;
mod value;

use exports::toolhost::tool::provider::{
    Annotations, Blob, Content, Definition, Document, DocumentBody, Guest,
};
use operation::Operation;
use problem::Problem;
use toolhost::tool::http::{self, Error};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/openapi",
    world: "openapi-tool",
    generate_all,
});

struct OpenApi;

impl Guest for OpenApi {
    fn list_tools() -> Vec<Definition> {
        // This function has no error of its own, and the message of a panic reaches the operator.
        let operations = operation::all(&lines()).unwrap_or_else(|why| panic!("{why}"));
        operations.into_iter().map(definition).collect()
    }

    fn invoke(name: String, arguments: String) -> Result<Vec<Content>, ToolError> {
        let operation = operation::find(&lines(), &name)?;
        let request = request::build(&operation, &arguments)?;
        let asked = http::Request {
            method: request.method,
            url: request.url.clone(),
            headers: request.headers,
            body: request.body,
            timeout_ms: None,
        };
        let response = http::fetch(&asked).map_err(|error| refusal(&request.url, error))?;
        let answer = answer::Answer {
            status: response.status,
            headers: response.headers,
            body: response.body,
        };
        let content = answer::read(answer)?;
        Ok(vec![content_of(content, request.url)])
    }
}

/// What `grants.config` says, a line for each operation.
fn lines() -> String {
    operation::join(toolhost::tool::config::get)
}

fn definition(operation: Operation) -> Definition {
    let hints = operation.hints;
    Definition {
        name: operation.name,
        title: operation.title,
        description: operation.description,
        input_schema: operation.input.get().to_owned(),
        output_schema: operation.output.map(|schema| schema.get().to_owned()),
        annotations: Annotations {
            read_only: hints.read_only,
            destructive: hints.destructive,
            idempotent: hints.idempotent,
            open_world: Some(true),
        },
    }
}

fn content_of(content: answer::Content, uri: String) -> Content {
    match content {
        answer::Content::Json(text) => Content::Json(text),
        answer::Content::Text(text) => Content::Text(text),
        answer::Content::Bytes(data, media_type) => match media_type.split('/').next() {
            Some("image") => Content::Image(Blob { data, media_type }),
            Some("audio") => Content::Audio(Blob { data, media_type }),
            _ => Content::Document(Document {
                uri,
                media_type: Some(media_type),
                body: DocumentBody::Bytes(data),
            }),
        },
    }
}

fn refusal(url: &str, error: Error) -> Problem {
    let url = url.split('?').next().unwrap_or_default();
    match error {
        Error::InvalidRequest(why) => {
            Problem::Invalid(format!("`{url}` cannot be asked for: {why}"))
        }
        Error::Denied(why) => {
            Problem::Failed(format!("`{url}` is not granted to this tool: {why}"))
        }
        Error::Timeout(why) => Problem::Failed(format!("`{url}` did not answer in time: {why}")),
        Error::TooLarge(why) => Problem::Failed(format!(
            "the request to `{url}` or its answer is too large: {why}"
        )),
        Error::Unreachable(why) => Problem::Failed(format!("`{url}` cannot be reached: {why}")),
    }
}

impl From<Problem> for ToolError {
    fn from(problem: Problem) -> ToolError {
        match problem {
            Problem::Invalid(text) => ToolError::InvalidInput(text),
            Problem::NotFound(text) => ToolError::NotFound(text),
            Problem::Failed(text) => ToolError::Failed(text),
        }
    }
}

export!(OpenApi);
