//! What is asked of Open-Meteo, and what its answers mean. Requests are the caller's.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::report::{self, DIRECTIONS, Reading, Scale};

const GEOCODING_URL: &str = "https://geocoding-api.open-meteo.com/v1/search";
const FORECAST_URL: &str = "https://api.open-meteo.com/v1/forecast";

/// What is asked about the weather.
const QUANTITIES: &str =
    "temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m,wind_direction_10m";

/// So many places of one name are looked at.
const PLACES: usize = 10;

/// The most characters of a server's words that an error repeats.
const REASON_CHARS_MAX: usize = 200;

/// Where the service is.
pub(crate) struct Addresses {
    geocoding: String,
    forecast: String,
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Why there is no report.
#[derive(Debug, PartialEq)]
pub(crate) enum Problem {
    /// The arguments make no sense.
    Invalid(String),
    /// There is no such city.
    NotFound(String),
    /// Anything else.
    Failed(String),
}

#[derive(Deserialize)]
struct Places {
    /// Left out if there are none.
    #[serde(default)]
    results: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    name: String,
    latitude: f64,
    longitude: f64,
    country: Option<String>,
    country_code: Option<String>,
    /// The state, province or region.
    admin1: Option<String>,
}

#[derive(Deserialize)]
struct Forecast {
    current: Current,
}

#[derive(Deserialize)]
struct Current {
    temperature_2m: f64,
    relative_humidity_2m: f64,
    weather_code: f64,
    wind_speed_10m: f64,
    wind_direction_10m: f64,
}

/// What the service says of a request that it refuses.
#[derive(Deserialize)]
struct Refusal {
    reason: String,
}

impl Addresses {
    /// The given ones, and those of the public service in place of what is not given.
    pub(crate) fn new(geocoding: Option<String>, forecast: Option<String>) -> Addresses {
        Addresses {
            geocoding: geocoding.unwrap_or_else(|| GEOCODING_URL.to_owned()),
            forecast: forecast.unwrap_or_else(|| FORECAST_URL.to_owned()),
        }
    }
}

/// The weather in `city`. `get` sends one request.
pub(crate) fn weather(
    city: &str,
    scale: Scale,
    addresses: &Addresses,
    mut get: impl FnMut(&str) -> Result<Answer, Problem>,
) -> Result<String, Problem> {
    let city = report::checked(city).map_err(|problem| Problem::Invalid(problem.to_owned()))?;
    // The service knows names alone; what follows a comma tells those of one name apart.
    let (name, region) = match city.split_once(',') {
        Some((name, region)) => (name.trim(), Some(region.trim())),
        None => (city, None),
    };
    if name.is_empty() {
        let problem = "`city` begins with a comma; give a name such as `Paris, Texas`";
        return Err(Problem::Invalid(problem.to_owned()));
    }
    let url = format!(
        "{}name={}&count={PLACES}&language=en&format=json",
        query(&addresses.geocoding),
        encoded(name)
    );
    let places: Places = read(&url, get(&url)?)?;
    let place = chosen(city, region, &places.results)?;
    let units = match scale {
        Scale::Celsius => "",
        Scale::Fahrenheit => "&temperature_unit=fahrenheit&wind_speed_unit=mph",
    };
    let url = format!(
        "{}latitude={}&longitude={}&current={QUANTITIES}{units}",
        query(&addresses.forecast),
        place.latitude,
        place.longitude
    );
    let Forecast { current } = read(&url, get(&url)?)?;
    Ok(current.reading().report(&place.title(), scale))
}

/// That a request was denied, and what to grant.
pub(crate) fn denied(url: &str, text: &str) -> Problem {
    Problem::Failed(format!(
        "the weather service cannot be asked: {text}; the operator grants it by `{{ host: {}, \
         methods: [GET] }}` under `grants.network` of this provider",
        name(host(url))
    ))
}

/// That no answer came.
pub(crate) fn unanswered(url: &str, text: &str) -> Problem {
    Problem::Failed(format!(
        "the weather service at `{}` gives no answer: {text}",
        host(url)
    ))
}

fn read<T: DeserializeOwned>(url: &str, answer: Answer) -> Result<T, Problem> {
    let host = host(url);
    let failed = |what: String| Problem::Failed(format!("the weather service at `{host}` {what}"));
    if answer.status != 200 {
        let reason = serde_json::from_slice(&answer.body).map_or_else(
            |_| String::new(),
            |Refusal { reason }| {
                format!(
                    ": {}",
                    reason.chars().take(REASON_CHARS_MAX).collect::<String>()
                )
            },
        );
        let remedy = match answer.status {
            429 => "; it takes no more requests for a while, try again later",
            500..=599 => "; try again later",
            _ => "",
        };
        return Err(failed(format!("answers {}{reason}{remedy}", answer.status)));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|error| failed(format!("answers what makes no sense: {error}")))
}

/// The first of the places, which are sorted by size, that is in `region`.
fn chosen<'a>(city: &str, region: Option<&str>, places: &'a [Place]) -> Result<&'a Place, Problem> {
    if places.is_empty() {
        return Err(Problem::NotFound(format!(
            "there is no city `{city}`; look at the spelling, and give its name alone or with its \
             country, such as `Paris, France`"
        )));
    }
    let Some(region) = region else {
        return Ok(&places[0]);
    };
    let is_there = |place: &&Place| {
        let names = [&place.country, &place.country_code, &place.admin1];
        let mut names = names.into_iter().flatten();
        names.any(|name| {
            let name = name.to_lowercase();
            region
                .split(',')
                .any(|part| part.trim().to_lowercase() == name)
        })
    };
    places.iter().find(is_there).ok_or_else(|| {
        let known: Vec<String> = places.iter().map(Place::whole).collect();
        Problem::NotFound(format!(
            "there is no `{city}`; cities of this name are {}",
            known.join("; ")
        ))
    })
}

