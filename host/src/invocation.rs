//! One call as data, from request to answer.
//!
//! The whole vocabulary of a call stands here. Nothing here does I/O or is serialisable:
//! wire formats are the business of the edges.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::policy::Denials;
use crate::tool::{Args, GroupName, Problem};

/// A request to run a tool.
#[derive(Debug)]
pub struct Invocation {
    /// The tool as the caller wrote it: `tool`, `group/tool` or `group::tool`.
    pub tool: String,

    /// Its arguments, unchecked.
    pub args: Args,

    /// Size of the request that brought it, in bytes; 0 if nobody counted.
    pub input_bytes: u64,

    /// The caller's trace, if it sent one.
    pub parent: Option<TraceParent>,

    /// The only groups whose tools exist for the caller; `None` is all.
    pub groups: Option<Arc<[GroupName]>>,
}

impl Invocation {
    /// A call outside any trace.
    pub fn new(tool: impl Into<String>, args: Args) -> Invocation {
        Invocation {
            tool: tool.into(),
            args,
            input_bytes: 0,
            parent: None,
            groups: None,
        }
    }
}

/// A remote span that an invocation belongs to (W3C Trace Context, `traceparent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    /// Never all zero.
    pub trace_id: [u8; 16],
    /// Never all zero.
    pub span_id: [u8; 8],
    /// Whether the caller keeps this trace.
    pub sampled: bool,
}

/// What became of an invocation.
#[derive(Debug)]
pub struct Answer {
    /// The trace that the call's span belongs to, 32 lower-case hex digits.
    pub trace_id: String,

    /// From entering the router to leaving it.
    pub duration: Duration,

    /// What the tool did, or why it never ran.
    pub decided: Result<Outcome, Rejection>,
}

/// A call that ran.
#[derive(Debug)]
pub struct Outcome {
    /// What the tool answered, or how the run failed.
    pub result: Result<Output, Failure>,

    /// What the run cost.
    pub usage: Usage,

    /// What it tried and may not.
    pub denials: Denials,

    /// The requests that it sent, the first [`EXCHANGES_MAX`] of them, in the order in which
    /// they ended.
    pub exchanges: Vec<Exchange>,

    /// What the tool wrote to stdout, printable and cut.
    pub stdout: String,

    /// What the tool wrote to stderr, likewise.
    pub stderr: String,

    /// How far it came, as it said itself: the first reports, and the last.
    pub progress: Vec<Progress>,

    /// How long it waited for a free place before it ran.
    pub queued: Duration,

    /// When what of it happened.
    pub timing: Timing,
}

/// What a tool said of how far it had come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// From the start of its run until then.
    pub after: Duration,
    /// What was done, in the tool's own unit.
    pub done: f64,
    /// Of how much, if it knew.
    pub total: Option<f64>,
    /// What it was doing; empty if it did not say.
    pub message: String,
}

/// Requests of one call that are kept as facts; all are counted.
pub const EXCHANGES_MAX: usize = 64;

/// The times of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When its sandbox was made.
    pub began: Instant,
    /// From then until its instance was ready; `None` if it never was.
    pub instantiated: Option<Duration>,
    /// From then until it ended.
    pub ended: Duration,
}

/// An outgoing HTTP request that policy let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The span that the server got as its parent.
    pub span_id: [u8; 8],
    /// In upper case.
    pub method: String,
    /// Without query and without secrets.
    pub url: String,
    /// The host as the grant names it that let the request go, such as `*.example.com`.
    pub granted: Arc<str>,
    /// The server's name or address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// When it was let go.
    pub began: Instant,
    /// From then until the head of the answer, or until it failed.
    pub duration: Duration,
    /// The answer's status, or a stable word for what went wrong.
    pub result: Result<u16, &'static str>,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// For the model to read, in order.
    pub content: Vec<Content>,

    /// The same as data, if the tool gave data.
    pub structured: Option<Value>,
}

/// One piece of a tool's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text(String),
    /// An image.
    Image {
        /// The bytes.
        data: Vec<u8>,
        /// Its media type, such as `image/png`.
        media_type: String,
    },
    /// A sound.
    Audio {
        /// The bytes.
        data: Vec<u8>,
        /// Its media type, such as `audio/wav`.
        media_type: String,
    },
    /// A document handed over whole.
    Resource {
        /// Its URI.
        uri: String,
        /// Its media type, if known.
        media_type: Option<String>,
        /// Its text or bytes.
        body: ResourceBody,
    },
    /// A pointer to a document.
    Link {
        /// Its URI.
        uri: String,
        /// A short name for people.
        name: String,
        /// What it is about, if the tool says.
        description: Option<String>,
        /// Its media type, if known.
        media_type: Option<String>,
    },
}

/// What a handed-over document holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceBody {
    /// Text.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// What a run used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Fuel burned by the guest, instantiation included.
    pub fuel: u64,
    /// The most linear memory that all memories of the instance held together.
    pub memory_peak_bytes: u64,
    /// What the guest wrote to stdout and stderr, the part that was dropped included.
    pub log_bytes: u64,
    /// What the tool answered, as `limits.output` counts it.
    pub output_bytes: u64,
    /// Calls of host functions.
    pub hostcalls: u64,
    /// Outgoing HTTP requests that were sent.
    pub http_requests: u32,
    /// Bytes of bodies sent by them.
    pub http_sent_bytes: u64,
    /// Bytes of bodies received by them.
    pub http_received_bytes: u64,
}

