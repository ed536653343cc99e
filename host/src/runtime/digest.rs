//! Digests of what an operator approves: a component's file, and what is read of its tools.

use std::sync::Arc;

use serde_json::Value;

use super::{Function, Program};

/// BLAKE3 of a component file, in 64 lower-case hex digits.
pub fn digest(wasm: &[u8]) -> String {
    blake3::hash(wasm).to_hex().to_string()
}

impl Program {
    /// The same of what clients and models read of its tools: their names, descriptions, schemas
    /// and hints, in whatever order the component lists the tools and the keys of its schemas.
    pub fn tools_digest(&self) -> String {
        of_tools(&self.functions)
    }
}

fn of_tools(functions: &[Arc<Function>]) -> String {
    let mut functions: Vec<&Arc<Function>> = functions.iter().collect();
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    let tools = functions.into_iter().map(|function| {
        let mut tool = function.hints.to_json();
        tool.extend([
            ("name".to_owned(), function.name.as_str().into()),
            (
                "description".to_owned(),
                function.description.clone().into(),
            ),
            ("input_schema".to_owned(), function.input.schema().clone()),
            (
                "output_schema".to_owned(),
                function.output_schema.clone().into(),
            ),
        ]);
        Value::Object(tool)
    });
    let mut tools: Value = tools.collect();
    tools.sort_all_objects();
    digest(tools.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::runtime::program::Entry;
    use crate::tool::{Hints, Input, ToolName};

    fn function(name: &str, description: &str, schema: &str) -> Arc<Function> {
        let schema: Value = serde_json::from_str(schema).unwrap();
        Arc::new(Function {
            name: ToolName::parse(name).unwrap(),
            description: description.to_owned(),
            input: Arc::new(Input::declared(schema).unwrap()),
            output_schema: None,
            hints: Hints::default(),
            entry: Entry::Provided,
        })
    }

    const SCHEMA: &str = r#"{"type": "object", "properties": {"a": {"type": "string", "description": "A"}, "b": {}}}"#;
    const SAME: &str = r#"{"properties": {"b": {}, "a": {"description": "A", "type": "string"}}, "type": "object"}"#;

    #[test]
    fn order_makes_no_difference_and_everything_that_is_read_does() {
        let approved = of_tools(&[
            function("add", "Adds.", SCHEMA),
            function("sub", "", SCHEMA),
        ]);
        assert_eq!(approved.len(), 64);
        let same = [function("sub", "", SAME), function("add", "Adds.", SAME)];
        assert_eq!(of_tools(&same), approved);
        let mut with_output = function("sub", "", SCHEMA);
        Arc::get_mut(&mut with_output).unwrap().output_schema = Some(json!({"type": "string"}));
        for changed in [
            function("sub", "Subtracts.", SCHEMA),
            function("sum", "", SCHEMA),
            function("sub", "", &SCHEMA.replace("\"A\"", "\"B\"")),
            function("sub", "", &SCHEMA.replace("string", "number")),
            with_output,
        ] {
            let tools = [function("add", "Adds.", SCHEMA), changed];
            assert_ne!(of_tools(&tools), approved, "{:?}", tools[1]);
        }
        assert_ne!(of_tools(&[function("add", "Adds.", SCHEMA)]), approved);
    }
}
