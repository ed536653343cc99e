//! The spans of one call, made when it is over from what is known of it.

use std::time::{Duration, Instant};

use super::names::{
    ADMISSION, CALL, DENIAL_RULE, DENIAL_TARGET, ERROR_TYPE, EVENT_DENIED, EVENT_LOG,
    EVENT_PROGRESS, EXECUTE_TOOL, GEN_AI_OPERATION, GEN_AI_TOOL_NAME, HTTP_METHOD, HTTP_STATUS,
    INSTANTIATE, LOG_STREAM, LOG_TEXT, PROGRESS_DONE, PROGRESS_TEXT, PROGRESS_TOTAL,
    SERVER_ADDRESS, SERVER_PORT, SPAN_DENIALS, SPAN_FUEL, SPAN_HOSTCALLS, SPAN_HTTP_REQUESTS,
    SPAN_LIMIT, SPAN_LOG, SPAN_MEMORY, SPAN_OUTPUT, SPAN_PROVIDER, SPAN_QUEUE_MS, SPAN_TOOL_GROUP,
    URL_FULL,
};
use super::record::Labels;
use super::wall::Wall;
use crate::invocation::{Exchange, Failure, Outcome, Timing, TraceParent};
use crate::traces::{Event, Kind, Name, Span, SpanId, Status, Time, TraceId, Value};

/// A shorter wait for a place is an attribute and no span.
const WAIT_MIN: Duration = Duration::from_millis(1);
/// Lines of a guest's log that become events of its span.
const LOG_LINES_MAX: usize = 32;
/// Characters kept of each.
const LOG_LINE_CHARS_MAX: usize = 512;

/// What all spans of a call have in common.
pub struct Root<'a> {
    /// The call's own span, and whether its trace is sent to a collector.
    pub context: TraceParent,
    /// The span that it belongs to.
    pub parent: Option<[u8; 8]>,
    /// Dates.
    pub wall: Wall,
    /// Which tool, if there is such a tool.
    pub labels: Option<&'a Labels>,
    /// The stable word for what went wrong.
    pub error: Option<&'static str>,
    /// When it was over.
    pub ended: Instant,
}

/// The spans of a call, its own first; `outcome` is of one that ran.
pub fn spans(root: &Root<'_>, outcome: Option<&Outcome>) -> Vec<Span> {
    let mut spans = vec![execute_tool(root, outcome)];
    let Some(outcome) = outcome else {
        return spans;
    };
    let Timing {
        began,
        instantiated,
        ended,
    } = outcome.timing;
    if outcome.queued >= WAIT_MIN {
        spans.push(root.child(ADMISSION, began - outcome.queued, began));
    }
    let ready = instantiated.map(|ready| began + ready);
    let ended = began + ended;
    spans.push(root.child(INSTANTIATE, began, ready.unwrap_or(ended)));
    if let Some(ready) = ready {
        let mut call = root.child(CALL, ready, ended);
        call.events = log_lines(outcome, call.end);
        call.events.extend(steps(root, outcome));
        let of_call = call.span_id;
        spans.push(call);
        let exchanges = outcome.exchanges.iter();
        spans.extend(exchanges.map(|exchange| root.exchange(exchange, of_call)));
    }
    if let Some(error) = root.error
        && let Some(last) = spans
            .iter_mut()
            .skip(1)
            .rfind(|span| span.kind == Kind::Internal)
    {
        // Where it went wrong: while the instance was made, or in the guest.
        fail(last, error);
    }
    spans
}

fn execute_tool(root: &Root<'_>, outcome: Option<&Outcome>) -> Span {
    let mut span = root.span(EXECUTE_TOOL.into(), root.wall.instant(), root.ended);
    span.span_id = SpanId(root.context.span_id);
    span.parent_span_id = root.parent.map(SpanId);
    span.attributes.reserve_exact(13);
    span.attributes
        .push((GEN_AI_OPERATION.into(), EXECUTE_TOOL.into()));
    if let Some(labels) = root.labels {
        span.name = format!("{EXECUTE_TOOL} {}", labels.tool).into();
        for (key, label) in [
            (GEN_AI_TOOL_NAME, &labels.tool),
            (SPAN_TOOL_GROUP, &labels.group),
            (SPAN_PROVIDER, &labels.provider),
        ] {
            span.attributes
                .push((key.into(), Value::Text(label.clone())));
        }
    }
    if let Some(outcome) = outcome {
        let usage = &outcome.usage;
        let queue_ms = outcome.queued.as_nanos() as f64 / 1e6;
        span.attributes
            .push((SPAN_QUEUE_MS.into(), queue_ms.into()));
        for (key, amount) in [
            (SPAN_LOG, usage.log_bytes),
            (SPAN_OUTPUT, usage.output_bytes),
            (SPAN_FUEL, usage.fuel),
            (SPAN_MEMORY, usage.memory_peak_bytes),
            (SPAN_HOSTCALLS, usage.hostcalls),
            (SPAN_HTTP_REQUESTS, u64::from(usage.http_requests)),
        ] {
            let amount = i64::try_from(amount).unwrap_or(i64::MAX);
            span.attributes.push((key.into(), amount.into()));
        }
        let denials_count = outcome
            .denials
            .counts
            .iter()
            .map(|(_, count)| count)
            .sum::<u64>();
        let denials_count = (denials_count > 0).then_some(denials_count);
        for (key, amount) in [
            (SPAN_DENIALS, denials_count),
            (SPAN_LIMIT, outcome.result.as_ref().err().and_then(limit)),
        ] {
            let amount = amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
            span.attributes
                .extend(amount.map(|amount| (key.into(), amount.into())));
        }
        span.events = denials(outcome, span.end);
    }
    if let Some(error) = root.error {
        // The kind, not the text: a tool's own words may hold what it was told.
        fail(&mut span, error);
    }
    span
}

