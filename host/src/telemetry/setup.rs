//! Sets telemetry up and shuts it down.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use opentelemetry::metrics::{AsyncInstrument, MeterProvider as _};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_prometheus_text_exporter::PrometheusExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Instrument, PeriodicReader, SdkMeterProvider, Stream};

use super::console::Console;
use super::instruments::Instruments;
use super::names::{BUILD, DROPPED, Metric, SCOPE, SENT, SINK, VERSION};
use super::otlp::{self, Metrics, Record};
use super::outbox::{Outbox, Sent};
use super::record::Recorder;
use super::sinks::Sinks;
use super::store::Store;
use super::{logs, priority};
use crate::config;
use crate::traces::{self, Retention, Settings, Writer};

/// Series of one instrument; the catalog bounds them, and the SDK's own 2,000 are fewer than
/// large configs have.
const SERIES_MAX: usize = 65_536;
/// Spans that wait to be written: those of 2,000 calls, and 6 MiB or so.
const QUEUE_MAX: usize = 8192;
/// Longest wait for a collector at shutdown.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// Why telemetry does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An exporter cannot be made.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
    /// An HTTP client cannot be made.
    #[error("no client for the collector: {0}")]
    Client(String),
    /// A thread cannot be started.
    #[error("no thread for telemetry: {0}")]
    Thread(#[from] io::Error),
    /// The file of spans is none, or cannot be had.
    #[error("{0}; choose another file with `toolhost.traces.file`, or null for none")]
    Store(#[from] traces::Error),
}

/// The providers behind all instruments and spans.
pub struct Telemetry {
    recorder: Arc<Recorder>,
    sinks: Arc<Sinks>,
    store: Option<Arc<Store>>,
    logs: Option<Arc<Outbox<Record>>>,
    meters: SdkMeterProvider,
    prometheus: PrometheusExporter,
}

impl Telemetry {
    /// Builds them, and says in the log where each kind of telemetry goes. `/metrics` is always on.
    pub fn new(config: &config::Telemetry) -> Result<Telemetry, Error> {
        let resource = resource(config);
        let prometheus = PrometheusExporter::builder()
            .without_target_info()
            .without_scope_info()
            .build();
        let (store, spans) = (config.store.as_ref(), config.traces.as_ref());
        let sinks = Arc::new(Sinks {
            store: store.map(|store| open(store, config)).transpose()?,
            otlp: spans
                .map(|to| otlp::spans(to, &resource, scope()))
                .transpose()?,
        });
        let logs = config.logs.as_ref();
        let logs = logs
            .map(|to| otlp::logs(to, &resource))
            .transpose()?
            .map(Arc::new);
        let pushed = config.metrics.as_ref().map(Metrics::new).transpose()?;
        let meters = meters(resource, &prometheus, pushed.as_ref());
        let instruments = Instruments::new(&meters.meter_with_scope(scope()));
        let console = config.console.then(Console::new);
        let store = store.map(|store| Store::open(&store.file, sinks.clone()));
        let telemetry = Telemetry {
            store: store.transpose()?.map(Arc::new),
            recorder: Arc::new(Recorder::new(instruments, sinks.clone(), console, config)),
            sinks,
            logs,
            meters,
            prometheus,
        };
        telemetry.count(pushed);
        if let Some(logs) = &telemetry.logs {
            logs::send_to(logs.clone());
        }
        say_where(config);
        Ok(telemetry)
    }

    /// Exports what each sink took and lost, and what this host is.
    fn count(&self, pushed: Option<Metrics>) {
        type Count = Box<dyn Fn() -> Sent + Send + Sync>;
        let mut counts: Vec<(&'static str, Count)> = Vec::new();
        let sinks = &self.sinks;
        if sinks.store.is_some() {
            let sinks = sinks.clone();
            counts.push(("sqlite", Box::new(move || sinks.stored())));
        }
        if sinks.otlp.is_some() {
            let sinks = sinks.clone();
            let sent = move || sinks.otlp.as_ref().map(Outbox::sent).unwrap_or_default();
            counts.push(("otel_trace", Box::new(sent)));
        }
        if let Some(pushed) = pushed {
            counts.push(("otel_metric", Box::new(move || pushed.sent())));
        }
        if let Some(logs) = self.logs.clone() {
            counts.push(("otel_log", Box::new(move || logs.sent())));
        }
        let counts = Arc::new(counts);
        let meter = self.meters.meter(SCOPE);
        for (metric, pick) in [
            (SENT, (|sent: Sent| sent.taken) as fn(Sent) -> u64),
            (DROPPED, |sent: Sent| sent.lost),
        ] {
            let counts = counts.clone();
            let observe = move |counter: &dyn AsyncInstrument<u64>| {
                for (sink, sent) in counts.iter() {
                    counter.observe(pick(sent()), &[KeyValue::new(SINK, *sink)]);
                }
            };
            let counter = meter.u64_observable_counter(metric.name);
            // The meter keeps the callback; what is returned is only a name for it.
            let _ = counter
                .with_description(metric.help)
                .with_callback(observe)
                .build();
        }
        let version = [KeyValue::new(VERSION, env!("CARGO_PKG_VERSION"))];
        let build = meter
            .u64_gauge(BUILD.name)
            .with_description(BUILD.help)
            .build();
        build.record(1, &version);
    }

    /// What requests and calls are recorded with.
    pub fn recorder(&self) -> Arc<Recorder> {
        self.recorder.clone()
    }

    /// The spans that are kept, if any are.
    pub fn store(&self) -> Option<Arc<Store>> {
        self.store.clone()
    }

    /// Exports what `read` says each time that metrics are collected.
    pub fn gauge(&self, metric: &Metric, read: impl Fn() -> u64 + Send + Sync + 'static) {
        let meter = self.meters.meter(SCOPE);
        // The meter keeps the callback; what is returned is only a name for it.
        let _ = meter
            .u64_observable_gauge(metric.name)
            .with_description(metric.help)
            .with_callback(move |gauge| gauge.observe(read(), &[]))
            .build();
    }

    /// What `/metrics` shows.
    pub fn scrape(&self) -> Scrape {
        Scrape(self.prometheus.clone())
    }

    /// Sends what is still queued and stops. Blocks for at most two seconds or so, whatever
    /// the collector does; call it outside the async runtime's threads.
    pub fn shutdown(&self) {
        if let Some(store) = &self.store {
            store.finish();
        }
        let until = Instant::now() + SHUTDOWN_MAX;
        let (said, over) = mpsc::channel();
        let meters = self.meters.clone();
        // Its own thread: the SDK waits for a collector for as long as it likes.
        let closing = std::thread::Builder::new().name("otlp-metrics".to_owned());
        let closing = closing.spawn(move || {
            // The exporter's watch has said how it went, and nobody may be left to hear this.
            let _ = meters.shutdown_with_timeout(SHUTDOWN_MAX);
            let _ = said.send(());
        });
        std::thread::scope(|scope| {
            scope.spawn(|| say_lost("sqlite", self.sinks.close_store(SHUTDOWN_MAX)));
            scope.spawn(|| say_lost("otel_trace", self.sinks.close_otlp(SHUTDOWN_MAX)));
            if let Some(logs) = &self.logs {
                logs::stop_sending_to(logs);
                scope.spawn(|| say_lost("otel_log", logs.close(SHUTDOWN_MAX).lost));
            }
        });
        let left = until.saturating_duration_since(Instant::now());
        if closing.is_ok() && over.recv_timeout(left).is_err() {
            say_lost("otel_metric", 1);
        }
    }
}

/// Says how much a sink has lost by the end, if it did.
fn say_lost(sink: &str, lost: u64) {
    if lost > 0 {
        tracing::warn!(sink, lost, "telemetry was lost");
    }
}

/// Says where telemetry goes, a line for each sink.
fn say_where(config: &config::Telemetry) {
    let config::Telemetry {
        console,
        store,
        traces,
        metrics,
        logs,
        ..
    } = config;
    if *console {
        tracing::info!(sink = "console", "each call is a line of this log");
    }
    if let Some(store) = store {
        let (age, bytes) = (humantime::format_duration(store.age), store.bytes);
        tracing::info!(sink = "sqlite", file = %store.file.display(), %age, bytes, "all spans are kept");
    }
    for (sink, what, exporter) in [
        ("otel_trace", "spans", traces),
        ("otel_metric", "metrics", metrics),
        ("otel_log", "log records", logs),
    ] {
        if let Some(config::Exporter {
            endpoint, protocol, ..
        }) = exporter
        {
            tracing::info!(sink, endpoint, ?protocol, "{what} are sent by OTLP");
        }
    }
}

fn resource(config: &config::Telemetry) -> Resource {
    let instance = u128::from_be_bytes(rand::random());
    Resource::builder()
        .with_service_name(config.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new(
            "service.instance.id",
            format!("{instance:032x}"),
        ))
        .build()
}

fn meters(
    resource: Resource,
    prometheus: &PrometheusExporter,
    pushed: Option<&Metrics>,
) -> SdkMeterProvider {
    let series_max = |_: &Instrument| {
        let stream = Stream::builder().with_cardinality_limit(SERIES_MAX);
        stream.build().ok()
    };
    let meters = SdkMeterProvider::builder()
        .with_view(series_max)
        .with_resource(resource)
        .with_reader(prometheus.clone());
    let meters = match pushed {
        Some(pushed) => meters.with_reader(PeriodicReader::builder(pushed.clone()).build()),
        None => meters,
    };
    meters.build()
}

/// Starts the thread that writes spans into the file of `store`.
fn open(store: &config::TraceStore, config: &config::Telemetry) -> Result<Writer, traces::Error> {
    let folder = store.file.parent().unwrap_or(Path::new(""));
    let failed = |error: io::Error| traces::Error::Open {
        path: store.file.clone(),
        reason: error.to_string(),
    };
    // Other users of the machine have no business with what callers do.
    let mut made = DirBuilder::new();
    let made = made.recursive(true).mode(0o700).create(folder);
    made.map_err(failed)?;
    let settings = Settings {
        queue_spans_max: QUEUE_MAX,
        retention: Retention {
            age: Some(store.age),
            bytes: Some(store.bytes),
        },
        service: config.service_name.clone(),
        on_start: priority::step_back,
        between: priority::give_way,
    };
    Writer::open(&store.file, settings)
}

/// Who makes the metrics and spans.
fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(SCOPE)
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}

/// The current metrics as text.
#[derive(Clone)]
pub struct Scrape(PrometheusExporter);

impl Scrape {
    /// Prometheus text format 0.0.4.
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = self.0.export(&mut text) {
            tracing::error!(%error, "the metrics cannot be rendered");
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}
