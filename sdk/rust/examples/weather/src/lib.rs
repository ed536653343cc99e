//! The weather tool as a provider: it answers as the typed one of the repository does.
//!
//! It does no input or output; the report is worked out in [`report`], a link to that one's.

mod report;

use toolhost_sdk::{ToolError, tool};

/// The unit of temperatures; celsius if left out.
#[toolhost_sdk::json]
enum Units {
    Celsius,
    Fahrenheit,
}

/// Tells the current weather in a city: temperature, condition, humidity and wind.
#[tool(read_only, idempotent, open_world = false)]
fn get_weather(
    /// Which city, such as `Tokyo`.
    city: String,
    units: Option<Units>,
) -> Result<String, ToolError> {
    let scale = match units {
        None | Some(Units::Celsius) => report::Scale::Celsius,
        Some(Units::Fahrenheit) => report::Scale::Fahrenheit,
    };
    report::report(&city, scale).map_err(ToolError::invalid_input)
}

toolhost_sdk::export!(get_weather);
