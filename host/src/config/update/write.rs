//! Expectations as YAML.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::config::cases::{Expect, Good, Piece, PieceKind};

/// Characters of a line that is read without effort.
const LINE_MAX: usize = 90;

/// An expectation on lines of their own.
pub(super) struct Lines {
    pub(super) text: String,
    /// Whether it is better so than on one line.
    pub(super) is_long: bool,
}

/// As `{ … }` on one line.
pub(super) fn flow(expect: &Expect) -> String {
    let pairs: Vec<String> = pairs(expect)
        .into_iter()
        .map(|(key, written)| format!("{key}: {}", written.in_line()))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// As lines that are indented by `indent`; `None` if it says nothing.
pub(super) fn block(expect: &Expect, indent: usize) -> Option<Lines> {
    let margin = " ".repeat(indent);
    let pairs = pairs(expect);
    let has_lines = pairs.iter().any(|(_, written)| written.has_lines());
    let is_long = has_lines || flow(expect).len() + indent > LINE_MAX;
    let mut text = String::new();
    for (key, written) in &pairs {
        text.push_str(&format!("{margin}{key}: "));
        text.truncate(text.trim_end_matches(' ').len());
        match written {
            Written::Text(said) if is_literal(said) => {
                let chomp = if said.ends_with('\n') { "" } else { "-" };
                text.push_str(&format!(" |{chomp}\n"));
                for line in said.lines() {
                    let line = format!("{margin}  {line}");
                    text.push_str(line.trim_end_matches(' '));
                    text.push('\n');
                }
            }
            Written::List(items) if !items.is_empty() => {
                text.push('\n');
                for item in items {
                    text.push_str(&format!("{margin}  - {item}\n"));
                }
            }
            _ => text.push_str(&format!(" {}\n", written.in_line())),
        }
    }
    (!pairs.is_empty()).then_some(Lines { text, is_long })
}

enum Written {
    Text(String),
    /// A word or data, on one line.
    Plain(String),
    /// Items, each on one line.
    List(Vec<String>),
}

impl Written {
    fn in_line(&self) -> String {
        match self {
            Written::Text(text) => quoted(text),
            Written::Plain(text) => text.clone(),
            Written::List(items) if items.is_empty() => "[]".to_owned(),
            Written::List(items) => format!("[{}]", items.join(", ")),
        }
    }

    fn has_lines(&self) -> bool {
        match self {
            Written::Text(text) => is_literal(text),
            Written::Plain(_) => false,
            Written::List(items) => items.len() > 1,
        }
    }
}

fn pairs(expect: &Expect) -> Vec<(&'static str, Written)> {
    let mut pairs = Vec::new();
    match expect {
        Expect::Good(Good {
            text,
            contains,
            structured,
            content,
        }) => {
            pairs.extend(text.clone().map(|text| ("text", Written::Text(text))));
            if !contains.is_empty() {
                let parts = contains.iter().map(|part| quoted(part)).collect();
                pairs.push(("contains", Written::List(parts)));
            }
            pairs.extend(
                (structured.as_ref()).map(|value| ("structured", Written::Plain(data(value)))),
            );
            let pieces = (content.as_ref()).map(|pieces| pieces.iter().map(piece).collect());
            pairs.extend(pieces.map(|pieces| ("content", Written::List(pieces))));
        }
        Expect::Error { kind, message } => {
            pairs.push(("error", Written::Plain(kind.clone())));
            let message = message.clone();
            pairs.extend(message.map(|message| ("message", Written::Text(message))));
        }
    }
    pairs
}

/// As a file has it, on one line.
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&piece(self))
    }
}

fn piece(piece: &Piece) -> String {
    let text = |key: &str, text: &Option<String>| {
        let text = text.as_ref();
        text.map(|text| format!("{key}: {}", quoted(text)))
    };
    let kind = format!("kind: {}", piece.kind.as_str());
    let bytes = (piece.data.as_ref()).map(|data| format!("base64: {}", STANDARD.encode(data)));
    let pairs = [
        (piece.kind != PieceKind::Text || piece.text.is_none()).then_some(kind),
        text("media_type", &piece.media_type),
        text("uri", &piece.uri),
        text("name", &piece.name),
        text("description", &piece.description),
        text("text", &piece.text),
        bytes,
        piece.size.map(|size| format!("bytes: {size}")),
    ];
    let pairs: Vec<String> = pairs.into_iter().flatten().collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// Data on one line.
fn data(value: &Value) -> String {
    match value {
        Value::Array(items) if !items.is_empty() => {
            format!(
                "[{}]",
                items.iter().map(data).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Object(entries) if !entries.is_empty() => {
            let pairs = entries.iter();
            let pairs: Vec<String> = pairs
                .map(|(key, value)| format!("{}: {}", self::key(key), data(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A key, in quotes unless it is a plain word.
fn key(key: &str) -> String {
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_other = ["true", "false", "null", "nan", "inf"].contains(&&*key.to_ascii_lowercase());
    if is_word && !is_other {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A text in double quotes, as JSON and YAML have it, with what YAML does not print escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    for character in Value::from(text).to_string().chars() {
        let code = u32::from(character);
        match character {
            ' '..='~' => quoted.push(character),
            '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                quoted.push_str(&format!("\\u{code:04x}"));
            }
            _ => quoted.push(character),
        }
    }
    quoted
}

/// Whether a text is readable, and the same, as lines under `|`.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_printed = |c: char| {
        c == '\n'
            || !(c.is_control()
                || matches!(
                    c,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                ))
    };
    body.contains('\n')
        && body.chars().all(is_printed)
        // The first line says how far all are indented.
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.lines().all(|line| !line.ends_with(' '))
}
