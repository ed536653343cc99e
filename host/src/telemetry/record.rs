//! One record for each invocation, whatever becomes of it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::console::{Console, Line};
use super::content;
use super::instruments::{Instruments, Measured, Series, error_kind};
use super::names::{GEN_AI_ARGUMENTS, GEN_AI_RESULT};
use super::sampling::Sampling;
use super::sinks::Sinks;
use super::tree;
use super::wall::Wall;
use crate::config;
use crate::invocation::{Outcome, Rejection, TraceParent};
use crate::tool::{Args, Tool};
use crate::traces::Span;

/// What the metrics call a tool. Only the catalog makes these, so their number is bounded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Labels {
    /// The tool's bare name.
    pub tool: Arc<str>,
    /// Its group.
    pub group: Arc<str>,
    /// Its provider.
    pub provider: Arc<str>,
}

impl Labels {
    /// The labels of a tool of the catalog.
    pub fn of(tool: &Tool) -> Labels {
        Labels {
            tool: tool.name.shared(),
            group: tool.group.shared(),
            provider: tool.provider.shared(),
        }
    }
}

/// Records invocations.
pub struct Recorder {
    pub(super) instruments: Instruments,
    /// Of every tool that there has been; the catalog bounds them.
    series: RwLock<HashMap<Labels, Arc<Series>>>,
    /// Of all tools that there are not, from the first call of one on.
    unknown: OnceLock<Series>,
    pub(super) sinks: Arc<Sinks>,
    console: Option<Console>,
    sampling: Sampling,
    pub(super) propagates: bool,
    /// What spans keep of arguments, and of results.
    content_bytes: usize,
}

impl Recorder {
    pub(super) fn new(
        instruments: Instruments,
        sinks: Arc<Sinks>,
        console: Option<Console>,
        config: &config::Telemetry,
    ) -> Recorder {
        instruments.announce();
        Recorder {
            series: RwLock::default(),
            unknown: OnceLock::new(),
            instruments,
            sinks,
            console,
            sampling: Sampling::new(&config.sampling),
            propagates: config.propagates,
            content_bytes: config.content_bytes,
        }
    }

    /// A component was loaded: from the cache, or from the compiler in this time.
    pub fn record_load(&self, compiled: Option<Duration>) {
        self.instruments.record_load(compiled);
    }

    /// Makes a tool's series visible at zero.
    pub fn announce(&self, labels: &Labels) {
        self.series(labels);
    }

    /// The series of a tool, which exist from the first time on.
    fn series(&self, labels: &Labels) -> Arc<Series> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(labels) {
            return series.clone();
        }
        drop(known);
        let mut known = self.series.write().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(self.instruments.series(Some(labels)));
        known.entry(labels.clone()).or_insert_with(made).clone()
    }

    /// A new span's own: in the trace of `parent`, or the first of a trace.
    pub(super) fn context(&self, parent: Option<&TraceParent>) -> TraceParent {
        let trace_id = parent.map_or_else(rand::random, |parent| parent.trace_id);
        TraceParent {
            trace_id,
            span_id: rand::random(),
            sampled: self.sampling.keeps(parent, trace_id),
        }
    }

    /// Starts the span and the clock of one invocation. What is returned records exactly once:
    /// in [`Call::finish`], or as cancelled when it is dropped.
    /// `input_bytes` is the size of the request that brought it.
    pub fn start(&self, parent: Option<&TraceParent>, input_bytes: u64) -> Call<'_> {
        Call {
            recorder: self,
            context: self.context(parent),
            parent: parent.map(|parent| parent.span_id),
            labels: None,
            series: None,
            input_bytes,
            arguments: None,
            wall: Wall::now(),
            finished: false,
        }
    }
}

/// An invocation under way.
pub struct Call<'a> {
    recorder: &'a Recorder,
    context: TraceParent,
    parent: Option<[u8; 8]>,
    labels: Option<Labels>,
    series: Option<Arc<Series>>,
    input_bytes: u64,
    arguments: Option<String>,
    wall: Wall,
    finished: bool,
}

impl Call<'_> {
    /// The trace that the span belongs to, 32 lower-case hex digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.context.trace_id))
    }

    /// The call's own span, for the requests that the tool sends; `None` if they shall not
    /// tell of it.
    pub fn context(&self) -> Option<TraceParent> {
        self.recorder.propagates.then_some(self.context)
    }

    /// Says which tool it is. Without this the metrics say `unknown`.
    pub fn identify(&mut self, labels: Labels) {
        self.series = Some(self.recorder.series(&labels));
        self.labels = Some(labels);
    }

    /// Keeps the arguments, if the operator wants that; `redact` takes the tool's secrets out.
    pub fn keep(&mut self, args: &Args, redact: impl FnOnce(&mut Value)) {
        let bytes_max = self.recorder.content_bytes;
        if bytes_max > 0 && self.recorder.sinks.want(self.context.sampled) {
            let mut args = Value::Object(args.clone());
            redact(&mut args);
            self.arguments = Some(content::cut(content::data(args), bytes_max));
        }
    }

    /// Records the end; returns how long it took.
    pub fn finish(mut self, decided: &Result<Outcome, Rejection>) -> Duration {
        self.record(decided)
    }

    fn record(&mut self, decided: &Result<Outcome, Rejection>) -> Duration {
        self.finished = true;
        let ended = Instant::now();
        let duration = ended - self.wall.instant();
        let Recorder {
            instruments,
            unknown,
            sinks,
            ..
        } = self.recorder;
        let measured = Measured {
            decided,
            duration,
            input_bytes: self.input_bytes,
        };
        let series = match &self.series {
            Some(series) => series,
            None => unknown.get_or_init(|| instruments.series(None)),
        };
        instruments.record(series, &measured);
        self.write_line(&measured);
        if sinks.want(self.context.sampled) {
            let root = tree::Root {
                context: self.context,
                parent: self.parent,
                wall: self.wall,
                labels: self.labels.as_ref(),
                error: error_kind(decided),
                ended,
            };
            let mut spans = tree::spans(&root, decided.as_ref().ok());
            if let Some(arguments) = self.arguments.take() {
                self.add_content(&mut spans[0], arguments, decided.as_ref().ok());
            }
            sinks.send(spans, self.context.sampled);
        }
        duration
    }

    fn add_content(&self, span: &mut Span, arguments: String, outcome: Option<&Outcome>) {
        let mut add = |key: &'static str, text: String| {
            span.attributes.push((key.into(), text.into()));
        };
        add(GEN_AI_ARGUMENTS, arguments);
        if let Some(outcome) = outcome {
            let bytes_max = self.recorder.content_bytes;
            add(
                GEN_AI_RESULT,
                content::cut(content::result(outcome), bytes_max),
            );
        }
    }

    fn write_line(&self, measured: &Measured<'_>) {
        let Some(console) = &self.recorder.console else {
            return;
        };
        let error = error_kind(measured.decided);
        console.write(error.is_none(), || Line {
            labels: self.labels.as_ref(),
            error,
            duration: measured.duration,
            outcome: measured.decided.as_ref().ok(),
            trace_id: self.trace_id(),
            span_id: format!("{:016x}", u64::from_be_bytes(self.context.span_id)),
        });
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.record(&Err(Rejection::Cancelled));
        }
    }
}
