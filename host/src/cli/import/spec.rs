//! An OpenAPI document of version 3.0 or 3.1: its operations, and what its references lead to.

use std::path::Path;

use serde_json::Value;

use super::names::{self, Unique};
use super::notes::Notes;
use crate::cli::exit::Stop;
use crate::config;

/// References that lead to references.
const HOPS_MAX: usize = 16;

/// Methods that become tools, as path items name them.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Those that do not.
const OTHERS: [&str; 3] = ["head", "options", "trace"];

/// A document.
#[derive(Debug)]
pub struct Spec {
    root: Value,
    /// Whether it is of version 3.0, whose schemas are not quite JSON Schema.
    pub is_3_0: bool,
}

/// An operation as it stands in the document.
#[derive(Debug, Clone)]
pub struct Found<'s> {
    /// The name of its tool.
    pub name: String,
    /// `operationId`
    pub id: Option<&'s str>,
    /// Such as `GET /pets`.
    pub place: String,
    /// In upper case.
    pub method: String,
    /// Such as `/pets/{petId}`.
    pub path: &'s str,
    /// What it shares with the other operations of its path.
    pub item: &'s Value,
    pub operation: &'s Value,
}

impl Found<'_> {
    /// Whether people call it so: by the tool's name or by its id.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id == Some(name)
    }

    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.operation["tags"].as_array();
        tags.into_iter().flatten().filter_map(Value::as_str)
    }
}

/// Reads the document at `path`.
pub fn read(path: &Path) -> Result<Spec, Stop> {
    let text = path.to_string_lossy();
    if text.starts_with("https://") || text.starts_with("http://") {
        return Err(Stop::usage(
            "the description must be a file; get it first, such as by `curl -O`",
        ));
    }
    let root = config::document(path).map_err(|problem| Stop::data(problem.to_string()))?;
    Spec::new(root).map_err(|why| Stop::data(format!("`{}`: {why}", path.display())))
}

impl Spec {
    /// The error is a sentence for people.
    pub fn new(root: Value) -> Result<Spec, String> {
        let version = match (&root["openapi"], &root["swagger"]) {
            (Value::String(version), _) => version.clone(),
            // As YAML reads `openapi: 3.0`.
            (Value::Number(version), _) => version.to_string(),
            (_, Value::Null) => {
                return Err("it is no OpenAPI document, as it has no key `openapi`".to_owned());
            }
            _ => {
                return Err(
                    "it is of Swagger 2; convert it to OpenAPI 3 first, such as by swagger2openapi"
                        .to_owned(),
                );
            }
        };
        let is_3_0 = version == "3.0" || version.starts_with("3.0.");
        if !is_3_0 && version != "3.1" && !version.starts_with("3.1.") {
            let version = super::notes::shown(&version);
            return Err(format!(
                "it is of OpenAPI {version}, and 3.0 and 3.1 are known"
            ));
        }
        Ok(Spec { root, is_3_0 })
    }

    pub fn title(&self) -> &str {
        self.root["info"]["title"].as_str().unwrap_or_default()
    }

    pub fn version(&self) -> &str {
        self.root["info"]["version"].as_str().unwrap_or_default()
    }

    pub fn servers(&self) -> &Value {
        &self.root["servers"]
    }

    /// What operations need that say nothing of it.
    pub fn security(&self) -> &Value {
        &self.root["security"]
    }

    /// A security scheme by its name.
    pub fn scheme(&self, name: &str) -> Result<&Value, String> {
        let schemes = self.root["components"]["securitySchemes"].as_object();
        let scheme = schemes.and_then(|schemes| schemes.get(name));
        self.resolve(scheme.ok_or("there is no such security scheme")?)
    }

