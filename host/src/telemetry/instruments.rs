//! The instruments themselves.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{
    BoundCounter, BoundHistogram, Counter, Histogram, Meter, UpDownCounter,
};

use super::names::{
    API, CACHE, COMPILATION, COMPILER, CONCURRENT_REQUESTS, DENIALS, DURATION, DURATION_BUCKETS,
    ERROR_KIND, ERRORS, FUEL, FUEL_BUCKETS, HOST, HTTP_REQUESTS, INPUT, INSTANTIATION, INVOCATIONS,
    LOADS, MEMORY, MEMORY_BUCKETS, METHOD, Metric, OUTPUT, PAYLOAD_BUCKETS, PROVIDER, QUEUE_WAIT,
    REQUEST_DURATION, REQUESTS, RESULT, RULE, SHORT_BUCKETS, SOURCE, STATUS, STATUS_CODE,
    TOOL_GROUP, TOOL_NAME, UNKNOWN,
};
use super::record::Labels;
use super::request::Endpoint;
use crate::invocation::{Exchange, Failure, KINDS, Outcome, Rejection};
use crate::policy::Rule;

/// Every instrument, made once and handed in.
pub struct Instruments {
    invocations: Counter<u64>,
    duration: Histogram<f64>,
    errors: Counter<u64>,
    denials: Counter<u64>,
    queue_wait: Histogram<f64>,
    instantiation: Histogram<f64>,
    compilation: BoundHistogram<f64>,
    loads: Counter<u64>,
    fuel: Histogram<u64>,
    memory: Histogram<u64>,
    input: Histogram<u64>,
    output: Histogram<u64>,
    http_requests: Counter<u64>,
    requests: Counter<u64>,
    request_duration: Histogram<f64>,
    concurrent_requests: UpDownCounter<i64>,
}

/// The series of one tool that every call adds to, looked up once: to add to them takes
/// nanoseconds.
pub struct Series {
    /// What the labels say of the tool.
    labels: [KeyValue; 3],
    success: Ending,
    error: Ending,
    queue_wait: BoundHistogram<f64>,
    instantiation: BoundHistogram<f64>,
    fuel: BoundHistogram<u64>,
    memory: BoundHistogram<u64>,
    input: BoundHistogram<u64>,
    output: BoundHistogram<u64>,
}

/// The series of one tool and status.
struct Ending {
    invocations: BoundCounter<u64>,
    duration: BoundHistogram<f64>,
}

/// One invocation, as far as metrics go.
pub struct Measured<'a> {
    /// What became of it.
    pub decided: &'a Result<Outcome, Rejection>,
    /// From entering the router to its answer.
    pub duration: Duration,
    /// Size of the request that brought it, in bytes.
    pub input_bytes: u64,
}

impl Instruments {
    /// Makes them on `meter`. No units: `_total`, `_seconds` and `_bytes` already stand in the
    /// names, and Prometheus exporters would double them.
    pub fn new(meter: &Meter) -> Instruments {
        let counter = |metric: &Metric| {
            let counter = meter.u64_counter(metric.name);
            counter.with_description(metric.help).build()
        };
        let seconds = |metric: &Metric, buckets: &[f64]| {
            let histogram = meter.f64_histogram(metric.name);
            let histogram = histogram.with_description(metric.help);
            histogram.with_boundaries(buckets.to_vec()).build()
        };
        let amounts = |metric: &Metric, buckets: &[f64]| {
            let histogram = meter.u64_histogram(metric.name);
            let histogram = histogram.with_description(metric.help);
            histogram.with_boundaries(buckets.to_vec()).build()
        };
        Instruments {
            invocations: counter(&INVOCATIONS),
            duration: seconds(&DURATION, &DURATION_BUCKETS),
            errors: counter(&ERRORS),
            denials: counter(&DENIALS),
            queue_wait: seconds(&QUEUE_WAIT, &DURATION_BUCKETS),
            instantiation: seconds(&INSTANTIATION, &SHORT_BUCKETS),
            compilation: seconds(&COMPILATION, &DURATION_BUCKETS).bind(&[]),
            loads: counter(&LOADS),
            fuel: amounts(&FUEL, &FUEL_BUCKETS),
            memory: amounts(&MEMORY, &MEMORY_BUCKETS),
            input: amounts(&INPUT, &PAYLOAD_BUCKETS),
            output: amounts(&OUTPUT, &PAYLOAD_BUCKETS),
            http_requests: counter(&HTTP_REQUESTS),
            requests: counter(&REQUESTS),
            request_duration: seconds(&REQUEST_DURATION, &DURATION_BUCKETS),
            concurrent_requests: meter
                .i64_up_down_counter(CONCURRENT_REQUESTS.name)
                .with_description(CONCURRENT_REQUESTS.help)
                .build(),
        }
    }

