//! What is known of each span: attributes, log lines, denials.

use serde_json::{Map, Value};

use super::waterfall::name;
use crate::cli::amount;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, cut, pad, pad_left, width, wrap};
use crate::http::viewer::wire::{Event, Span, Status};
use crate::telemetry::{DENIAL_RULE, DENIAL_TARGET, EVENT_DENIED, EVENT_LOG, LOG_STREAM, LOG_TEXT};
use crate::traces::ERROR_TYPE;

const INDENT: &str = "  ";
const GAP: &str = "  ";
/// Keys that are longer push their value to the right.
const KEY_WIDTH_MAX: usize = 28;
/// Lines that one value may take.
const LINES_MAX: usize = 4;
const OFFSET_WIDTH: usize = 8;

/// Whether attributes of spans are shown; those of events always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// They are.
    Attributes,
    /// They are not.
    Events,
}

/// A block of lines for each span that has something to tell, with an empty line before each.
pub fn lines(spans: &[Span], shows: Shows, screen: Screen) -> Vec<String> {
    let mut lines = Vec::new();
    for span in spans {
        let mut block = Vec::new();
        if shows == Shows::Attributes {
            block.extend(attributes(&span.attributes, screen));
        }
        for event in &span.events {
            block.extend(self::event(event, screen));
        }
        if !block.is_empty() || span.status == Status::Error {
            lines.push(String::new());
            lines.extend(title(span, screen));
            lines.append(&mut block);
        }
    }
    lines
}

/// The name of the span, when it ran and how it failed.
fn title(span: &Span, screen: Screen) -> Vec<String> {
    let times = format!(
        "+{}, {}",
        amount::duration(span.offset_ms.max(0.0)),
        amount::duration(span.duration_ms)
    );
    let name = cut(&name(span), screen.columns / 2);
    let mut title = [
        screen.paint(Ink::Bold, &name),
        screen.paint(Ink::Dim, &times),
    ]
    .join(GAP);
    let Some(kind) = failure(span) else {
        return vec![title];
    };
    title.push_str(GAP);
    title.push_str(&screen.paint(Ink::Red, &kind));
    let mut lines = vec![title];
    let message = clean(&span.status_message);
    if !message.is_empty() && message != kind {
        lines.extend(hang(INDENT, INDENT.len(), &message, screen));
    }
    lines
}

/// The word for why the span failed, if it did.
pub fn failure(span: &Span) -> Option<String> {
    let kind = span.attributes.get(ERROR_TYPE).and_then(Value::as_str);
    let kind = cut(&clean(kind.unwrap_or("error")), KEY_WIDTH_MAX);
    (span.status == Status::Error).then_some(kind)
}

fn attributes(attributes: &Map<String, Value>, screen: Screen) -> Vec<String> {
    let pairs: Vec<(String, String)> = attributes
        .iter()
        .map(|(key, value)| (clean(key), text(value)))
        .collect();
    let keys = pairs.iter().map(|(key, _)| width(key)).max().unwrap_or(0);
    let keys = keys.min(KEY_WIDTH_MAX);
    let mut lines = Vec::new();
    for (key, value) in &pairs {
        let key = pad(key, width(key).max(keys).min(screen.columns / 2));
        let head = [INDENT, &screen.paint(Ink::Dim, &key), GAP].concat();
        let indent = INDENT.len() + width(&key) + GAP.len();
        lines.extend(hang(&head, indent, value, screen));
    }
    lines
}

fn event(event: &Event, screen: Screen) -> Vec<String> {
    let of = |key: &str| event.attributes.get(key).map(text).unwrap_or_default();
    let (what, rest) = match event.name.as_str() {
        EVENT_LOG => (of(LOG_STREAM), of(LOG_TEXT)),
        EVENT_DENIED => (
            EVENT_DENIED.to_owned(),
            format!("{} {}", of(DENIAL_RULE), of(DENIAL_TARGET)),
        ),
        name => (cut(&clean(name), KEY_WIDTH_MAX), pairs(&event.attributes)),
    };
    let offset = format!("+{}", amount::duration(event.offset_ms.max(0.0)));
    let offset = pad_left(&offset, OFFSET_WIDTH);
    let indent = INDENT.len() + width(&offset) + width(&what) + 2 * GAP.len();
    let what = match event.name.as_str() {
        EVENT_DENIED => screen.paint(Ink::Red, &what),
        _ => what,
    };
    let offset = screen.paint(Ink::Dim, &offset);
    let head = [INDENT, &offset, GAP, &what, GAP].concat();
    hang(&head, indent, &rest, screen)
}

/// `value` behind `head`, which takes `indent` columns, and its other lines below its first.
fn hang(head: &str, indent: usize, value: &str, screen: Screen) -> Vec<String> {
    let mut lines = wrap(value, screen.columns.saturating_sub(indent), LINES_MAX);
    for (place, line) in lines.iter_mut().enumerate() {
        let before = if place == 0 {
            head
        } else {
            &" ".repeat(indent)
        };
        *line = format!("{before}{line}").trim_end().to_owned();
    }
    lines
}

fn pairs(attributes: &Map<String, Value>) -> String {
    let pairs = attributes.iter();
    let pairs = pairs.map(|(key, value)| format!("{}={}", clean(key), text(value)));
    pairs.collect::<Vec<_>>().join(" ")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => clean(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            clean(&value.to_string())
        }
    }
}
