//! Where finished spans go.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    Event as OtelEvent, SpanContext, SpanId, SpanKind, Status as OtelStatus, TraceFlags, TraceId,
    TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, StringValue, Value as OtelValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::outbox::{Outbox, Sent};
use crate::traces::{Attributes, Branch, Event, Kind, Span, Status, Time, Value, Writer};

/// Everything that takes spans. Handing one over never waits for anything.
#[derive(Default)]
pub struct Sinks {
    /// Into a file, all of them.
    pub store: Option<Writer>,
    /// To a collector.
    pub otlp: Option<Outbox<Arc<Branch>>>,
}

/// A call that takes longer is kept before others if the file cannot take all.
const SLOW: Duration = Duration::from_millis(250);

impl Sinks {
    /// Whether nobody takes spans, so that none need be made.
    pub fn is_empty(&self) -> bool {
        let Sinks { store, otlp } = self;
        store.is_none() && otlp.is_none()
    }

    /// Whether somebody takes spans of a trace that is sampled, or is not.
    pub fn want(&self, is_sampled: bool) -> bool {
        self.store.is_some() || is_sampled && self.otlp.is_some()
    }

    /// Hands over the spans that one request made. `is_sampled` is the decision about its trace,
    /// which is about collectors alone.
    pub fn send(&self, spans: Vec<Span>, is_sampled: bool) {
        let is_slow = |span: &Span| span.end.since(span.start) >= SLOW;
        let is_important = spans.first().is_some_and(is_slow)
            || spans.iter().any(|span| span.status == Status::Error);
        let branch = Arc::new(Branch {
            spans,
            is_important,
        });
        if let Some(otlp) = self.otlp.as_ref().filter(|_| is_sampled) {
            otlp.put(branch.spans.len(), || branch.clone());
        }
        if let Some(store) = &self.store {
            store.send(branch);
        }
    }

    /// Spans that the store has written, and those that it has lost.
    pub fn stored(&self) -> Sent {
        let Some(store) = &self.store else {
            return Sent::default();
        };
        let counts = store.counts();
        Sent {
            taken: counts.stored.spans,
            lost: counts.dropped.spans,
        }
    }

    /// Writes what is still queued into the file, for at most `patience`. Blocks.
    pub fn close_store(&self, patience: Duration) -> u64 {
        self.store
            .as_ref()
            .map_or(0, |store| store.close(patience).dropped.spans)
    }

    /// Sends what is still queued to the collector, for at most `patience`. Blocks.
    pub fn close_otlp(&self, patience: Duration) -> u64 {
        self.otlp
            .as_ref()
            .map_or(0, |otlp| otlp.close(patience).lost)
    }
}

/// A span as the SDK has it, made by `scope`.
pub fn span_data(span: &Span, scope: &InstrumentationScope) -> SpanData {
    let context = SpanContext::new(
        TraceId::from_bytes(span.trace_id.0),
        SpanId::from_bytes(span.span_id.0),
        TraceFlags::SAMPLED,
        false,
        TraceState::NONE,
    );
    let mut events = SpanEvents::default();
    events.events = span.events.iter().map(event).collect();
    SpanData {
        span_context: context,
        parent_span_id: span
            .parent_span_id
            .map_or(SpanId::INVALID, |id| SpanId::from_bytes(id.0)),
        parent_span_is_remote: false,
        span_kind: match span.kind {
            Kind::Internal => SpanKind::Internal,
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
            Kind::Producer => SpanKind::Producer,
            Kind::Consumer => SpanKind::Consumer,
        },
        name: span.name.clone(),
        start_time: date(span.start),
        end_time: date(span.end),
        attributes: attributes(&span.attributes),
        dropped_attributes_count: 0,
        events,
        links: SpanLinks::default(),
        status: match span.status {
            Status::Unset => OtelStatus::Unset,
            Status::Ok => OtelStatus::Ok,
            Status::Error => OtelStatus::error(span.status_message.clone()),
        },
        instrumentation_scope: scope.clone(),
    }
}

fn event(event: &Event) -> OtelEvent {
    OtelEvent::new(
        event.name.clone(),
        date(event.time),
        attributes(&event.attributes),
        0,
    )
}

fn attributes(attributes: &Attributes) -> Vec<KeyValue> {
    let value = |value: &Value| match value {
        Value::Text(text) => OtelValue::String(StringValue::from(text.clone())),
        Value::Int(number) => OtelValue::I64(*number),
        Value::Float(number) => OtelValue::F64(*number),
        Value::Bool(is_so) => OtelValue::Bool(*is_so),
        Value::Json(json) => OtelValue::String(json.to_string().into()),
    };
    let pairs = attributes.iter();
    pairs
        .map(|(key, of_key)| KeyValue::new(key.clone(), value(of_key)))
        .collect()
}

fn date(time: Time) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(u64::try_from(time.0).unwrap_or(0))
}
