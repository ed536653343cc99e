//! The weather tool: `get-weather`, which tells the same weather for the same city every time.
//!
//! It does no input or output; the report is worked out in [`report`].

mod report;

use exports::toolhost::weather::weather::{Guest, Units};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/weather",
    world: "weather-tool",
    generate_all,
});

struct Weather;

impl Guest for Weather {
    fn get_weather(city: String, units: Option<Units>) -> Result<String, ToolError> {
        let scale = match units {
            None | Some(Units::Celsius) => report::Scale::Celsius,
            Some(Units::Fahrenheit) => report::Scale::Fahrenheit,
        };
        report::report(&city, scale).map_err(|problem| ToolError::InvalidInput(problem.to_owned()))
    }
}

export!(Weather);
