//! Writes values as JSON, within bounds.
//!
//! The library has a writer, but its values are more than JSON: they may be bytes or NaN, and
//! deeper than any stack.

use jaq_json::{Num, Val};

/// How deep documents and results may be nested.
pub(crate) const DEPTH_MAX: usize = 100;

/// Appends `value` to `text`, which stays below `bytes_max`; the error says what is wrong with it.
pub(crate) fn write(value: &Val, text: &mut String, bytes_max: usize) -> Result<(), Problem> {
    write_at(value, text, bytes_max, DEPTH_MAX)
}

/// Why a value has no text.
#[derive(Debug, PartialEq)]
pub(crate) enum Problem {
    /// Its text would be too long.
    TooLong,
    /// It is nested too deep.
    TooDeep,
    /// A key of an object is no string.
    OtherKey,
}

fn write_at(value: &Val, text: &mut String, bytes_max: usize, depth: usize) -> Result<(), Problem> {
    let deeper = |depth: usize| depth.checked_sub(1).ok_or(Problem::TooDeep);
    match value {
        Val::Null => text.push_str("null"),
        Val::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Val::Num(number) => write_number(number, text),
        Val::TStr(bytes) | Val::BStr(bytes) => write_string(bytes, text),
        Val::Arr(items) => {
            let depth = deeper(depth)?;
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_at(item, text, bytes_max, depth)?;
            }
            text.push(']');
        }
        Val::Obj(fields) => {
            let depth = deeper(depth)?;
            text.push('{');
            for (at, (key, item)) in fields.iter().enumerate() {
                let (Val::TStr(key) | Val::BStr(key)) = key else {
                    return Err(Problem::OtherKey);
                };
                if at > 0 {
                    text.push(',');
                }
                write_string(key, text);
                text.push(':');
                write_at(item, text, bytes_max, depth)?;
            }
            text.push('}');
        }
    }
    if text.len() > bytes_max {
        return Err(Problem::TooLong);
    }
    Ok(())
}

/// What JSON cannot say, such as NaN, becomes null as in jq.
fn write_number(number: &Num, text: &mut String) {
    match number {
        Num::Float(value) if !value.is_finite() => text.push_str("null"),
        // As it stood in the document, to keep every digit.
        Num::Dec(digits) => text.push_str(digits.strip_prefix('+').unwrap_or(digits)),
        other => text.push_str(&other.to_string()),
    }
}

fn write_string(bytes: &[u8], text: &mut String) {
    text.push('"');
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => text.push(other),
        }
    }
    text.push('"');
}
