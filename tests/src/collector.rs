//! An OTLP collector on this machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// It collects until the test is over.
pub struct Collector {
    /// Such as `http://127.0.0.1:34567`.
    pub url: String,
    inbox: Inbox,
}

type Inbox = Arc<Mutex<Received>>;

/// What has come.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Every span, in the order of their ends.
    pub spans: Vec<Span>,
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
        self.inbox.lock().expect("no panic").clone()
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

async fn traces(State(inbox): State<Inbox>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
    let mut inbox = inbox.lock().expect("no panic");
    for resource in request.resource_spans {
        let about = resource.resource.expect("a resource").attributes;
        inbox.services.push(text(&about, "service.name"));
        let scopes = resource.scope_spans.into_iter();
        inbox.spans.extend(scopes.flat_map(|scope| scope.spans));
    }
}

async fn metrics(State(inbox): State<Inbox>, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(body).expect("OTLP");
    let mut inbox = inbox.lock().expect("no panic");
    let scopes = request
        .resource_metrics
        .into_iter()
        .flat_map(|resource| resource.scope_metrics);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        if let ("llama_stack.tool_runtime.invocations_total", Some(Data::Sum(sum))) =
            (metric.name.as_str(), metric.data)
        {
            inbox.invocations.clear();
            for point in sum.data_points {
                let Some(Number::AsInt(count)) = point.value else {
                    panic!("a whole number")
                };
                let status = text(&point.attributes, "status");
                *inbox.invocations.entry(status).or_default() += count;
            }
        }
    }
}
