//! What an answer holds, and its text.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::problem::Problem;

/// Bytes at the beginning in which an HTML page may name its encoding.
const PRESCAN_BYTES: usize = 1_024;
const NAMED_CHARS_MAX: usize = 80;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page to convert.
    Html,
    /// Anything that is shown as it is.
    Plain,
}

/// The kind of `body` by the header `content-type`, or by its look if there is none.
pub(crate) fn kind(content_type: Option<&str>, body: &[u8]) -> Result<Kind, Problem> {
    let named = content_type.unwrap_or_default();
    let essence = named
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => Ok(Kind::Html),
        "" | "application/octet-stream" if !body.contains(&0) => {
            let start = body.trim_ascii_start();
            let html = ["<!doctype html", "<html"].iter().any(|tag| {
                start.len() >= tag.len() && start[..tag.len()].eq_ignore_ascii_case(tag.as_bytes())
            });
            Ok(if html { Kind::Html } else { Kind::Plain })
        }
        essence if is_text(essence) => Ok(Kind::Plain),
        _ => {
            let shown: String = match essence.as_str() {
                "" => "application/octet-stream".to_owned(),
                essence => essence.chars().take(NAMED_CHARS_MAX).collect(),
            };
            Err(Problem::Failed(format!(
                "this is `{shown}` of {} bytes; only HTML, plain text, JSON and XML can be read",
                body.len()
            )))
        }
    }
}

fn is_text(essence: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "application/json",
        "application/xml",
        "application/javascript",
        "application/ecmascript",
        "application/ld+json",
        "application/x-ndjson",
        "application/jsonl",
        "application/yaml",
        "application/toml",
        "application/sql",
    ];
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || OTHERS.contains(&essence)
}

/// The text of `body`. Its encoding is told by a mark at the beginning, the header, the page
/// itself, or by whether it is UTF-8; what does not fit is replaced.
pub(crate) fn text(content_type: Option<&str>, body: &[u8], kind: Kind) -> String {
    let named = content_type.and_then(charset_of_header);
    let prescan = || match kind {
        Kind::Html => charset_of_page(&body[..body.len().min(PRESCAN_BYTES)]),
        Kind::Plain => None,
    };
    let guess = || match std::str::from_utf8(body) {
        Ok(_) => UTF_8,
        Err(_) => WINDOWS_1252,
    };
    let encoding = named.or_else(prescan).unwrap_or_else(guess);
    // A mark at the beginning wins over `encoding`, and is left out.
    encoding.decode(body).0.into_owned()
}

fn charset_of_header(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| Encoding::for_label(value.as_bytes()))?
    })
}

/// What a `meta` element names, either as `charset=x` or within a content type.
fn charset_of_page(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let tags = head.split("<meta").skip(1);
    let found = tags.filter_map(|tag| {
        let tag = tag.split('>').next()?;
        let (_, value) = tag.split_once("charset")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start();
        let value = value.trim_start_matches(['"', '\'']);
        let end = value
            .find(['"', '\'', ';', ' ', '/'])
            .unwrap_or(value.len());
        Encoding::for_label(&value.as_bytes()[..end])
    });
    // A page that can be read so far cannot be in UTF-16, whatever it says.
    found
        .map(|encoding| {
            if encoding.is_ascii_compatible() {
                encoding
            } else {
                UTF_8
            }
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_header_and_else_the_look() {
        for (content_type, body, expected) in [
            (Some("text/html; charset=utf-8"), "", Kind::Html),
            (Some("Application/XHTML+XML"), "", Kind::Html),
            (Some("text/markdown"), "<html>", Kind::Plain),
            (Some("application/json"), "{}", Kind::Plain),
            (Some("application/geo+json;x=y"), "{}", Kind::Plain),
            (Some("application/rss+xml"), "<rss>", Kind::Plain),
            (None, "\n <!DOCTYPE HTML><p>", Kind::Html),
            (None, "<HTML>", Kind::Html),
            (None, "plain", Kind::Plain),
            (Some(""), "é", Kind::Plain),
        ] {
            assert_eq!(
                kind(content_type, body.as_bytes()),
                Ok(expected),
                "{content_type:?}"
            );
        }
        for (content_type, body) in [
            (Some("image/png"), &b"\x89PNG"[..]),
            (Some("application/pdf"), b"%PDF"),
            (Some("application/octet-stream"), b"a\0b"),
            (None, b"\0"),
            (Some("nonsense"), b""),
        ] {
            assert!(kind(content_type, body).is_err(), "{content_type:?}");
        }
    }

    #[test]
    fn encodings_are_told_by_mark_header_page_and_look() {
        let meta = b"<meta charset='iso-8859-2'>\xbe";
        let old = b"<META http-equiv=content-type content=\"text/html; charset=koi8-r\">\xc1";
        for (content_type, body, kind, expected) in [
            (
                Some("text/html; charset=\"ISO-8859-1\""),
                &b"caf\xe9"[..],
                Kind::Html,
                "café",
            ),
            (
                Some("text/plain;charset=Shift_JIS"),
                b"\x83\x65",
                Kind::Plain,
                "テ",
            ),
            (
                Some("text/html"),
                meta,
                Kind::Html,
                "<meta charset='iso-8859-2'>ž",
            ),
            (
                None,
                old,
                Kind::Html,
                "<META http-equiv=content-type content=\"text/html; charset=koi8-r\">а",
            ),
            (
                Some("text/plain; charset=latin1"),
                b"\xef\xbb\xbf\xc3\xa9",
                Kind::Plain,
                "é",
            ),
            (Some("text/plain"), b"\xff\xfea\0", Kind::Plain, "a"),
            (Some("text/plain"), b"caf\xc3\xa9", Kind::Plain, "café"),
            (Some("text/plain"), b"caf\xe9", Kind::Plain, "café"),
            (
                Some("text/plain; charset=nonsense"),
                b"caf\xe9",
                Kind::Plain,
                "café",
            ),
            (
                None,
                b"<meta charset=utf-16>\xc3\xa9",
                Kind::Html,
                "<meta charset=utf-16>é",
            ),
        ] {
            assert_eq!(text(content_type, body, kind), expected, "{content_type:?}");
        }
    }
}
