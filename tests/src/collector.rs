//! An OTLP collector on this machine.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::sync::Notify;

/// It collects until the test is over.
pub struct Collector {
    /// Such as `http://127.0.0.1:34567`.
    pub url: String,
    inbox: Inbox,
}

type Inbox = Arc<Letters>;

/// What has come, and a bell that rings when more does.
#[derive(Default)]
struct Letters {
    received: Mutex<Received>,
    bell: Notify,
}

/// What has come.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Every span, in the order of their ends.
    pub spans: Vec<Span>,
    /// Every record of the log.
    pub records: Vec<LogRecord>,
    /// The invocations of the last export, by status.
    pub invocations: BTreeMap<String, i64>,
    /// Who sent spans, once for each export.
    pub services: Vec<String>,
}

impl Collector {
    /// Listens on a free port.
    pub async fn start() -> Collector {
        let inbox = Inbox::default();
        let routes = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(metrics))
            .route("/v1/logs", post(logs))
            .with_state(inbox.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Collector { url, inbox }
    }

    /// The spans of calls alone, of those that have come so far.
    pub fn calls(&self) -> Vec<Span> {
        let mut spans = self.received().spans;
        spans.retain(|span| span.name.starts_with("execute_tool"));
        spans
    }

    /// What has come so far.
    pub fn received(&self) -> Received {
        self.inbox.received.lock().expect("no panic").clone()
    }

    /// What has come as soon as it is enough. Panics after a minute.
    pub async fn until(&self, is_enough: impl Fn(&Received) -> bool) -> Received {
        let enough = async {
            loop {
                let rung = self.inbox.bell.notified();
                let received = self.received();
                if is_enough(&received) {
                    return received;
                }
                rung.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), enough).await;
        waited.unwrap_or_else(|_| panic!("that is not enough: {:#?}", self.received()))
    }
}

/// An attribute as text, empty if there is none.
pub fn text(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

async fn traces(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(plain(&headers, body)).expect("OTLP");
    let mut received = inbox.received.lock().expect("no panic");
    for resource in request.resource_spans {
        let about = resource.resource.expect("a resource").attributes;
        received.services.push(text(&about, "service.name"));
        let scopes = resource.scope_spans.into_iter();
        received.spans.extend(scopes.flat_map(|scope| scope.spans));
    }
    drop(received);
    inbox.bell.notify_waiters();
}

async fn metrics(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(plain(&headers, body)).expect("OTLP");
    let mut received = inbox.received.lock().expect("no panic");
    let scopes = request
        .resource_metrics
        .into_iter()
        .flat_map(|resource| resource.scope_metrics);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        if let ("llama_stack.tool_runtime.invocations_total", Some(Data::Sum(sum))) =
            (metric.name.as_str(), metric.data)
        {
            received.invocations.clear();
            for point in sum.data_points {
                let Some(Number::AsInt(count)) = point.value else {
                    panic!("a whole number")
                };
                let status = text(&point.attributes, "status");
                *received.invocations.entry(status).or_default() += count;
            }
        }
    }
    drop(received);
    inbox.bell.notify_waiters();
}

async fn logs(State(inbox): State<Inbox>, headers: HeaderMap, body: Bytes) {
    let request = ExportLogsServiceRequest::decode(plain(&headers, body)).expect("OTLP");
    let resources = request.resource_logs.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_logs);
    let mut received = inbox.received.lock().expect("no panic");
    received
        .records
        .extend(scopes.flat_map(|scope| scope.log_records));
    drop(received);
    inbox.bell.notify_waiters();
}

/// The body as it was before it was compressed, if it was.
fn plain(headers: &HeaderMap, body: Bytes) -> Bytes {
    if headers
        .get("content-encoding")
        .is_none_or(|encoding| encoding != "gzip")
    {
        return body;
    }
    let mut plain = Vec::new();
    GzDecoder::new(&*body)
        .read_to_end(&mut plain)
        .expect("gzip");
    plain.into()
}
