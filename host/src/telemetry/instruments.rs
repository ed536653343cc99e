//! The instruments themselves.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use super::names::{
    DENIALS, DURATION, DURATION_BUCKETS, INVOCATIONS, PROVIDER, RULE, STATUS, TOOL_GROUP,
    TOOL_NAME, UNKNOWN,
};
use super::record::Labels;
use crate::invocation::{Failure, Outcome, Rejection};

/// Every instrument, made once and handed in.
pub struct Instruments {
    invocations: Counter<u64>,
    duration: Histogram<f64>,
    denials: Counter<u64>,
}

impl Instruments {
    /// Makes them on `meter`. No units: `_total` and `_seconds` already stand in the names,
    /// and Prometheus exporters would double them.
    pub fn new(meter: &Meter) -> Instruments {
        Instruments {
            invocations: meter
                .u64_counter(INVOCATIONS.name)
                .with_description(INVOCATIONS.help)
                .build(),
            duration: meter
                .f64_histogram(DURATION.name)
                .with_description(DURATION.help)
                .with_boundaries(DURATION_BUCKETS.to_vec())
                .build(),
            denials: meter
                .u64_counter(DENIALS.name)
                .with_description(DENIALS.help)
                .build(),
        }
    }

    /// Makes the series of one tool visible before its first call, so that rates miss nothing.
    pub fn announce(&self, labels: &Labels) {
        for status in ["success", "error"] {
            self.invocations
                .add(0, &attributes(Some(labels), (STATUS, status)));
        }
    }

    /// Counts one invocation.
    pub fn record(
        &self,
        labels: Option<&Labels>,
        decided: &Result<Outcome, Rejection>,
        duration: Duration,
    ) {
        let described = attributes(labels, (STATUS, status(decided)));
        self.invocations.add(1, &described);
        self.duration.record(duration.as_secs_f64(), &described);
        if let Ok(outcome) = decided {
            for (rule, count) in &outcome.denials.counts {
                let described = attributes(labels, (RULE, rule.as_str()));
                self.denials.add(*count, &described);
            }
        }
    }
}

fn attributes(
    labels: Option<&Labels>,
    (key, value): (&'static str, &'static str),
) -> [KeyValue; 4] {
    let [tool, group, provider] = match labels {
        Some(labels) => [
            labels.tool.clone(),
            labels.group.clone(),
            labels.provider.clone(),
        ],
        None => [UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
    };
    [
        KeyValue::new(TOOL_NAME, tool),
        KeyValue::new(TOOL_GROUP, group),
        KeyValue::new(PROVIDER, provider),
        KeyValue::new(key, value),
    ]
}

fn status(decided: &Result<Outcome, Rejection>) -> &'static str {
    if error_kind(decided).is_none() {
        "success"
    } else {
        "error"
    }
}

/// The stable word for what went wrong, if something did.
pub fn error_kind(decided: &Result<Outcome, Rejection>) -> Option<&'static str> {
    match decided {
        Ok(outcome) => match &outcome.result {
            Ok(_) => None,
            Err(
                failure @ (Failure::Tool { .. }
                | Failure::Timeout { .. }
                | Failure::OutOfFuel { .. }
                | Failure::OutOfMemory { .. }
                | Failure::TooManyHostCalls { .. }
                | Failure::TooManyHandles { .. }
                | Failure::OutputTooLarge { .. }
                | Failure::Trap { .. }
                | Failure::InvalidOutput { .. }
                | Failure::Host),
            ) => Some(failure.kind()),
        },
        Err(
            rejection @ (Rejection::UnknownTool { .. }
            | Rejection::AmbiguousTool { .. }
            | Rejection::InvalidArguments { .. }
            | Rejection::Busy { .. }
            | Rejection::Draining
            | Rejection::Cancelled),
        ) => Some(rejection.kind()),
    }
}
