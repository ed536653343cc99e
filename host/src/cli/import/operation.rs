//! An operation as a tool: the line of JSON that the component reads, and what it needs.

use serde_json::{Map, Value, json};

use super::arguments::{self, Argument, Goes, is_json};
use super::credential;
use super::notes::Notes;
use super::schema::{self, Room, Way, short};
use super::server::{Server, Servers};
use super::spec::{Found, Spec};
use crate::policy::PathPattern;
use crate::tool::Input;

/// Longest description of a tool, in characters.
const DESCRIPTION_CHARS_MAX: usize = 1_500;
/// Longest title.
const TITLE_CHARS_MAX: usize = 80;
/// Largest schema of a result; a larger one costs more than it tells.
const OUTPUT_BYTES_MAX: usize = 4 * 1024;

/// A tool.
#[derive(Debug)]
pub struct Operation<'s> {
    /// Its name.
    pub name: String,
    /// In upper case.
    pub method: String,
    /// Where it is asked for.
    pub server: Server,
    /// The path with the server's, and `*` for what arguments say.
    pub pattern: String,
    /// Security schemes that it needs.
    pub schemes: Vec<&'s str>,
    /// Whether it can be asked without them.
    pub is_optional: bool,
    /// What the component reads.
    pub line: String,
}

/// Makes a tool of an operation, with schemas of at most `bytes_max`. The error is why it can be
/// none.
pub fn read<'s>(
    spec: &'s Spec,
    servers: &Servers,
    found: &Found<'s>,
    bytes_max: usize,
    notes: &mut Notes,
) -> Result<Operation<'s>, String> {
    let server = servers.of(found.item, found.operation, notes)?;
    let pattern = pattern(&server.base, found.path)?;
    let headers = spec
        .schemes()
        .filter_map(|name| credential::read(spec, name).ok());
    let headers: Vec<String> = headers.map(|credential| credential.header).collect();
    let arguments = arguments::read(spec, found, &headers, notes)?;
    let input = input(spec, found, &arguments, bytes_max, notes)?;
    let needs = credential::choose(spec, found.operation);
    for (scheme, why) in &needs.missing {
        notes.add(
            "",
            format!("the credential `{scheme}` is not added to requests: {why}"),
        );
    }
    if found.operation.get("callbacks").is_some() {
        notes.add(
            &found.place,
            "its callbacks are left out: nothing can call a tool from outside",
        );
    }
    let line = line(spec, found, &server, (&arguments, input));
    Ok(Operation {
        name: found.name.clone(),
        method: found.method.clone(),
        server,
        pattern,
        schemes: needs.schemes,
        is_optional: needs.is_optional,
        line: inert(&line),
    })
}