impl Place {
    /// As a report names it.
    fn title(&self) -> String {
        match &self.country {
            Some(country) => format!("{}, {country}", self.name),
            None => self.name.clone(),
        }
    }

    /// With all that tells it from others.
    fn whole(&self) -> String {
        let parts = [
            Some(&self.name),
            self.admin1.as_ref(),
            self.country.as_ref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join(", ")
    }
}

impl Current {
    fn reading(&self) -> Reading<'static> {
        // An eighth of a circle around each direction.
        let eighth = (self.wind_direction_10m.rem_euclid(360.0) / 45.0).round() as usize;
        Reading {
            temperature: self.temperature_2m.round() as i32,
            condition: condition(self.weather_code as u8),
            humidity: self.relative_humidity_2m.round() as u64,
            wind: self.wind_speed_10m.round() as i32,
            direction: DIRECTIONS[eighth % DIRECTIONS.len()],
        }
    }
}

/// What a code of the World Meteorological Organization says, of those that the service uses.
fn condition(code: u8) -> &'static str {
    match code {
        0 => "clear",
        1 => "mostly clear",
        2 => "partly cloudy",
        3 => "cloudy",
        45 | 48 => "fog",
        51 | 53 | 55 => "drizzle",
        56 | 57 => "freezing drizzle",
        61 => "light rain",
        63 => "rain",
        65 => "heavy rain",
        66 | 67 => "freezing rain",
        71 => "light snow",
        73 => "snow",
        75 => "heavy snow",
        77 => "snow grains",
        80 => "light rain showers",
        81 => "rain showers",
        82 => "violent rain showers",
        85 => "light snow showers",
        86 => "heavy snow showers",
        95 => "thunderstorms",
        96 | 99 => "thunderstorms with hail",
        _ => "unknown",
    }
}

/// An address that goes on with the parts of its query.
fn query(address: &str) -> String {
    match address.contains('?') {
        true => format!("{address}&"),
        false => format!("{address}?"),
    }
}

/// The host in an address, with its port if it has one.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

/// A host without its port.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A text as part of a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
#[path = "tests/service.rs"]
mod tests;