    /// The series of one tool, or of all that the catalog does not know. They are visible at
    /// zero from now on, so that rates miss nothing, but for errors and denials of unknown ones.
    pub fn series(&self, labels: Option<&Labels>) -> Series {
        let described = described(labels);
        let ending = |status| {
            let labels = with(&described, STATUS, status);
            // The first point makes the series.
            self.invocations.add(0, &labels);
            Ending {
                invocations: self.invocations.bind(&labels),
                duration: self.duration.bind(&labels),
            }
        };
        for kind in labels.map_or(&[][..], |_| &KINDS[..]) {
            self.errors.add(0, &with(&described, ERROR_KIND, kind));
        }
        for rule in labels.map_or(&[][..], |_| &Rule::ALL[..]) {
            self.denials.add(0, &with(&described, RULE, rule.as_str()));
        }
        Series {
            success: ending("success"),
            error: ending("error"),
            queue_wait: self.queue_wait.bind(&described),
            instantiation: self.instantiation.bind(&described),
            fuel: self.fuel.bind(&described),
            memory: self.memory.bind(&described),
            input: self.input.bind(&described),
            output: self.output.bind(&described),
            labels: described,
        }
    }

    /// Counts one invocation.
    pub fn record(&self, series: &Series, measured: &Measured<'_>) {
        let Measured {
            decided, duration, ..
        } = measured;
        let ending = match error_kind(decided) {
            None => &series.success,
            Some(kind) => {
                self.errors.add(1, &with(&series.labels, ERROR_KIND, kind));
                &series.error
            }
        };
        ending.invocations.add(1);
        ending.duration.record(duration.as_secs_f64());
        if let Ok(outcome) = decided {
            self.record_run(series, outcome);
            series.input.record(measured.input_bytes);
        }
    }

    fn record_run(&self, series: &Series, outcome: &Outcome) {
        let usage = &outcome.usage;
        series.queue_wait.record(outcome.queued.as_secs_f64());
        if let Some(instantiated) = outcome.timing.instantiated {
            series.instantiation.record(instantiated.as_secs_f64());
        }
        series.fuel.record(usage.fuel);
        series.memory.record(usage.memory_peak_bytes);
        series.output.record(usage.output_bytes);
        for (rule, count) in &outcome.denials.counts {
            let labels = with(&series.labels, RULE, rule.as_str());
            self.denials.add(*count, &labels);
        }
        for exchange in &outcome.exchanges {
            self.record_exchange(series, exchange);
        }
    }

    fn record_exchange(&self, series: &Series, exchange: &Exchange) {
        let result = match exchange.result {
            Ok(100..200) => "1xx",
            Ok(200..300) => "2xx",
            Ok(300..400) => "3xx",
            Ok(400..500) => "4xx",
            Ok(500..600) => "5xx",
            Ok(_) => "other",
            Err(kind) => kind,
        };
        let [tool, group, provider] = series.labels.clone();
        let labels = [
            tool,
            group,
            provider,
            // The grant's words: the guest may choose among any number of hosts.
            KeyValue::new(HOST, exchange.granted.clone()),
            KeyValue::new(RESULT, result),
        ];
        self.http_requests.add(1, &labels);
    }

    /// A component came from the cache, or from the compiler in this time.
    pub fn record_load(&self, compiled: Option<Duration>) {
        let source = match compiled {
            Some(took) => {
                self.compilation.record(took.as_secs_f64());
                COMPILER
            }
            None => CACHE,
        };
        self.loads.add(1, &[KeyValue::new(SOURCE, source)]);
    }

    /// Makes the series visible that begin at zero whatever tools there are.
    pub fn announce(&self) {
        for source in [CACHE, COMPILER] {
            self.loads.add(0, &[KeyValue::new(SOURCE, source)]);
        }
    }

    /// A request begins.
    pub fn begin_request(&self, endpoint: &Endpoint) {
        let api = [KeyValue::new(API, endpoint.api)];
        self.concurrent_requests.add(1, &api);
    }

    /// A request ends; `status_code` is that of its answer, `None` if the client went away.
    pub fn end_request(&self, endpoint: &Endpoint, status_code: Option<u16>, duration: Duration) {
        let is_success = status_code.is_some_and(|code| code < 400);
        let [api, method] = [
            KeyValue::new(API, endpoint.api),
            KeyValue::new(METHOD, endpoint.method),
        ];
        self.concurrent_requests.add(-1, std::slice::from_ref(&api));
        self.request_duration
            .record(duration.as_secs_f64(), &[api.clone(), method.clone()]);
        let code = match status_code {
            Some(200) => "200".into(),
            Some(code) => opentelemetry::Value::from(code.to_string()),
            None => UNKNOWN.into(),
        };
        let status = if is_success { "success" } else { "error" };
        let labels = [
            api,
            method,
            KeyValue::new(STATUS, status),
            KeyValue::new(STATUS_CODE, code),
        ];
        self.requests.add(1, &labels);
    }
}

fn described(labels: Option<&Labels>) -> [KeyValue; 3] {
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
    ]
}

fn with(labels: &[KeyValue; 3], key: &'static str, value: &'static str) -> [KeyValue; 4] {
    let [tool, group, provider] = labels.clone();
    [tool, group, provider, KeyValue::new(key, value)]
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
