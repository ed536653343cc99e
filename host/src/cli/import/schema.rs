//! Schemas of OpenAPI as JSON Schema 2020-12, whole in themselves: references are put in place,
//! and where that leads in a circle or too far, an open object stands.

use serde_json::{Map, Value, json};

use super::spec::Spec;

/// References within references that are put in place.
const REFERENCES_MAX: usize = 8;
/// Schemas within schemas.
const DEPTH_MAX: usize = 24;
/// Schemas and values of enums in one conversion: what the host counts when it checks arguments
/// is a few times as much, and at most 10,000.
const SCHEMAS_MAX: usize = 1_500;
/// Longest description of a parameter or property, in characters.
const DESCRIPTION_CHARS_MAX: usize = 400;

/// Who writes the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A caller: what is `readOnly` is not there.
    In,
    /// The server: what is `writeOnly` is not there.
    Out,
}

/// What became of a schema on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// It is within itself, and was cut there.
    pub is_recursive: bool,
    /// It was too large, and was cut.
    pub is_cut: bool,
    /// Something that it refers to is not there.
    pub is_broken: bool,
}

/// What may stand in a schema.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    pub bytes_max: usize,
    /// Whether regular expressions stay.
    pub patterns: bool,
}

/// Too large, whatever is cut.
#[derive(Debug)]
struct TooLarge;

struct Converter<'s> {
    spec: &'s Spec,
    way: Way,
    patterns: bool,
    references_max: usize,
    left: usize,
    open: Vec<&'s str>,
    changes: Changes,
}

/// Converts all of `schemas` together, cutting the deepest references first until the result is
/// within `room`; `None` if that does not suffice.
pub fn convert(
    spec: &Spec,
    schemas: &[&Value],
    way: Way,
    room: Room,
) -> Option<(Vec<Value>, Changes)> {
    (0..=REFERENCES_MAX).rev().find_map(|references_max| {
        let mut converter = Converter {
            spec,
            way,
            patterns: room.patterns,
            references_max,
            left: SCHEMAS_MAX,
            open: Vec::new(),
            changes: Changes::default(),
        };
        let converted = schemas.iter().map(|schema| converter.schema(schema, 0));
        let converted: Vec<Value> = converted.collect::<Result<_, TooLarge>>().ok()?;
        let bytes: usize = converted
            .iter()
            .map(|schema| schema.to_string().len())
            .sum();
        (bytes <= room.bytes_max).then_some((converted, converter.changes))
    })
}

/// `text` without a tail that no model needs.
pub fn short(text: &str, chars_max: usize) -> String {
    let text = text.trim();
    let mut short: String = text.chars().take(chars_max).collect();
    if text.chars().count() > chars_max {
        short.push('…');
    }
    short
}

impl<'s> Converter<'s> {
    fn schema(&mut self, schema: &'s Value, depth: usize) -> Result<Value, TooLarge> {
        self.left = self.left.checked_sub(1).ok_or(TooLarge)?;
        let Value::Object(keywords) = schema else {
            // `true` and `false` are schemas; anything else is none, and says nothing.
            return Ok(if schema.is_boolean() {
                schema.clone()
            } else {
                json!({})
            });
        };
        if depth > DEPTH_MAX {
            self.changes.is_cut = true;
            return Ok(stub(schema));
        }
        let Some(reference) = keywords.get("$ref").and_then(Value::as_str) else {
            return self.keywords(keywords, depth);
        };
        let target = self.reference(reference, depth)?;
        // In 3.0 what stands beside a reference says nothing; descriptions are written all the same.
        let mut beside = Map::new();
        for (keyword, value) in keywords {
            let is_words = matches!(keyword.as_str(), "title" | "description");
            if keyword != "$ref" && (is_words || !self.spec.is_3_0) {
                beside.insert(keyword.clone(), value.clone());
            }
        }
        Ok(self.beside(target, &beside))
    }

