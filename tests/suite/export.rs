//! OTLP to a receiver on loopback: what arrives is what happened.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use toolhost_tests::{binary, root};

/// What a collector received.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) spans: Vec<Span>,
    invocations: BTreeMap<String, i64>,
    services: Vec<String>,
}

pub(crate) type Inbox = Arc<Mutex<Received>>;

/// An attribute as text.
pub(crate) fn text(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(AnyValue::StringValue(text)) => text.clone(),
        Some(AnyValue::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

async fn traces(State(inbox): State<Inbox>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
    let mut inbox = inbox.lock().expect("no panic");
    for resource in request.resource_spans {
        inbox.services.push(text(
            &resource.resource.expect("a resource").attributes,
            "service.name",
        ));
        inbox.spans.extend(
            resource
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans),
        );
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
            for point in sum.data_points {
                let Some(Number::AsInt(count)) = point.value else {
                    panic!("a whole number")
                };
                inbox
                    .invocations
                    .insert(text(&point.attributes, "status"), count);
            }
        }
    }
}

/// A collector on a free port: its URL, and what it receives.
pub(crate) async fn receiver() -> (String, Inbox) {
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
    (url, inbox)
}

fn invoke(endpoint: &str, args: &[&str], wants: i32) {
    let status = Command::new(binary())
        .arg("invoke")
        .args(args)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_SERVICE_NAME", "weather-desk")
        .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("`make build` made the binary");
    assert_eq!(status.code(), Some(wants), "{args:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_and_metrics_of_every_call_reach_a_collector_before_the_process_ends() {
    let (url, inbox) = receiver().await;
    let calls = tokio::task::spawn_blocking(move || {
        invoke(&url, &["get_weather", "city=Tokyo"], 0);
        invoke(&url, &["get_weather", "city="], 1);
    });
    calls.await.expect("no panic");
    let inbox = inbox.lock().expect("no panic");
    let spans: Vec<_> = inbox
        .spans
        .iter()
        .map(|span| {
            let get = |key| text(&span.attributes, key);
            assert!(
                get("sandbox.fuel.consumed")
                    .parse::<u64>()
                    .is_ok_and(|fuel| fuel > 0)
            );
            assert_eq!(get("gen_ai.tool.name"), "get_weather");
            assert_eq!(get("tool_runtime.provider"), "weather-runtime");
            let status = span.status.as_ref().map_or(0, |status| status.code);
            (
                span.name.as_str(),
                status,
                span.attributes
                    .iter()
                    .any(|attribute| attribute.key == "error.type"),
            )
        })
        .collect();
    // Status code 0 is unset, 2 is error.
    assert_eq!(
        spans,
        [
            ("execute_tool get_weather", 0, false),
            ("execute_tool get_weather", 2, true)
        ]
    );
    assert_eq!(inbox.services, ["weather-desk", "weather-desk"]);
    assert_eq!(
        inbox.invocations,
        BTreeMap::from([("success".to_owned(), 0), ("error".to_owned(), 1)])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_delays_the_end_by_a_bounded_time_and_fails_nothing() {
    let calls = tokio::task::spawn_blocking(|| {
        invoke("http://127.0.0.1:9", &["get_weather", "city=Tokyo"], 0)
    });
    tokio::time::timeout(Duration::from_secs(30), calls)
        .await
        .expect("it ends")
        .expect("no panic");
}
