//! Finds secrets in what comes back and puts their names in their place.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::spellings::spellings;
use crate::policy::SecretGrant;

/// Fewest bytes of a secret: a shorter one would be found everywhere.
pub const SECRET_BYTES_MIN: usize = 4;

/// Replaces secrets by `[NAME redacted]`, in the spellings that servers use: as they are,
/// percent-encoded, form-encoded, as in JSON, in base64. Cheap to clone.
#[derive(Clone, Default)]
pub struct Redactor(Option<Arc<Words>>);

/// What is searched for, longest first for each first byte, and what replaces it.
struct Words {
    by_first_byte: Vec<Vec<Word>>,
}

struct Word {
    text: Vec<u8>,
    label: Arc<[u8]>,
}

/// What stands at one place of a text.
enum Found<'w> {
    Nothing,
    Word(&'w Word),
    /// Perhaps a word, of which the end has yet to come.
    Begin,
}

impl Redactor {
    /// Searches for `secrets`. The error is a sentence for people.
    pub fn new(secrets: &[SecretGrant]) -> Result<Redactor, String> {
        if secrets.is_empty() {
            return Ok(Redactor::default());
        }
        let mut by_first_byte: Vec<Vec<Word>> = (0..=u8::MAX).map(|_| Vec::new()).collect();
        for secret in secrets {
            let (name, value) = (&secret.name, secret.value.reveal());
            if value.len() < SECRET_BYTES_MIN {
                return Err(format!(
                    "secret `{name}` is shorter than {SECRET_BYTES_MIN} bytes and would be found \
                     everywhere"
                ));
            }
            let label: Arc<[u8]> = format!("[{name} redacted]").into_bytes().into();
            for text in spellings(value) {
                let label = label.clone();
                by_first_byte[usize::from(text[0])].push(Word { text, label });
            }
        }
        for words in &mut by_first_byte {
            words.sort_by_key(|word| std::cmp::Reverse(word.text.len()));
        }
        Ok(Redactor(Some(Arc::new(Words { by_first_byte }))))
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// `text` without secrets; borrowed if there were none.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                // Words begin and end between characters, so this does not come about.
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
        }
    }

    /// `bytes` without secrets; borrowed if there were none.
    pub fn bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let Some(words) = &self.0 else {
            return Cow::Borrowed(bytes);
        };
        let mut clean = Vec::new();
        let seen = words.replace(bytes, Until::End, &mut clean);
        if seen.replaced {
            Cow::Owned(clean)
        } else {
            Cow::Borrowed(bytes)
        }
    }

    /// Takes secrets out of every string and key in `value`.
    pub fn value(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        if self.is_empty() {
            return;
        }
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => {
                if let Cow::Owned(clean) = self.text(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|field| self.value(field));
                if fields.keys().any(|key| self.finds(key)) {
                    *fields = std::mem::take(fields)
                        .into_iter()
                        .map(|(key, field)| (self.text(&key).into_owned(), field))
                        .collect();
                }
            }
        }
    }

    /// A search of a text that comes in pieces.
    pub fn stream(&self) -> StreamRedactor {
        StreamRedactor {
            redactor: self.clone(),
            held: Vec::new(),
        }
    }

    /// Whether `text` has a secret in it, in whatever case: header names lose theirs.
    pub(super) fn finds_in_any_case(&self, text: &str) -> bool {
        let Some(words) = &self.0 else {
            return false;
        };
        words.by_first_byte.iter().flatten().any(|word| {
            text.as_bytes()
                .windows(word.text.len())
                .any(|part| part.eq_ignore_ascii_case(&word.text))
        })
    }

    fn finds(&self, text: &str) -> bool {
        matches!(self.text(text), Cow::Owned(_))
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

/// Whether a text goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    End,
    More,
}

/// How far a search came.
struct Seen {
    /// Bytes that are settled.
    bytes: usize,
    replaced: bool,
}

impl Words {
    /// Appends to `clean` what is settled of `text`.
    fn replace(&self, text: &[u8], until: Until, clean: &mut Vec<u8>) -> Seen {
        let (mut at, mut copied, mut replaced) = (0, 0, false);
        while at < text.len() {
            match self.at(&text[at..], until) {
                Found::Nothing => at += 1,
                Found::Begin => break,
                Found::Word(word) => {
                    clean.extend_from_slice(&text[copied..at]);
                    clean.extend_from_slice(&word.label);
                    at += word.text.len();
                    copied = at;
                    replaced = true;
                }
            }
        }
        // A whole text without a word is used as it is, so a copy of it would be for nothing.
        if replaced || until == Until::More {
            clean.extend_from_slice(&text[copied..at]);
        }
        Seen {
            bytes: at,
            replaced,
        }
    }

    /// The longest word that `text` begins with, or may begin with when more of it has come.
    fn at(&self, text: &[u8], until: Until) -> Found<'_> {
        for word in &self.by_first_byte[usize::from(text[0])] {
            if text.starts_with(&word.text) {
                return Found::Word(word);
            }
            if until == Until::More && word.text.starts_with(text) {
                return Found::Begin;
            }
        }
        Found::Nothing
    }
}

/// Searches a text that comes in pieces. It holds back only what may be the beginning of a
/// secret: less than the longest spelling of one.
#[derive(Debug)]
pub struct StreamRedactor {
    redactor: Redactor,
    held: Vec<u8>,
}

