//! A running host, spoken to over HTTP.

use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::args::From;
use super::exit::Stop;
use crate::config;
use crate::tool::Args;

/// Longer than any tool may run.
const TIMEOUT: Duration = Duration::from_secs(630);

/// A host and the key for it.
pub struct Host<'a> {
    endpoint: &'a str,
    /// What it is shown, if anything.
    pub api_key: Option<String>,
}

impl<'a> Host<'a> {
    /// The host that the command line names, if it names one.
    pub fn of(from: &'a From) -> Option<Host<'a>> {
        Some(Host::at(from.endpoint.as_deref()?, from.api_key.clone()))
    }

    /// The host at a URL; without a key it is shown that of the environment.
    pub fn at(endpoint: &'a str, api_key: Option<String>) -> Host<'a> {
        Host {
            endpoint,
            api_key: api_key.or_else(config::api_key),
        }
    }

    /// Every tool of the host, as it lists them.
    pub fn tools(&self) -> Result<Vec<Value>, Stop> {
        let list = self.answer(client()?.get(self.url("/v1/tools")))?;
        Ok(list["data"].as_array().cloned().unwrap_or_default())
    }

    /// Runs a tool there; the result as it comes.
    pub fn invoke(&self, tool: &str, args: &Args) -> Result<Value, Stop> {
        let body = json!({"tool_name": tool, "kwargs": args});
        let request = client()?.post(self.url("/v1/tool-runtime/invoke"));
        self.answer(request.json(&body))
    }

    /// Asks a route of the viewer.
    pub fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &[(&'static str, String)],
    ) -> Result<T, Stop> {
        let url = Url::parse_with_params(&self.url(path), question)
            .map_err(|error| Stop::usage(format!("`--endpoint` is no URL: {error}")))?;
        let answer = self.answer(client()?.get(url))?;
        serde_json::from_value(answer).map_err(|error| {
            Stop::unavailable(format!(
                "{} answers what this program does not understand: {error}\n  it may be another \
                 version",
                self.endpoint
            ))
        })
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.endpoint.trim_end_matches('/'))
    }

    fn answer(&self, request: RequestBuilder) -> Result<Value, Stop> {
        let request = match &self.api_key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        answer(request, self.endpoint)
    }
}

fn client() -> Result<Client, Stop> {
    let client = Client::builder().timeout(TIMEOUT).build();
    client.map_err(|error| Stop::host(format!("no HTTP client: {error}")))
}

fn answer(request: RequestBuilder, endpoint: &str) -> Result<Value, Stop> {
    let no_answer = |error: reqwest::Error| {
        Stop::unavailable(format!(
            "no answer from {endpoint}: {error}\n  start a host with `toolhost serve`, or correct `--endpoint`"
        ))
    };
    let response = request.send().map_err(no_answer)?;
    let status = response.status();
    let body: Value = response.json().map_err(no_answer)?;
    if status.is_success() {
        return Ok(body);
    }
    let message = body["error"]["message"]
        .as_str()
        .or(body["detail"].as_str())
        .unwrap_or("no reason given");
    let remedy = match status.as_u16() {
        401 => "\n  set TOOLHOST_API_KEY, or give `--api-key`",
        _ => "",
    };
    Err(Stop::status(status.as_u16(), format!("{message}{remedy}")))
}