/// What the component reads.
fn line(
    spec: &Spec,
    found: &Found<'_>,
    server: &Server,
    (arguments, input): (&[Argument<'_>], Value),
) -> Value {
    let (accept, output) = responses(spec, found.operation);
    let mut line = Map::new();
    line.insert("name".to_owned(), found.name.as_str().into());
    if let Some(title) = title(found) {
        line.insert("title".to_owned(), title.into());
    }
    line.insert("description".to_owned(), description(found).into());
    line.insert("method".to_owned(), found.method.as_str().into());
    line.insert("url".to_owned(), server.url().into());
    line.insert("path".to_owned(), found.path.into());
    let parameters = arguments
        .iter()
        .filter_map(|argument| match &argument.goes {
            Goes::Parameter(goes) => Some(goes.clone()),
            Goes::Body(_) => None,
        });
    line.insert("parameters".to_owned(), parameters.collect());
    let body = arguments.iter().find_map(|argument| match &argument.goes {
        Goes::Body(goes) => Some(goes.clone()),
        Goes::Parameter(_) => None,
    });
    line.extend(body.map(|body| ("body".to_owned(), body)));
    line.insert("accept".to_owned(), accept.into());
    line.insert("hints".to_owned(), hints(&found.method));
    line.insert("input".to_owned(), input);
    line.extend(output.map(|schema| ("output".to_owned(), schema)));
    Value::Object(line)
}

/// The path below `base` as grants name it.
fn pattern(base: &str, path: &str) -> Result<String, String> {
    if !path.starts_with('/') {
        return Err("its path does not begin with `/`".to_owned());
    }
    if path.contains(['?', '#']) {
        return Err("its path has a `?` or `#`".to_owned());
    }
    let mut pattern = String::new();
    for segment in format!("{base}{path}").split('/').skip(1) {
        pattern.push('/');
        let is_literal = !segment.contains(['{', '*', '%'])
            && segment.bytes().all(|byte| byte.is_ascii_graphic());
        pattern.push_str(if is_literal { segment } else { "*" });
    }
    PathPattern::parse(&pattern).map_err(|why| format!("no grant can allow its path: {why}"))?;
    Ok(pattern)
}

/// JSON Schema of the arguments, as the host accepts it.
fn input(
    spec: &Spec,
    found: &Found<'_>,
    arguments: &[Argument<'_>],
    bytes_max: usize,
    notes: &mut Notes,
) -> Result<Value, String> {
    let schemas: Vec<&Value> = arguments.iter().map(|argument| argument.schema).collect();
    let mut wrong = String::new();
    for patterns in [true, false] {
        let room = Room {
            bytes_max,
            patterns,
        };
        let converted = schema::convert(spec, &schemas, Way::In, room);
        let (converted, changes) = converted.ok_or("its arguments are too many or too large")?;
        let schema = object(arguments, converted);
        match Input::declared(schema.clone()) {
            Ok(_) => {
                let place = &found.place;
                if !patterns {
                    notes.add(place, "patterns of its arguments are left out: some cannot be matched in linear time");
                }
                if changes.is_recursive {
                    notes.add(
                        place,
                        "a schema that is within itself is cut to an open object there",
                    );
                }
                if changes.is_cut {
                    notes.add(place, "the schema of its arguments is large, and cut to open objects where it is deepest");
                }
                if changes.is_broken {
                    notes.add(place, "a schema of its arguments leads to another file or nowhere: anything is taken there");
                }
                return Ok(schema);
            }
            Err(why) => wrong = why,
        }
    }
    Err(format!("the schema of its arguments is wrong: {wrong}"))
}

fn object(arguments: &[Argument<'_>], converted: Vec<Value>) -> Value {
    let mut properties = Map::new();
    for (argument, mut schema) in arguments.iter().zip(converted) {
        if let Some(text) = argument.description {
            if schema == true {
                schema = json!({});
            }
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), short(text, 400).into());
            }
        }
        properties.insert(argument.name.clone(), schema);
    }
    let required = arguments.iter().filter(|argument| argument.is_required);
    let required: Vec<&str> = required.map(|argument| argument.name.as_str()).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn title(found: &Found<'_>) -> Option<String> {
    let summary = found.operation["summary"]
        .as_str()
        .unwrap_or_default()
        .trim();
    let is_title = !summary.is_empty() && summary.chars().count() <= TITLE_CHARS_MAX;
    is_title.then(|| summary.to_owned())
}

fn description(found: &Found<'_>) -> String {
    let text = |level: &Value, key: &str| level[key].as_str().unwrap_or_default().trim().to_owned();
    let mut parts: Vec<String> = Vec::new();
    for key in ["summary", "description"] {
        let own = text(found.operation, key);
        let text = if own.is_empty() {
            text(found.item, key)
        } else {
            own
        };
        if !text.is_empty() && !parts.contains(&text) {
            parts.push(text);
        }
    }
    if parts.is_empty() {
        parts.push(format!("{} of the API.", found.place));
    }
    if found.operation["deprecated"] == true {
        parts.insert(0, "Deprecated.".to_owned());
    }
    short(&parts.join("\n\n"), DESCRIPTION_CHARS_MAX)
}

fn hints(method: &str) -> Value {
    match method {
        "GET" => json!({"read_only": true, "destructive": false, "idempotent": true}),
        "PUT" | "DELETE" => json!({"read_only": false, "destructive": true, "idempotent": true}),
        "PATCH" => json!({"read_only": false, "destructive": true}),
        _ => json!({"read_only": false}),
    }
}

/// What good answers are: the `accept` header, and the schema if there is one for all and it is
/// simple.
fn responses(spec: &Spec, operation: &Value) -> (String, Option<Value>) {
    let all = operation["responses"].as_object();
    let good: Vec<&Value> = all
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'))
        .filter_map(|(_, response)| spec.resolve(response).ok())
        .collect();
    let content = good
        .iter()
        .filter_map(|response| response["content"].as_object());
    let contents: Vec<(&String, &Value)> = content.flatten().collect();
    let is_sendable = |media: &str| media.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    let mut media: Vec<&str> = Vec::new();
    for (name, _) in &contents {
        if is_sendable(name) && !media.contains(&name.as_str()) && media.len() < 8 {
            media.push(name);
        }
    }
    // A server that could answer in both gives what models read best.
    if media
        .iter()
        .any(|media| is_json(media) && !media.contains('*'))
    {
        media.retain(|media| is_json(media));
    }
    let accept = if media.is_empty() {
        "*/*".to_owned()
    } else {
        media.join(", ")
    };
    let output = match (&good[..], &contents[..]) {
        ([_], [(name, content)]) if is_json(name) => output(spec, &content["schema"]),
        _ => None,
    };
    (accept, output)
}

fn output(spec: &Spec, schema: &Value) -> Option<Value> {
    let room = Room {
        bytes_max: OUTPUT_BYTES_MAX,
        patterns: false,
    };
    let (mut converted, changes) = schema::convert(spec, &[schema], Way::Out, room)?;
    let schema = converted
        .pop()
        .filter(|schema| schema["type"] == "object")?;
    let is_whole = !changes.is_cut && !changes.is_broken;
    (is_whole && Input::declared(schema.clone()).is_ok()).then_some(schema)
}

/// JSON on one line in which nothing means something to YAML, to a terminal, or to the config,
/// which would put variables of the environment in place of `${env.NAME}`.
pub fn inert(value: &Value) -> String {
    let mut line = String::new();
    for c in value.to_string().replace("${", "\\u0024{").chars() {
        let is_harmless =
            c.is_ascii_graphic() || c == ' ' || (!c.is_ascii() && c.is_alphanumeric());
        if is_harmless {
            line.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            line.push_str(&format!("\\u{unit:04x}"));
        }
    }
    line
}

#[cfg(test)]
mod tests;
