//! The host under test.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::reply::{End, Reply, read};
use crate::cli::exit::Stop;
use crate::cli::remote::Host;

/// The largest answer that is read, in bytes.
const ANSWER_MAX: usize = 16 << 20;

/// A host that is spoken to over as many connections as there are calls at the same time.
pub struct Target<'a> {
    host: &'a Host<'a>,
    client: Client,
}

impl<'a> Target<'a> {
    /// The host that the command line names.
    pub fn new(host: &'a Host<'a>) -> Result<Target<'a>, Stop> {
        let client = Client::builder().build();
        let client = client.map_err(|error| Stop::host(format!("no HTTP client: {error}")))?;
        Ok(Target { host, client })
    }

    /// Calls a tool, and waits for the answer for so long.
    pub async fn call(&self, tool: &str, kwargs: &Value, patience: Duration) -> Reply {
        let begun = Instant::now();
        let request = self.client.post(self.host.url("/v1/tool-runtime/invoke"));
        let request = request.json(&json!({"tool_name": tool, "kwargs": kwargs}));
        let end = match self.answer(request, patience).await {
            Ok((status, body)) => read(status.as_u16(), &body),
            Err(reason) => End::Lost(reason),
        };
        Reply {
            end,
            took: begun.elapsed(),
        }
    }

    /// Whether it says that it lives.
    pub async fn health(&self, patience: Duration) -> Result<(), String> {
        let request = self.client.get(self.host.url("/v1/health"));
        match self.answer(request, patience).await? {
            (status, _) if status.is_success() => Ok(()),
            (status, _) => Err(format!("HTTP {}", status.as_u16())),
        }
    }

    async fn answer(
        &self,
        request: RequestBuilder,
        patience: Duration,
    ) -> Result<(StatusCode, Vec<u8>), String> {
        let request = match &self.host.api_key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        let answered = tokio::time::timeout(patience, whole(request)).await;
        let late = humantime::format_duration(patience);
        answered.unwrap_or_else(|_| Err(format!("no answer within {late}")))
    }
}

async fn whole(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), String> {
    let broken = |error: reqwest::Error| format!("no answer: {:#}", anyhow::Error::new(error));
    let mut response = request.send().await.map_err(broken)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_MAX {
            return Err(format!("an answer of more than {} MiB", ANSWER_MAX >> 20));
        }
    }
    Ok((response.status(), body))
}
