//! The ways to a collector: OTLP over HTTP or gRPC.
//!
//! The SDK's exporters run on small reactors of their own, so that nothing of theirs happens on
//! threads that calls need.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry::InstrumentationScope;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_otlp::tonic_types::transport::{Certificate, ClientTlsConfig};
use opentelemetry_otlp::{
    LogExporter, MetricExporter, Protocol as OtlpProtocol, SpanExporter, WithExportConfig,
    WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter as _, SdkLogRecord};
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::SpanExporter as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Runtime;

use super::outbox::{Outbox, Sent};
use super::priority;
use super::setup::Error;
use super::sinks::span_data;
use super::watch::Watch;
use crate::config::{Exporter, Protocol};
use crate::traces::Branch;

/// A record of the log, and who made it.
pub type Record = (SdkLogRecord, InstrumentationScope);

/// Sends spans to where `exporter` says.
pub fn spans(
    exporter: &Exporter,
    resource: &Resource,
    scope: InstrumentationScope,
) -> Result<Outbox<Arc<Branch>>, Error> {
    let reactor = Reactor::new()?;
    let mut sender = reactor.enter(|| match exporter.protocol {
        Protocol::Http => http(SpanExporter::builder().with_http(), exporter)?
            .build()
            .map_err(Error::from),
        Protocol::Grpc => grpc(SpanExporter::builder().with_tonic(), exporter)?
            .build()
            .map_err(Error::from),
    })?;
    sender.set_resource(resource);
    let watch = Watch::new("spans", &*exporter.endpoint);
    let deliver = move |branches: Vec<Arc<Branch>>| {
        priority::give_way();
        let spans = branches.iter().flat_map(|branch| &branch.spans);
        let spans = spans.map(|span| span_data(span, &scope)).collect();
        reactor.run(sender.export(spans))
    };
    Ok(Outbox::start("otlp-spans", exporter.batch, watch, deliver)?)
}

/// Sends records of the log to where `exporter` says.
pub fn logs(exporter: &Exporter, resource: &Resource) -> Result<Outbox<Record>, Error> {
    let reactor = Reactor::new()?;
    let mut sender = reactor.enter(|| match exporter.protocol {
        Protocol::Http => http(LogExporter::builder().with_http(), exporter)?
            .build()
            .map_err(Error::from),
        Protocol::Grpc => grpc(LogExporter::builder().with_tonic(), exporter)?
            .build()
            .map_err(Error::from),
    })?;
    sender.set_resource(resource);
    let watch = Watch::new("log records", &*exporter.endpoint);
    let deliver = move |records: Vec<Record>| {
        let borrowed: Vec<_> = records
            .iter()
            .map(|(record, scope)| (record, scope))
            .collect();
        reactor.run(sender.export(LogBatch::new(&borrowed)))
    };
    Ok(Outbox::start("otlp-logs", exporter.batch, watch, deliver)?)
}

/// Sends metrics to where its config says, and says in the log when that fails. Shared with whoever
/// counts, because the reader owns its exporter.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Pushed>);

#[derive(Debug)]
struct Pushed {
    sender: MetricExporter,
    reactor: Reactor,
    state: Mutex<(Watch, Sent)>,
    stepped_back: Once,
}

impl Metrics {
    /// To where `exporter` says.
    pub fn new(exporter: &Exporter) -> Result<Metrics, Error> {
        let reactor = Reactor::new()?;
        let sender = reactor.enter(|| match exporter.protocol {
            Protocol::Http => http(MetricExporter::builder().with_http(), exporter)?
                .build()
                .map_err(Error::from),
            Protocol::Grpc => grpc(MetricExporter::builder().with_tonic(), exporter)?
                .build()
                .map_err(Error::from),
        })?;
        let watch = Watch::new("metrics", &*exporter.endpoint);
        Ok(Metrics(Arc::new(Pushed {
            sender,
            reactor,
            state: Mutex::new((watch, Sent::default())),
            stepped_back: Once::new(),
        })))
    }

    /// How many exports were taken, and how many were not.
    pub fn sent(&self) -> Sent {
        self.0
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
    }
}

impl PushMetricExporter for Metrics {
    /// Blocks the reader's own thread, which has nothing else to do.
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let Pushed {
            sender,
            reactor,
            state,
            stepped_back,
        } = &*self.0;
        stepped_back.call_once(priority::step_back);
        let delivered = reactor.run(sender.export(metrics));
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (watch, sent) = &mut *state;
        match delivered {
            Ok(()) => sent.taken += 1,
            Err(_) => sent.lost += 1,
        }
        watch.tell(&delivered, 1);
        // The watch has said it.
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.sender.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.sender.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.0.sender.temporality()
    }
}

/// What an exporter's connections run on: the thread that exports, while it does.
struct Reactor(Option<Runtime>);

impl Reactor {
    fn new() -> std::io::Result<Reactor> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        Ok(Reactor(Some(runtime.enable_all().build()?)))
    }

    fn enter<T>(&self, build: impl FnOnce() -> T) -> T {
        let _entered = self.0.as_ref().map(Runtime::enter);
        build()
    }

    fn run(&self, export: impl Future<Output = OTelSdkResult>) -> Result<(), String> {
        match &self.0 {
            Some(runtime) => runtime.block_on(export).map_err(|error| error.to_string()),
            None => Err("it is shut down".to_owned()),
        }
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        // A runtime that is just dropped waits, and must not do so on a thread of another one.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reactor")
    }
}

fn http<B: WithExportConfig + WithHttpConfig>(builder: B, exporter: &Exporter) -> Result<B, Error> {
    let mut tcp = HttpConnector::new();
    // TLS is the business of the connector around it.
    tcp.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls(exporter)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    let client = HyperClient::new(connector, exporter.timeout, None);
    Ok(builder
        .with_http_client(client)
        .with_protocol(OtlpProtocol::HttpBinary)
        .with_timeout(exporter.timeout)
        .with_endpoint(&*exporter.endpoint))
}

fn grpc<B: WithExportConfig + WithTonicConfig>(
    builder: B,
    exporter: &Exporter,
) -> Result<B, Error> {
    let builder = builder
        .with_timeout(exporter.timeout)
        .with_endpoint(&*exporter.endpoint);
    if !is_encrypted(exporter) {
        return Ok(builder);
    }
    let tls = match &exporter.ca {
        Some(file) => {
            let pem = std::fs::read(file).map_err(|error| unreadable(file, &error))?;
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
        }
        None => ClientTlsConfig::new().with_enabled_roots(),
    };
    Ok(builder.with_tls_config(tls))
}

fn is_encrypted(exporter: &Exporter) -> bool {
    exporter.endpoint.starts_with("https://")
}

/// With the authorities of the config, or the system's, which are read only if they are needed.
fn tls(exporter: &Exporter) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    match &exporter.ca {
        Some(file) => {
            let failed = |error: pem::Error| unreadable(file, &error);
            for certificate in CertificateDer::pem_file_iter(file).map_err(failed)? {
                let added = roots.add(certificate.map_err(failed)?);
                added.map_err(|error| unreadable(file, &error))?;
            }
        }
        None if is_encrypted(exporter) => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        None => {}
    }
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Client(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn unreadable(file: &Path, error: &dyn fmt::Display) -> Error {
    Error::Client(format!(
        "`{}` is no file of certificates: {error}",
        file.display()
    ))
}
