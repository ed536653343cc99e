//! Values of arguments as texts of URLs and headers.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// A value, as far as URLs can tell values apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Null: as if it were not there.
    Nothing,
    One(String),
    Many(Vec<String>),
    Pairs(Vec<(String, String)>),
}

/// Reads JSON. Numbers keep all their digits; what is nested deeper stays JSON text.
pub(crate) fn read(json: &RawValue) -> Value {
    let text = json.get();
    match text.as_bytes().first() {
        Some(b'[') => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
            Value::Many(items.iter().map(|item| scalar(item)).collect())
        }
        Some(b'{') => {
            let pairs: BTreeMap<String, Box<RawValue>> =
                serde_json::from_str(text).unwrap_or_default();
            let pairs = pairs.into_iter().map(|(key, value)| (key, scalar(&value)));
            Value::Pairs(pairs.collect())
        }
        Some(b'n') => Value::Nothing,
        _ => Value::One(scalar(json)),
    }
}

/// A text as it is, anything else as JSON.
pub(crate) fn scalar(json: &RawValue) -> String {
    serde_json::from_str(json.get()).unwrap_or_else(|_| json.get().to_owned())
}

/// `text` with everything percent-encoded that is not unreserved (RFC 3986), so that no value
/// can be read as a part of the URL's structure.
pub(crate) fn encode(text: &str) -> String {
    encode_but(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
    })
}

/// A literal part of a path: what paths cannot have as it is becomes percent-encoded.
pub(crate) fn encode_literal(text: &str) -> String {
    encode_but(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&byte)
    })
}

fn encode_but(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn values_are_told_apart_and_keep_their_digits() {
        for (json, value) in [
            ("null", Value::Nothing),
            ("\"null\"", Value::One("null".to_owned())),
            ("true", Value::One("true".to_owned())),
            (
                "123456789012345678901234567890",
                Value::One("123456789012345678901234567890".to_owned()),
            ),
            ("1.50", Value::One("1.50".to_owned())),
            (r#""a\"ä""#, Value::One("a\"ä".to_owned())),
            (
                r#"["a", 1, {"b": [2]}]"#,
                Value::Many(texts(&["a", "1", r#"{"b": [2]}"#])),
            ),
            ("[]", Value::Many(Vec::new())),
            (
                r#"{"b": 1, "a": "x"}"#,
                Value::Pairs(vec![
                    ("a".to_owned(), "x".to_owned()),
                    ("b".to_owned(), "1".to_owned()),
                ]),
            ),
        ] {
            assert_eq!(read(&raw(json)), value, "{json}");
        }
    }

    #[test]
    fn nothing_that_has_a_meaning_in_urls_stays() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(
            encode("../a?b=c&d#e;f:g@h%2F i\\ü\n"),
            "..%2Fa%3Fb%3Dc%26d%23e%3Bf%3Ag%40h%252F%20i%5C%C3%BC%0A"
        );
        assert_eq!(encode_literal("/a b/{/ü:x%20"), "/a%20b/%7B/%C3%BC:x%20");
    }
}
