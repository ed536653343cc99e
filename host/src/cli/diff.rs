//! What is other than it was expected, for people.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::cli::text::clean;

/// Lines of one difference that are shown.
const LINES_MAX: usize = 60;
/// Lines around each change.
const CONTEXT: usize = 2;

/// Whether two values are alike, whatever the order of keys and the spelling of numbers.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || (left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            let is_there =
                |(key, value): (&String, &Value)| right.get(key).is_some_and(|r| same(value, r));
            left.len() == right.len() && left.iter().all(is_there)
        }
        _ => left == right,
    }
}

/// The lines of two texts, `-` before what was expected and `+` before what came back.
pub fn texts(expected: &str, got: &str) -> String {
    if expected.trim_end() == got.trim_end() {
        // Only blanks at the end differ, which lines would not show.
        return format!("- {expected:?}\n+ {got:?}");
    }
    let diff = TextDiff::from_lines(expected, got);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push("…".to_owned());
        }
        for change in group
            .iter()
            .flat_map(|operation| diff.iter_changes(operation))
        {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let line = change.value().trim_end_matches(['\r', '\n']);
            lines.push(format!("{sign} {}", clean(line)));
        }
    }
    if lines.len() > LINES_MAX {
        let left = lines.len() - LINES_MAX;
        lines.truncate(LINES_MAX);
        lines.push(format!("… {left} more lines"));
    }
    lines.join("\n")
}

/// The same of data.
pub fn values(expected: &Value, got: &Value) -> String {
    texts(&pretty(expected), &pretty(got))
}

/// On lines of its own, with its keys in one order.
fn pretty(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn data_is_alike_by_what_it_says() {
        for (left, right, expected) in [
            (json!(1), json!(1.0), true),
            (json!(1), json!(2), false),
            (json!(u64::MAX), json!(u64::MAX - 1), false),
            (
                json!({"a": [1, 2.0], "b": null}),
                json!({"b": null, "a": [1.0, 2]}),
                true,
            ),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!([1, 2]), json!([2, 1]), false),
            (json!("1"), json!(1), false),
        ] {
            assert_eq!(same(&left, &right), expected, "{left} {right}");
        }
    }

    #[test]
    fn a_difference_shows_what_is_other_and_where() {
        let expected = "Weather:\n  1\n  2\n  3\n  4\n  5\n";
        let got = "Weather:\n  1\n  2\n  3\n  4\u{1b}\n  5\n";
        assert_eq!(texts(expected, got), "    2\n    3\n-   4\n+   4\n    5");
        assert_eq!(texts("a", "a\n"), "- \"a\"\n+ \"a\\n\"");
        let lines = values(&json!({"b": 1, "a": 2}), &json!({"a": 2, "b": 3}));
        assert_eq!(lines, "  {\n    \"a\": 2,\n-   \"b\": 1\n+   \"b\": 3\n  }");
        let long = "x\n".repeat(200);
        assert!(texts("", &long).ends_with("… 140 more lines"));
    }
}
