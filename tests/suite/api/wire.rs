//! Sends requests as they are written and reads answers whole.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Body, Client, RequestBuilder};
use serde_json::{Value, json};
use toolhost_tests::{Setup, TestServer};

/// Far above what any answer takes; a test that hangs should say so.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A server and a client of it that follows no redirects.
pub(crate) struct Wire {
    pub(crate) server: TestServer,
    client: Client,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Wire {
    /// A server made of `setup`.
    pub(crate) async fn to(setup: Setup) -> Wire {
        let server = setup.start().await.serve().await.expect("a free port");
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE);
        Wire {
            server,
            client: client.build().expect("a client"),
        }
    }

    /// A server with the shipped weather tool.
    pub(crate) async fn to_weather() -> Wire {
        Wire::to(Setup::new().weather()).await
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        self.client
            .request(method, format!("{}{path}", self.server.url))
    }

    /// Sends a request without a body.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Answer {
        sent(self.request(method, path)).await
    }

    /// Gets a path.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).await
    }

    /// Posts a body as JSON, whatever it really is.
    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json");
        sent(request.body(body)).await
    }

    /// Calls a tool.
    pub(crate) async fn invoke(&self, tool: &str, kwargs: Value) -> Answer {
        self.post(
            INVOKE,
            json!({"tool_name": tool, "kwargs": kwargs}).to_string(),
        )
        .await
    }
}

/// Where tools are called.
pub(crate) const INVOKE: &str = "/v1/tool-runtime/invoke";

/// Sends a request.
pub(crate) async fn sent(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.expect("a whole body").to_vec();
    Answer {
        status,
        headers,
        bytes,
    }
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a text"))
    }

    /// The one text of an error, which must stand everywhere that a client may look for it.
    pub(crate) fn detail(&self) -> String {
        let body = self.json();
        assert_eq!(body["error"]["detail"], body["detail"], "{body}");
        assert_eq!(body["error"]["message"], body["detail"], "{body}");
        assert_eq!(self.header("content-type"), "application/json");
        body["detail"].as_str().expect("a text").to_owned()
    }

    /// What a 400 says is wrong with the request: `kwargs: missing`.
    pub(crate) fn invalid(&self) -> Vec<String> {
        assert_eq!(self.status, 400, "{}", self.text());
        let body = self.json();
        assert_eq!(body["error"]["detail"], body["detail"], "{body}");
        assert!(body["error"]["message"].is_string(), "{body}");
        let errors = body["detail"]["errors"]
            .as_array()
            .expect("a list of errors");
        errors
            .iter()
            .map(|error| format!("{}: {}", error["loc"], error["type"]).replace('"', ""))
            .collect()
    }
}

/// The keys of an object, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}
