//! Sets telemetry up and shuts it down.

use std::fs::DirBuilder;
use std::io::{self, IsTerminal};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_prometheus_text_exporter::PrometheusExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Instrument, PeriodicReader, SdkMeterProvider, Stream};
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanProcessor as _};
use rustix::process::setpriority_process;
use rustix::thread::gettid;
use tracing_subscriber::EnvFilter;

use super::instruments::Instruments;
use super::names::{Metric, SCOPE, SPANS_DROPPED};
use super::record::Recorder;
use super::sinks::{Otlp, Sinks};
use super::store::Store;
use crate::config;
use crate::traces::{self, Retention, Settings, Writer};

/// Series of one instrument; the catalog bounds them, and the SDK's own 2,000 are fewer than
/// large configs have tools.
const SERIES_MAX: usize = 16_384;
/// Spans that wait to be written: those of 1,000 calls, and 3 MiB or so.
const QUEUE_MAX: usize = 4096;
/// The priority of the thread that writes them, the lowest but idle.
const NICE: i32 = 19;
/// Longest wait for a collector at shutdown.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// Why telemetry does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An exporter cannot be made.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
    /// The file of spans is none, or cannot be had.
    #[error("{0}; choose another file with `toolhost.traces.file`, or null for none")]
    Store(#[from] traces::Error),
}

/// The providers behind all instruments and spans.
pub struct Telemetry {
    recorder: Arc<Recorder>,
    sinks: Arc<Sinks>,
    store: Option<Arc<Store>>,
    meters: SdkMeterProvider,
    prometheus: PrometheusExporter,
}

impl Telemetry {
    /// Builds them. OTLP is on if the config says so; `/metrics` always is.
    pub fn new(config: &config::Telemetry) -> Result<Telemetry, Error> {
        let resource = Resource::builder()
            .with_service_name(config.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let prometheus = PrometheusExporter::builder()
            .without_target_info()
            .without_scope_info()
            .build();
        let store = config.store.as_ref();
        let mut sinks = Sinks {
            store: store.map(|store| open(store, config)).transpose()?,
            otlp: None,
        };
        let series_max = |_: &Instrument| {
            let stream = Stream::builder().with_cardinality_limit(SERIES_MAX);
            stream.build().ok()
        };
        let mut meters = SdkMeterProvider::builder()
            .with_view(series_max)
            .with_resource(resource.clone())
            .with_reader(prometheus.clone());
        if config.otlp_traces {
            let spans = at(SpanExporter::builder().with_http(), config, "traces").build()?;
            let mut processor = BatchSpanProcessor::builder(spans).build();
            processor.set_resource(&resource);
            sinks.otlp = Some(Otlp::new(processor, scope()));
        }
        if config.otlp_metrics {
            let metrics = at(MetricExporter::builder().with_http(), config, "metrics").build()?;
            meters = meters.with_reader(PeriodicReader::builder(metrics).build());
        }
        let (meters, sinks) = (meters.build(), Arc::new(sinks));
        let instruments = Instruments::new(&meters.meter_with_scope(scope()));
        let file = config.store.as_ref().map(|store| &store.file);
        let store = file.map(|file| Store::open(file, sinks.clone()));
        let telemetry = Telemetry {
            store: store.transpose()?.map(Arc::new),
            recorder: Arc::new(Recorder::new(instruments, sinks.clone(), config)),
            sinks: sinks.clone(),
            meters,
            prometheus,
        };
        telemetry.gauge(&SPANS_DROPPED, move || sinks.dropped());
        Ok(telemetry)
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
        std::thread::scope(|scope| {
            scope.spawn(|| self.sinks.close_store(SHUTDOWN_MAX));
            scope.spawn(|| log_failure("traces", self.sinks.close_otlp(SHUTDOWN_MAX)));
            scope.spawn(|| log_failure("metrics", self.meters.shutdown_with_timeout(SHUTDOWN_MAX)));
        });
    }
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
        on_start: step_back,
    };
    Writer::open(&store.file, settings)
}

/// Lets calls go first: what is not written is counted, and a call that waits is felt.
fn step_back() {
    let priority = setpriority_process(Some(gettid()), NICE);
    if let Err(error) = priority {
        tracing::warn!(%error, "spans are written at normal priority");
    }
}

/// Who makes the metrics and spans.
fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(SCOPE)
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}

/// The exporter of `signal`, told where to send if the config knows better than the variables.
fn at<E: WithExportConfig>(exporter: E, config: &config::Telemetry, signal: &str) -> E {
    match &config.otlp_endpoint {
        Some(endpoint) => exporter.with_endpoint(format!("{endpoint}/v1/{signal}")),
        None => exporter,
    }
}

fn log_failure(signal: &str, result: opentelemetry_sdk::error::OTelSdkResult) {
    if let Err(error) = result {
        tracing::warn!(signal, %error, "the last telemetry was not delivered");
    }
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

/// Sends log lines to stderr, never to stdout, which belongs to what a command prints.
/// Does nothing if logging is already set up.
pub fn log_to_stderr(config: &config::Telemetry) {
    let quiet = "opentelemetry=warn,opentelemetry_sdk=warn,hyper=warn,reqwest=warn";
    let filter = EnvFilter::try_new(format!("{quiet},{}", config.log_filter))
        .unwrap_or_else(|_| EnvFilter::new(format!("{quiet},info")));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // A second set-up in one process, as tests do it, is no error.
    let _ = if config.log_json {
        lines.json().try_init()
    } else {
        lines.compact().try_init()
    };
}
