//! The ways in which a server may write a secret that it was sent.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Every spelling of `value` that is searched for: itself; percent-encoded; form-encoded; as in
/// JSON; in base64, alone or within a longer text.
pub fn spellings(value: &str) -> BTreeSet<Vec<u8>> {
    let mut spellings = BTreeSet::new();
    spellings.insert(value.as_bytes().to_vec());
    spellings.insert(percent_encoded(value, |byte| format!("%{byte:02X}")));
    spellings.insert(percent_encoded(value, |byte| format!("%{byte:02x}")));
    let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    spellings.insert(form.into_bytes());
    let json = serde_json::Value::from(value).to_string();
    let json = &json[1..json.len() - 1];
    spellings.insert(json.as_bytes().to_vec());
    spellings.insert(json.replace('/', "\\/").into_bytes());
    for alphabet in [&STANDARD, &URL_SAFE] {
        let whole = alphabet.encode(value);
        spellings.insert(whole.trim_end_matches('=').as_bytes().to_vec());
        spellings.insert(whole.into_bytes());
        for before in 0..3 {
            spellings.insert(within_base64(alphabet, value, before));
        }
    }
    spellings
}

fn percent_encoded(value: &str, encode: fn(u8) -> String) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for &byte in value.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte);
        } else {
            text.extend_from_slice(encode(byte).as_bytes());
        }
    }
    text
}

/// The digits that `value` alone decides when it is encoded with other text around it, of which
/// the part before it leaves `before` bytes (0 to 2) in its last group of three.
fn within_base64(alphabet: &base64::engine::GeneralPurpose, value: &str, before: usize) -> Vec<u8> {
    let mut text = vec![0; before];
    text.extend_from_slice(value.as_bytes());
    let digits = alphabet.encode(&text).into_bytes();
    let first = (before * 8).div_ceil(6);
    let end = text.len() * 8 / 6;
    digits[first..end].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_in_every_usual_spelling() {
        let value = "p@ss/w\"rd+1 é";
        let spellings = spellings(value);
        for text in [
            value,
            "p%40ss%2Fw%22rd%2B1%20%C3%A9",
            "p%40ss%2fw%22rd%2b1%20%c3%a9",
            "p%40ss%2Fw%22rd%2B1+%C3%A9",
            "p@ss/w\\\"rd+1 é",
            "p@ss\\/w\\\"rd+1 é",
            &STANDARD.encode(value),
            &URL_SAFE.encode(value),
        ] {
            assert!(spellings.contains(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn base64_of_a_longer_text_holds_one_of_the_spellings() {
        for value in ["abcd", "hunter2", "sk-12345678", "\u{fb}\u{ff}~~??"] {
            let spellings = spellings(value);
            for before in ["", "B", "Be", "Bearer ", "user:"] {
                for after in ["", "!", "!!", "!!!"] {
                    for alphabet in [&STANDARD, &URL_SAFE] {
                        let text = alphabet.encode(format!("{before}{value}{after}"));
                        let found = spellings.iter().any(|spelling| {
                            text.as_bytes()
                                .windows(spelling.len())
                                .any(|part| part == spelling)
                        });
                        assert!(found, "{before}{value}{after}");
                    }
                }
            }
        }
    }
}
