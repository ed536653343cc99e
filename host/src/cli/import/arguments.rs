//! Parameters and bodies of an operation as arguments of its tool.

use serde_json::{Value, json};

use super::names::Unique;
use super::notes::{Notes, shown};
use super::spec::{Found, Spec};
use crate::policy::header_refusal;

/// One argument, and what the component does with it.
#[derive(Debug)]
pub struct Argument<'s> {
    pub name: String,
    pub is_required: bool,
    pub description: Option<&'s str>,
    pub schema: &'s Value,
    pub goes: Goes,
}

/// Where an argument goes.
#[derive(Debug)]
pub enum Goes {
    /// Into the path, the query or a header: an entry of `parameters`.
    Parameter(Value),
    /// It is the body: `body`.
    Body(Value),
}

/// What an operation takes, and which headers credentials are sent in. An error is why the
/// operation cannot be a tool.
pub fn read<'s>(
    spec: &'s Spec,
    found: &Found<'s>,
    credentials: &[String],
    notes: &mut Notes,
) -> Result<Vec<Argument<'s>>, String> {
    let mut unique = Unique::default();
    let mut arguments = Vec::new();
    for raw in parameters(spec, found)? {
        let place = raw["in"].as_str().unwrap_or_default();
        let name = raw["name"].as_str().unwrap_or_default();
        let is_required = raw["required"] == true || place == "path";
        match parameter(raw, credentials) {
            Ok(Some((schema, mut goes))) => {
                let argument = unique.argument(name, place);
                goes["argument"] = argument.as_str().into();
                arguments.push(Argument {
                    name: argument,
                    is_required,
                    description: raw["description"].as_str(),
                    schema,
                    goes: Goes::Parameter(goes),
                });
            }
            Ok(None) => {}
            Err(why) if is_required => {
                return Err(format!(
                    "it needs the {place} parameter `{}`: {why}",
                    shown(name)
                ));
            }
            Err(why) => notes.add(
                &found.place,
                format!("the {place} parameter `{}` is left out: {why}", shown(name)),
            ),
        }
    }
    expect_template(found.path, &arguments)?;
    arguments.extend(body(spec, found, &mut unique, notes)?);
    Ok(arguments)
}

/// The parameters of the path that the operation does not state anew, and its own.
fn parameters<'s>(spec: &'s Spec, found: &Found<'s>) -> Result<Vec<&'s Value>, String> {
    let mut parameters: Vec<&Value> = Vec::new();
    for level in [found.item, found.operation] {
        for raw in level["parameters"].as_array().into_iter().flatten() {
            let raw = spec
                .resolve(raw)
                .map_err(|why| format!("of a parameter, {why}"))?;
            let is_same = |other: &&Value| other["name"] == raw["name"] && other["in"] == raw["in"];
            match parameters.iter().position(is_same) {
                Some(at) => parameters[at] = raw,
                None => parameters.push(raw),
            }
        }
    }
    Ok(parameters)
}