/// The limit that a call ran into, if that is why it failed; of time in milliseconds.
fn limit(failure: &Failure) -> Option<u64> {
    match failure {
        Failure::Timeout { limit } => u64::try_from(limit.as_millis()).ok(),
        Failure::OutOfFuel { limit } | Failure::TooManyHostCalls { limit } => Some(*limit),
        Failure::OutOfMemory { limit_bytes } | Failure::OutputTooLarge { limit_bytes } => {
            Some(*limit_bytes)
        }
        Failure::TooManyHandles { limit } => Some(u64::from(*limit)),
        Failure::Tool { .. }
        | Failure::Trap { .. }
        | Failure::InvalidOutput { .. }
        | Failure::Host => None,
    }
}

/// Says that `span` went wrong, in a stable word.
fn fail(span: &mut Span, error: &str) {
    span.attributes.push((ERROR_TYPE.into(), error.into()));
    span.status = Status::Error;
    error.clone_into(&mut span.status_message);
}

impl Root<'_> {
    fn span(&self, name: Name, start: Instant, end: Instant) -> Span {
        Span {
            trace_id: TraceId(self.context.trace_id),
            span_id: SpanId([0; 8]),
            parent_span_id: Some(SpanId(self.context.span_id)),
            name,
            kind: Kind::Internal,
            start: self.wall.time(start),
            end: self.wall.time(end),
            status: Status::Unset,
            status_message: String::new(),
            attributes: Vec::new(),
            events: Vec::new(),
        }
    }

    /// A span right below the call's own.
    fn child(&self, name: &'static str, start: Instant, end: Instant) -> Span {
        Span {
            span_id: SpanId(rand::random()),
            ..self.span(name.into(), start, end)
        }
    }

    fn exchange(&self, exchange: &Exchange, parent: SpanId) -> Span {
        let end = exchange.began + exchange.duration;
        let mut span = Span {
            span_id: SpanId(exchange.span_id),
            parent_span_id: Some(parent),
            kind: Kind::Client,
            ..self.span(exchange.method.clone().into(), exchange.began, end)
        };
        span.attributes = vec![
            (HTTP_METHOD.into(), (*exchange.method).into()),
            (URL_FULL.into(), (*exchange.url).into()),
            (SERVER_ADDRESS.into(), (*exchange.host).into()),
            (SERVER_PORT.into(), i64::from(exchange.port).into()),
        ];
        match exchange.result {
            Ok(status) => {
                let code = i64::from(status);
                span.attributes.push((HTTP_STATUS.into(), code.into()));
                // A client's view: both 4xx and 5xx are failures of the request.
                if status >= 400 {
                    fail(&mut span, &status.to_string());
                }
            }
            Err(error) => fail(&mut span, error),
        }
        span
    }
}

fn denials(outcome: &Outcome, time: Time) -> Vec<Event> {
    let denials = outcome.denials.first.iter();
    denials
        .map(|denial| Event {
            name: EVENT_DENIED.into(),
            time,
            attributes: vec![
                (DENIAL_RULE.into(), denial.rule.as_str().into()),
                (DENIAL_TARGET.into(), (*denial.target).into()),
            ],
        })
        .collect()
}

/// How far the guest said it had come.
fn steps(root: &Root<'_>, outcome: &Outcome) -> impl Iterator<Item = Event> {
    let began = outcome.timing.began;
    outcome.progress.iter().map(move |step| {
        let total = step
            .total
            .map(|total| (PROGRESS_TOTAL.into(), total.into()));
        let attributes = [(PROGRESS_DONE.into(), step.done.into())];
        let message = (PROGRESS_TEXT.into(), Value::from(&*step.message));
        Event {
            name: EVENT_PROGRESS.into(),
            time: root.wall.time(began + step.after),
            attributes: attributes
                .into_iter()
                .chain(total)
                .chain([message])
                .collect(),
        }
    })
}

/// What the guest wrote, the first lines of it; when each was written is not known.
fn log_lines(outcome: &Outcome, time: Time) -> Vec<Event> {
    let streams = [("stdout", &outcome.stdout), ("stderr", &outcome.stderr)];
    let lines = streams
        .into_iter()
        .flat_map(|(stream, text)| text.lines().map(move |line| (stream, line)));
    let event = |(stream, line): (&'static str, &str)| Event {
        name: EVENT_LOG.into(),
        time,
        attributes: vec![
            (LOG_STREAM.into(), stream.into()),
            (LOG_TEXT.into(), Value::from(&*beginning(line))),
        ],
    };
    lines.take(LOG_LINES_MAX).map(event).collect()
}

fn beginning(line: &str) -> String {
    match line.char_indices().nth(LOG_LINE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