impl StreamRedactor {
    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// What is settled after `piece`, without secrets; it may be nothing.
    pub fn push(&mut self, piece: Bytes) -> Bytes {
        let Some(words) = &self.redactor.0 else {
            return piece;
        };
        let mut text = std::mem::take(&mut self.held);
        text.extend_from_slice(&piece);
        let mut clean = Vec::with_capacity(text.len());
        let seen = words.replace(&text, Until::More, &mut clean);
        self.held = text.split_off(seen.bytes);
        clean.into()
    }

    /// What was held back, when nothing more comes.
    pub fn finish(&mut self) -> Bytes {
        let held = std::mem::take(&mut self.held);
        self.redactor.bytes(&held).into_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;
    use crate::policy::{HostPattern, Secret};

    fn secret(name: &str, value: &str) -> SecretGrant {
        SecretGrant {
            name: name.to_owned(),
            value: Secret::new(value),
            send_to: HostPattern::Under("example.com".to_owned()),
            header: "authorization".to_owned(),
            prefix: String::new(),
        }
    }

    fn redactor(secrets: &[(&str, &str)]) -> Redactor {
        let secrets: Vec<_> = secrets
            .iter()
            .map(|(name, value)| secret(name, value))
            .collect();
        Redactor::new(&secrets).unwrap()
    }

    #[test]
    fn secrets_give_way_to_their_names() {
        let redactor = redactor(&[("key", "hunter2!"), ("long", "hunter2!!"), ("wide", "ключ")]);
        let table = [
            ("", ""),
            ("nothing here", "nothing here"),
            ("hunter2", "hunter2"),
            ("hunter2!", "[key redacted]"),
            // The longest one that fits.
            ("hunter2!!", "[long redacted]"),
            ("hunter2!!!", "[long redacted]!"),
            ("hunter2!hunter2!", "[key redacted][key redacted]"),
            ("hhunter2!x", "h[key redacted]x"),
            ("hunter2%21", "[key redacted]"),
            ("ещё ключ", "ещё [wide redacted]"),
            ("%D0%BA%D0%BB%D1%8E%D1%87", "[wide redacted]"),
            ("%d0%ba%d0%bb%d1%8e%d1%87", "[wide redacted]"),
        ];
        for (text, clean) in table {
            assert_eq!(redactor.text(text), clean);
        }
        let encoded = STANDARD.encode("hunter2!");
        assert_eq!(redactor.text(&encoded), "[key redacted]");
        let encoded = STANDARD.encode("Bearer hunter2!");
        assert!(redactor.text(&encoded).contains("[key redacted]"));
    }

    #[test]
    fn clean_text_is_not_copied() {
        let redactor = redactor(&[("key", "hunter2!")]);
        assert!(matches!(redactor.text("hunter"), Cow::Borrowed(_)));
        assert!(matches!(Redactor::default().text("x"), Cow::Borrowed(_)));
    }

    #[test]
    fn strings_and_keys_of_a_value_are_searched() {
        let redactor = redactor(&[("key", "hunter2!")]);
        let mut value = serde_json::json!({
            "a": ["x", {"my hunter2!": "the hunter2!"}, 1, null, true],
        });
        redactor.value(&mut value);
        let clean = serde_json::json!({
            "a": ["x", {"my [key redacted]": "the [key redacted]"}, 1, null, true],
        });
        assert_eq!(value, clean);
    }

    #[test]
    fn a_secret_in_a_header_name_is_seen_in_any_case() {
        let redactor = redactor(&[("key", "HunteR-22")]);
        assert!(redactor.finds_in_any_case("x-hunter-22-x"));
        assert!(!redactor.finds_in_any_case("x-hunter-2"));
    }

    #[test]
    fn a_short_secret_is_refused_by_name_alone() {
        let error = Redactor::new(&[secret("pin", "123")]).unwrap_err();
        assert!(error.contains("`pin`") && !error.contains("123"), "{error}");
    }

    #[test]
    fn nothing_is_held_back_that_cannot_become_a_secret() {
        let mut stream = redactor(&[("key", "hunter2!")]).stream();
        assert_eq!(stream.push("the hun".into()), "the ");
        assert_eq!(stream.push("ger hunter2".into()), "hunger ");
        assert_eq!(stream.push("!".into()), "[key redacted]");
        assert_eq!(stream.push("hunter2".into()), "");
        assert_eq!(stream.finish(), "hunter2");
        assert_eq!(stream.finish(), "");
    }

    proptest! {
        #[test]
        fn pieces_are_redacted_like_the_whole(
            // Few letters, so that words and their beginnings come up all the time.
            parts in prop::collection::vec("[ab]{0,3}|abab|ababb|bbaab|YWJh|YmJhYWI=|%", 0..24),
            cuts in prop::collection::vec(0usize..8, 0..40),
        ) {
            let redactor = redactor(&[("one", "abab"), ("two", "ababb"), ("three", "bbaab")]);
            let whole = parts.concat().into_bytes();
            let mut stream = redactor.stream();
            let mut clean = Vec::new();
            let mut rest = Bytes::from(whole.clone());
            for cut in cuts {
                let piece = rest.split_to(cut.min(rest.len()));
                clean.extend_from_slice(&stream.push(piece));
            }
            clean.extend_from_slice(&stream.push(rest));
            clean.extend_from_slice(&stream.finish());
            prop_assert_eq!(clean, redactor.bytes(&whole).into_owned());
        }
    }
}