/// The schema of a parameter and where it goes; `None` if the host or the component sends it
/// anyway. An error is why it cannot be sent.
fn parameter<'s>(
    raw: &'s Value,
    credentials: &[String],
) -> Result<Option<(&'s Value, Value)>, String> {
    let name = raw["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or("it has no name")?;
    let place = raw["in"].as_str().unwrap_or_default();
    let default = match place {
        "path" | "header" => "simple",
        "query" => "form",
        "cookie" => return Err("tools send no cookies".to_owned()),
        other => return Err(format!("`in: {}` is unknown", shown(other))),
    };
    if place == "header" {
        let lower = name.to_ascii_lowercase();
        // As OpenAPI says of the first three.
        if [
            "accept",
            "content-type",
            "authorization",
            "accept-encoding",
            "content-length",
        ]
        .contains(&lower.as_str())
            || credentials.contains(&lower)
        {
            return Ok(None);
        }
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !name.bytes().all(is_token) {
            return Err("no header can be called so".to_owned());
        }
        if let Some(why) = header_refusal(name) {
            return Err(format!("tools may not send it: {why}"));
        }
    }
    if let Some((media, content)) = raw["content"].as_object().and_then(|all| all.iter().next()) {
        if !is_json(media) {
            return Err(format!("it is written as `{}`", shown(media)));
        }
        let goes = json!({"name": name, "in": place, "style": "json"});
        return Ok(Some((&content["schema"], goes)));
    }
    let style = raw["style"].as_str().unwrap_or(default);
    let is_known = match place {
        "query" => ["form", "spaceDelimited", "pipeDelimited", "deepObject"].contains(&style),
        _ => style == "simple",
    };
    if !is_known {
        return Err(format!("its style `{}` is not written here", shown(style)));
    }
    let mut goes = json!({"name": name, "in": place, "style": style});
    if raw["explode"].as_bool().unwrap_or(style == "form") {
        goes["explode"] = true.into();
    }
    // Of Swagger 2, and found in documents of 3: the schema stands in the parameter itself.
    let schema = if raw["schema"].is_null() {
        raw
    } else {
        &raw["schema"]
    };
    Ok(Some((schema, goes)))
}

/// Whether each `{name}` of the path is a parameter, and each parameter is in the path.
fn expect_template(path: &str, arguments: &[Argument<'_>]) -> Result<(), String> {
    let in_path: Vec<&str> = arguments
        .iter()
        .filter_map(|argument| match &argument.goes {
            Goes::Parameter(goes) if goes["in"] == "path" => goes["name"].as_str(),
            _ => None,
        })
        .collect();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or("its path has a `{` without `}`")?;
        if !in_path.contains(&name) {
            return Err(format!(
                "its path has `{{{}}}`, which is no parameter",
                shown(name)
            ));
        }
        rest = after;
    }
    match in_path
        .iter()
        .find(|name| !path.contains(&format!("{{{name}}}")))
    {
        Some(name) => Err(format!(
            "the path parameter `{}` is not in its path",
            shown(name)
        )),
        None => Ok(()),
    }
}

/// Whether a media type is of a kind.
type Fits = fn(&str) -> bool;

fn body<'s>(
    spec: &'s Spec,
    found: &Found<'s>,
    unique: &mut Unique,
    notes: &mut Notes,
) -> Result<Option<Argument<'s>>, String> {
    let raw = &found.operation["requestBody"];
    if raw.is_null() {
        return Ok(None);
    }
    let raw = spec
        .resolve(raw)
        .map_err(|why| format!("of its body, {why}"))?;
    let content = raw["content"].as_object();
    let media: Vec<&str> = content
        .into_iter()
        .flatten()
        .map(|(media, _)| media.as_str())
        .collect();
    let forms: [(&str, Fits); 3] = [
        ("json", is_json),
        ("form", |media| {
            essence(media) == "application/x-www-form-urlencoded"
        }),
        ("text", |media| essence(media) == "text/plain"),
    ];
    let chosen = forms
        .into_iter()
        .find_map(|(form, fits)| Some((form, *media.iter().find(|media| fits(media))?)));
    let Some((form, media_type)) = chosen else {
        let list: Vec<String> = media
            .iter()
            .map(|media| format!("`{}`", shown(media)))
            .collect();
        let why = match &list[..] {
            [] => "its body has no media type".to_owned(),
            list => format!("its body can be {} alone", list.join(" or ")),
        };
        if raw["required"] == true || !media.is_empty() {
            return Err(why);
        }
        notes.add(&found.place, format!("the body is left out: {why}"));
        return Ok(None);
    };
    let is_sendable = media_type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let sent = match media_type.contains('*') || !is_sendable {
        true => "application/json",
        false => media_type,
    };
    let name = unique.argument("body", "request");
    let goes = json!({"argument": name, "media": sent, "as": form});
    Ok(Some(Argument {
        name,
        is_required: raw["required"] == true,
        description: raw["description"].as_str(),
        schema: &raw["content"][media_type]["schema"],
        goes: Goes::Body(goes),
    }))
}

