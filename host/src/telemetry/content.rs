//! What spans keep of arguments and results, if the operator asks for it.

use serde_json::Value;

use crate::invocation::{Content, Outcome, ResourceBody};
use crate::tool::Args;

/// A key that contains one of these holds nothing that belongs into a span.
const SECRET: [&str; 6] = [
    "api_key",
    "apikey",
    "authorization",
    "password",
    "secret",
    "token",
];
/// What stands there instead.
const BLOT: &str = "********";

/// Arguments as JSON, without what stands under keys that tell of secrets.
pub fn arguments(args: &Args) -> String {
    let mut args = Value::Object(args.clone());
    blot(&mut args);
    args.to_string()
}

/// What a tool answered, or why it failed. Bytes are only counted.
pub fn result(outcome: &Outcome) -> String {
    let output = match &outcome.result {
        Ok(output) => output,
        Err(failure) => return failure.to_string(),
    };
    if let Some(structured) = &output.structured {
        let mut structured = structured.clone();
        blot(&mut structured);
        return structured.to_string();
    }
    let pieces: Vec<_> = output.content.iter().map(piece).collect();
    pieces.join("\n")
}

/// The first `bytes_max` bytes of `text`, or fewer where a character would be cut.
pub fn cut(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
        text.push('…');
    }
    text
}

fn piece(content: &Content) -> String {
    let bytes = |media_type: &str, data: &[u8]| format!("[{media_type}, {} bytes]", data.len());
    match content {
        Content::Text(text) => text.clone(),
        Content::Image { data, media_type } | Content::Audio { data, media_type } => {
            bytes(media_type, data)
        }
        Content::Resource {
            body: ResourceBody::Text(text),
            ..
        } => text.clone(),
        Content::Resource {
            uri,
            body: ResourceBody::Bytes(data),
            ..
        } => bytes(uri, data),
        Content::Link { uri, .. } => uri.clone(),
    }
}

fn blot(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.to_lowercase();
                match SECRET.iter().any(|secret| key.contains(secret)) {
                    true => *value = BLOT.into(),
                    false => blot(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(blot),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_under_keys_that_tell_of_secrets_is_not_kept() {
        let Value::Object(args) = json!({
            "city": "Tokyo", "Api_Key": "k", "auth": [{"accessToken": 1, "user": "u"}], "password": null,
        }) else {
            unreachable!()
        };
        let kept: Value = serde_json::from_str(&arguments(&args)).unwrap();
        let expected = json!({
            "city": "Tokyo", "Api_Key": BLOT, "auth": [{"accessToken": BLOT, "user": "u"}], "password": BLOT,
        });
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        for (text, bytes_max, expected) in [
            ("Tokyo", 5, "Tokyo"),
            ("Tokyo", 4, "Toky…"),
            ("äöü", 3, "ä…"),
            ("", 0, ""),
            ("a", 0, "…"),
        ] {
            assert_eq!(cut(text.to_owned(), bytes_max), expected);
        }
    }
}
