//! Traffic recorded from Llama Stack's own clients and servers, about tools only.
//!
//! Headers that say nothing about the request are left out, and so is most of long lists.

use serde_json::Value;

/// Requests of `llama-stack-client`: 0.2.12, then 0.6.1.
pub(super) const CLIENTS: [&str; 2] = [
    include_str!("fixtures/client-0.2.12.json"),
    include_str!("fixtures/client-0.6.1.json"),
];

/// Exchanges with `llama-stack`'s server: 0.2.24, then 0.6.1.
pub(super) const SERVERS: [&str; 2] = [
    include_str!("fixtures/server-0.2.24.json"),
    include_str!("fixtures/server-0.6.1.json"),
];

/// A recorded request.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

/// A recorded request and what the server answered.
pub(super) struct Exchange {
    pub(super) name: String,
    pub(super) request: Request,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

/// The requests of one client, in their order.
pub(super) fn requests(recording: &str) -> Vec<Request> {
    items(recording, "requests").iter().map(request).collect()
}

/// The exchanges with one server, in their order.
pub(super) fn exchanges(recording: &str) -> Vec<Exchange> {
    let exchange = |item: &Value| Exchange {
        name: text(&item["name"]),
        request: request(&item["request"]),
        status: item["response"]["status"]
            .as_u64()
            .and_then(|status| status.try_into().ok())
            .expect("a status"),
        headers: headers(&item["response"]["headers"]),
        body: item["response"]["body"].clone(),
    };
    items(recording, "exchanges").iter().map(exchange).collect()
}

fn items(recording: &str, key: &str) -> Vec<Value> {
    let recording: Value = serde_json::from_str(recording).expect("recordings are JSON");
    recording[key].as_array().expect("a list").clone()
}

fn request(value: &Value) -> Request {
    Request {
        method: text(&value["method"]),
        path: text(&value["path"]),
        headers: headers(&value["headers"]),
        body: value["body"].as_str().map(ToOwned::to_owned),
    }
}

fn headers(value: &Value) -> Vec<(String, String)> {
    let headers = value.as_object().expect("headers");
    headers
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
