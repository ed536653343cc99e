//! Answers the requests of a call from the stubs of its file.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use super::judge::Finding;
use crate::cli::diff::same;
use crate::config::{Stub, StubAnswer, StubBody};
use crate::egress::{Error, Stubbed};

/// Requests without a stub that a report shows; a tool may try again for ever.
const MISSED_MAX: usize = 8;

/// The stubs in force, and what they were asked.
pub struct Table(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    /// Of the call that runs.
    own: Vec<Entry>,
    /// Of the file.
    shared: Vec<Entry>,
    /// Requests of the call that runs.
    missed: Vec<Finding>,
}

struct Entry {
    stub: Stub,
    used: u64,
}

impl Table {
    /// Of a file that has these stubs for all calls.
    pub fn new(shared: &[Stub]) -> Table {
        Table(Mutex::new(Entries {
            shared: entries(shared),
            ..Entries::default()
        }))
    }

    /// The next call has these of its own.
    pub fn begin(&self, own: &[Stub]) {
        let mut table = self.lock();
        table.own = entries(own);
        table.missed.clear();
    }

    /// What is wrong with the requests of the call that is over.
    pub fn end(&self) -> Vec<Finding> {
        let mut table = self.lock();
        let mut findings = std::mem::take(&mut table.missed);
        findings.extend(unused(&table.own).map(|message| Finding::other(message, String::new())));
        findings
    }

    /// What is to be said of the file's stubs when all its calls are over.
    pub fn unused(&self) -> Vec<String> {
        unused(&self.lock().shared).collect()
    }

    /// What the tool gets for `request`.
    pub fn answer(&self, request: &Request<Bytes>) -> Stubbed {
        let mut table = self.lock();
        let Entries {
            own,
            shared,
            missed,
        } = &mut *table;
        let mut reasons = Vec::new();
        for entry in own.iter_mut().chain(shared) {
            if entry.stub.times.is_some_and(|times| entry.used >= times) {
                continue;
            }
            match fit(&entry.stub, request) {
                Fit::Whole => {
                    entry.used += 1;
                    return stubbed(&entry.stub.answer);
                }
                Fit::Place(why) => {
                    reasons.push(format!("the stub in line {} {why}", entry.stub.place.line));
                }
                Fit::Not => {}
            }
        }
        let finding = miss(request, &reasons);
        if missed.len() < MISSED_MAX && !missed.contains(&finding) {
            missed.push(finding);
        }
        let error = Error::Connect("no stub of the test answers it".to_owned());
        Stubbed {
            after: Duration::ZERO,
            result: Err(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entries(stubs: &[Stub]) -> Vec<Entry> {
    let entry = |stub: &Stub| Entry {
        stub: stub.clone(),
        used: 0,
    };
    stubs.iter().map(entry).collect()
}

fn unused(entries: &[Entry]) -> impl Iterator<Item = String> {
    let unused = entries.iter().filter(|entry| entry.used == 0);
    unused.map(|Entry { stub, .. }| {
        format!(
            "the stub in line {} was never asked: {} {}",
            stub.place.line, stub.method, stub.url
        )
    })
}

/// How well a stub fits a request.
enum Fit {
    Whole,
    /// By method and URL alone; what is other than the stub wants it.
    Place(String),
    Not,
}

fn fit(stub: &Stub, request: &Request<Bytes>) -> Fit {
    let is_there =
        stub.method == request.method().as_str() && matches(&stub.url, &request.uri().to_string());
    if !is_there {
        return Fit::Not;
    }
    for (name, wanted) in &stub.headers {
        let mut values = request.headers().get_all(name).iter();
        if !values.any(|value| value.as_bytes() == wanted.as_bytes()) {
            let is_set = request.headers().contains_key(name);
            // What it is may be a secret.
            let how = if is_set { "another" } else { "no" };
            return Fit::Place(format!(
                "wants another header: the request has {how} `{name}`"
            ));
        }
    }
    let body = String::from_utf8_lossy(request.body());
    let fits = match &stub.body {
        None => true,
        Some(StubBody::Text(text)) => *text == body,
        Some(StubBody::Json(wanted)) => {
            serde_json::from_str(&body).is_ok_and(|body: serde_json::Value| same(&body, wanted))
        }
    };
    if fits {
        Fit::Whole
    } else {
        let shown: String = body.chars().take(200).collect();
        Fit::Place(format!("wants another body: the request has `{shown}`"))
    }
}

/// Whether `text` is what `pattern` says, in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

fn stubbed(answer: &StubAnswer) -> Stubbed {
    let (after, result) = match answer {
        StubAnswer::Timeout => (Duration::ZERO, Err(Error::Timeout)),
        StubAnswer::Unreachable => {
            let error = Error::Connect("the test says that it is unreachable".to_owned());
            (Duration::ZERO, Err(error))
        }
        StubAnswer::Response {
            status,
            headers,
            body,
            after,
        } => {
            let mut response = Response::builder().status(*status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            let response = response.body(Bytes::from(body.clone()));
            let broken = |error: http::Error| Error::Broken(error.to_string());
            (*after, response.map_err(broken))
        }
    };
    Stubbed { after, result }
}

fn miss(request: &Request<Bytes>, reasons: &[String]) -> Finding {
    let (method, url) = (request.method(), request.uri());
    let mut details: Vec<String> = reasons.to_vec();
    if reasons.is_empty() {
        let method = match method.as_str() {
            "GET" => String::new(),
            method => format!("method: {method}, "),
        };
        details.push("add to the call, with the answer that the server would give:".to_owned());
        details.push("  http:".to_owned());
        details.push(format!(
            "    - {{ {method}url: \"{url}\", answer: {{ status: 200, body: \"\" }} }}"
        ));
    }
    Finding::other(
        format!("no stub answers the request {method} {url}"),
        details.join("\n"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/bc", false),
            ("a/*", "a/", true),
            ("a/*", "a/b?c=d", true),
            ("*/b", "a/c/b", true),
            ("*/b", "a/b/c", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
            ("**", "", true),
            ("*", "anything", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
