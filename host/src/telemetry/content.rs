//! What spans keep of arguments and results, if the operator asks for it.

use serde_json::Value;

use crate::invocation::{Content, Outcome, ResourceBody};
use crate::policy::hide_secrets;

/// Data as JSON, without what stands under keys that tell of secrets.
pub fn data(mut value: Value) -> String {
    hide_secrets(&mut value);
    value.to_string()
}

/// What a tool answered, or why it failed. Bytes are only counted.
pub fn result(outcome: &Outcome) -> String {
    let output = match &outcome.result {
        Ok(output) => output,
        Err(failure) => return failure.to_string(),
    };
    if let Some(structured) = &output.structured {
        return data(structured.clone());
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

#[cfg(test)]
mod tests {
    use super::*;

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
