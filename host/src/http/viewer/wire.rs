//! The JSON of the viewer's routes, written by the host and read by `toolhost traces`.

mod convert;
mod moment;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

pub use moment::Moment;

/// One page of a list of calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The newest first.
    pub data: Vec<Summary>,
    /// What `before` must be for the next page; `None` if this is the last.
    pub next: Option<String>,
}

/// One branch of a trace, in a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Its trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// Its local root: 16 hexadecimal digits.
    pub root_span_id: String,
    /// The name of its local root.
    pub name: String,
    /// Who made it.
    pub service: String,
    /// The tool that it called.
    pub tool: Option<String>,
    /// How it went.
    pub status: Status,
    /// The stable word for what went wrong.
    pub error_type: Option<String>,
    /// When it began.
    pub start_time: Moment,
    /// How long it took.
    pub duration_ms: f64,
    /// How many spans it has.
    pub spans: u32,
}

/// How something went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody said.
    #[default]
    Unset,
    /// Well.
    Ok,
    /// It failed.
    Error,
}

/// A whole trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// Depth first, siblings by start; never empty.
    pub spans: Vec<Span>,
}

/// One span of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// The span that it is part of, in this trace or elsewhere.
    pub parent_span_id: Option<String>,
    /// What was done.
    pub name: String,
    /// `INTERNAL`, `SERVER`, `CLIENT`, `PRODUCER` or `CONSUMER`.
    pub kind: String,
    /// When it began.
    pub start_time: Moment,
    /// When it ended.
    pub end_time: Moment,
    /// From the start of the trace's earliest span to that of this one.
    pub offset_ms: f64,
    /// How long it took.
    pub duration_ms: f64,
    /// How it went.
    pub status: Status,
    /// Why it failed; mostly empty.
    pub status_message: String,
    /// More about it.
    pub attributes: Map<String, Value>,
    /// What happened meanwhile, by time.
    pub events: Vec<Event>,
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub name: String,
    /// When.
    pub time: Moment,
    /// From the start of the trace's earliest span; negative if before.
    pub offset_ms: f64,
    /// More about it.
    pub attributes: Map<String, Value>,
}

/// How all tools did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Calls that began then or later.
    pub since: Moment,
    /// By the tool's name.
    pub data: Vec<ToolStats>,
}

/// How one tool did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolStats {
    /// Its bare name.
    pub tool: String,
    /// How often it was called.
    pub calls: u64,
    /// How many calls failed, by the stable word for why.
    pub errors: BTreeMap<String, u64>,
    /// How long its calls took.
    pub duration_ms: Spread,
    /// Fuel burned, by calls that say so.
    pub fuel: Option<Spread>,
    /// Peak linear memory, of calls that say so.
    pub memory_bytes: Option<Spread>,
}

/// How a number spreads; whole numbers are written without a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The median.
    #[serde(serialize_with = "number")]
    pub p50: f64,
    /// No more than this are 95 of 100.
    #[serde(serialize_with = "number")]
    pub p95: f64,
    /// No more than this are 99 of 100.
    #[serde(serialize_with = "number")]
    pub p99: f64,
    /// The largest.
    #[serde(serialize_with = "number")]
    pub max: f64,
}

/// Calls over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Start of the first step.
    pub since: Moment,
    /// End of the last.
    pub until: Moment,
    /// How long each is.
    pub step_ms: f64,
    /// The oldest first.
    pub data: Vec<Step>,
}

/// The calls that began in one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its first moment.
    pub start_time: Moment,
    /// How many there were.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// Median of how long they took; the three are `None` of no calls.
    pub p50_ms: Option<f64>,
    /// No more than this took 95 of 100.
    pub p95_ms: Option<f64>,
    /// No more than this took 99 of 100.
    pub p99_ms: Option<f64>,
}

/// The tools that there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tools {
    /// In the catalog's order.
    pub data: Vec<Tool>,
}

/// One tool, what it may use up and what it may touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Its bare name.
    pub name: String,
    /// Its group.
    pub toolgroup_id: String,
    /// Its provider.
    pub provider_id: String,
    /// What it does; may be empty.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// JSON Schema of its answer, if it has one.
    pub output_schema: Option<Value>,
    /// Its title and hints, as MCP names them.
    pub metadata: Map<String, Value>,
    /// What one call may use up.
    pub limits: Limits,
    /// What it may touch; empty is nothing.
    pub grants: Vec<Grant>,
}

/// Limits as a config writes them, but for the space in sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// A number such as `1000000000`.
    pub fuel: String,
    /// A size such as `64 MiB`.
    pub memory: String,
    /// A time such as `5s`.
    pub timeout: String,
    /// A size.
    pub output: String,
    /// A size.
    pub log: String,
    /// A number.
    pub concurrency: String,
    /// A number.
    pub hostcalls: String,
    /// A number.
    pub tables: String,
    /// A number.
    pub handles: String,
    /// A number.
    pub http_requests: String,
}

/// One thing that a tool may touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// `network`, `files`, `env`, `secrets`, `config`, `keyvalue`, `clock` or `random`.
    pub kind: String,
    /// Such as `https api.example.com:443 GET`.
    pub text: String,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "whole numbers below 2^53 are exact"
)]
fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}
