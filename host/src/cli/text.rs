//! Text of others, made fit for a terminal.

use std::iter::Peekable;
use std::str::Chars;

use unicode_width::UnicodeWidthChar;

/// Characters kept of one text.
const CHARS_MAX: usize = 4096;
/// Longest escape sequence that is taken out whole.
const SEQUENCE_CHARS_MAX: usize = 256;

/// `text` on one line, without what terminals act on or what hides text: escape sequences,
/// control characters, marks that turn the direction of writing, characters without width.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut chars = text.chars().take(CHARS_MAX).collect::<String>();
    if text.chars().nth(CHARS_MAX).is_some() {
        chars.push('…');
    }
    let mut rest = chars.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => cleaned.push(' '),
            '\u{1b}' => skip_sequence(&mut rest),
            '\u{9b}' => skip_control(&mut rest),
            hidden if is_hidden(hidden) => {}
            shown => cleaned.push(shown),
        }
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

/// Takes out what follows an escape; what is no proper sequence loses the escape alone.
fn skip_sequence(rest: &mut Peekable<Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_control(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(rest),
        Some(' '..='/') => {
            rest.next();
            rest.next();
        }
        Some('0'..='~') => {
            rest.next();
        }
        _ => {}
    }
}

/// Takes out the rest of a control sequence: `31m`.
fn skip_control(rest: &mut Peekable<Chars<'_>>) {
    for _ in 0..SEQUENCE_CHARS_MAX {
        if rest.next_if(|part| matches!(part, ' '..='?')).is_none() {
            break;
        }
    }
    rest.next_if(|last| matches!(last, '@'..='~'));
}

/// Takes out a control string with its end, if it has one.
fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    let mut ahead = rest.clone();
    for _ in 0..SEQUENCE_CHARS_MAX {
        match ahead.next() {
            Some('\u{7}' | '\u{9c}') => {
                *rest = ahead;
                return;
            }
            Some('\u{1b}') => {
                ahead.next_if_eq(&'\\');
                *rest = ahead;
                return;
            }
            Some(_) => {}
            None => return,
        }
    }
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
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Hgone", "gone"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;http://evil\u{1b}\\link", "link"),
            // Without an end it must not swallow the text.
            ("\u{1b}]0;title", "]0;title"),
            ("\u{1b}creset", "reset"),
            ("\u{1b}(Bset", "set"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
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
