//! What changed of tools from one load to the next, as a caller sees it.

use std::collections::BTreeMap;

use serde_json::json;

use super::diff::texts;
use crate::catalog::Catalog;

/// Each tool's qualified name, and all that is said about it, in lines.
pub type Schemas = BTreeMap<String, String>;

/// What a catalog says of its tools.
pub fn of(catalog: &Catalog) -> Schemas {
    let described = |entry: &std::sync::Arc<crate::catalog::Entry>| {
        let tool = &entry.tool;
        let said = json!({
            "description": tool.description,
            "metadata": tool.hints.to_json(),
            "input_schema": tool.input.schema(),
            "output_schema": tool.output_schema,
        });
        (tool.qualified(), format!("{said:#}\n"))
    };
    catalog.entries().map(described).collect()
}

/// Lines that say what is new, gone or different; none if nothing is.
pub fn differences(before: &Schemas, after: &Schemas) -> Vec<String> {
    let mut lines = Vec::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        lines.push(format!("- {name}"));
    }
    for (name, said) in after {
        match before.get(name) {
            None => lines.push(format!("+ {name}")),
            Some(old) if old != said => {
                lines.push(format!("~ {name}"));
                let changes = texts(old, said);
                lines.extend(changes.lines().map(|line| format!("    {line}")));
            }
            Some(_) => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(tools: &[(&str, &str)]) -> Schemas {
        let owned = |(name, said): &(&str, &str)| ((*name).to_owned(), (*said).to_owned());
        tools.iter().map(owned).collect()
    }

    #[test]
    fn new_gone_and_different_tools_are_told_apart() {
        let before = schemas(&[
            ("a/gone", "x\n"),
            ("a/same", "x\n"),
            ("a/other", "1\n2\n3\n"),
        ]);
        let after = schemas(&[
            ("a/new", "x\n"),
            ("a/same", "x\n"),
            ("a/other", "1\n9\n3\n"),
        ]);
        let expected = [
            "- a/gone",
            "+ a/new",
            "~ a/other",
            "      1",
            "    - 2",
            "    + 9",
            "      3",
        ];
        assert_eq!(differences(&before, &after), expected);
        assert!(differences(&after, &after).is_empty());
    }
}
