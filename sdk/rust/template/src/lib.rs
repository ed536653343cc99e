//! {{name}}: a name goes in, a text comes out.

use toolhost_sdk::{ToolError, tool};

/// Greets somebody by name.
#[tool(read_only, idempotent)]
fn {{snake}}(
    /// Whom to greet, such as `Ada`.
    #[schemars(length(min = 1, max = 100))]
    name: String,
) -> Result<String, ToolError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ToolError::invalid_input(
            "`name` is empty; give a name, such as `Ada`",
        ));
    }
    Ok(format!("Hello, {name}!"))
}

toolhost_sdk::export!({{snake}});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_greeted_without_blanks_around_it() {
        assert_eq!({{snake}}(" Ada ".to_owned()).unwrap(), "Hello, Ada!");
    }

    #[test]
    fn a_name_of_blanks_is_refused() {
        assert!(matches!(
            {{snake}}(" \t".to_owned()),
            Err(ToolError::InvalidInput(_))
        ));
    }
}