    /// `target` with what stands beside its reference.
    fn beside(&self, target: Value, beside: &Map<String, Value>) -> Value {
        let mut plain = Map::new();
        for (keyword, value) in beside {
            if let Some(value) = self.plain(keyword, value) {
                plain.insert(keyword.clone(), value);
            }
        }
        if plain.is_empty() {
            return target;
        }
        let is_words = |keyword: &String| {
            matches!(
                keyword.as_str(),
                "title" | "description" | "default" | "deprecated"
            )
        };
        match target {
            Value::Object(mut target) if plain.keys().all(is_words) => {
                target.extend(plain);
                Value::Object(target)
            }
            target => {
                plain.insert("allOf".to_owned(), json!([target]));
                Value::Object(plain)
            }
        }
    }

    fn reference(&mut self, reference: &'s str, depth: usize) -> Result<Value, TooLarge> {
        let Ok(target) = self.spec.target(reference) else {
            self.changes.is_broken = true;
            return Ok(json!({}));
        };
        if self.open.contains(&reference) {
            self.changes.is_recursive = true;
            return Ok(stub(target));
        }
        if self.open.len() >= self.references_max {
            self.changes.is_cut = true;
            return Ok(stub(target));
        }
        self.open.push(reference);
        let converted = self.schema(target, depth + 1);
        self.open.pop();
        converted
    }

    fn keywords(
        &mut self,
        keywords: &'s Map<String, Value>,
        depth: usize,
    ) -> Result<Value, TooLarge> {
        let mut converted = Map::new();
        for (keyword, value) in keywords {
            if let Some(value) = self.keyword(keyword, value, depth)? {
                converted.insert(keyword.clone(), value);
            }
        }
        if let Some(Value::Array(required)) = converted.get_mut("required") {
            let hidden = self.hidden(keywords);
            required.retain(|name| !hidden.iter().any(|hidden| name == *hidden));
            if required.is_empty() {
                converted.remove("required");
            }
        }
        if self.spec.is_3_0 {
            for (exclusive, inclusive) in [
                ("exclusiveMinimum", "minimum"),
                ("exclusiveMaximum", "maximum"),
            ] {
                if keywords.get(exclusive) == Some(&Value::Bool(true))
                    && let Some(bound) = converted.remove(inclusive)
                {
                    converted.insert(exclusive.to_owned(), bound);
                }
            }
            if keywords.get("nullable") == Some(&Value::Bool(true)) {
                return Ok(nullable(converted));
            }
        }
        Ok(Value::Object(converted))
    }

    /// A keyword of JSON Schema with its value, if it has one that it may have.
    fn keyword(
        &mut self,
        keyword: &str,
        value: &'s Value,
        depth: usize,
    ) -> Result<Option<Value>, TooLarge> {
        let depth = depth + 1;
        Ok(match (keyword, value) {
            ("properties", Value::Object(properties)) => {
                let mut converted = Map::new();
                for (name, property) in properties {
                    if !self.is_hidden(property) {
                        converted.insert(name.clone(), self.schema(property, depth)?);
                    }
                }
                Some(Value::Object(converted))
            }
            ("patternProperties", Value::Object(_)) if !self.patterns => None,
            ("patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                let mut converted = Map::new();
                for (name, schema) in schemas {
                    converted.insert(name.clone(), self.schema(schema, depth)?);
                }
                Some(Value::Object(converted))
            }
            (
                "items"
                | "contains"
                | "additionalProperties"
                | "propertyNames"
                | "not"
                | "if"
                | "then"
                | "else",
                Value::Object(_) | Value::Bool(_),
            ) => Some(self.schema(value, depth)?),
            ("prefixItems" | "allOf" | "anyOf" | "oneOf", Value::Array(schemas))
                if !schemas.is_empty() =>
            {
                let converted = schemas.iter().map(|schema| self.schema(schema, depth));
                Some(Value::Array(converted.collect::<Result<_, TooLarge>>()?))
            }
            ("enum", Value::Array(values)) if !values.is_empty() => {
                self.left = self.left.checked_sub(values.len()).ok_or(TooLarge)?;
                Some(value.clone())
            }
            _ => self.plain(keyword, value),
        })
    }

