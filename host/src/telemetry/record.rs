//! One record for each invocation, whatever becomes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
    TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use super::instruments::{Instruments, error_kind};
use super::names::{
    DENIAL_RULE, DENIAL_TARGET, ERROR_TYPE, EVENT_DENIED, EXECUTE_TOOL, GEN_AI_OPERATION,
    GEN_AI_TOOL_NAME, SPAN_FUEL, SPAN_HOSTCALLS, SPAN_HTTP_REQUESTS, SPAN_LOG, SPAN_MEMORY,
    SPAN_PROVIDER, SPAN_QUEUE_MS, SPAN_TOOL_GROUP,
};
use crate::invocation::{Outcome, Rejection, TraceParent};
use crate::tool::Tool;

/// What the metrics call a tool. Only the catalog makes these, so their number is bounded.
#[derive(Clone, Debug)]
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
    instruments: Instruments,
    tracer: SdkTracer,
}

impl Recorder {
    pub(super) fn new(instruments: Instruments, tracer: SdkTracer) -> Recorder {
        Recorder {
            instruments,
            tracer,
        }
    }

    /// Makes a tool's series visible at zero.
    pub fn announce(&self, labels: &Labels) {
        self.instruments.announce(labels);
    }

    /// Starts the span and the clock of one invocation. What is returned records exactly once:
    /// in [`Call::finish`], or as cancelled when it is dropped.
    pub fn start(&self, parent: Option<&TraceParent>) -> Call<'_> {
        let context = match parent {
            Some(parent) => Context::new().with_remote_span_context(remote(parent)),
            None => Context::new(),
        };
        let builder = self
            .tracer
            .span_builder(EXECUTE_TOOL)
            .with_kind(SpanKind::Internal)
            .with_attributes([KeyValue::new(GEN_AI_OPERATION, EXECUTE_TOOL)]);
        let span = self.tracer.build_with_context(builder, &context);
        Call {
            recorder: self,
            span,
            labels: None,
            started: Instant::now(),
            finished: false,
        }
    }
}

fn remote(parent: &TraceParent) -> SpanContext {
    let flags = if parent.sampled {
        TraceFlags::SAMPLED
    } else {
        TraceFlags::default()
    };
    let (trace_id, span_id) = (
        TraceId::from_bytes(parent.trace_id),
        SpanId::from_bytes(parent.span_id),
    );
    SpanContext::new(trace_id, span_id, flags, true, TraceState::NONE)
}

/// An invocation under way.
pub struct Call<'a> {
    recorder: &'a Recorder,
    span: Span,
    labels: Option<Labels>,
    started: Instant,
    finished: bool,
}

impl Call<'_> {
    /// The trace that the span belongs to, 32 lower-case hex digits.
    pub fn trace_id(&self) -> String {
        self.span.span_context().trace_id().to_string()
    }

    /// Says which tool it is. Without this the metrics say `unknown`.
    pub fn identify(&mut self, labels: Labels) {
        self.labels = Some(labels);
    }

    /// Records the end; returns how long it took.
    pub fn finish(mut self, decided: &Result<Outcome, Rejection>) -> Duration {
        self.record(decided)
    }

    fn record(&mut self, decided: &Result<Outcome, Rejection>) -> Duration {
        self.finished = true;
        let duration = self.started.elapsed();
        self.recorder
            .instruments
            .record(self.labels.as_ref(), decided, duration);
        if self.span.is_recording() {
            self.describe(decided);
        }
        self.span.end();
        duration
    }

    fn describe(&mut self, decided: &Result<Outcome, Rejection>) {
        if let Some(labels) = &self.labels {
            self.span
                .update_name(format!("{EXECUTE_TOOL} {}", labels.tool));
            self.span
                .set_attribute(KeyValue::new(GEN_AI_TOOL_NAME, labels.tool.clone()));
            self.span
                .set_attribute(KeyValue::new(SPAN_TOOL_GROUP, labels.group.clone()));
            self.span
                .set_attribute(KeyValue::new(SPAN_PROVIDER, labels.provider.clone()));
        }
        if let Ok(outcome) = decided {
            self.describe_run(outcome);
        }
        if let Some(kind) = error_kind(decided) {
            self.span.set_attribute(KeyValue::new(ERROR_TYPE, kind));
            // The kind, not the text: a tool's own words may hold what it was told.
            self.span.set_status(Status::error(kind));
        }
    }
}

impl Call<'_> {
    fn describe_run(&mut self, outcome: &Outcome) {
        let usage = &outcome.usage;
        let queue_ms = outcome.queued.as_secs_f64() * 1e3;
        self.span
            .set_attribute(KeyValue::new(SPAN_QUEUE_MS, queue_ms));
        for (name, amount) in [
            (SPAN_LOG, usage.log_bytes),
            (SPAN_FUEL, usage.fuel),
            (SPAN_MEMORY, usage.memory_peak_bytes),
            (SPAN_HOSTCALLS, usage.hostcalls),
            (SPAN_HTTP_REQUESTS, u64::from(usage.http_requests)),
        ] {
            let amount = i64::try_from(amount).unwrap_or(i64::MAX);
            self.span.set_attribute(KeyValue::new(name, amount));
        }
        for denial in &outcome.denials.first {
            let described = vec![
                KeyValue::new(DENIAL_RULE, denial.rule.as_str()),
                KeyValue::new(DENIAL_TARGET, denial.target.clone()),
            ];
            self.span.add_event(EVENT_DENIED, described);
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.record(&Err(Rejection::Cancelled));
        }
    }
}
