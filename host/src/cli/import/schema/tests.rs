//! Schemas of both versions, and what becomes of them.

use super::*;
use crate::tool::Input;

fn spec(version: &str, schemas: &Value) -> Spec {
    Spec::new(json!({"openapi": version, "components": {"schemas": schemas}})).unwrap()
}

const ROOM: Room = Room {
    bytes_max: 16 * 1024,
    patterns: true,
};

fn converted(spec: &Spec, schema: &Value) -> (Value, Changes) {
    let (mut schemas, changes) = convert(spec, &[schema], Way::In, ROOM).unwrap();
    (schemas.remove(0), changes)
}

#[test]
fn what_3_0_writes_otherwise_is_written_as_json_schema_does() {
    let spec = spec(
        "3.0.3",
        &json!({"P": {"type": "object", "description": "A pet."}}),
    );
    for (schema, expected) in [
        (
            json!({"type": "string", "nullable": true, "example": "x", "xml": {"name": "a"}}),
            json!({"type": ["string", "null"]}),
        ),
        (
            json!({"type": "string", "nullable": true, "enum": ["a"]}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
        ),
        (
            json!({"nullable": true, "description": "D", "allOf": [{"$ref": "#/components/schemas/P"}]}),
            json!({"description": "D", "anyOf": [
                {"allOf": [{"type": "object", "description": "A pet."}]}, {"type": "null"},
            ]}),
        ),
        (
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}),
            json!({"type": "integer", "exclusiveMinimum": 0, "maximum": 9}),
        ),
        (
            json!({"$ref": "#/components/schemas/P", "description": "Mine.", "minProperties": 1}),
            json!({"type": "object", "description": "Mine."}),
        ),
        (
            json!({"type": "object", "discriminator": {"propertyName": "kind"}, "x-go": 1,
                "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}},
                "required": ["id", "name", "name"]}),
            json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
        ),
    ] {
        assert_eq!(converted(&spec, &schema).0, expected, "{schema}");
    }
}

#[test]
fn what_3_1_writes_stays() {
    let spec = spec("3.1.0", &json!({"P": {"type": "object"}}));
    for (schema, expected) in [
        (
            json!({"type": ["integer", "null"], "exclusiveMinimum": 3, "examples": [4]}),
            json!({"type": ["integer", "null"], "exclusiveMinimum": 3}),
        ),
        (
            json!({"prefixItems": [{"const": 1}], "items": false, "$comment": "c", "$id": "https://a.example/x"}),
            json!({"prefixItems": [{"const": 1}], "items": false}),
        ),
        (
            json!({"$ref": "#/components/schemas/P", "minProperties": 1}),
            json!({"minProperties": 1, "allOf": [{"type": "object"}]}),
        ),
        (json!(true), json!(true)),
    ] {
        assert_eq!(converted(&spec, &schema).0, expected, "{schema}");
    }
}

#[test]
fn what_is_no_keyword_of_json_schema_is_dropped() {
    let spec = spec("3.1.0", &json!({}));
    let schema = json!({
        "type": "file", "required": true, "enum": [], "minLength": -1, "pattern": 7, "items": [1],
        "properties": {"a": 5}, "allOf": [], "multipleOf": 0, "$dynamicRef": "#x", "format": 1,
    });
    assert_eq!(
        converted(&spec, &schema).0,
        json!({"properties": {"a": {}}})
    );
}

#[test]
fn references_in_circles_end_in_open_objects() {
    let node = json!({"type": "object", "description": "A node.", "properties": {
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        "name": {"type": "string"},
    }});
    let schemas = json!({
        "Node": node,
        "Self": {"$ref": "#/components/schemas/Self"},
        "A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"properties": {"a": {"$ref": "#/components/schemas/A"}}},
    });
    let spec = spec("3.0.0", &schemas);
    for (name, expected) in [
        (
            "Node",
            json!({"type": "object", "description": "A node.", "properties": {
                "children": {"type": "array", "items": {"type": "object", "description": "A node."}},
                "name": {"type": "string"},
            }}),
        ),
        ("Self", json!({})),
        (
            "A",
            json!({"properties": {"b": {"properties": {"a": {"type": "object"}}}}}),
        ),
    ] {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let (schema, changes) = converted(&spec, &reference);
        assert_eq!(schema, expected, "{name}");
        assert!(changes.is_recursive && !changes.is_cut, "{name}");
    }
}

#[test]
fn schemas_that_unfold_to_millions_are_cut() {
    let mut schemas = Map::new();
    for level in 0..30 {
        let next = json!({"$ref": format!("#/components/schemas/L{}", level + 1)});
        let properties: Map<String, Value> =
            (0..10).map(|n| (format!("p{n}"), next.clone())).collect();
        schemas.insert(
            format!("L{level}"),
            json!({"type": "object", "properties": properties}),
        );
    }
    schemas.insert("L30".to_owned(), json!({"type": "object"}));
    let spec = spec("3.1.0", &Value::Object(schemas));
    let (schema, changes) = converted(&spec, &json!({"$ref": "#/components/schemas/L0"}));
    assert!(changes.is_cut);
    assert!(schema.to_string().len() <= ROOM.bytes_max);
    assert_eq!(schema["properties"]["p9"]["type"], "object");
    Input::declared(schema).unwrap();

    let mut deep = json!({"type": "string"});
    for _ in 0..60 {
        deep = json!({"type": "array", "items": deep});
    }
    let (schema, changes) = converted(&spec, &deep);
    assert!(changes.is_cut);
    Input::declared(json!({"type": "object", "properties": {"a": schema}})).unwrap();

    let wide: Map<String, Value> = (0..5_000).map(|n| (format!("p{n}"), json!({}))).collect();
    let wide = json!({"type": "object", "properties": wide});
    assert!(convert(&spec, &[&wide], Way::In, ROOM).is_none());
}

#[test]
fn broken_references_are_told() {
    let spec = spec("3.1.0", &json!({}));
    for reference in [
        "#/components/schemas/No",
        "https://a.example/s.json",
        "x.yaml",
    ] {
        let (schema, changes) = converted(&spec, &json!({"$ref": reference}));
        assert_eq!(schema, json!({}));
        assert!(changes.is_broken);
    }
}

#[test]
fn patterns_can_be_left_out() {
    let spec = spec("3.1.0", &json!({}));
    let schema = json!({"pattern": "(?=a)", "patternProperties": {"(?=b)": {}}, "minLength": 1});
    let room = Room {
        patterns: false,
        ..ROOM
    };
    let (schemas, _) = convert(&spec, &[&schema], Way::In, room).unwrap();
    assert_eq!(schemas, [json!({"minLength": 1})]);
}
