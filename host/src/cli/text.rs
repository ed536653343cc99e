//! Text of others, made fit for a terminal.

use unicode_width::UnicodeWidthChar;

/// Characters kept of one text.
const CHARS_MAX: usize = 4096;

/// `text` on one line, without control characters, which terminals act on, and without what hides
/// text: marks that turn the direction of writing, characters without width. An escape sequence
/// loses its escape and is seen: `[31mred`.
pub fn clean(text: &str) -> String {
    let mut rest = text.chars();
    let mut cleaned: String = (rest.by_ref().take(CHARS_MAX))
        .map(|character| match character {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            other => other,
        })
        .filter(|character| !is_hidden(*character))
        .collect();
    if rest.next().is_some() {
        cleaned.push('…');
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Columns that clean text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The beginning of clean text, in at most so many columns; `…` stands for what is left out.
pub fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut cut = beginning(text, most.saturating_sub(1)).to_owned();
    cut.truncate(cut.trim_end().len());
    if most > 0 {
        cut.push('…');
    }
    cut
}

/// Clean text, cut or filled up with spaces to exactly so many columns.
pub fn pad(text: &str, exactly: usize) -> String {
    let mut text = cut(text, exactly);
    let missing = exactly - width(&text);
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// The same with the spaces in front.
pub fn pad_left(text: &str, exactly: usize) -> String {
    let text = cut(text, exactly);
    let missing = exactly - width(&text);
    format!("{}{text}", " ".repeat(missing))
}

/// Clean text on lines of so many columns, at most `lines_max` of them, broken at spaces where
/// there are some; `…` stands for what is left out.
pub fn wrap(text: &str, columns: usize, lines_max: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut rest = text;
    while width(rest) > columns && lines.len() + 1 < lines_max {
        let line = beginning(rest, columns);
        let at = match line.rfind(' ') {
            // A break far to the left would waste the line.
            Some(space) if width(&line[..space]) * 2 > columns => space,
            _ => line.len(),
        };
        lines.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    lines.push(cut(rest, columns));
    lines
}

/// As much of the text as fits.
fn beginning(text: &str, most: usize) -> &str {
    let mut taken = 0;
    for (at, character) in text.char_indices() {
        taken += columns(character);
        if taken > most {
            return &text[..at];
        }
    }
    text
}

fn columns(character: char) -> usize {
    character.width().unwrap_or(0)
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_is_left() {
        for (text, expected) in [
            ("plain ключ 東京", "plain ключ 東京"),
            ("two\nlines\tand a tab\r\n", "two lines and a tab"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("\u{9b}31mred", "31mred"),
            ("\u{1b}]0;title\u{7}text", "]0;titletext"),
            ("\u{1b}", ""),
            ("a\u{0}b\u{7f}c\u{85}d\u{8}e", "abcde"),
            ("abc\u{202e}gpj.exe\u{2066}", "abcgpj.exe"),
            ("in\u{200b}vis\u{feff}ible", "invisible"),
        ] {
            let cleaned = clean(text);
            assert_eq!(cleaned, expected);
            assert!(!cleaned.contains(char::is_control));
        }
        let long = clean(&"x".repeat(CHARS_MAX + 1));
        assert_eq!(long.chars().count(), CHARS_MAX + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn text_is_cut_by_columns_and_not_by_characters() {
        for (text, most, expected) in [
            ("weather", 7, "weather"),
            ("weather", 6, "weath…"),
            ("weather", 1, "…"),
            ("weather", 0, ""),
            ("a tool", 3, "a…"),
            ("東京都", 6, "東京都"),
            ("東京都", 5, "東京…"),
            ("東京都", 4, "東…"),
        ] {
            assert_eq!(cut(text, most), expected, "{text} {most}");
            assert_eq!(width(&pad(text, most)), most);
            assert_eq!(width(&pad_left(text, most)), most);
        }
        assert_eq!(pad("東", 4), "東  ");
        assert_eq!(pad_left("東", 4), "  東");
    }

    #[test]
    fn long_text_is_broken_at_spaces_and_cut_at_the_last_line() {
        for (text, columns, lines_max, expected) in [
            ("", 10, 3, &[""][..]),
            ("short", 10, 3, &["short"]),
            ("one two three four", 10, 3, &["one two", "three four"]),
            ("one two three four", 10, 1, &["one two t…"]),
            ("aaaaaaaaaaaaaaa", 6, 3, &["aaaaaa", "aaaaaa", "aaa"]),
            ("a bbbbbbbbbbbb", 6, 3, &["a bbbb", "bbbbbb", "bb"]),
            ("one two three four", 7, 2, &["one two", "three…"]),
        ] {
            assert_eq!(wrap(text, columns, lines_max), expected);
        }
    }
}
