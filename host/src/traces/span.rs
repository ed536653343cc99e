//! What a span is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{Error, Time};

/// Attribute: the tool that the request called.
pub const TOOL: &str = "gen_ai.tool.name";
/// Attribute: the stable word for what went wrong.
pub const ERROR_TYPE: &str = "error.type";
/// Attribute: fuel burned.
pub const FUEL: &str = "sandbox.fuel.consumed";
/// Attribute: peak linear memory, in bytes.
pub const MEMORY: &str = "sandbox.memory.peak_bytes";

/// Text of names and keys: most are constants.
pub type Name = Cow<'static, str>;
/// Keys and values; of a key that stands twice, the last one counts.
pub type Attributes = Vec<(Name, Value)>;

/// Which trace a span belongs to; written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(pub [u8; 16]);

/// Which span of a trace; written as 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub [u8; 8]);

/// Which side of a call a span describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Neither.
    #[default]
    Internal,
    /// It answers.
    Server,
    /// It asks.
    Client,
    /// It sends a message.
    Producer,
    /// It takes one.
    Consumer,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Nobody said.
    #[default]
    Unset,
    /// Well.
    Ok,
    /// It failed.
    Error,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, shared by all spans that bear it.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// Any number; one that JSON cannot write becomes null.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// An array or an object.
    Json(serde_json::Value),
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What.
    pub name: Name,
    /// When.
    pub time: Time,
    /// More about it.
    pub attributes: Attributes,
}

/// A finished span.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// The span it is part of, here or elsewhere; `None` at the root of a trace.
    pub parent_span_id: Option<SpanId>,
    /// What was done.
    pub name: Name,
    /// Which side of a call.
    pub kind: Kind,
    /// When it began.
    pub start: Time,
    /// When it ended.
    pub end: Time,
    /// How it went.
    pub status: Status,
    /// Why it failed; mostly empty.
    pub status_message: String,
    /// More about it.
    pub attributes: Attributes,
    /// What happened meanwhile.
    pub events: Vec<Event>,
}

/// The part of a trace that one request made here: its local root, and all spans below that.
///
/// A trace has one branch for each request that bore its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The local root comes first. A branch without spans is none, and is not kept.
    pub spans: Vec<Span>,
    /// Whether it failed or was slow: it is then the last to be dropped.
    pub is_important: bool,
}

/// An event of a span that is not at hand: stored already, or never heard of.
#[derive(Clone, Debug, PartialEq)]
pub struct LateEvent {
    /// The span's trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// What happened.
    pub event: Event,
}

impl Span {
    /// The last value of `key`.
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        let found = self.attributes.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value)
    }
}

impl Value {
    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Json(_) => None,
        }
    }

    /// The whole number, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Text(_) | Value::Float(_) | Value::Bool(_) | Value::Json(_) => None,
        }
    }

    /// What JSON has to say; nothing for null.
    pub fn from_json(value: serde_json::Value) -> Option<Value> {
        match value {
            serde_json::Value::Null => None,
            serde_json::Value::Bool(truth) => Some(Value::Bool(truth)),
            serde_json::Value::String(text) => Some(Value::Text(text.into())),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(number) => Some(Value::Int(number)),
                None => number.as_f64().map(Value::Float),
            },
            nested @ (serde_json::Value::Array(_) | serde_json::Value::Object(_)) => {
                Some(Value::Json(nested))
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Float(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl Kind {
    /// In the order of the numbers that are stored.
    pub(super) const ALL: [Kind; 5] = [
        Kind::Internal,
        Kind::Server,
        Kind::Client,
        Kind::Producer,
        Kind::Consumer,
    ];

    /// The inverse of how it is stored.
    pub(super) fn read(number: u8) -> Kind {
        let known = Kind::ALL.get(usize::from(number));
        known.copied().unwrap_or_default()
    }

    /// `INTERNAL`, `SERVER`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Internal => "INTERNAL",
            Kind::Server => "SERVER",
            Kind::Client => "CLIENT",
            Kind::Producer => "PRODUCER",
            Kind::Consumer => "CONSUMER",
        }
    }
}

impl Status {
    /// In the order of the numbers that are stored.
    pub(super) const ALL: [Status; 3] = [Status::Unset, Status::Ok, Status::Error];

    /// The inverse of how it is stored.
    pub(super) fn read(number: u8) -> Status {
        let known = Status::ALL.get(usize::from(number));
        known.copied().unwrap_or_default()
    }

    /// `UNSET`, `OK` or `ERROR`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Unset => "UNSET",
            Status::Ok => "OK",
            Status::Error => "ERROR",
        }
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Either case will do; what is anything else is an [`Error::Invalid`] of `trace_id`.
impl FromStr for TraceId {
    type Err = Error;

    fn from_str(text: &str) -> Result<TraceId, Error> {
        bytes(text)
            .map(TraceId)
            .ok_or_else(|| Error::invalid("trace_id", "it must have 32 hexadecimal digits"))
    }
}

/// Either case will do; what is anything else is an [`Error::Invalid`] of `span_id`.
impl FromStr for SpanId {
    type Err = Error;

    fn from_str(text: &str) -> Result<SpanId, Error> {
        bytes(text)
            .map(SpanId)
            .ok_or_else(|| Error::invalid("span_id", "it must have 16 hexadecimal digits"))
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let id = SpanId([0, 1, 0xab, 0xff, 5, 6, 7, 8]);
        assert_eq!(id.to_string(), "0001abff05060708");
        assert_eq!("0001ABff05060708".parse::<SpanId>().unwrap(), id);
        let id = TraceId([0x4b; 16]);
        assert_eq!(id.to_string().parse::<TraceId>().unwrap(), id);
    }

    #[test]
    fn what_is_no_id_is_refused_by_the_name_of_its_field() {
        for text in ["", "ffff", "000000000000000g", "+00000000000000f", "ééé"] {
            let error = text.parse::<SpanId>().unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::Invalid {
                        field: "span_id",
                        ..
                    }
                ),
                "{text}"
            );
        }
        assert!("ffff".parse::<TraceId>().is_err());
    }
}