/// Type and subtype, in lower case, without parameters.
fn essence(media: &str) -> String {
    let essence = media.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a media type is JSON, or may be.
pub fn is_json(media: &str) -> bool {
    let essence = essence(media);
    essence == "application/json"
        || essence.ends_with("+json")
        || ["*/*", "application/*"].contains(&essence.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/a/{id}";

    fn arguments(item: &Value, operation: &Value) -> (Result<Vec<String>, String>, Vec<String>) {
        let spec = Spec::new(json!({"openapi": "3.0.0"})).unwrap();
        let mut notes = Notes::default();
        let found = Found {
            name: "x".to_owned(),
            id: None,
            place: "POST /a".to_owned(),
            method: "POST".to_owned(),
            path: PATH,
            item,
            operation,
        };
        let read = read(&spec, &found, &["x-key".to_owned()], &mut notes);
        let read = read.map(|arguments| {
            let line = |argument: &Argument<'_>| match &argument.goes {
                Goes::Parameter(goes) | Goes::Body(goes) => {
                    format!("{} {} {goes}", argument.name, argument.is_required)
                }
            };
            arguments.iter().map(line).collect()
        });
        (read, notes.lines())
    }

    #[test]
    fn parameters_go_where_they_say_with_their_defaults() {
        let item = json!({"parameters": [
            {"in": "path", "name": "id", "schema": {}},
            {"in": "query", "name": "q", "required": true},
        ]});
        let operation = json!({
            "parameters": [
                {"in": "query", "name": "q"},
                {"in": "query", "name": "id", "style": "deepObject"},
                {"in": "query", "name": "body", "explode": false},
                {"in": "header", "name": "X-Trace", "explode": true},
                {"in": "header", "name": "Accept"},
                {"in": "header", "name": "X-Key", "required": true},
                {"in": "query", "name": "f", "content": {"application/json": {"schema": {}}}},
                {"in": "cookie", "name": "c"},
                {"in": "header", "name": "X-Forwarded-For"},
                {"in": "query", "name": "m", "style": "matrix"},
            ],
            "requestBody": {"required": true, "content": {
                "application/xml": {}, "multipart/form-data": {}, "application/vnd.a+json": {},
            }},
        });
        let (read, notes) = arguments(&item, &operation);
        let expected = [
            r#"id true {"name":"id","in":"path","style":"simple","argument":"id"}"#,
            r#"q false {"name":"q","in":"query","style":"form","explode":true,"argument":"q"}"#,
            r#"query_id false {"name":"id","in":"query","style":"deepObject","argument":"query_id"}"#,
            r#"body false {"name":"body","in":"query","style":"form","argument":"body"}"#,
            r#"X-Trace false {"name":"X-Trace","in":"header","style":"simple","explode":true,"argument":"X-Trace"}"#,
            r#"f false {"name":"f","in":"query","style":"json","argument":"f"}"#,
            r#"request_body true {"argument":"request_body","media":"application/vnd.a+json","as":"json"}"#,
        ];
        assert_eq!(read.unwrap(), expected);
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(notes[0].contains("`c`") && notes[0].contains("cookies"));
        assert!(notes[1].contains("who asks"), "{notes:?}");
        assert!(notes[2].contains("`matrix`"), "{notes:?}");
    }

    #[test]
    fn operations_that_cannot_be_asked_for_say_why() {
        let id = json!({"in": "path", "name": "id"});
        for (operation, words) in [
            (json!({}), "`{id}`"),
            (
                json!({"parameters": [id, {"in": "path", "name": "x"}]}),
                "not in its path",
            ),
            (
                json!({"parameters": [{"in": "path", "name": "id", "style": "label"}]}),
                "`label`",
            ),
            (
                json!({"parameters": [id, {"in": "cookie", "name": "c", "required": true}]}),
                "cookies",
            ),
            (
                json!({"parameters": [id], "requestBody": {"content": {"multipart/form-data": {}}}}),
                "multipart/form-data",
            ),
            (
                json!({"parameters": [id], "requestBody": {"content": {"application/xml": {}}}}),
                "application/xml",
            ),
            (
                json!({"parameters": [id, {"$ref": "other.yaml"}]}),
                "another file",
            ),
        ] {
            let why = arguments(&json!({}), &operation).0.unwrap_err();
            assert!(why.contains(words), "{operation}: {why}");
        }
    }
}
