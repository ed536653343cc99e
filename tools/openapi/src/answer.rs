//! What a server answered: content, or a problem in words.

use serde_json::value::RawValue;

use crate::problem::Problem;

/// How much of the body of an answer that is an error is repeated.
const ERROR_CHARS_MAX: usize = 1_000;
/// How much of a header.
const HEADER_CHARS_MAX: usize = 200;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A good answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// JSON text.
    Json(String),
    Text(String),
    /// Bytes and their media type.
    Bytes(Vec<u8>, String),
}

impl Answer {
    /// The first header of that name.
    fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(other, _)| other == name);
        header.map(|(_, value)| value.as_str())
    }

    /// Type and subtype, in lower case, without parameters.
    fn media(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        let media = value.split(';').next().unwrap_or_default();
        media.trim().to_ascii_lowercase()
    }
}

/// The content of `answer`, if it is a good one.
pub(crate) fn read(answer: Answer) -> Result<Content, Problem> {
    if !(200..300).contains(&answer.status) {
        return Err(refusal(&answer));
    }
    let media = answer.media();
    if answer.body.is_empty() {
        let status = answer.status;
        return Ok(Content::Text(format!(
            "The server answered {status} and nothing more."
        )));
    }
    if is_json(&media) {
        return Ok(json(&answer));
    }
    if is_text(&media) {
        return Ok(Content::Text(text(&answer)));
    }
    // Nothing is said about it: JSON and text are told by looking.
    if media.is_empty() {
        return Ok(match std::str::from_utf8(&answer.body) {
            Ok(_) => json(&answer),
            Err(_) => Content::Bytes(answer.body, "application/octet-stream".to_owned()),
        });
    }
    Ok(Content::Bytes(answer.body, media))
}

/// JSON if it is some, else the text.
fn json(answer: &Answer) -> Content {
    let text = text(answer);
    match serde_json::from_str::<&RawValue>(&text) {
        Ok(json) => Content::Json(json.get().to_owned()),
        Err(_) => Content::Text(text),
    }
}

fn is_json(media: &str) -> bool {
    media == "application/json" || media == "text/json" || media.ends_with("+json")
}

fn is_text(media: &str) -> bool {
    media.starts_with("text/")
        || media.ends_with("+xml")
        || media.ends_with("+yaml")
        || matches!(
            media,
            "application/xml"
                | "application/yaml"
                | "application/x-yaml"
                | "application/javascript"
                | "application/x-ndjson"
                | "application/jsonl"
                | "application/x-www-form-urlencoded"
        )
}

/// The body as text: Latin-1 if the header says so, else UTF-8.
fn text(answer: &Answer) -> String {
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    let body = answer.body.strip_prefix(b"\xef\xbb\xbf");
    let body = body.unwrap_or(&answer.body);
    if kind.contains("iso-8859-1") || kind.contains("latin1") {
        return body.iter().map(|byte| char::from(*byte)).collect();
    }
    String::from_utf8_lossy(body).into_owned()
}

fn refusal(answer: &Answer) -> Problem {
    let status = answer.status;
    let said = said(answer);
    match status {
        300..=399 => {
            let to = answer.header("location").unwrap_or("nowhere");
            Problem::Failed(format!(
                "the server answers {status} and points to `{}`; redirects are not followed",
                short(to, HEADER_CHARS_MAX)
            ))
        }
        400 | 422 => Problem::Invalid(format!("the server refuses the request ({status}){said}")),
        404 | 410 => Problem::NotFound(format!("the server does not find it ({status}){said}")),
        401 => Problem::Failed(format!(
            "the server wants a credential, or a better one ({status}); the operator grants it \
             under `grants.secrets`{said}"
        )),
        403 => Problem::Failed(format!("the server does not allow it ({status}){said}")),
        429 | 503 => {
            let wait = answer.header("retry-after");
            let wait = wait.map_or("later".to_owned(), |wait| {
                format!("after {}", short(wait, HEADER_CHARS_MAX))
            });
            Problem::Failed(format!(
                "the server is too busy ({status}), try again {wait}{said}"
            ))
        }
        _ => Problem::Failed(format!("the server failed ({status}){said}")),
    }
}

