//! Counts what a text holds.

use crate::size;

/// How much a text holds.
#[derive(Debug, PartialEq)]
pub(crate) struct Counts {
    pub(crate) characters: u32,
    pub(crate) characters_without_spaces: u32,
    pub(crate) words: u32,
    pub(crate) lines: u32,
    pub(crate) paragraphs: u32,
    pub(crate) bytes: u32,
}

/// Counts `text`; the error says what to give in place of it.
pub(crate) fn count(text: &str) -> Result<Counts, String> {
    size::check("text", text)?;
    let mut paragraphs = 0;
    let mut is_inside = false;
    for line in text.lines() {
        let is_blank = line.trim().is_empty();
        paragraphs += u32::from(!is_blank && !is_inside);
        is_inside = !is_blank;
    }
    Ok(Counts {
        characters: number(text.chars().count()),
        characters_without_spaces: number(text.chars().filter(|c| !c.is_whitespace()).count()),
        words: number(text.split_whitespace().count()),
        lines: number(text.lines().count()),
        paragraphs,
        bytes: number(text.len()),
    })
}

/// Texts are far shorter than this type can count.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: [u32; 6]) {
        let counts = count(text).unwrap();
        let counts = [
            counts.characters,
            counts.characters_without_spaces,
            counts.words,
            counts.lines,
            counts.paragraphs,
            counts.bytes,
        ];
        assert_eq!(counts, expected, "{text:?}");
    }

    #[test]
    fn everything_is_counted() {
        check("", [0, 0, 0, 0, 0, 0]);
        check("one two", [7, 6, 2, 1, 1, 7]);
        check("één\r\ntwee\n\n\n drie \n", [19, 11, 3, 5, 2, 21]);
        check("\n\n", [2, 0, 0, 2, 0, 2]);
        check("e\u{301}\u{200d}\u{1f600}", [4, 4, 1, 1, 1, 10]);
    }

    #[test]
    fn large_texts_are_refused() {
        assert!(count(&"x".repeat(size::TEXT_BYTES_MAX)).is_ok());
        let error = count(&"x".repeat(size::TEXT_BYTES_MAX + 1)).unwrap_err();
        assert!(error.contains("smaller parts"), "{error}");
    }
}
