//! Compares what came back of a call with what its case says.

use crate::cli::diff;
use crate::cli::text::clean;
use crate::config::{Bounds, Case, Expect, Good, Piece, PieceKind};
use crate::invocation::{Answer, Content, Failure, Output, ResourceBody, ToolError, Usage};
use crate::policy::Denials;

/// Lines that are shown of a text.
const LINES_MAX: usize = 20;

/// Something that is wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether another `expect` would make it right.
    pub is_expectation: bool,
    /// In one line.
    pub message: String,
    /// On lines of its own; may be empty.
    pub details: String,
}

impl Finding {
    fn expectation(message: impl Into<String>, details: String) -> Finding {
        Finding {
            is_expectation: true,
            message: message.into(),
            details,
        }
    }

    /// About anything but `expect`.
    pub fn other(message: impl Into<String>, details: String) -> Finding {
        Finding {
            is_expectation: false,
            message: message.into(),
            details,
        }
    }
}

/// An error that came back.
pub struct Missed {
    /// The words that fit it, the most exact first.
    pub kinds: Vec<&'static str>,
    /// What it says.
    pub message: String,
}

/// What came back, in either way.
pub fn result(answer: &Answer) -> Result<&Output, Missed> {
    let failure = match &answer.decided {
        Ok(outcome) => match &outcome.result {
            Ok(output) => return Ok(output),
            Err(failure) => failure,
        },
        Err(rejection) => {
            return Err(Missed {
                kinds: vec![rejection.kind()],
                message: rejection.to_string(),
            });
        }
    };
    let own = match failure {
        Failure::Tool { reason, .. } => Some(match reason {
            ToolError::InvalidInput => "invalid_input",
            ToolError::NotFound => "not_found",
            ToolError::Failed => "failed",
        }),
        _ => None,
    };
    Err(Missed {
        kinds: own.into_iter().chain([failure.kind()]).collect(),
        message: failure.to_string(),
    })
}

