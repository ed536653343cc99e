//! What clients say of their own spans.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::ask::parsed;
use crate::http::body::Fields;
use crate::traces::{
    Attributes, ClientEvent, Error, Payload, Severity, SpanId, Status, Time, TraceId,
    Value as Attribute,
};

/// The name that what is wrong is told under.
const NAME: &str = "event";
const KIND: &str = "value_error";

/// The `event` of a body; what is wrong with it is noted.
pub(super) fn read(fields: &mut Fields) -> Option<ClientEvent> {
    let event = fields.required(NAME)?;
    let event = fields.object(NAME, event)?;
    let text = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
    let trace_id = parsed(fields, NAME, TraceId::from_str(text("trace_id")));
    let span_id = parsed(fields, NAME, SpanId::from_str(text("span_id")));
    let time = Time::parse(text("timestamp"));
    if time.is_none() {
        let words = "`timestamp` must be a date and time of ISO 8601";
        fields.wrong::<()>(NAME, KIND, words);
    }
    let payload = payload(&event);
    let payload = payload.or_else(|words| fields.wrong(NAME, KIND, words).ok_or(()));
    Some(ClientEvent {
        trace_id: trace_id?,
        span_id: span_id?,
        time: time?,
        attributes: attributes(event.get("attributes")),
        payload: payload.ok()?,
    })
}

/// The error says what it must be.
fn payload(event: &Map<String, Value>) -> Result<Payload, String> {
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    match text("type") {
        Some("structured_log") => structured(event.get("payload")),
        Some("unstructured_log") => Ok(Payload::Log {
            message: text("message").ok_or("`message` must be text")?.to_owned(),
            severity: Severity::from_str(text("severity").unwrap_or_default())
                .map_err(|error| error.to_string())?,
        }),
        Some("metric") => Ok(Payload::Metric {
            name: text("metric").ok_or("`metric` must be text")?.to_owned(),
            value: event
                .get("value")
                .filter(|value| value.is_number())
                .and_then(|value| Attribute::from_json(value.clone()))
                .ok_or("`value` must be a number")?,
            unit: text("unit").unwrap_or_default().to_owned(),
        }),
        _ => Err("`type` must be `structured_log`, `unstructured_log` or `metric`".to_owned()),
    }
}

fn structured(payload: Option<&Value>) -> Result<Payload, String> {
    let text = |key: &str| payload.and_then(|payload| payload.get(key)?.as_str());
    match (text("type"), text("status")) {
        (Some("span_start"), _) => Ok(Payload::SpanStart {
            name: text("name")
                .ok_or("`payload.name` must be text")?
                .to_owned(),
            parent_span_id: text("parent_span_id")
                .map(SpanId::from_str)
                .transpose()
                .map_err(|error: Error| error.to_string())?,
        }),
        (Some("span_end"), Some("ok")) => Ok(Payload::SpanEnd { status: Status::Ok }),
        (Some("span_end"), Some("error")) => Ok(Payload::SpanEnd {
            status: Status::Error,
        }),
        (Some("span_end"), _) => Err("`payload.status` must be `ok` or `error`".to_owned()),
        _ => Err("`payload.type` must be `span_start` or `span_end`".to_owned()),
    }
}

fn attributes(value: Option<&Value>) -> Attributes {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone().into(), Attribute::from_json(value.clone())?)))
        .collect()
}
