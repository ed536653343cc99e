//! What a tool accepts: the parameters of a function, or a schema of the component's own.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::check::{Found, PROBLEMS_MAX, Path, Problem, check_fields};
use super::schema::input_schema;
use super::types::Field;

/// A call's arguments, by name.
pub type Args = Map<String, Value>;

/// Size of a compiled pattern of a declared schema, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Subschemas of a declared schema, each counted as often as a reference leads to it. What
/// one check costs grows with this.
const SUBSCHEMAS_MAX: usize = 10_000;

/// What a tool accepts.
#[derive(Debug)]
pub enum Input {
    /// The parameters of a typed function.
    Typed {
        /// In the order of the function.
        params: Vec<Field>,
        /// Derived from `params`.
        schema: Value,
    },
    /// A schema that the component wrote itself.
    Declared {
        /// As the component wrote it.
        schema: Value,
        /// Compiled from `schema`.
        validator: Box<jsonschema::Validator>,
    },
}

impl Input {
    /// The input of a typed function.
    pub fn typed(params: Vec<Field>) -> Input {
        let schema = input_schema(&params);
        Input::Typed { params, schema }
    }

    /// The input that a component declares. The error says why `schema` is no object schema;
    /// references to other documents are refused, never fetched.
    pub fn declared(schema: Value) -> Result<Input, String> {
        let is_object = schema.get("type").is_some_and(|ty| ty == "object");
        if !is_object {
            return Err("an input schema must have `\"type\": \"object\"`".to_owned());
        }
        let mut left = SUBSCHEMAS_MAX;
        count_subschemas(&schema, &schema, &mut Vec::new(), &mut left)?;
        // An engine without backtracking: patterns take linear time.
        let patterns = jsonschema::PatternOptions::regex()
            .size_limit(PATTERN_BYTES_MAX)
            .dfa_size_limit(PATTERN_BYTES_MAX);
        let validator = jsonschema::draft202012::options()
            .with_pattern_options(patterns)
            .build(&schema)
            .map_err(|error| format!("{error} (at `{}`)", error.instance_path()))?;
        Ok(Input::Declared {
            schema,
            validator: Box::new(validator),
        })
    }

    /// The same input with other descriptions of some top-level parameters. The error says
    /// which parameter does not exist.
    pub fn described(&self, descriptions: &BTreeMap<String, String>) -> Result<Input, String> {
        let mut schema = self.schema().clone();
        for (name, description) in descriptions {
            let property = schema
                .get_mut("properties")
                .and_then(|properties| properties.get_mut(name)?.as_object_mut())
                .ok_or_else(|| format!("no parameter `{name}`"))?;
            property.insert("description".to_owned(), Value::String(description.clone()));
        }
        match self {
            Input::Typed { params, .. } => Ok(Input::Typed {
                params: params.clone(),
                schema,
            }),
            Input::Declared { .. } => Input::declared(schema),
        }
    }

    /// JSON Schema 2020-12 of the arguments.
    pub fn schema(&self) -> &Value {
        match self {
            Input::Typed { schema, .. } | Input::Declared { schema, .. } => schema,
        }
    }

    /// Checks `args`; the error holds every problem found, up to a bound, and is never empty.
    pub fn check(&self, args: &Args) -> Result<(), Vec<Problem>> {
        let mut found = Found::default();
        match self {
            Input::Typed { params, .. } => {
                check_fields(params, args, &mut Path::default(), &mut found)
            }
            Input::Declared { validator, .. } => check_declared(validator, args, &mut found),
        }
        if found.0.is_empty() {
            Ok(())
        } else {
            Err(found.0)
        }
    }
}

