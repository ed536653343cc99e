//! Operations and the lines that the component reads.

use super::*;

fn read_one(root: Value) -> (Result<Value, String>, Vec<String>) {
    let spec = Spec::new(root).unwrap();
    let servers = Servers::read(&spec, None).unwrap();
    let mut notes = Notes::default();
    let found = spec.operations(&mut notes);
    let read = read(&spec, &servers, &found[0], 16 * 1024, &mut notes);
    let line = read.map(|operation| serde_json::from_str(&operation.line).unwrap());
    (line, notes.lines())
}

fn root(path: &str, method: &str, operation: &Value) -> Value {
    json!({
        "openapi": "3.0.0",
        "servers": [{"url": "https://a.example/v1"}],
        "paths": {path: {method: operation}},
    })
}

#[test]
fn an_operation_becomes_a_line() {
    let (line, notes) = read_one(root(
        "/pets/{petId}",
        "put",
        &json!({
            "operationId": "replacePet", "summary": "Replace a pet", "description": "All of it.",
            "deprecated": true,
            "parameters": [{"in": "path", "name": "petId", "description": "Which.", "schema": {"type": "integer"}}],
            "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": {
                "200": {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": {}}}}}},
                "404": {"content": {"text/plain": {}}},
            },
        }),
    ));
    let expected = json!({
        "name": "replacePet",
        "title": "Replace a pet",
        "description": "Deprecated.\n\nReplace a pet\n\nAll of it.",
        "method": "PUT",
        "url": "https://a.example/v1",
        "path": "/pets/{petId}",
        "parameters": [{"name": "petId", "in": "path", "style": "simple", "argument": "petId"}],
        "body": {"argument": "body", "media": "application/json", "as": "json"},
        "accept": "application/json",
        "hints": {"read_only": false, "destructive": true, "idempotent": true},
        "input": {
            "type": "object",
            "properties": {
                "petId": {"type": "integer", "description": "Which."},
                "body": {"type": "object"},
            },
            "required": ["petId", "body"],
            "additionalProperties": false,
        },
        "output": {"type": "object", "properties": {"id": {}}},
    });
    assert_eq!(line, Ok(expected));
    assert_eq!(notes, [""; 0]);
}

#[test]
fn a_pattern_that_takes_too_long_to_match_costs_the_patterns_and_not_the_tool() {
    let parameter =
        |schema: Value| json!({"parameters": [{"in": "query", "name": "q", "schema": schema}]});
    let schema = json!({"type": "string", "pattern": "^(?!a)b", "maxLength": 9});
    let (line, notes) = read_one(root("/p", "get", &parameter(schema)));
    let property = line.unwrap()["input"]["properties"]["q"].clone();
    assert_eq!(property, json!({"type": "string", "maxLength": 9}));
    assert!(notes[0].contains("linear time"), "{notes:?}");
}

#[test]
fn paths_become_patterns_or_say_why_not() {
    for (path, expected) in [
        ("/pets", "/v1/pets"),
        ("/pets/", "/v1/pets/"),
        ("/pets/{id}/a.json", "/v1/pets/*/a.json"),
        ("/{id}.json", "/v1/*"),
        ("/a b/ü/100%/*", "/v1/*/*/*/*"),
        ("/a:b/$x", "/v1/a:b/$x"),
    ] {
        assert_eq!(pattern("/v1", path).as_deref(), Ok(expected), "{path}");
    }
    for path in [
        "pets",
        "/a//b",
        "/../admin",
        "/./a",
        "/a/..",
        "/a?b=c",
        "/a#b",
        "/;a",
    ] {
        assert!(pattern("/v1", path).is_err(), "{path}");
    }
}

#[test]
fn lines_mean_nothing_to_yaml_the_environment_and_terminals() {
    let value = json!({"a": "${env.HOME} $${env.X:=y} \n\u{7f}\u{85}\u{2028}\u{202e}\u{feff}\u{1f600} é # : \\${"});
    let line = inert(&value);
    assert!(!line.contains("${"), "{line}");
    let harmless = |c: char| c.is_ascii_graphic() || c == ' ' || c == 'é';
    assert!(line.chars().all(harmless), "{line}");
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
}

#[test]
fn answers_are_asked_for_in_json_if_there_is_a_choice() {
    for (responses, accept, has_output) in [
        (json!(null), "*/*", false),
        (json!({"204": {}}), "*/*", false),
        (
            json!({"200": {"content": {"application/xml": {}, "application/json": {}}}}),
            "application/json",
            false,
        ),
        (
            json!({"200": {"content": {"image/png": {}}}, "201": {"content": {"text/plain": {}}}}),
            "image/png, text/plain",
            false,
        ),
        (
            json!({"2XX": {"content": {"application/json": {"schema": {"type": "object"}}}}}),
            "application/json",
            true,
        ),
        (
            json!({"200": {"content": {"application/json": {"schema": {"type": "array"}}}}}),
            "application/json",
            false,
        ),
        (json!({"200": {"content": {"a\r\nb": {}}}}), "*/*", false),
    ] {
        let (line, _) = read_one(root("/p", "get", &json!({"responses": responses})));
        let line = line.unwrap();
        assert_eq!(line["accept"], accept, "{responses}");
        assert_eq!(line.get("output").is_some(), has_output, "{responses}");
    }
}
