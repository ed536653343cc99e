//! Doc comments: what the tool does, and what its parameters are.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// A function's doc comment, split.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Docs {
    /// What the tool does: everything that is about no parameter.
    pub(crate) description: String,
    /// Names of parameters with their docs.
    pub(crate) parameters: Vec<(String, String)>,
}

/// The text of all doc comments among `attributes`.
pub(crate) fn text(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(line).collect();
    lines.join("\n").trim().to_owned()
}

/// Takes the list items about `parameters` out of a doc comment.
///
/// Such an item begins with the name in backticks and a colon: ``- `city`: Which city.`` The
/// lines below it that are indented belong to it.
pub(crate) fn split(text: &str, parameters: &[String]) -> Docs {
    let mut docs = Docs::default();
    let mut rest: Vec<&str> = Vec::new();
    let mut in_item = false;
    for line in text.lines() {
        if let Some((name, about)) = item(line).filter(|(name, _)| known(name, parameters)) {
            docs.parameters.push((name.to_owned(), about.to_owned()));
            in_item = true;
        } else if in_item && line.starts_with("  ") && !line.trim().is_empty() {
            if let Some((_, about)) = docs.parameters.last_mut() {
                about.push(' ');
                about.push_str(line.trim());
            }
        } else {
            in_item = false;
            rest.push(line);
        }
    }
    docs.description = description(&rest, !docs.parameters.is_empty());
    docs
}

fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    if !pair.path.is_ident("doc") {
        return None;
    }
    match &pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => {
            let text = text.value();
            Some(
                text.strip_prefix(' ')
                    .unwrap_or(&text)
                    .trim_end()
                    .to_owned(),
            )
        }
        _ => None,
    }
}

fn item(line: &str) -> Option<(&str, &str)> {
    let rest = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))?;
    let (name, about) = rest.strip_prefix('`')?.split_once("`:")?;
    Some((name, about.trim()))
}

fn known(name: &str, parameters: &[String]) -> bool {
    parameters.iter().any(|parameter| parameter == name)
}

/// Joins what is left; a heading over the list of parameters goes with the list.
fn description(lines: &[&str], listed: bool) -> String {
    let heading = |line: &&&str| listed && matches!(**line, "# Arguments" | "# Parameters");
    let lines: Vec<&str> = lines
        .iter()
        .filter(|line| !heading(line))
        .copied()
        .collect();
    let mut text = lines.join("\n");
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, description: &str, parameters: &[(&str, &str)]) {
        let docs = split(text, &["city".to_owned(), "units".to_owned()]);
        let found: Vec<(&str, &str)> = docs
            .parameters
            .iter()
            .map(|(name, about)| (name.as_str(), about.as_str()))
            .collect();
        assert_eq!(
            (docs.description.as_str(), found.as_slice()),
            (description, parameters)
        );
    }

    #[test]
    fn items_about_parameters_leave_the_description() {
        check(
            "Tells the weather.\n\n# Arguments\n\n- `city`: Which city.\n* `units`: The unit,\n  \
             if it matters.\n\nMore.",
            "Tells the weather.\n\nMore.",
            &[
                ("city", "Which city."),
                ("units", "The unit, if it matters."),
            ],
        );
    }

    #[test]
    fn other_lists_stay() {
        let text = "Counts.\n\n- `words`: no parameter\n- city: no backticks";
        check(text, text, &[]);
    }

    #[test]
    fn a_heading_without_a_list_stays() {
        check("# Arguments\n\nNone.", "# Arguments\n\nNone.", &[]);
    }

    #[test]
    fn doc_comments_lose_one_blank_per_line() {
        let function: syn::ItemFn = syn::parse_quote! {
            /// One.
            ///
            ///   Indented.
            #[inline]
            fn f() {}
        };
        assert_eq!(text(&function.attrs), "One.\n\n  Indented.");
    }
}
