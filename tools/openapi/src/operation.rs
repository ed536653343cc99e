//! The operations as `grants.config` has them: JSON, one a line, in `operations_1`, `operations_2`
//! and so on.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::problem::Problem;

const REMEDY: &str = "write the config with `toolhost import openapi`";

/// One operation of an API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    /// The tool's name.
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) method: String,
    /// The server, such as `https://api.example.com/v1`, without a slash at the end.
    pub(crate) url: String,
    /// What follows it, such as `/pets/{petId}`.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// The `accept` header.
    pub(crate) accept: Option<String>,
    #[serde(default)]
    pub(crate) hints: Hints,
    /// JSON Schema of the arguments.
    pub(crate) input: Box<RawValue>,
    /// JSON Schema of the structured result.
    pub(crate) output: Option<Box<RawValue>>,
}

/// Where an argument goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    /// Its name among the arguments.
    pub(crate) argument: String,
    /// What the server calls it.
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: Place,
    pub(crate) style: Style,
    /// Whether each item of a list is a parameter of its own.
    #[serde(default)]
    pub(crate) explode: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// How lists and objects are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Style {
    /// With commas.
    Simple,
    /// As HTML forms do.
    Form,
    SpaceDelimited,
    PipeDelimited,
    /// `name[key]=value`
    DeepObject,
    /// Any value as JSON text.
    Json,
}

/// The argument that is the body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    pub(crate) argument: String,
    /// The `content-type`.
    pub(crate) media: String,
    #[serde(rename = "as")]
    pub(crate) form: Form,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Json,
    Form,
    Text,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Hints {
    pub(crate) read_only: Option<bool>,
    pub(crate) destructive: Option<bool>,
    pub(crate) idempotent: Option<bool>,
}

/// All values of `operations_1` and so on, up to the first that `get` does not have.
pub(crate) fn join(get: impl Fn(&str) -> Option<String>) -> String {
    let mut lines = String::new();
    for number in 1.. {
        let Some(value) = get(&format!("operations_{number}")) else {
            break;
        };
        lines.push_str(&value);
        lines.push('\n');
    }
    lines
}

/// Every operation. The error is a sentence for the operator.
pub(crate) fn all(lines: &str) -> Result<Vec<Operation>, String> {
    let mut operations = Vec::new();
    for (index, line) in lines.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let operation = serde_json::from_str(line);
        operations.push(operation.map_err(|error| {
            let number = index + 1;
            format!("operation {number} of `grants.config` is wrong: {error}; {REMEDY}")
        })?);
    }
    if operations.is_empty() {
        return Err(format!(
            "`grants.config` has no operation under `operations_1`; {REMEDY}"
        ));
    }
    Ok(operations)
}

/// The operation that is called `name`. Lines that cannot be its are not read.
pub(crate) fn find(lines: &str, name: &str) -> Result<Operation, Problem> {
    let mut likely = lines.lines().filter(|line| line.contains(name));
    let found = likely.find_map(|line| {
        let operation: Operation = serde_json::from_str(line).ok()?;
        (operation.name == name).then_some(operation)
    });
    found.ok_or_else(|| Problem::NotFound(format!("there is no operation `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> String {
        format!(
            r#"{{"name":"{name}","method":"GET","url":"https://a.example","path":"/{name}","input":{{"type":"object","b":1,"a":2}}}}"#
        )
    }

    #[test]
    fn operations_are_read_of_all_keys_in_order() {
        let keys = [
            ("operations_1", format!("{}\n{}\n", line("a"), line("b"))),
            ("operations_2", line("ab")),
            ("operations_4", line("unseen")),
        ];
        let lines = join(|key| {
            let found = keys.iter().find(|(other, _)| *other == key);
            found.map(|(_, value)| value.clone())
        });
        let operations = all(&lines).unwrap();
        let names: Vec<_> = operations.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "ab"]);
        // As it was written, keys in their order.
        assert_eq!(
            operations[0].input.get(),
            r#"{"type":"object","b":1,"a":2}"#
        );
        assert_eq!(find(&lines, "ab").unwrap().path, "/ab");
        assert_eq!(find(&lines, "b").unwrap().path, "/b");
        assert!(matches!(
            find(&lines, "unseen"),
            Err(Problem::NotFound(text)) if text.contains("`unseen`")
        ));
    }

    #[test]
    fn what_is_no_operation_is_an_error_that_says_where() {
        for (lines, words) in [
            ("", "no operation under `operations_1`"),
            ("\n\n", "no operation under `operations_1`"),
            ("{}", "operation 1"),
            (&format!("{}\n[1]", line("a")), "operation 2"),
            (&line("a").replace("method", "methods"), "methods"),
        ] {
            let why = all(lines).unwrap_err();
            assert!(why.contains(words) && why.contains("import"), "{why}");
        }
    }
}
