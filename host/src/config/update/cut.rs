//! Where in a text an `expect` stands, and what belongs there.

use std::ops::Range;

use super::write;
use crate::config::cases::Expect;
use crate::config::node::{Kind, Node};

/// A piece of text and what takes its place.
pub(super) struct Cut {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// The change that makes `call` expect `expect`; `None` if it is written in some rare way.
pub(super) fn cut(text: &str, call: &Node, expect: &Expect) -> Option<Cut> {
    let Kind::Map(entries) = &call.kind else {
        return None;
    };
    let start = offset(text, call.line, call.column)?;
    let is_flow = text[start..].starts_with('{');
    let indent = usize::try_from(entries.first()?.column)
        .ok()?
        .checked_sub(1)?;
    let Some(entry) = entries.iter().find(|entry| entry.key == "expect") else {
        return if is_flow {
            into_flow(text, start, expect)
        } else {
            Some(into_block(text, start, indent, expect))
        };
    };
    let value = offset(text, entry.value.line, entry.value.column)?;
    if text[value..].starts_with('{') {
        let end = flow_end(text, value)?;
        let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
        let is_alone = !is_flow && text[end..line_end].trim().is_empty();
        let written = match write::block(expect, indent + 2) {
            // On the line of the key there is no room for more than one line.
            Some(lines) if is_alone && lines.is_long => {
                let start = text[..value].trim_end_matches(' ').len();
                let text = format!("\n{}", lines.text.trim_end());
                return Some(Cut {
                    range: start..end,
                    text,
                });
            }
            _ => write::flow(expect),
        };
        return Some(Cut {
            range: value..end,
            text: written,
        });
    }
    if is_flow {
        return None;
    }
    let key = offset(text, entry.line, entry.column)?;
    let line_end = key + text[key..].find('\n')?;
    let end = block_end(text, key, indent + 1);
    let lines = write::block(expect, indent + 2)?;
    Some(Cut {
        range: line_end..end,
        text: format!("\n{}", lines.text.trim_end()),
    })
}

/// After the last key of a call that is `{ … }`.
fn into_flow(text: &str, start: usize, expect: &Expect) -> Option<Cut> {
    let end = flow_end(text, start)? - 1;
    let at = text[..end].trim_end().len();
    let comma = if text[..at].ends_with(',') { "" } else { "," };
    Some(Cut {
        range: at..at,
        text: format!("{comma} expect: {}", write::flow(expect)),
    })
}

/// On lines of its own after a call.
fn into_block(text: &str, start: usize, indent: usize, expect: &Expect) -> Cut {
    let at = block_end(text, start, indent);
    let margin = " ".repeat(indent);
    let written = match write::block(expect, indent + 2) {
        Some(lines) if lines.is_long => format!("\n{margin}expect:\n{}", lines.text.trim_end()),
        _ => format!("\n{margin}expect: {}", write::flow(expect)),
    };
    Cut {
        range: at..at,
        text: written,
    }
}

/// The end of what began before `from`: of its line, or of the last of the lines below that are
/// indented by `indent` or more. Comments that stand further left belong to what follows.
fn block_end(text: &str, from: usize, indent: usize) -> usize {
    let mut end = text[from..].find('\n').map_or(text.len(), |at| from + at);
    let mut next = end;
    while let Some(line) = text
        .get(next + 1..)
        .and_then(|rest| rest.split('\n').next())
    {
        let line_end = next + 1 + line.len();
        let content = line.trim_start_matches(' ');
        if !content.trim().is_empty() {
            if line.len() - content.len() >= indent {
                end = line_end;
            } else if !content.starts_with('#') {
                break;
            }
        }
        next = line_end;
        if next >= text.len() {
            break;
        }
    }
    text[..end].trim_end_matches(['\r', '\n']).len()
}

/// Where the `{ … }` or `[ … ]` that begins at `start` ends.
fn flow_end(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = '\n';
    // Whether a value or key may begin here, where quotes are quotes.
    let mut is_fresh = true;
    let mut rest = text[start..].char_indices();
    while let Some((at, character)) = rest.next() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(start + at + 1);
                }
            }
            '"' | '\'' if is_fresh => skip_quoted(&mut rest, character)?,
            '#' if before.is_whitespace() => {
                rest.find(|(_, character)| *character == '\n')?;
                before = '\n';
                continue;
            }
            _ => {}
        }
        let opens = matches!(character, '{' | '[' | ',' | ':');
        is_fresh = opens || (is_fresh && character.is_whitespace());
        before = character;
    }
    None
}

fn skip_quoted(rest: &mut std::str::CharIndices<'_>, quote: char) -> Option<()> {
    loop {
        let (_, character) = rest.next()?;
        if character == '\\' && quote == '"' {
            rest.next()?;
        } else if character == quote {
            // Two single quotes are one.
            let mut ahead = rest.clone();
            if quote == '\'' && ahead.next().is_some_and(|(_, next)| next == '\'') {
                *rest = ahead;
                continue;
            }
            return Some(());
        }
    }
}

/// The place of a line and column, both from 1, columns in characters.
fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
    let mut start = 0;
    for _ in 1..line {
        start += text[start..].find('\n')? + 1;
    }
    let mut characters = text[start..].char_indices();
    let (at, _) = characters.nth(column.checked_sub(1)?)?;
    Some(start + at)
}
