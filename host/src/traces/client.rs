//! Spans that clients make themselves: opened, told of and ended by one message each.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::metrics::{EVENT, UNIT, VALUE};
use super::{
    Attributes, Branch, Error, Event, Kind, LateEvent, Name, Span, SpanId, Status, Time, TraceId,
    Value, Writer,
};

/// Events that an open span holds; more are written by themselves.
const EVENTS_MAX: usize = 128;
/// Attributes that a span or event holds; more are left out.
const ATTRIBUTES_MAX: usize = 128;
/// Name of the events that are lines of a log.
const LOG: &str = "unstructured_log";
/// Name of the event that the end of an unknown span becomes.
const END: &str = "span_end";
/// Attribute of spans that were written though nobody ended them.
const UNFINISHED: &str = "unfinished";

/// A message of a client about one of its spans.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientEvent {
    /// The span's trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// When it happened.
    pub time: Time,
    /// More about it; at most 128, others are left out.
    pub attributes: Attributes,
    /// What happened.
    pub payload: Payload,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// The span began.
    SpanStart {
        /// What is done.
        name: String,
        /// The span it is part of.
        parent_span_id: Option<SpanId>,
    },
    /// The span ended.
    SpanEnd {
        /// How it went.
        status: Status,
    },
    /// A line of a log.
    Log {
        /// The line.
        message: String,
        /// How grave it is.
        severity: Severity,
    },
    /// A number.
    Metric {
        /// Of what.
        name: String,
        /// The number, whole or not.
        value: Value,
        /// What it counts.
        unit: String,
    },
}

/// How grave a line of a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// `verbose`.
    Verbose,
    /// `debug`.
    Debug,
    /// `info`.
    Info,
    /// `warn`.
    Warn,
    /// `error`.
    Error,
    /// `critical`.
    Critical,
}

/// The spans that clients have begun and not ended, in memory, bounded in number and age.
pub struct OpenSpans {
    state: Mutex<State>,
    spans_max: usize,
    ttl: Duration,
}

type Key = (TraceId, SpanId);

#[derive(Default)]
struct State {
    open: HashMap<Key, Open>,
    /// The same, the one opened first in front.
    by_age: BTreeMap<u64, Key>,
    opened: u64,
}

struct Open {
    span: Span,
    number: u64,
    since: Instant,
}

impl OpenSpans {
    /// Holds at most `spans_max` spans, none longer than `ttl`. One that has to go before its end
    /// is written as it is, with the attribute `unfinished`.
    pub fn new(spans_max: usize, ttl: Duration) -> OpenSpans {
        OpenSpans {
            state: Mutex::default(),
            spans_max: spans_max.max(1),
            ttl,
        }
    }