/// The beginning of the body, if it is text: APIs say there what is wrong.
fn said(answer: &Answer) -> String {
    let media = answer.media();
    if !(is_json(&media) || is_text(&media) || media.is_empty()) {
        return String::new();
    }
    let text = text(answer);
    let text = short(text.trim(), ERROR_CHARS_MAX);
    if text.is_empty() {
        return String::new();
    }
    format!(": {text}")
}

/// `text` without a tail that nobody reads, and without control characters but line breaks.
fn short(text: &str, chars_max: usize) -> String {
    let shown = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let mut short: String = shown.clone().take(chars_max).collect();
    if shown.count() > chars_max {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, media: &str, body: impl AsRef<[u8]>) -> Answer {
        let mut headers = vec![("retry-after".to_owned(), "30".to_owned())];
        if !media.is_empty() {
            headers.push(("content-type".to_owned(), media.to_owned()));
        }
        Answer {
            status,
            headers,
            body: body.as_ref().to_vec(),
        }
    }

    #[test]
    fn good_answers_are_told_apart_by_what_they_say_they_are() {
        let text = |text: &str| Content::Text(text.to_owned());
        let json = |text: &str| Content::Json(text.to_owned());
        let table: Vec<(&str, &[u8], Content)> = vec![
            ("application/json", b" {\"a\": 1}\n", json("{\"a\": 1}")),
            ("application/hal+json; charset=utf-8", b"[1]", json("[1]")),
            ("application/json", b"\xef\xbb\xbf[1]", json("[1]")),
            ("application/json", b"{broken", text("{broken")),
            ("text/plain", b"7", text("7")),
            ("text/plain; charset=ISO-8859-1", b"\xe4", text("ä")),
            ("application/xml", b"<a/>", text("<a/>")),
            ("", b"{}", json("{}")),
            ("", b"words", text("words")),
            (
                "",
                b"\xff\xfe\xfd",
                Content::Bytes(
                    b"\xff\xfe\xfd".to_vec(),
                    "application/octet-stream".to_owned(),
                ),
            ),
            (
                "Image/PNG",
                b"\x89PNG",
                Content::Bytes(b"\x89PNG".to_vec(), "image/png".to_owned()),
            ),
            (
                "application/json",
                b"",
                text("The server answered 201 and nothing more."),
            ),
        ];
        for (media, body, content) in table {
            assert_eq!(read(answer(201, media, body)), Ok(content), "{media}");
        }
    }

    #[test]
    fn each_refusal_of_a_server_has_its_kind_and_its_words() {
        let body = "{\"error\": \"no such\u{7} pet\"}";
        for (status, kind, words) in [
            (302, "failed", "not followed"),
            (400, "invalid", "no such pet"),
            (401, "failed", "grants.secrets"),
            (403, "failed", "no such pet"),
            (404, "not found", "(404): {\"error\""),
            (409, "failed", "(409)"),
            (410, "not found", "no such pet"),
            (422, "invalid", "(422)"),
            (429, "failed", "after 30"),
            (500, "failed", "no such pet"),
            (503, "failed", "after 30"),
        ] {
            let (found, text) = match read(answer(status, "application/json", body)) {
                Err(Problem::Invalid(text)) => ("invalid", text),
                Err(Problem::NotFound(text)) => ("not found", text),
                Err(Problem::Failed(text)) => ("failed", text),
                Ok(content) => panic!("{status}: {content:?}"),
            };
            assert_eq!(found, kind, "{status}");
            assert!(text.contains(words), "{status}: {text}");
        }
    }

    #[test]
    fn long_and_binary_bodies_of_errors_are_not_repeated() {
        let long = "x".repeat(100_000);
        let Err(Problem::Failed(text)) = read(answer(500, "text/plain", long)) else {
            panic!("no failure");
        };
        assert!(text.len() < 1_100 && text.ends_with('…'), "{text}");
        let Err(Problem::Failed(text)) = read(answer(500, "image/png", b"\x89PNG")) else {
            panic!("no failure");
        };
        assert_eq!(text, "the server failed (500)");
    }
}