    /// The names of all security schemes.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        let schemes = self.root["components"]["securitySchemes"].as_object();
        schemes.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// What `value` refers to, or `value` itself.
    pub fn resolve<'s>(&'s self, mut value: &'s Value) -> Result<&'s Value, String> {
        for _ in 0..HOPS_MAX {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                return Ok(value);
            };
            value = self.target(reference)?;
        }
        Err("its reference leads in a circle".to_owned())
    }

    /// What a reference leads to: a place in this document.
    pub fn target(&self, reference: &str) -> Result<&Value, String> {
        let shown = super::notes::shown(reference);
        let pointer = reference.strip_prefix('#').ok_or_else(|| {
            format!("`{shown}` leads to another file; bundle the description into one first")
        })?;
        let target = decoded(pointer).and_then(|pointer| self.root.pointer(&pointer));
        target.ok_or_else(|| format!("`{shown}` leads nowhere"))
    }

    /// Every operation that can be a tool, with names that differ, in the order of the document.
    pub fn operations(&self, notes: &mut Notes) -> Vec<Found<'_>> {
        let mut names = Unique::default();
        let mut found = Vec::new();
        for (path, item) in self.root["paths"].as_object().into_iter().flatten() {
            if path.starts_with("x-") {
                continue;
            }
            let item = match self.resolve(item) {
                Ok(item) => item,
                Err(why) => {
                    notes.add(path, format!("the path is left out: {why}"));
                    continue;
                }
            };
            for method in METHODS {
                let Some(operation) = item.get(method).filter(|one| one.is_object()) else {
                    continue;
                };
                let id = operation["operationId"].as_str();
                found.push(Found {
                    name: names.tool(&names::tool(id, method, path)),
                    id,
                    place: format!("{} {path}", method.to_uppercase()),
                    method: method.to_uppercase(),
                    path,
                    item,
                    operation,
                });
            }
            for method in OTHERS
                .into_iter()
                .filter(|method| item.get(method).is_some())
            {
                let place = format!("{} {path}", method.to_uppercase());
                notes.add(
                    &place,
                    "the operation is left out: its method says nothing of use to a model",
                );
            }
        }
        if self.root.get("webhooks").is_some() {
            notes.add(
                "",
                "`webhooks` are left out: nothing can call a tool from outside",
            );
        }
        found
    }
}

/// A JSON pointer in a fragment without its percent-encoding.
fn decoded(pointer: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_told_apart() {
        for (root, is_3_0) in [
            (json!({"openapi": "3.0.3"}), true),
            (json!({"openapi": 3.0}), true),
            (json!({"openapi": "3.1.1"}), false),
            (json!({"openapi": 3.1}), false),
        ] {
            assert_eq!(Spec::new(root).unwrap().is_3_0, is_3_0);
        }
        for (root, words) in [
            (json!({"swagger": "2.0"}), "convert"),
            (json!({"openapi": "4.0.0"}), "3.0 and 3.1"),
            (json!({"openapi": "3.10.0"}), "3.0 and 3.1"),
            (json!({}), "no OpenAPI"),
            (json!([1]), "no OpenAPI"),
            (json!("x"), "no OpenAPI"),
        ] {
            let why = Spec::new(root).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn references_lead_to_places_in_the_document() {
        let spec = Spec::new(json!({
            "openapi": "3.1.0",
            "a/b": {"~c d": 1},
            "one": {"$ref": "#/two"},
            "two": {"$ref": "#/three"},
            "three": 3,
            "round": {"$ref": "#/round"},
        }));
        let spec = spec.unwrap();
        assert_eq!(spec.target("#/a~1b/~0c%20d"), Ok(&json!(1)));
        let one = json!({"$ref": "#/one"});
        assert_eq!(spec.resolve(&one), Ok(&json!(3)));
        for (reference, words) in [
            ("#/round", "circle"),
            ("#/nowhere", "leads nowhere"),
            ("#/a%2", "leads nowhere"),
            ("other.yaml#/a", "another file"),
            ("https://example.com/a", "another file"),
            ("file:///etc/passwd", "another file"),
        ] {
            let value = json!({"$ref": reference});
            let why = spec.resolve(&value).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }
}
