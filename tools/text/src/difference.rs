//! Differences between texts.

use similar::TextDiff;

use crate::size;

const CONTEXT_LINES: u32 = 3;
const CONTEXT_LINES_MAX: u32 = 100;

/// The work grows with the number of lines and that of differences.
const LINES_MAX: usize = 10_000;

/// A unified diff from `before` to `after`; the error says what to give in place of them.
pub(crate) fn unified(before: &str, after: &str, context: Option<u32>) -> Result<String, String> {
    size::check("before", before)?;
    size::check("after", after)?;
    let context = context.unwrap_or(CONTEXT_LINES);
    if context > CONTEXT_LINES_MAX {
        return Err("`context` is above 100; give 0 to 100 lines".to_owned());
    }
    for (name, text) in [("before", before), ("after", after)] {
        let lines = text.lines().count();
        if lines > LINES_MAX {
            return Err(format!(
                "`{name}` has {lines} lines, more than 10,000; give it in smaller parts"
            ));
        }
    }
    if before == after {
        return Ok("The texts are the same.".to_owned());
    }
    // The default algorithm bounds its work where texts have little in common.
    let text = TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(context as usize)
        .header("before", "after")
        .to_string();
    if text.len() > size::RESULT_BYTES_MAX {
        return Err(
            "the diff is larger than 524,288 bytes; give the texts in smaller parts".to_owned(),
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_with_their_surroundings() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\ni\n";
        assert_eq!(
            unified(before, after, Some(1)).as_deref(),
            Ok("--- before\n+++ after\n@@ -4,3 +4,3 @@\n d\n-e\n+E\n f\n@@ -8 +8,2 @@\n h\n+i\n")
        );
        assert_eq!(
            unified(before, after, Some(0)).as_deref(),
            Ok("--- before\n+++ after\n@@ -5 +5 @@\n-e\n+E\n@@ -8,0 +9 @@\n+i\n")
        );
        assert!(
            unified(before, after, None)
                .unwrap()
                .contains("\n b\n c\n d\n-e\n")
        );
    }

    #[test]
    fn a_missing_line_break_at_the_end_is_shown() {
        let diff = unified("a\n", "a", None).unwrap();
        assert!(diff.contains("\\ No newline at end of file"), "{diff}");
    }

    #[test]
    fn equal_texts_are_said_to_be_the_same() {
        for text in ["", "a", "é\r\n"] {
            assert_eq!(
                unified(text, text, None).as_deref(),
                Ok("The texts are the same.")
            );
        }
    }

    #[test]
    fn large_texts_and_contexts_are_refused() {
        assert!(
            unified("a", "b", Some(101))
                .unwrap_err()
                .contains("0 to 100")
        );
        assert!(
            unified(&"x".repeat(262_145), "b", None)
                .unwrap_err()
                .contains("`before`")
        );
        assert!(
            unified("a", &"\n".repeat(10_001), None)
                .unwrap_err()
                .contains("`after` has 10001 lines")
        );
    }

    #[test]
    fn texts_without_anything_in_common_are_compared() {
        let lines = |start: usize| {
            (0..10_000)
                .map(|n| format!("{}\n", n * 2 + start))
                .collect::<String>()
        };
        assert!(unified(&lines(0), &lines(1), None).is_ok());
        assert!(unified("", &lines(1), None).is_ok());
    }
}