/// All texts of an answer, each on lines of its own.
pub fn text(output: &Output) -> String {
    let texts = output.content.iter().filter_map(|content| match content {
        Content::Text(text) => Some(&**text),
        Content::Image { .. }
        | Content::Audio { .. }
        | Content::Resource { .. }
        | Content::Link { .. } => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Everything that is wrong.
pub fn judge(case: &Case, answer: &Answer) -> Vec<Finding> {
    let mut findings = match (&case.expect, result(answer)) {
        (None, _) => vec![Finding::expectation(
            "the call has no `expect`; `toolhost test --update` writes what came back",
            String::new(),
        )],
        (Some(Expect::Good(good)), Ok(output)) => compare(good, output),
        (Some(Expect::Good(_)), Err(missed)) => vec![Finding::expectation(
            format!(
                "an answer was expected, and an error came back: `{}`",
                missed.kinds[0]
            ),
            clean_lines(&missed.message),
        )],
        (Some(Expect::Error { kind, .. }), Ok(output)) => vec![Finding::expectation(
            format!("the error `{kind}` was expected, and an answer came back"),
            clean_lines(&text(output)),
        )],
        (Some(Expect::Error { kind, message }), Err(missed)) => {
            compare_errors(kind, message.as_deref(), &missed)
        }
    };
    findings.extend(exceeded(&case.bounds, answer));
    if !findings.is_empty()
        && let Ok(outcome) = &answer.decided
    {
        findings.extend(denied(&outcome.denials));
        if !outcome.stderr.is_empty() {
            let stderr = clean_lines(&outcome.stderr);
            findings.push(Finding::expectation("the tool wrote to stderr", stderr));
        }
    }
    findings
}

fn compare(good: &Good, output: &Output) -> Vec<Finding> {
    let mut findings = Vec::new();
    let got = text(output);
    if let Some(expected) = &good.text
        && *expected != got
    {
        let details = diff::texts(expected, &got);
        findings.push(Finding::expectation("`text` differs", details));
    }
    for part in &good.contains {
        if !got.contains(part) {
            let message = format!("the text does not contain `{}`", clean(part));
            findings.push(Finding::expectation(message, clean_lines(&got)));
        }
    }
    if let Some(expected) = &good.structured {
        match &output.structured {
            Some(got) if diff::same(expected, got) => {}
            Some(got) => {
                let details = diff::values(expected, got);
                findings.push(Finding::expectation("`structured` differs", details));
            }
            None => {
                let message = "the tool gave no data, and `structured` expects some";
                findings.push(Finding::expectation(message, String::new()));
            }
        }
    }
    if let Some(expected) = &good.content {
        let got: Vec<Piece> = output.content.iter().map(piece).collect();
        let known = expected.iter().map(Some).chain(std::iter::repeat(None));
        let got: Vec<Piece> = got
            .into_iter()
            .zip(known)
            .map(|(got, expected)| match expected {
                Some(expected) => as_known(got, expected),
                None => brief(got),
            })
            .collect();
        if *expected != got {
            let lines = |pieces: &[Piece]| -> String {
                pieces.iter().map(|piece| format!("{piece}\n")).collect()
            };
            let details = diff::texts(&lines(expected), &lines(&got));
            findings.push(Finding::expectation("`content` differs", details));
        }
    }
    findings
}

fn compare_errors(kind: &str, message: Option<&str>, missed: &Missed) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !missed.kinds.contains(&kind) {
        let got = missed.kinds[0];
        findings.push(Finding::expectation(
            format!("the error `{kind}` was expected, and `{got}` came back"),
            clean_lines(&missed.message),
        ));
    }
    if let Some(part) = message
        && !missed.message.contains(part)
    {
        findings.push(Finding::expectation(
            format!("the message does not contain `{}`", clean(part)),
            clean_lines(&missed.message),
        ));
    }
    findings
}

/// One piece of content, with all that can be said of it.
pub fn piece(content: &Content) -> Piece {
    let mut piece = Piece {
        kind: PieceKind::Text,
        media_type: None,
        uri: None,
        name: None,
        description: None,
        text: None,
        data: None,
        size: None,
    };
    let mut bytes = |data: &[u8]| {
        piece.size = Some(data.len() as u64);
        piece.data = Some(data.to_vec());
    };
    match content {
        Content::Text(text) => piece.text = Some(text.clone()),
        Content::Image { data, media_type } => {
            bytes(data);
            (piece.kind, piece.media_type) = (PieceKind::Image, Some(media_type.clone()));
        }
        Content::Audio { data, media_type } => {
            bytes(data);
            (piece.kind, piece.media_type) = (PieceKind::Audio, Some(media_type.clone()));
        }
        Content::Resource {
            uri,
            media_type,
            body,
        } => {
            match body {
                ResourceBody::Text(text) => piece.text = Some(text.clone()),
                ResourceBody::Bytes(data) => bytes(data),
            }
            piece.kind = PieceKind::Document;
            (piece.uri, piece.media_type) = (Some(uri.clone()), media_type.clone());
        }
        Content::Link {
            uri,
            name,
            description,
            media_type,
        } => {
            piece.kind = PieceKind::Link;
            (piece.uri, piece.name) = (Some(uri.clone()), Some(name.clone()));
            (piece.description, piece.media_type) = (description.clone(), media_type.clone());
        }
    }
    piece
}

/// The piece by what `expected` says of its own.
fn as_known(got: Piece, expected: &Piece) -> Piece {
    Piece {
        kind: got.kind,
        media_type: got.media_type.filter(|_| expected.media_type.is_some()),
        uri: got.uri.filter(|_| expected.uri.is_some()),
        name: got.name.filter(|_| expected.name.is_some()),
        description: got.description.filter(|_| expected.description.is_some()),
        text: got.text.filter(|_| expected.text.is_some()),
        data: got.data.filter(|_| expected.data.is_some()),
        size: got.size.filter(|_| expected.size.is_some()),
    }
}

/// The piece without its bytes, of which only the number is kept.
pub fn brief(piece: Piece) -> Piece {
    Piece {
        data: None,
        ..piece
    }
}

/// What the call used beyond what the case allows.
fn exceeded(bounds: &Bounds, answer: &Answer) -> Vec<Finding> {
    let usage = match &answer.decided {
        Ok(outcome) => outcome.usage,
        Err(_) => Usage::default(),
    };
    let mut findings = Vec::new();
    let numbers = [
        ("fuel", bounds.fuel, usage.fuel, "fuel"),
        (
            "memory",
            bounds.memory_bytes,
            usage.memory_peak_bytes,
            "bytes of memory",
        ),
        (
            "output",
            bounds.output_bytes,
            usage.output_bytes,
            "bytes of output",
        ),
        ("hostcalls", bounds.hostcalls, usage.hostcalls, "host calls"),
        (
            "http_requests",
            bounds.http_requests,
            usage.http_requests.into(),
            "requests",
        ),
    ];
    for (key, bound, used, what) in numbers {
        if let Some(bound) = bound
            && used > bound
        {
            let message =
                format!("the call used {used} {what}, more than `limits.{key}` of {bound}");
            findings.push(Finding::other(message, String::new()));
        }
    }
    if let Some(bound) = bounds.time
        && answer.duration > bound
    {
        let [took, bound] = [answer.duration, bound].map(humantime::format_duration);
        let message = format!("the call took {took}, more than `limits.time` of {bound}");
        findings.push(Finding::other(message, String::new()));
    }
    findings
}

/// What the tool was denied, which often is why it failed.
fn denied(denials: &Denials) -> Vec<Finding> {
    let denials = denials.first.iter();
    denials
        .map(|denial| {
            let message = format!(
                "the tool was denied `{}`: {}",
                clean(&denial.target),
                clean(&denial.reason)
            );
            let grant = denial.grant.as_ref();
            let grant = grant.map(|grant| {
                let grant = clean_lines(grant);
                format!(
                    "to grant it, add under the provider's `config` in `toolhost.yaml`:\n{grant}"
                )
            });
            Finding::expectation(message, grant.unwrap_or_default())
        })
        .collect()
}

fn clean_lines(text: &str) -> String {
    let lines = text.lines().take(LINES_MAX).map(clean);
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
