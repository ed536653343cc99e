//! A running host, spoken to over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::exit::Stop;
use crate::tool::Args;

/// Longer than any tool may run.
const TIMEOUT: Duration = Duration::from_secs(630);

/// Every tool of the host at `endpoint`, as it lists them.
pub fn tools(endpoint: &str) -> Result<Vec<Value>, Stop> {
    let list = answer(client()?.get(url(endpoint, "/v1/tools")), endpoint)?;
    Ok(list["data"].as_array().cloned().unwrap_or_default())
}

/// Runs a tool there; the result as it comes.
pub fn invoke(endpoint: &str, tool: &str, args: &Args) -> Result<Value, Stop> {
    let body = json!({"tool_name": tool, "kwargs": args});
    answer(
        client()?
            .post(url(endpoint, "/v1/tool-runtime/invoke"))
            .json(&body),
        endpoint,
    )
}

fn url(endpoint: &str, path: &str) -> String {
    format!("{}{path}", endpoint.trim_end_matches('/'))
}

fn client() -> Result<reqwest::blocking::Client, Stop> {
    let client = reqwest::blocking::Client::builder()
        .timeout(TIMEOUT)
        .build();
    client.map_err(|error| Stop::host(format!("no HTTP client: {error}")))
}

fn answer(request: reqwest::blocking::RequestBuilder, endpoint: &str) -> Result<Value, Stop> {
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
    Err(Stop::status(status.as_u16(), message))
}
