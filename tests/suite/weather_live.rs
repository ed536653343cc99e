//! `get_weather` by the service of Open-Meteo, of which this is a recording.

use serde_json::{Value, json};
use toolhost::invocation::{Content, Failure, ToolError};
use toolhost_tests::servers::{Request, Say, Server, ok, redirect};
use toolhost_tests::{Setup, TestHost, root};

/// An answer as the service gave it.
fn recorded(name: &str) -> String {
    let path = root().join("tools/weather-live/tests").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn status(line: &str, body: &str) -> Say {
    let length = body.len();
    Say::This(format!("HTTP/1.1 {line}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes())
}

/// The service, as far as the tool asks it.
fn answer(request: &Request) -> Say {
    let path = request.path();
    match path.split_once('?') {
        Some(("/v1/search", query)) => match query.split('&').next() {
            Some("name=Berlin") => ok(&recorded("berlin.json")),
            Some("name=Broken") => status("500 Internal Server Error", "<h1>oops</h1>"),
            Some("name=Garbage") => ok("<html>not JSON</html>"),
            Some("name=Moved") => redirect("/elsewhere"),
            Some("name=Busy") => status(
                "429 Too Many Requests",
                r#"{"error": true, "reason": "Minutely API request limit exceeded."}"#,
            ),
            _ => ok(&recorded("nowhere.json")),
        },
        Some(("/v1/forecast", query)) if query.contains("latitude=44") => {
            status("400 Bad Request", &recorded("refused.json"))
        }
        Some(("/v1/forecast", query)) if query.contains("temperature_unit=fahrenheit") => {
            ok(&recorded("forecast-fahrenheit.json"))
        }
        Some(("/v1/forecast", _)) => ok(&recorded("forecast.json")),
        _ => status("404 Not Found", ""),
    }
}

async fn with(server: &Server, network: &str) -> TestHost {
    let config = format!(
        "{{grants: {{config: {{geocoding_url: \"{}\", forecast_url: \"{}\"}}, network: [{network}]}}}}",
        server.url("/v1/search"),
        server.url("/v1/forecast"),
    );
    let setup = Setup::new().provider("weather-runtime", "inline::weather-live", &config);
    setup.group("weather", "weather-runtime").start().await
}

async fn report(host: &TestHost, args: Value) -> String {
    match &host.good("get_weather", args).await.content[..] {
        [Content::Text(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

async fn failure(host: &TestHost, city: &str) -> (ToolError, String) {
    match host.fails("get_weather", json!({"city": city})).await {
        Failure::Tool { reason, message } => (reason, message),
        other => panic!("{city}: {other:?}"),
    }
}

#[tokio::test]
async fn the_weather_of_the_service_is_reported_in_either_unit() {
    let server = Server::plain(answer).await;
    let host = with(&server, &server.entry("127.0.0.1", "")).await;
    assert_eq!(
        report(&host, json!({"city": "Berlin"})).await,
        "Weather in Berlin, Germany:\n  Temperature: 24°C\n  Condition: partly cloudy\n  Humidity: 48%\n  Wind: 11 km/h W"
    );
    assert_eq!(
        report(&host, json!({"city": "Berlin, DE", "units": "fahrenheit"})).await,
        "Weather in Berlin, Germany:\n  Temperature: 75°F\n  Condition: partly cloudy\n  Humidity: 48%\n  Wind: 7 mph W"
    );
    let asked = server.requests();
    let asked: Vec<&str> = asked.iter().map(Request::path).collect();
    assert_eq!(
        asked[..2],
        [
            "/v1/search?name=Berlin&count=10&language=en&format=json",
            "/v1/forecast?latitude=52.52437&longitude=13.41053&current=temperature_2m,relative_humidity_2m,weather_code,wind_speed_10m,wind_direction_10m",
        ]
    );
    assert!(
        asked[3].ends_with("&temperature_unit=fahrenheit&wind_speed_unit=mph"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn it_is_the_same_tool_as_the_one_that_makes_weather_up() {
    let server = Server::plain(answer).await;
    let live = with(&server, &server.entry("127.0.0.1", "")).await;
    let made_up = Setup::new().weather().start().await;
    let tool = |host: &TestHost| {
        let catalog = host.router().registry().current();
        let tool = &catalog.entry("get_weather").expect("it exists").tool;
        (tool.description.clone(), tool.input.schema().clone())
    };
    assert_eq!(tool(&live), tool(&made_up));
    live.rejects("get_weather", json!({"city": "Berlin", "units": "kelvin"}))
        .await;
}

#[tokio::test]
async fn what_the_service_does_not_answer_is_an_error_in_words() {
    let server = Server::plain(answer).await;
    let host = with(&server, &server.entry("127.0.0.1", "")).await;
    let at = server.authority();
    for (city, reason, expected) in [
        ("Xyzzy", ToolError::NotFound, "there is no city `Xyzzy`"),
        (
            "Berlin, Texas",
            ToolError::NotFound,
            "cities of this name are Berlin, State of Berlin, Germany; Berlin, New Hampshire",
        ),
        ("Broken", ToolError::Failed, "answers 500; try again later"),
        ("Garbage", ToolError::Failed, "answers what makes no sense"),
        ("Moved", ToolError::Failed, "answers 302"),
        (
            "Busy",
            ToolError::Failed,
            "answers 429: Minutely API request limit exceeded.; it takes no more requests",
        ),
        (
            "Berlin, New Hampshire",
            ToolError::Failed,
            "answers 400: Latitude must be in range of -90 to 90°.",
        ),
        (" ", ToolError::InvalidInput, "`city` is empty"),
    ] {
        let (kind, message) = failure(&host, city).await;
        assert_eq!(kind, reason, "{city}");
        assert!(message.contains(expected), "{city}: {message}");
        assert!(
            kind != ToolError::Failed || message.contains(&at),
            "{city}: {message}"
        );
    }
}

#[tokio::test]
async fn without_a_grant_it_says_what_to_grant() {
    let server = Server::plain(answer).await;
    let host = with(&server, "").await;
    let (kind, message) = failure(&host, "Berlin").await;
    assert_eq!(kind, ToolError::Failed);
    let entry = "`{ host: 127.0.0.1, methods: [GET] }` under `grants.network`";
    assert!(message.contains(entry), "{message}");
    assert!(server.requests().is_empty());

    // Nothing of it is on by itself, and the public service is not asked unless that is granted.
    let setup = Setup::new().provider("weather-runtime", "inline::weather-live", "{}");
    let host = setup.group("weather", "weather-runtime").start().await;
    let (_, message) = failure(&host, "Berlin").await;
    let entry = "`{ host: geocoding-api.open-meteo.com, methods: [GET] }`";
    assert!(message.contains(entry), "{message}");
}
