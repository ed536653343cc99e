//! The weather tool once more: `get-weather` by the service of Open-Meteo.
//!
//! What is asked and made of the answers is worked out in [`service`]; reports are written as those
//! of the weather that is made up.

#[path = "../../weather/src/report.rs"]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "weather that is made up is the other tool's")
)]
mod report;
mod service;

use exports::toolhost::weather::weather::{Guest, Units};
use service::{Addresses, Answer, Problem};
use toolhost::tool::http::{Error, Request};
use toolhost::tool::types::ToolError;
use toolhost::tool::{config, http};

wit_bindgen::generate!({
    path: "../../wit/weather",
    world: "weather-live-tool",
    generate_all,
});

/// Longest wait for one answer; there are two.
const TIMEOUT_MS: u32 = 10_000;

struct WeatherLive;

impl Guest for WeatherLive {
    fn get_weather(city: String, units: Option<Units>) -> Result<String, ToolError> {
        let scale = match units {
            None | Some(Units::Celsius) => report::Scale::Celsius,
            Some(Units::Fahrenheit) => report::Scale::Fahrenheit,
        };
        let addresses = Addresses::new(config::get("geocoding_url"), config::get("forecast_url"));
        service::weather(&city, scale, &addresses, get).map_err(|problem| match problem {
            Problem::Invalid(text) => ToolError::InvalidInput(text),
            Problem::NotFound(text) => ToolError::NotFound(text),
            Problem::Failed(text) => ToolError::Failed(text),
        })
    }
}

fn get(url: &str) -> Result<Answer, Problem> {
    let answer = http::fetch(&Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: vec![("accept".to_owned(), "application/json".to_owned())],
        body: None,
        timeout_ms: Some(TIMEOUT_MS),
    });
    match answer {
        Ok(answer) => Ok(Answer {
            status: answer.status,
            body: answer.body,
        }),
        Err(Error::Denied(text)) => Err(service::denied(url, &text)),
        Err(
            Error::InvalidRequest(text)
            | Error::Timeout(text)
            | Error::TooLarge(text)
            | Error::Unreachable(text),
        ) => Err(service::unanswered(url, &text)),
    }
}

export!(WeatherLive);
