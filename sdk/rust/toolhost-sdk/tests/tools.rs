//! Tools as an author writes them, seen as the host sees them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use toolhost_sdk::http::{self, Request, Response};
use toolhost_sdk::{Content, Tool, ToolError, clock, config, fake, log, progress, random, tool};

/// The unit of temperatures.
#[toolhost_sdk::json]
#[derive(Debug, Clone, Copy, PartialEq)]
enum Units {
    Celsius,
    DegreesFahrenheit,
}

/// A place on a map.
#[toolhost_sdk::json]
#[serde(deny_unknown_fields)]
struct Place {
    /// Degrees to the north.
    latitude: f64,
    #[serde(default)]
    names: Vec<String>,
    height: Option<i16>,
}

/// Describes a place.
///
/// # Arguments
///
/// - `place`: Where,
///   on this planet.
///
/// More about it.
#[tool(read_only, idempotent, open_world = false, title = "Describe a place")]
fn describe(
    place: Place,
    /// The unit.
    units: Option<Units>,
    #[default(3)]
    #[schemars(range(min = 1, max = 9))]
    words: u32,
    #[default("en")] language: String,
) -> Result<String, ToolError> {
    let names = place.names.join("+");
    let height = place.height;
    Ok(format!(
        "{} {names} {height:?} {units:?} {words} {language}",
        place.latitude
    ))
}

fn schema<T: Tool>() -> Value {
    serde_json::from_str(&T::definition().input_schema).unwrap()
}

fn call<T: Tool>(arguments: Value) -> Result<Vec<Content>, ToolError> {
    T::call(&arguments.to_string())
}

#[test]
fn a_definition_is_what_the_code_says() {
    let definition = describe::definition();
    assert_eq!(describe::NAME, "describe");
    assert_eq!(definition.title.as_deref(), Some("Describe a place"));
    assert_eq!(
        definition.description,
        "Describes a place.\n\nMore about it."
    );
    assert_eq!(definition.output_schema, None);
    assert_eq!(definition.annotations.read_only, Some(true));
    assert_eq!(definition.annotations.destructive, None);
    assert_eq!(definition.annotations.open_world, Some(false));
    assert_eq!(
        schema::<describe>(),
        json!({
            "type": "object",
            "properties": {
                "place": {
                    "type": "object",
                    "description": "Where, on this planet.",
                    "properties": {
                        "latitude": {"type": "number", "description": "Degrees to the north."},
                        "names": {"type": "array", "items": {"type": "string"}, "default": []},
                        "height": {"type": ["integer", "null"], "minimum": -32768, "maximum": 32767},
                    },
                    "additionalProperties": false,
                    "required": ["latitude"],
                },
                "units": {
                    "type": ["string", "null"],
                    "description": "The unit.",
                    "enum": ["celsius", "degrees_fahrenheit", null],
                },
                "words": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
                "language": {"type": "string", "default": "en"},
            },
            "additionalProperties": false,
            "required": ["place"],
        })
    );
}

#[test]
fn parameters_stand_in_the_order_of_the_function() {
    let schema = describe::definition().input_schema;
    let place = |name: &str| schema.find(&format!("\"{name}\":")).unwrap();
    assert!(place("place") < place("units"));
    assert!(place("units") < place("words"));
    assert!(place("words") < place("language"));
}

#[test]
fn arguments_are_converted_and_defaults_filled_in() {
    let text = |arguments| match call::<describe>(arguments).unwrap().as_slice() {
        [Content::Text(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        text(json!({"place": {"latitude": 1.5}})),
        "1.5  None None 3 en"
    );
    let all = json!({
        "place": {"latitude": 1, "names": ["a", "b"], "height": -4},
        "units": "degrees_fahrenheit", "words": 9, "language": "de",
    });
    assert_eq!(text(all), "1 a+b Some(-4) Some(DegreesFahrenheit) 9 de");
}

#[test]
fn arguments_that_do_not_fit_are_invalid_input() {
    let cases = [
        (json!({}), "missing field `place`"),
        (
            json!({"place": {"latitude": 1}, "word": 1}),
            "unknown field `word`",
        ),
        (
            json!({"place": {"latitude": 1, "x": 1}}),
            "unknown field `x`",
        ),
        (
            json!({"place": {"latitude": 1}, "words": -1}),
            "integer `-1`, expected u32",
        ),
        (json!([]), "the arguments do not fit"),
    ];
    for (arguments, reason) in cases {
        match call::<describe>(arguments.clone()) {
            Err(ToolError::InvalidInput(text)) => {
                assert!(
                    text.contains(reason) && !text.contains("line"),
                    "{arguments}: {text}"
                );
            }
            other => panic!("{arguments}: {other:?}"),
        }
    }
    for text in ["", "{", "\u{0}", "{\"place\": ", &"[".repeat(10_000)] {
        assert!(matches!(
            describe::call(text),
            Err(ToolError::InvalidInput(_))
        ));
    }
}

#[test]
fn the_function_is_an_ordinary_function() {
    let place = Place {
        latitude: 2.0,
        names: Vec::new(),
        height: None,
    };
    assert_eq!(
        describe(place, None, 1, String::new()).unwrap(),
        "2  None None 1 "
    );
}

/// Takes little.
#[tool]
fn narrow(
    #[schemars(regex(pattern = "^[a-z]+$"), length(max = 3))] word: String,
    #[schemars(range(max = 0.5))] share: f32,
    bytes: Vec<u8>,
) -> String {
    format!("{word} {share} {bytes:?}")
}

#[test]
fn what_the_author_narrows_is_in_the_schema() {
    assert_eq!(
        schema::<narrow>()["properties"],
        json!({
            "word": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
            "share": {"type": "number", "maximum": 0.5},
            "bytes": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": 255},
            },
        })
    );
}

/// Says nothing.
#[tool]
fn nothing() {}

/// Says so.
#[tool]
fn constant() -> &'static str {
    "so"
}

