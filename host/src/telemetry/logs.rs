//! The log: lines on stderr, and records for a collector.

use std::io::IsTerminal;
use std::sync::{Arc, PoisonError, RwLock};

use opentelemetry::logs::{AnyValue, LogRecord as _, Severity};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry::{InstrumentationScope, Key};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLoggerProvider};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::names::{LOG_SPAN_ID, LOG_TRACE_ID};
use super::otlp::Record;
use super::outbox::Outbox;
use super::plain::Plain;
use crate::config;

/// Where the records of this process go, as its subscriber is one for the whole process, too.
static OUTBOX: RwLock<Option<Arc<Outbox<Record>>>> = RwLock::new(None);

/// What exporters themselves have to say is said once, by their watch.
const QUIET: &str = "opentelemetry=off,opentelemetry_sdk=off,opentelemetry_otlp=off,\
                     hyper=warn,hyper_util=warn,h2=warn,tonic=warn,tower=warn";

/// Sends log lines to stderr, never to stdout, which belongs to what a command prints; and also to
/// a collector from the moment that telemetry starts, if the config says so.
/// Does nothing if logging is already set up.
pub fn log_to_stderr(config: &config::Telemetry) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    if config.log_json {
        start(config, lines.json());
    } else {
        start(config, lines.compact());
    }
}

/// The same in plain lines, for the author of a tool.
pub fn log_for_authors(config: &config::Telemetry) {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    start(config, lines.event_format(Plain));
}

fn start(config: &config::Telemetry, lines: impl Layer<Registry> + Send + Sync) {
    let filter = || {
        EnvFilter::try_new(format!("{QUIET},{}", config.log_filter))
            .unwrap_or_else(|_| EnvFilter::new(format!("{QUIET},info")))
    };
    let records = config.logs.as_ref().map(|_| {
        let provider = SdkLoggerProvider::builder().with_log_processor(Tap).build();
        OpenTelemetryTracingBridge::new(&provider).with_filter(filter())
    });
    // A second set-up in one process, as tests do it, is no error.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(filter()))
        .with(records)
        .try_init();
}

/// From now on, records go there.
pub fn send_to(outbox: Arc<Outbox<Record>>) {
    *OUTBOX.write().unwrap_or_else(PoisonError::into_inner) = Some(outbox);
}

/// From now on, records go no longer there.
pub fn stop_sending_to(outbox: &Arc<Outbox<Record>>) {
    let mut current = OUTBOX.write().unwrap_or_else(PoisonError::into_inner);
    if current
        .as_ref()
        .is_some_and(|current| Arc::ptr_eq(current, outbox))
    {
        *current = None;
    }
}

/// Hands each record to the outbox, as part of the trace that its fields name.
#[derive(Debug)]
struct Tap;

impl LogProcessor for Tap {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        let outbox = OUTBOX
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(outbox) = outbox {
            let mut record = record.clone();
            join_trace(&mut record);
            outbox.put(1, || (record, scope.clone()));
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }

    fn event_enabled(&self, _level: Severity, _target: &str, _name: Option<&str>) -> bool {
        OUTBOX
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }
}

fn join_trace(record: &mut SdkLogRecord) {
    let hex = |key: &'static str| {
        let mut attributes = record.attributes_iter();
        let (_, value) = attributes.find(|(name, _)| *name == Key::from_static_str(key))?;
        match value {
            AnyValue::String(text) => Some(text.to_string()),
            _ => None,
        }
    };
    let trace = hex(LOG_TRACE_ID).and_then(|hex| TraceId::from_hex(&hex).ok());
    let span = hex(LOG_SPAN_ID).and_then(|hex| SpanId::from_hex(&hex).ok());
    if let Some(trace) = trace {
        record.set_trace_context(trace, span.unwrap_or(SpanId::INVALID), None);
    }
    // The time of the event is that at which it was seen.
    if let Some(seen) = record.observed_timestamp() {
        record.set_timestamp(seen);
    }
}