    /// A keyword whose value is no schema.
    fn plain(&self, keyword: &str, value: &Value) -> Option<Value> {
        match (keyword, value) {
            ("type", Value::String(name)) => is_type(name).then(|| value.clone()),
            ("type", Value::Array(names)) => {
                let known = names.iter().all(|name| name.as_str().is_some_and(is_type));
                (known && !names.is_empty()).then(|| value.clone())
            }
            ("description", Value::String(text)) => {
                let text = short(text, DESCRIPTION_CHARS_MAX);
                (!text.is_empty()).then_some(Value::String(text))
            }
            ("pattern", Value::String(_)) => self.patterns.then(|| value.clone()),
            ("title" | "format", Value::String(_)) => Some(value.clone()),
            ("default" | "const", _) => Some(value.clone()),
            (
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
                | "maxProperties" | "minContains" | "maxContains",
                Value::Number(number),
            ) => number.as_u64().map(Value::from),
            ("minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum", Value::Number(_)) => {
                Some(value.clone())
            }
            ("multipleOf", Value::Number(number)) => {
                let is_positive = number.as_f64().is_some_and(|number| number > 0.0);
                is_positive.then(|| value.clone())
            }
            ("uniqueItems" | "deprecated", Value::Bool(_)) => Some(value.clone()),
            ("required", Value::Array(names)) => {
                let names = names.iter().filter(|name| name.is_string());
                let mut unique: Vec<Value> = Vec::new();
                names.for_each(|name| {
                    if !unique.contains(name) {
                        unique.push(name.clone());
                    }
                });
                (!unique.is_empty()).then_some(Value::Array(unique))
            }
            _ => None,
        }
    }

    /// The properties that the other side alone writes.
    fn hidden(&self, keywords: &'s Map<String, Value>) -> Vec<&'s String> {
        let properties = keywords.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        let hidden = properties.filter(|(_, property)| self.is_hidden(property));
        hidden.map(|(name, _)| name).collect()
    }

    fn is_hidden(&self, property: &Value) -> bool {
        let keyword = match self.way {
            Way::In => "readOnly",
            Way::Out => "writeOnly",
        };
        let says = |schema: &Value| schema.get(keyword) == Some(&Value::Bool(true));
        says(property) || self.spec.resolve(property).is_ok_and(says)
    }
}

fn is_type(name: &str) -> bool {
    [
        "null", "boolean", "object", "array", "number", "string", "integer",
    ]
    .contains(&name)
}

/// `schema` in brief: its type, and an open object if that is what it is.
fn stub(schema: &Value) -> Value {
    let mut brief = Map::new();
    match &schema["type"] {
        Value::String(name) if is_type(name) => {
            brief.insert("type".to_owned(), name.as_str().into())
        }
        Value::Array(_) => None,
        _ if ["allOf", "anyOf", "oneOf", "$ref"]
            .iter()
            .any(|key| schema.get(key).is_some()) =>
        {
            None
        }
        _ => brief.insert("type".to_owned(), "object".into()),
    };
    if let Some(text) = schema["description"].as_str() {
        brief.insert("description".to_owned(), short(text, 100).into());
    }
    Value::Object(brief)
}

/// What `nullable: true` of 3.0 means.
fn nullable(mut schema: Map<String, Value>) -> Value {
    if let Some(Value::String(name)) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([name, "null"]));
        if let Some(Value::Array(values)) = schema.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        return Value::Object(schema);
    }
    let is_bounded = ["allOf", "anyOf", "oneOf", "enum"]
        .iter()
        .any(|key| schema.contains_key(*key));
    if !is_bounded {
        return Value::Object(schema);
    }
    let mut outer = Map::new();
    if let Some(text) = schema.remove("description") {
        outer.insert("description".to_owned(), text);
    }
    outer.insert("anyOf".to_owned(), json!([schema, {"type": "null"}]));
    Value::Object(outer)
}

#[cfg(test)]
mod tests;
