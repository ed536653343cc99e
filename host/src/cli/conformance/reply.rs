//! What came back of a call.

use std::time::Duration;

use serde_json::Value;

/// Statuses of calls that the host turned away before the tool ran. An upstream server says
/// 400 for some errors of a tool.
const TURNED_AWAY: [u16; 8] = [401, 403, 404, 405, 413, 415, 422, 429];
/// What `metadata.kind` says of such calls.
const KINDS_TURNED_AWAY: [&str; 4] = [
    "unknown_tool",
    "ambiguous_tool",
    "invalid_arguments",
    "busy",
];
/// Characters of a text that are shown.
const SHOWN_MAX: usize = 120;

/// How a call ended, and when.
#[derive(Debug)]
pub struct Reply {
    /// How it ended.
    pub end: End,
    /// From sending it to the end of the answer.
    pub took: Duration,
}

/// How a call ended.
#[derive(Debug, PartialEq)]
pub enum End {
    /// The tool answered, in these words.
    Answer(String),
    /// The host or the tool says that it failed.
    Error {
        /// `metadata.kind`, or what there is in place of it.
        kind: String,
        /// In the host's words.
        message: String,
    },
    /// The tool did not run; the host's reason.
    TurnedAway(String),
    /// There is no whole answer; the reason.
    Lost(String),
}

/// Reads an answer of `POST /v1/tool-runtime/invoke`.
pub fn read(status: u16, body: &[u8]) -> End {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(_) if status >= 400 => Value::Null,
        Err(error) => return End::Lost(format!("an answer that is no JSON: {error}")),
    };
    let kind = body["metadata"]["kind"].as_str();
    if !(200..300).contains(&status) {
        let message = text(&body["detail"])
            .or_else(|| text(&body["error"]["message"]))
            .unwrap_or_default();
        let kind = kind.map_or_else(|| format!("HTTP {status}"), shown);
        if TURNED_AWAY.contains(&status) || KINDS_TURNED_AWAY.contains(&kind.as_str()) {
            return End::TurnedAway(shown(&format!("HTTP {status}: {message}")));
        }
        return End::Error { kind, message };
    }
    let code = body["error_code"].as_i64().filter(|code| *code != 0);
    match (text(&body["error_message"]), code) {
        (None, None) => End::Answer(text(&body["content"]).unwrap_or_default()),
        (message, code) => {
            let message = message.unwrap_or_default();
            let kind = kind.map(shown).or(code.map(|code| format!("code {code}")));
            let kind = kind.unwrap_or_else(|| "error".to_owned());
            if KINDS_TURNED_AWAY.contains(&kind.as_str()) {
                return End::TurnedAway(shown(&format!("{kind}: {message}")));
            }
            End::Error { kind, message }
        }
    }
}

/// The words of content, which is a text, an item that has one, or a list of such items.
fn text(content: &Value) -> Option<String> {
    match content {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(item) if item.get("text").is_some_and(Value::is_string) => {
            item["text"].as_str().map(str::to_owned)
        }
        Value::Array(items) if items.iter().all(|item| item["text"].is_string()) => {
            Some(items.iter().filter_map(text).collect())
        }
        other => Some(other.to_string()),
    }
}

/// The beginning of a text from elsewhere, which a terminal can show: the control characters
/// and those that no one sees are escaped.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    let is_plain = |c: char| !c.is_control() && (c == '…' || c == '°' || c.is_ascii());
    shown
        .chars()
        .map(|c| {
            if is_plain(c) {
                c.to_string()
            } else {
                c.escape_default().to_string()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_however_a_host_writes_them() {
        let answer = |text: &str| End::Answer(text.to_owned());
        let error = |kind: &str, message: &str| End::Error {
            kind: kind.to_owned(),
            message: message.to_owned(),
        };
        let away = |reason: &str| End::TurnedAway(reason.to_owned());
        let table = [
            (200, r#"{"content": "none"}"#, answer("none")),
            (
                200,
                r#"{"content": -1, "error_message": null}"#,
                answer("-1"),
            ),
            (200, r#"{"content": null, "error_code": 0}"#, answer("")),
            (
                200,
                r#"{"content": {"type": "text", "text": "none"}}"#,
                answer("none"),
            ),
            (
                200,
                r#"{"content": [{"type": "text", "text": "no"}, {"text": "ne"}], "error_code": 0}"#,
                answer("none"),
            ),
            (200, r#"{"content": []}"#, answer("")),
            (
                200,
                r#"{"content": "x", "error_message": "out", "metadata": {"kind": "timeout"}}"#,
                error("timeout", "out"),
            ),
            (200, r#"{"error_code": 500}"#, error("code 500", "")),
            (200, r#"{"error_message": "no"}"#, error("error", "no")),
            (
                200,
                r#"{"error_message": "no", "metadata": {"kind": "invalid_arguments"}}"#,
                away("invalid_arguments: no"),
            ),
            (500, r#"{"detail": "oh"}"#, error("HTTP 500", "oh")),
            (502, "<html>", error("HTTP 502", "")),
            (
                400,
                r#"{"error": {"message": "bad"}}"#,
                error("HTTP 400", "bad"),
            ),
            (429, r#"{"detail": "later"}"#, away("HTTP 429: later")),
        ];
        for (status, body, expected) in table {
            assert_eq!(read(status, body.as_bytes()), expected, "{status} {body}");
        }
        assert!(matches!(read(200, b"<html>"), End::Lost(_)));
    }

    #[test]
    fn what_is_shown_is_short_and_obeyed_by_no_terminal() {
        assert_eq!(shown("a\u{1b}[2J\u{202e}b\n"), "a\\u{1b}[2J\\u{202e}b\\n");
        assert_eq!(shown(&"x".repeat(121)), format!("{}…", "x".repeat(120)));
    }
}
