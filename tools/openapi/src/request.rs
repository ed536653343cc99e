//! A request out of arguments.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::operation::{Body, Form, Operation, Parameter, Place, Style};
use crate::problem::Problem;
use crate::value::{self, Value, encode, encode_literal};

/// Characters that some servers turn into dots and slashes: the full-width forms.
const LOOKALIKES: [char; 3] = ['\u{ff0e}', '\u{ff0f}', '\u{ff3c}'];

/// A call's arguments, as the caller wrote them.
type Arguments = BTreeMap<String, Box<RawValue>>;

/// What is sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

/// Makes the request of `operation` with `arguments`, a JSON object.
pub(crate) fn build(operation: &Operation, arguments: &str) -> Result<Request, Problem> {
    let arguments: Arguments = serde_json::from_str(arguments)
        .map_err(|error| Problem::Invalid(format!("the arguments are no JSON object: {error}")))?;
    let path = path(operation, &arguments)?;
    let mut query = Vec::new();
    let mut headers = vec![
        (
            "accept".to_owned(),
            operation.accept.clone().unwrap_or("*/*".to_owned()),
        ),
        // Nothing here unpacks.
        ("accept-encoding".to_owned(), "identity".to_owned()),
        (
            "user-agent".to_owned(),
            concat!("toolhost-openapi/", env!("CARGO_PKG_VERSION")).to_owned(),
        ),
    ];
    for parameter in &operation.parameters {
        let Some(json) = arguments.get(&parameter.argument) else {
            continue;
        };
        match parameter.place {
            Place::Path => {}
            Place::Query => write_query(parameter, json, &mut query),
            Place::Header => {
                if let Some(text) = header(parameter, json)? {
                    headers.push((parameter.name.clone(), text));
                }
            }
        }
    }
    let body = operation.body.as_ref().and_then(|body| {
        let json = arguments.get(&body.argument)?;
        headers.push(("content-type".to_owned(), body.media.clone()));
        Some(write_body(body, json))
    });
    let question = if query.is_empty() { "" } else { "?" };
    Ok(Request {
        method: operation.method.clone(),
        url: format!("{}{path}{question}{}", operation.url, query.join("&")),
        headers,
        body,
    })
}

/// The path with its parameters in place: no value leads out of its segment.
fn path(operation: &Operation, arguments: &Arguments) -> Result<String, Problem> {
    let mut path = String::new();
    let mut rest = operation.path.as_str();
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        path.push_str(&encode_literal(literal));
        path.push_str(&segment(operation, name, arguments)?);
        rest = after;
    }
    path.push_str(&encode_literal(rest));
    if path.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(Problem::Invalid(format!(
            "the arguments make the path `{path}`, which leads elsewhere"
        )));
    }
    Ok(path)
}

fn segment(operation: &Operation, name: &str, arguments: &Arguments) -> Result<String, Problem> {
    let mut places = operation.parameters.iter();
    let parameter = places.find(|one| one.place == Place::Path && one.name == name);
    let parameter = parameter.ok_or_else(|| {
        Problem::Failed(format!(
            "the path has `{{{name}}}`, which is no parameter of it"
        ))
    })?;
    let argument = &parameter.argument;
    let texts = match arguments.get(argument) {
        Some(json) => flat(parameter, json),
        None => Vec::new(),
    };
    if texts.iter().all(|text| text.is_empty()) {
        return Err(Problem::Invalid(format!(
            "`{argument}` is a part of the path and must not be empty"
        )));
    }
    let is_refused = |c: char| matches!(c, '/' | '\\') || c.is_control() || LOOKALIKES.contains(&c);
    if let Some(c) = texts
        .iter()
        .flat_map(|text| text.chars())
        .find(|c| is_refused(*c))
    {
        return Err(Problem::Invalid(format!(
            "`{argument}` is a part of the path and must not contain `{}`",
            c.escape_debug()
        )));
    }
    let texts: Vec<String> = texts.iter().map(|text| encode(text)).collect();
    Ok(texts.join(","))
}

/// The texts that stand between commas in style `simple`; `key=value` if it is exploded.
fn flat(parameter: &Parameter, json: &RawValue) -> Vec<String> {
    if parameter.style == Style::Json {
        return vec![json.get().to_owned()];
    }
    match value::read(json) {
        Value::Nothing => Vec::new(),
        Value::One(text) => vec![text],
        Value::Many(items) => items,
        Value::Pairs(pairs) if parameter.explode => pairs
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect(),
        Value::Pairs(pairs) => pairs
            .into_iter()
            .flat_map(|(key, value)| [key, value])
            .collect(),
    }
}

fn write_query(parameter: &Parameter, json: &RawValue, query: &mut Vec<String>) {
    let name = encode(&parameter.name);
    if parameter.style == Style::Json {
        query.push(format!("{name}={}", encode(json.get())));
        return;
    }
    let between = match parameter.style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        Style::Simple | Style::Form | Style::DeepObject | Style::Json => ",",
    };
    let joined = |texts: Vec<String>| {
        let texts: Vec<String> = texts.iter().map(|text| encode(text)).collect();
        texts.join(between)
    };
    match value::read(json) {
        Value::Nothing => {}
        Value::One(text) => query.push(format!("{name}={}", encode(&text))),
        Value::Many(items) if items.is_empty() => {}
        Value::Many(items) if parameter.explode => {
            query.extend(items.iter().map(|item| format!("{name}={}", encode(item))));
        }
        Value::Many(items) => query.push(format!("{name}={}", joined(items))),
        Value::Pairs(pairs) if parameter.style == Style::DeepObject => {
            query.extend(
                pairs
                    .iter()
                    .map(|(key, value)| format!("{name}%5B{}%5D={}", encode(key), encode(value))),
            );
        }
        Value::Pairs(pairs) if parameter.explode => query.extend(written(&pairs)),
        Value::Pairs(pairs) => {
            let texts = pairs.into_iter().flat_map(|(key, value)| [key, value]);
            query.push(format!("{name}={}", joined(texts.collect())));
        }
    }
}

/// `key=value` of each pair.
fn written(pairs: &[(String, String)]) -> impl Iterator<Item = String> {
    let pair = |(key, value): &(String, String)| format!("{}={}", encode(key), encode(value));
    pairs.iter().map(pair)
}

fn header(parameter: &Parameter, json: &RawValue) -> Result<Option<String>, Problem> {
    let texts = flat(parameter, json);
    if texts.is_empty() {
        return Ok(None);
    }
    let text = texts.join(",");
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Problem::Invalid(format!(
            "`{}` becomes a header and must have visible ASCII characters alone",
            parameter.argument
        )));
    }
    Ok(Some(text))
}

fn write_body(body: &Body, json: &RawValue) -> Vec<u8> {
    match body.form {
        Form::Json => json.get().as_bytes().to_vec(),
        Form::Text => value::scalar(json).into_bytes(),
        Form::Form => {
            let fields: Arguments = serde_json::from_str(json.get()).unwrap_or_default();
            let mut parts = Vec::new();
            for (name, json) in &fields {
                match value::read(json) {
                    Value::Nothing => {}
                    Value::One(text) => parts.push(format!("{}={}", encode(name), encode(&text))),
                    Value::Many(items) => {
                        let item = |item: &String| format!("{}={}", encode(name), encode(item));
                        parts.extend(items.iter().map(item));
                    }
                    Value::Pairs(_) => {
                        parts.push(format!("{}={}", encode(name), encode(json.get())));
                    }
                }
            }
            parts.join("&").into_bytes()
        }
    }
}

#[cfg(test)]
mod tests;
