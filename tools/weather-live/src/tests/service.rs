//! What is asked, and what is made of recorded answers. The end-to-end tests have the same ones.

use super::*;

const BERLIN: &str = include_str!("../../tests/berlin.json");
const NOWHERE: &str = include_str!("../../tests/nowhere.json");
const FORECAST: &str = include_str!("../../tests/forecast.json");
const REFUSED: &str = include_str!("../../tests/refused.json");

const REPORT: &str = "Weather in Berlin, Germany:\n  Temperature: 24°C\n  Condition: partly cloudy\n  \
                      Humidity: 48%\n  Wind: 11 km/h W";

/// What is said about `city` if the service answers so, and what it was asked.
fn ask(city: &str, answers: &[(u16, &str)]) -> (Result<String, Problem>, Vec<String>) {
    let addresses = Addresses::new(None, Some("http://mirror:8080/forecast?key=1".to_owned()));
    let mut urls = Vec::new();
    let said = weather(city, Scale::Celsius, &addresses, |url| {
        let (status, body) = answers[urls.len()];
        urls.push(url.to_owned());
        Ok(Answer {
            status,
            body: body.as_bytes().to_vec(),
        })
    });
    (said, urls)
}

fn failure(answers: &[(u16, &str)]) -> String {
    match ask("Berlin", answers).0 {
        Err(Problem::Failed(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_largest_city_of_a_name_is_reported() {
    let (said, urls) = ask(" Berlin ", &[(200, BERLIN), (200, FORECAST)]);
    assert_eq!(said.unwrap(), REPORT);
    assert_eq!(
        urls,
        [
            "https://geocoding-api.open-meteo.com/v1/search?name=Berlin&count=10&language=en&format=json",
            "http://mirror:8080/forecast?key=1&latitude=52.52437&longitude=13.41053&current=temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m,wind_direction_10m",
        ]
    );
}

#[test]
fn a_report_has_the_form_of_those_that_are_made_up() {
    let made_up = report::report("Berlin, Germany", Scale::Celsius).unwrap();
    let shape = |report: &str| -> Vec<String> {
        let lines = report.lines();
        lines
            .map(|line| line.split(": ").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(shape(REPORT), shape(&made_up));
}

#[test]
fn fahrenheit_is_asked_for_and_not_computed() {
    let mut urls = Vec::new();
    let addresses = Addresses::new(None, None);
    let said = weather("Berlin", Scale::Fahrenheit, &addresses, |url| {
        urls.push(url.to_owned());
        let body = [BERLIN, FORECAST][urls.len() - 1];
        Ok(Answer {
            status: 200,
            body: body.into(),
        })
    });
    assert!(said.unwrap().contains("Temperature: 24°F"));
    assert!(urls[1].ends_with("&temperature_unit=fahrenheit&wind_speed_unit=mph"));
}

#[test]
fn what_follows_a_comma_tells_cities_of_one_name_apart() {
    for (city, latitude) in [
        ("Berlin, Germany", "52.52437"),
        ("berlin, DE", "52.52437"),
        ("Berlin, new hampshire", "44.46867"),
        ("Berlin,Massachusetts,United States", "44.46867"),
        ("Berlin, US", "44.46867"),
    ] {
        let (said, urls) = ask(city, &[(200, BERLIN), (200, FORECAST)]);
        assert!(said.is_ok(), "{city}");
        assert!(
            urls[0].contains("name=Berlin&") || urls[0].contains("name=berlin&"),
            "{city}"
        );
        assert!(
            urls[1].contains(&format!("latitude={latitude}&")),
            "{city}: {}",
            urls[1]
        );
    }
    let (said, _) = ask("Berlin, Texas", &[(200, BERLIN)]);
    let Err(Problem::NotFound(text)) = said else {
        panic!("{said:?}");
    };
    assert!(
        text.contains("Berlin, New Hampshire, United States; Berlin, Massachusetts"),
        "{text}"
    );
}

#[test]
fn names_are_encoded() {
    let (_, urls) = ask("São Tomé & Co", &[(200, NOWHERE)]);
    assert!(
        urls[0].contains("name=S%C3%A3o%20Tom%C3%A9%20%26%20Co&"),
        "{}",
        urls[0]
    );
}

#[test]
fn an_unknown_city_is_not_found() {
    let (said, urls) = ask("Xyzzy", &[(200, NOWHERE)]);
    assert!(
        matches!(&said, Err(Problem::NotFound(text)) if text.contains("`Xyzzy`")),
        "{said:?}"
    );
    assert_eq!(urls.len(), 1);
}

#[test]
fn senseless_cities_are_refused_without_a_request() {
    for city in ["", "  ", "a\nb", ", Texas", &"x".repeat(101)] {
        let (said, urls) = ask(city, &[]);
        assert!(matches!(said, Err(Problem::Invalid(_))), "{city:?}");
        assert!(urls.is_empty());
    }
}

#[test]
fn answers_that_are_none_are_said_to_be() {
    for (answers, expected) in [
        (
            vec![(500, "<h1>oops</h1>")],
            "`geocoding-api.open-meteo.com` answers 500; try again later",
        ),
        (
            vec![(
                429,
                "{\"error\":true,\"reason\":\"Minutely API request limit exceeded.\"}",
            )],
            "answers 429: Minutely API request limit exceeded.; it takes no more",
        ),
        (
            vec![(200, "<html>")],
            "makes no sense: expected value at line 1",
        ),
        (vec![(200, "{\"results\": 1}")], "makes no sense"),
        (
            vec![(200, BERLIN), (400, REFUSED)],
            "`mirror:8080` answers 400: Latitude must be in range",
        ),
        (
            vec![(200, BERLIN), (200, "{\"current\": {}}")],
            "missing field `temperature_2m`",
        ),
        (vec![(200, BERLIN), (302, "")], "answers 302"),
    ] {
        let text = failure(&answers);
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn directions_and_conditions_are_those_of_the_service() {
    let reading = |wind_direction_10m: f64, weather_code: f64| {
        let current = Current {
            temperature_2m: -0.4,
            relative_humidity_2m: 100.0,
            weather_code,
            wind_speed_10m: 0.5,
            wind_direction_10m,
        };
        current.reading().report("X", Scale::Celsius)
    };
    for (degrees, expected) in [
        (0.0, " N"),
        (22.0, " N"),
        (23.0, " NE"),
        (180.0, " S"),
        (338.0, " N"),
        (360.0, " N"),
        (-90.0, " W"),
    ] {
        assert!(reading(degrees, 0.0).ends_with(expected), "{degrees}");
    }
    assert!(reading(0.0, 95.0).contains("Temperature: 0°C\n  Condition: thunderstorms\n"));
    assert!(reading(0.0, 1e9).contains("Condition: unknown"));
}

#[test]
fn a_denial_says_what_to_grant() {
    let Problem::Failed(text) = denied("https://api.open-meteo.com/v1/forecast?x", "no") else {
        panic!();
    };
    assert!(
        text.contains("`{ host: api.open-meteo.com, methods: [GET] }` under `grants.network`"),
        "{text}"
    );
    for (url, expected) in [
        ("http://mirror:8080/v1?x", "`{ host: mirror, "),
        ("http://[::1]:80/", "`{ host: [::1], "),
        ("http://[::1]", "`{ host: [::1], "),
    ] {
        let problem = denied(url, "no");
        assert!(format!("{problem:?}").contains(expected), "{problem:?}");
    }
}
