//! What the store and the policy say, in the types of the viewer's JSON.

use std::time::Duration;

use super::{
    Event, Limits, Moment, Page, Series, Span, Spread, Stats, Status, Step, Summary, ToolStats,
    Trace,
};
use crate::http::viewer::ask::cursor_text;
use crate::{policy, traces};

impl Page {
    /// A page of at most `limit` rows; a full one is taken to have another behind it.
    pub fn of(summaries: Vec<traces::Summary>, limit: u32) -> Page {
        let is_full = summaries.len() >= limit as usize;
        let last = summaries.last().filter(|_| is_full);
        Page {
            next: last.map(|summary| cursor_text(summary.cursor)),
            data: summaries.into_iter().map(Summary::from).collect(),
        }
    }
}

impl Trace {
    /// `None` if there are no spans. They keep their order.
    pub fn of(trace_id: traces::TraceId, spans: Vec<traces::StoredSpan>) -> Option<Trace> {
        let began = spans.iter().map(|span| span.start).min()?;
        let span = |span| Span::of(span, began);
        Some(Trace {
            trace_id: trace_id.to_string(),
            spans: spans.into_iter().map(span).collect(),
        })
    }
}

impl Span {
    fn of(span: traces::StoredSpan, began: traces::Time) -> Span {
        let event = |event: traces::StoredEvent| Event {
            name: event.name,
            time: Moment(event.time),
            offset_ms: ms_between(began, event.time),
            attributes: event.attributes,
        };
        Span {
            span_id: span.span_id.to_string(),
            parent_span_id: span.parent_span_id.map(|parent| parent.to_string()),
            name: span.name,
            kind: span.kind.as_str().to_owned(),
            start_time: Moment(span.start),
            end_time: Moment(span.end),
            offset_ms: ms_between(began, span.start),
            duration_ms: ms(span.end.since(span.start)),
            status: span.status.into(),
            status_message: span.status_message,
            attributes: span.attributes,
            events: span.events.into_iter().map(event).collect(),
        }
    }
}

impl Stats {
    /// How tools did since then.
    pub fn of(since: traces::Time, stats: Vec<traces::ToolStats>) -> Stats {
        Stats {
            since: Moment(since),
            data: stats.into_iter().map(ToolStats::from).collect(),
        }
    }
}

impl Series {
    /// The answer to `query`.
    pub fn of(query: &traces::SeriesQuery, steps: Vec<traces::Step>) -> Series {
        Series {
            since: Moment(query.since),
            until: Moment(query.until),
            step_ms: query.step_ns() / 1e6,
            data: steps.into_iter().map(Step::from).collect(),
        }
    }
}

impl From<traces::Summary> for Summary {
    fn from(summary: traces::Summary) -> Summary {
        Summary {
            trace_id: summary.trace_id.to_string(),
            root_span_id: summary.root_span_id.to_string(),
            name: summary.name,
            service: summary.service,
            tool: summary.tool,
            status: summary.status.into(),
            error_type: summary.error_type,
            start_time: Moment(summary.start),
            duration_ms: ms(summary.duration),
            spans: summary.spans,
        }
    }
}

impl From<traces::Status> for Status {
    fn from(status: traces::Status) -> Status {
        match status {
            traces::Status::Unset => Status::Unset,
            traces::Status::Ok => Status::Ok,
            traces::Status::Error => Status::Error,
        }
    }
}

impl From<traces::ToolStats> for ToolStats {
    fn from(stats: traces::ToolStats) -> ToolStats {
        let durations = stats.duration_ns;
        ToolStats {
            tool: stats.tool,
            calls: stats.calls,
            errors: stats.errors,
            duration_ms: Spread {
                p50: durations.p50 / 1e6,
                p95: durations.p95 / 1e6,
                p99: durations.p99 / 1e6,
                max: durations.max / 1e6,
            },
            fuel: stats.fuel.map(Spread::from),
            memory_bytes: stats.memory_bytes.map(Spread::from),
        }
    }
}

impl From<traces::Quantiles> for Spread {
    fn from(quantiles: traces::Quantiles) -> Spread {
        Spread {
            p50: quantiles.p50,
            p95: quantiles.p95,
            p99: quantiles.p99,
            max: quantiles.max,
        }
    }
}

impl From<traces::Step> for Step {
    fn from(step: traces::Step) -> Step {
        let ms = |ns: fn(&traces::Quantiles) -> f64| step.duration_ns.as_ref().map(ns);
        Step {
            start_time: Moment(step.start),
            calls: step.calls,
            errors: step.errors,
            p50_ms: ms(|of| of.p50 / 1e6),
            p95_ms: ms(|of| of.p95 / 1e6),
            p99_ms: ms(|of| of.p99 / 1e6),
        }
    }
}

impl From<&policy::Limits> for Limits {
    fn from(limits: &policy::Limits) -> Limits {
        Limits {
            fuel: limits.fuel.to_string(),
            memory: size(limits.memory_bytes),
            timeout: humantime::format_duration(limits.timeout).to_string(),
            output: size(limits.output_bytes),
            log: size(limits.log_bytes),
            concurrency: limits.concurrency.to_string(),
            hostcalls: limits.hostcalls.to_string(),
            tables: limits.tables.to_string(),
            handles: limits.handles.to_string(),
            http_requests: limits.http_requests.to_string(),
        }
    }
}

/// As `{"limits": …}` of tools has always written sizes.
fn size(bytes: u64) -> String {
    bytesize::ByteSize::b(bytes).display().iec().to_string()
}

fn ms(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e6
}

fn ms_between(start: traces::Time, end: traces::Time) -> f64 {
    end.0.saturating_sub(start.0) as f64 / 1e6
}
