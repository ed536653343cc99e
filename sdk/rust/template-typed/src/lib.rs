//! {{name}}: a name goes in, a text comes out. `wit/world.wit` says so to its callers.

use exports::local::{{snake}}::greetings::Guest;
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({ path: "wit", world: "tool", generate_all });

struct Greetings;

impl Guest for Greetings {
    fn {{snake}}(name: String) -> Result<String, ToolError> {
        let name = name.trim();
        if name.is_empty() {
            let problem = "`name` is empty; give a name, such as `Ada`";
            return Err(ToolError::InvalidInput(problem.to_owned()));
        }
        Ok(format!("Hello, {name}!"))
    }
}

export!(Greetings);