/// Counts.
#[tool(name = "letters.count")]
fn count(text: String) -> BTreeMap<char, u32> {
    let mut counts = BTreeMap::new();
    text.chars()
        .for_each(|letter| *counts.entry(letter).or_default() += 1);
    counts
}

/// Sends a place back.
#[tool]
fn echo(r#type: Place) -> Result<Place, ToolError> {
    Ok(r#type)
}

/// Has no schema.
#[derive(serde::Serialize)]
struct Bare {
    x: u8,
}

/// Makes one.
#[tool]
fn bare() -> Bare {
    Bare { x: 1 }
}

/// Parses.
#[tool]
fn parse(text: String) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

/// Shows all.
#[tool]
fn show() -> Result<Vec<Content>, ToolError> {
    Ok(vec![
        Content::text("t"),
        Content::image([1, 2], "image/png"),
        Content::audio([3], "audio/wav"),
        Content::document("file:///a.md", "text/markdown", "# A"),
        Content::file("file:///a.bin", "application/octet-stream", [4]),
        Content::link("https://example.com/", "Example"),
        Content::json(&json!({"x": 1}))?,
    ])
}

toolhost_sdk::export!(
    describe, narrow, nothing, constant, count, echo, bare, parse, show
);

#[test]
fn results_become_content_by_their_type() {
    let json_of = |text: &str| vec![Content::Json(text.to_owned())];
    assert_eq!(call::<nothing>(json!({})).unwrap(), []);
    assert_eq!(call::<constant>(json!({})).unwrap(), [Content::text("so")]);
    assert_eq!(
        call::<count>(json!({"text": "aba"})).unwrap(),
        json_of(r#"{"a":2,"b":1}"#)
    );
    let place = json!({"type": {"latitude": 1}});
    assert_eq!(
        call::<echo>(place).unwrap(),
        json_of(r#"{"latitude":1.0,"names":[],"height":null}"#)
    );
    assert_eq!(call::<bare>(json!({})).unwrap(), json_of(r#"{"x":1}"#));
    assert_eq!(call::<show>(json!({})).unwrap().len(), 7);
}

#[test]
fn errors_of_any_kind_are_failures_with_their_message() {
    assert_eq!(
        call::<parse>(json!({"text": "7"})).unwrap(),
        [Content::Json("7".to_owned())]
    );
    let failed = ToolError::failed("invalid digit found in string");
    assert_eq!(call::<parse>(json!({"text": "x"})), Err(failed));
}

#[test]
fn results_that_are_json_have_a_schema_if_their_type_has() {
    let output = |definition: toolhost_sdk::Definition| definition.output_schema;
    let integer = json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX});
    let read = |text: Option<String>| serde_json::from_str::<Value>(&text.unwrap()).unwrap();
    assert_eq!(read(output(parse::definition())), integer);
    let place = read(output(echo::definition()));
    assert_eq!(place["required"], json!(["latitude", "names", "height"]));
    for definition in [
        nothing::definition(),
        bare::definition(),
        show::definition(),
    ] {
        assert_eq!(output(definition), None);
    }
}

#[test]
fn a_tool_without_parameters_takes_nothing() {
    let schema = schema::<nothing>();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["additionalProperties"], false);
    assert!(call::<nothing>(json!({"x": 1})).is_err());
}

#[test]
fn names_can_be_chosen() {
    assert_eq!(count::NAME, "letters.count");
    assert_eq!(count::definition().name, "letters.count");
}

#[test]
fn imports_are_faked_natively() {
    fake::config([("greeting", "Hello")]);
    fake::now(1_500);
    fake::http(|request| match request.url.as_str() {
        "https://a.example/" => Ok(Response {
            status: 201,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: request.body.clone().unwrap_or_default(),
        }),
        _ => Ok(Response {
            status: 404,
            headers: Vec::new(),
            body: vec![0xff],
        }),
    });
    log::debug("a");
    log::error(String::from("b"));
    progress::report(1.0, Some(2.0), Some("half"));
    progress::report(2.0, None, None);

    assert_eq!(config::require("greeting").unwrap(), "Hello");
    let missing = config::require("region").unwrap_err();
    assert!(missing.to_string().contains("grants.config"), "{missing}");
    assert_eq!(clock::now(), 1_500);
    assert_eq!(random::bytes(70_000).len(), 70_000);
    assert_ne!(random::array::<8>(), random::array::<8>());

    let request = Request::new("POST", "https://a.example/")
        .json(&json!([1]))
        .unwrap();
    let response = http::fetch(&request).unwrap().successful().unwrap();
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    assert_eq!(response.json::<Vec<u8>>().unwrap(), [1]);
    assert!(response.json::<String>().is_err());
    let missing = http::get("https://b.example/").unwrap();
    assert_eq!(missing.text(), "\u{fffd}");
    assert!(matches!(missing.successful(), Err(ToolError::NotFound(_))));
    assert_eq!(
        fake::lines(),
        ["DEBUG a", "ERROR b", "PROGRESS 1 of 2: half", "PROGRESS 2"]
    );
}

#[test]
fn a_request_without_a_server_is_denied() {
    assert!(matches!(
        http::get("https://a.example/"),
        Err(http::Error::Denied(_))
    ));
}