    /// How many spans are open.
    pub fn len(&self) -> usize {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .open
            .len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes a message in. Never waits.
    ///
    /// The span keeps the client's ids, and goes to `writer` once it has ended. A start of a span
    /// that is open changes nothing. What is told of a span that is not open, even its end, goes
    /// to `writer` as an event of it.
    pub fn take(&self, event: ClientEvent, writer: &Writer) {
        self.expire(writer);
        let key = (event.trace_id, event.span_id);
        let mut attributes = event.attributes;
        attributes.truncate(ATTRIBUTES_MAX);
        match event.payload {
            Payload::SpanStart {
                name,
                parent_span_id,
            } => {
                let span = Span {
                    trace_id: event.trace_id,
                    span_id: event.span_id,
                    parent_span_id,
                    name: name.into(),
                    kind: Kind::Internal,
                    start: event.time,
                    end: event.time,
                    status: Status::Unset,
                    status_message: String::new(),
                    attributes,
                    events: Vec::new(),
                };
                if let Some(oldest) = self.open(key, span) {
                    write(unfinished(oldest), writer);
                }
            }
            Payload::SpanEnd { status } => match self.close(key) {
                Some(mut span) => {
                    span.status = status;
                    span.end = event.time;
                    merge(&mut span.attributes, attributes);
                    write(span, writer);
                }
                None => {
                    set(
                        &mut attributes,
                        "status",
                        status.as_str().to_ascii_lowercase().as_str(),
                    );
                    self.tell(key, event_of(END, event.time, attributes), writer);
                }
            },
            Payload::Log { message, severity } => {
                set(&mut attributes, "message", message.as_str());
                set(&mut attributes, "severity", severity.as_str());
                self.tell(key, event_of(LOG, event.time, attributes), writer);
            }
            Payload::Metric { name, value, unit } => {
                set(&mut attributes, VALUE, value);
                set(&mut attributes, UNIT, unit.as_str());
                let name = format!("{EVENT}{name}");
                self.tell(key, event_of(name, event.time, attributes), writer);
            }
        }
    }

    /// Writes, as unfinished, what has been open for too long.
    pub fn expire(&self, writer: &Writer) {
        self.write_older(self.ttl, writer);
    }

    /// Writes all that is open, as unfinished: nobody can end it any more.
    pub fn finish(&self, writer: &Writer) {
        self.write_older(Duration::ZERO, writer);
    }

    fn write_older(&self, age: Duration, writer: &Writer) {
        loop {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let oldest = state.by_age.first_key_value().map(|(_, key)| *key);
            let Some(key) = oldest.filter(|key| {
                state
                    .open
                    .get(key)
                    .is_none_or(|open| open.since.elapsed() >= age)
            }) else {
                return;
            };
            let span = state.remove(key);
            drop(state);
            if let Some(span) = span {
                write(unfinished(span), writer);
            }
        }
    }

    /// Gives back the oldest span if there are too many.
    fn open(&self, key: Key, span: Span) -> Option<Span> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.open.contains_key(&key) {
            return None;
        }
        let oldest = (state.open.len() >= self.spans_max)
            .then(|| state.by_age.first_key_value().map(|(_, key)| *key))
            .flatten()
            .and_then(|oldest| state.remove(oldest));
        state.opened += 1;
        let number = state.opened;
        state.by_age.insert(number, key);
        let since = Instant::now();
        state.open.insert(
            key,
            Open {
                span,
                number,
                since,
            },
        );
        oldest
    }

    fn close(&self, key: Key) -> Option<Span> {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key)
    }

    fn tell(&self, (trace_id, span_id): Key, event: Event, writer: &Writer) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open.get_mut(&(trace_id, span_id)) {
            Some(open) if open.span.events.len() < EVENTS_MAX => {
                open.span.end = open.span.end.max(event.time);
                open.span.events.push(event);
            }
            _ => {
                drop(state);
                writer.send_late(LateEvent {
                    trace_id,
                    span_id,
                    event,
                });
            }
        }
    }
}

impl State {
    fn remove(&mut self, key: Key) -> Option<Span> {
        let open = self.open.remove(&key)?;
        self.by_age.remove(&open.number);
        Some(open.span)
    }
}

impl Severity {
    /// As the API names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Verbose => "verbose",
            Severity::Debug => "debug",
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = Error;

    fn from_str(word: &str) -> Result<Severity, Error> {
        let all = [
            Severity::Verbose,
            Severity::Debug,
            Severity::Info,
            Severity::Warn,
            Severity::Error,
            Severity::Critical,
        ];
        all.into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or_else(|| {
                let names = all.map(|severity| format!("`{}`", severity.as_str()));
                Error::invalid(
                    "severity",
                    format!("it must be one of {}", names.join(", ")),
                )
            })
    }
}

fn write(span: Span, writer: &Writer) {
    writer.send(Branch {
        is_important: span.status == Status::Error,
        spans: vec![span],
    });
}

fn unfinished(mut span: Span) -> Span {
    set(&mut span.attributes, UNFINISHED, true);
    span
}

fn event_of(name: impl Into<Name>, time: Time, attributes: Attributes) -> Event {
    Event {
        name: name.into(),
        time,
        attributes,
    }
}

fn set(attributes: &mut Attributes, key: &'static str, value: impl Into<Value>) {
    attributes.retain(|(name, _)| name != key);
    attributes.push((key.into(), value.into()));
}

fn merge(attributes: &mut Attributes, more: Attributes) {
    for (key, value) in more {
        if let Some((_, old)) = attributes.iter_mut().find(|(name, _)| *name == key) {
            *old = value;
        } else if attributes.len() < ATTRIBUTES_MAX {
            attributes.push((key, value));
        }
    }
}
