//! What calls of a tool used up, from their spans.

use super::propose::{Resource, Seen, Usage};
use crate::cli::exit::Stop;
use crate::cli::traces::source::Source;
use crate::http::viewer::wire::{Moment, Spread};
use crate::telemetry::{SPAN_HOSTCALLS, SPAN_HTTP_REQUESTS, SPAN_LOG, SPAN_OUTPUT};
use crate::traces::{FUEL, MEMORY, Observed};

/// The attribute that says how much of a resource a call used.
const ATTRIBUTES: [(Resource, &str); 6] = [
    (Resource::Fuel, FUEL),
    (Resource::Memory, MEMORY),
    (Resource::Output, SPAN_OUTPUT),
    (Resource::Log, SPAN_LOG),
    (Resource::Hostcalls, SPAN_HOSTCALLS),
    (Resource::HttpRequests, SPAN_HTTP_REQUESTS),
];

/// Calls of one tool since some time.
pub struct Observations {
    /// Since when.
    pub since: Moment,
    /// What they used up.
    pub usage: Usage,
    /// What is not told of by this source, though others would.
    pub untold: Vec<Resource>,
}

/// Asks `source` about the tool of that bare name.
pub fn observe(source: &Source<'_>, tool: &str, since: &str) -> Result<Observations, Stop> {
    let stats = source.stats(since)?;
    let mut usage = Usage::default();
    if let Some(of_tool) = stats.data.into_iter().find(|of| of.tool == tool) {
        let calls = of_tool.calls;
        let time = of_tool.duration_ms;
        let spreads = [
            (Resource::Fuel, of_tool.fuel, 1.0),
            (Resource::Memory, of_tool.memory_bytes, 1.0),
            (Resource::Timeout, Some(time), 1e6),
        ];
        for (resource, spread, factor) in spreads {
            let seen = spread.map(|spread| seen(calls, spread, factor));
            usage.seen.extend(seen.map(|seen| (resource, seen)));
        }
        usage.calls = calls;
        usage.errors = of_tool.errors;
    }
    let attributes = ATTRIBUTES.map(|(_, attribute)| attribute.to_owned());
    let mut untold = Vec::new();
    match source.observed(tool, since, &attributes)? {
        Some(observed) => usage.seen.extend(told(observed)),
        None => {
            let all = ATTRIBUTES.map(|(resource, _)| resource).into_iter();
            untold.extend(all.filter(|resource| {
                !matches!(resource, Resource::Fuel | Resource::Memory) && usage.calls > 0
            }));
        }
    }
    Ok(Observations {
        since: stats.since,
        usage,
        untold,
    })
}

/// In the order of [`ATTRIBUTES`].
fn told(observed: Vec<Observed>) -> impl Iterator<Item = (Resource, Seen)> {
    let resources = ATTRIBUTES.map(|(resource, _)| resource);
    let each = resources.into_iter().zip(observed);
    each.filter_map(|(resource, observed)| {
        let values = observed.values?;
        Some((resource, seen(values.count, values.into(), 1.0)))
    })
}

fn seen(calls: u64, spread: Spread, factor: f64) -> Seen {
    Seen {
        calls,
        p50: spread.p50 * factor,
        p99: spread.p99 * factor,
        max: spread.max * factor,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::traces::{
        Branch, Kind, Settings, Span, SpanId, Status, TOOL, Time, TraceId, Writer,
    };

    #[test]
    fn usage_is_read_from_the_spans_of_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("traces.db");
        let writer = Writer::open(&path, Settings::default()).unwrap();
        let start = Time::now().before(Duration::from_secs(60));
        for number in 1..=4u8 {
            let number_of = i64::from(number);
            let mut attributes = vec![(TOOL.into(), "add".into())];
            if number > 1 {
                // The first was refused before it ran.
                attributes.push((FUEL.into(), (number_of * 1000).into()));
                attributes.push((SPAN_LOG.into(), (number_of * 10).into()));
            }
            writer.send(Branch {
                is_important: false,
                spans: vec![Span {
                    trace_id: TraceId([number; 16]),
                    span_id: SpanId([1; 8]),
                    parent_span_id: None,
                    name: "execute_tool add".into(),
                    kind: Kind::Internal,
                    start,
                    end: Time(start.0 + number_of * 1_000_000),
                    status: Status::Unset,
                    status_message: String::new(),
                    attributes,
                    events: Vec::new(),
                }],
            });
        }
        assert!(writer.flush(Duration::from_secs(60)));
        let source = Source::File(path);
        let found = observe(&source, "add", "1h").unwrap();
        assert_eq!((found.usage.calls, found.untold), (4, Vec::new()));
        let seen: Vec<_> = found
            .usage
            .seen
            .iter()
            .map(|(resource, seen)| (resource.key(), seen.calls, seen.p50, seen.max))
            .collect();
        assert_eq!(
            seen,
            [
                ("fuel", 3, 3000.0, 4000.0),
                ("timeout", 4, 2e6, 4e6),
                ("log", 3, 30.0, 40.0),
            ]
        );
        let none = observe(&source, "sub", "1h").unwrap();
        assert_eq!(none.usage, Usage::default());
    }
}