/// The run failed: the tool said no, or the sandbox stopped it.
///
/// Matched without wildcards at the edges: `http/error.rs`, `cli/exit.rs`,
/// `telemetry/instruments.rs`. A new kind breaks exactly these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The tool ran to its end and returned an error.
    #[error("{message}")]
    Tool {
        /// What kind of error, if the tool used the shared error type.
        reason: ToolError,
        /// The tool's own words.
        message: String,
    },

    /// The wall clock ran out.
    #[error("the tool did not finish within its time limit of {}", humantime::format_duration(*.limit))]
    Timeout {
        /// The limit it ran into.
        limit: Duration,
    },

    /// The fuel ran out.
    #[error("the tool used up its {limit} units of fuel")]
    OutOfFuel {
        /// The limit it ran into.
        limit: u64,
    },

    /// It asked for more memory or table space than it may have.
    #[error("the tool needs more than its {limit_bytes} bytes of memory")]
    OutOfMemory {
        /// The limit it ran into.
        limit_bytes: u64,
    },

    /// It called host functions more often than it may.
    #[error("the tool called the host more than its {limit} times")]
    TooManyHostCalls {
        /// The limit it ran into.
        limit: u64,
    },

    /// It held more handles to resources than it may.
    #[error("the tool needs more than its {limit} handles")]
    TooManyHandles {
        /// The limit it ran into.
        limit: u32,
    },

    /// Its result was too large.
    #[error("the tool's result is larger than its limit of {limit_bytes} bytes")]
    OutputTooLarge {
        /// The limit it ran into.
        limit_bytes: u64,
    },

    /// It crashed: a trap, a panic, an exit.
    #[error("the tool crashed: {reason}{}", stderr_tail(.stderr))]
    Trap {
        /// wasmtime's name of the trap, never a host path or a backtrace.
        reason: String,
        /// The last that it wrote to stderr; empty if nothing.
        stderr: String,
    },

    /// It answered with something that its own contract forbids.
    #[error("the tool answered with something it may not: {reason}")]
    InvalidOutput {
        /// What is wrong with it.
        reason: String,
    },

    /// Our fault. Details are in the log, under the trace id.
    #[error("the host failed to run the tool")]
    Host,
}

fn stderr_tail(stderr: &str) -> String {
    if stderr.is_empty() {
        String::new()
    } else {
        format!("; its stderr ends with: {stderr}")
    }
}

/// What a tool says went wrong (`tool-error` of the `toolhost:tool` package).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolError {
    /// The arguments make no sense to it.
    InvalidInput,
    /// What was asked for does not exist.
    NotFound,
    /// Anything else.
    Failed,
}

impl Failure {
    /// The stable word for it: `metadata.kind`, `error.type`, the docs.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::Tool { .. } => "tool_error",
            Failure::Timeout { .. } => "timeout",
            Failure::OutOfFuel { .. } => "out_of_fuel",
            Failure::OutOfMemory { .. } => "out_of_memory",
            Failure::TooManyHostCalls { .. } => "too_many_host_calls",
            Failure::TooManyHandles { .. } => "too_many_handles",
            Failure::OutputTooLarge { .. } => "output_too_large",
            Failure::Trap { .. } => "trap",
            Failure::InvalidOutput { .. } => "invalid_output",
            Failure::Host => "host_error",
        }
    }
}

/// The call never ran.
///
/// Matched without wildcards at the same edges as [`Failure`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No tool of that name.
    #[error("no tool is named `{name}`{}", nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    UnknownTool {
        /// The name as the caller wrote it, shortened if long.
        name: String,
        /// The closest name that exists, if one is close.
        nearest: Option<String>,
        /// The ids of all providers.
        providers: Vec<String>,
    },

    /// Several groups offer a tool of that name.
    #[error("several groups offer `{name}`; say which: {}", candidates.join(", "))]
    AmbiguousTool {
        /// The bare name.
        name: String,
        /// The qualified names.
        candidates: Vec<String>,
    },

    /// The arguments do not fit; all that is wrong with them.
    #[error("invalid arguments: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    InvalidArguments {
        /// Never empty.
        problems: Vec<Problem>,
    },

    /// No place became free in time, or the queue is full.
    #[error("`{tool}` is busy; try again in {} s", retry_after.as_millis().div_ceil(1000).max(1))]
    Busy {
        /// The qualified name of the tool.
        tool: String,
        /// When a retry makes sense.
        retry_after: Duration,
    },

    /// The host is shutting down.
    #[error("the host is shutting down")]
    Draining,

    /// The caller went away before there was an answer.
    #[error("the caller went away")]
    Cancelled,
}

impl Rejection {
    /// The stable word for it: `metadata.kind`, `error.type`, the docs.
    pub fn kind(&self) -> &'static str {
        match self {
            Rejection::UnknownTool { .. } => "unknown_tool",
            Rejection::AmbiguousTool { .. } => "ambiguous_tool",
            Rejection::InvalidArguments { .. } => "invalid_arguments",
            Rejection::Busy { .. } => "busy",
            Rejection::Draining => "draining",
            Rejection::Cancelled => "cancelled",
        }
    }
}

/// Every word that [`Failure::kind`] and [`Rejection::kind`] can say, for the docs.
pub const KINDS: [&str; 16] = [
    "tool_error",
    "timeout",
    "out_of_fuel",
    "out_of_memory",
    "too_many_host_calls",
    "too_many_handles",
    "output_too_large",
    "trap",
    "invalid_output",
    "host_error",
    "unknown_tool",
    "ambiguous_tool",
    "invalid_arguments",
    "busy",
    "draining",
    "cancelled",
];