/// Counts the subschemas of `schema` down from `left`, following local references. The error
/// says what makes a schema too expensive to check arguments with.
fn count_subschemas<'a>(
    root: &'a Value,
    schema: &'a Value,
    open: &mut Vec<&'a str>,
    left: &mut usize,
) -> Result<(), String> {
    *left = left.checked_sub(1).ok_or_else(|| {
        format!("it has more than {SUBSCHEMAS_MAX} subschemas, references followed")
    })?;
    match schema {
        Value::Object(keywords) => {
            for keyword in ["$dynamicRef", "$recursiveRef"] {
                if keywords.contains_key(keyword) {
                    return Err(format!("it uses `{keyword}`"));
                }
            }
            if let Some(reference) = keywords.get("$ref").and_then(Value::as_str)
                && let Some(target) = reference.strip_prefix('#').and_then(|to| root.pointer(to))
            {
                if open.contains(&reference) {
                    return Err(format!("`$ref: {reference}` leads back to itself"));
                }
                open.push(reference);
                count_subschemas(root, target, open, left)?;
                open.pop();
            }
            keywords
                .iter()
                .filter(|(keyword, _)| !matches!(keyword.as_str(), "$defs" | "definitions"))
                .try_for_each(|(_, inner)| count_subschemas(root, inner, open, left))
        }
        Value::Array(items) => items
            .iter()
            .try_for_each(|inner| count_subschemas(root, inner, open, left)),
        _ => Ok(()),
    }
}

fn check_declared(validator: &jsonschema::Validator, args: &Args, found: &mut Found) {
    // The validator wants a whole value; a map of arguments is small next to the call.
    let value = Value::Object(args.clone());
    if validator.is_valid(&value) {
        return;
    }
    for error in validator.iter_errors(&value).take(PROBLEMS_MAX) {
        let path = error.instance_path().to_string();
        let path = Path(
            path.trim_start_matches('/')
                .replace('/', ".")
                .escape_debug()
                .to_string(),
        );
        // Masked: the text would repeat the value, however long it is.
        found.add(&path, error.masked().to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::types::Type;
    use super::*;

    #[test]
    fn a_declared_schema_must_be_an_object_schema_that_refers_to_nothing_outside() {
        for (schema, words) in [
            (json!({"type": "string"}), "\"type\": \"object\""),
            (json!(true), "\"type\": \"object\""),
            (json!({"type": "object", "required": 7}), "required"),
            (
                json!({"type": "object", "$ref": "file:///etc/passwd"}),
                "file:///etc/passwd",
            ),
            (
                json!({"type": "object", "$ref": "http://127.0.0.1:9/schema"}),
                "127.0.0.1",
            ),
            (
                json!({"type": "object", "allOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"a": {"$ref": "#"}}}]}),
                "leads back to itself",
            ),
            (
                json!({"type": "object", "properties": {"a": {"pattern": "(\\p{L}{99}){99}"}}}),
                "pattern",
            ),
        ] {
            let error = Input::declared(schema).expect_err("it is refused");
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_declared_schema_finds_all_problems_and_says_where() {
        let schema = json!({
            "type": "object",
            "properties": {"city": {"type": "string", "minLength": 1}, "days": {"type": "array", "items": {"maximum": 14}}},
            "required": ["city"],
        });
        let input = Input::declared(schema).expect("a good schema");
        let args = json!({"city": "", "days": [1, 15]});
        let problems = input
            .check(args.as_object().expect("an object"))
            .unwrap_err();
        let paths: Vec<&str> = problems
            .iter()
            .map(|problem| problem.path.as_str())
            .collect();
        assert_eq!(paths, ["city", "days.1"]);
    }

    #[test]
    fn problems_are_bounded_however_wrong_the_arguments_are() {
        let input = Input::typed(vec![Field::new("list", Type::List(Box::new(Type::U8)))]);
        let args = json!({"list": vec![json!("x"); 10_000]});
        let problems = input
            .check(args.as_object().expect("an object"))
            .unwrap_err();
        assert_eq!(problems.len(), PROBLEMS_MAX);
        let args = json!({"list": [], "k".repeat(10_000): 1});
        let problems = input
            .check(args.as_object().expect("an object"))
            .unwrap_err();
        assert!(
            problems[0].path.len() < 100 && problems[0].message.len() < 300,
            "{problems:?}"
        );
    }

    #[test]
    fn descriptions_are_replaced_by_parameter() {
        let input = Input::typed(vec![Field::new("city", Type::String)]);
        let described = input
            .described(&BTreeMap::from([("city".to_owned(), "A town".to_owned())]))
            .unwrap();
        assert_eq!(
            described.schema()["properties"]["city"]["description"],
            "A town"
        );
        assert_eq!(
            input
                .described(&BTreeMap::from([("town".to_owned(), String::new())]))
                .unwrap_err(),
            "no parameter `town`"
        );
    }
}
