//! JSON Schema 2020-12 of component types.

use serde_json::{Map, Value, json};

use super::check::integer_range;
use super::types::{Case, Field, Type};

/// The schema of a function's arguments: an object with one property a parameter, options
/// not required, anything else refused.
pub fn input_schema(params: &[Field]) -> Value {
    object(params, Way::In)
}

/// The schema of a result of type `ty`: what the host writes, with every field of a record, also
/// those that are null.
pub fn output_schema(ty: &Type) -> Value {
    type_schema(ty, Way::Out)
}

/// Who writes the JSON: a caller, who may leave out what is optional, or the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

fn type_schema(ty: &Type, way: Way) -> Value {
    let type_schema = |ty: &Type| type_schema(ty, way);
    match ty {
        Type::Bool => json!({"type": "boolean"}),
        Type::String => json!({"type": "string"}),
        Type::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
        Type::F32 | Type::F64 => json!({"type": "number"}),
        Type::List(inner) => json!({"type": "array", "items": type_schema(inner)}),
        Type::FixedList(inner, len) => {
            json!({"type": "array", "items": type_schema(inner), "minItems": len, "maxItems": len})
        }
        Type::Map(key, inner) if **key == Type::String => {
            json!({"type": "object", "additionalProperties": type_schema(inner)})
        }
        Type::Map(key, inner) => {
            json!({"type": "array", "items": tuple(&[(**key).clone(), (**inner).clone()], way)})
        }
        Type::Tuple(types) => tuple(types, way),
        Type::Record(fields) => object(fields, way),
        Type::Enum(names) => json!({"type": "string", "enum": names}),
        Type::Flags(names) => {
            json!({"type": "array", "items": {"type": "string", "enum": names}, "uniqueItems": true})
        }
        Type::Variant(cases) => variant(cases, way),
        Type::Result(ok, err) => {
            let case = |name: &str, ty: &Option<Box<Type>>| Case {
                name: name.to_owned(),
                ty: ty.as_deref().cloned(),
            };
            variant(&[case("ok", ok), case("err", err)], way)
        }
        Type::Option(inner) if inner.is_nullable() => {
            json!({"oneOf": [{"type": "null"}, keyed("some", &type_schema(inner))]})
        }
        Type::Option(inner) => json!({"anyOf": [type_schema(inner), {"type": "null"}]}),
        _ => integer(ty),
    }
}

fn integer(ty: &Type) -> Value {
    // Every bound of a component integer fits an `i64` or a `u64`.
    let bound = |number: i128| match i64::try_from(number) {
        Ok(number) => json!(number),
        Err(_) => json!(u64::try_from(number).unwrap_or(u64::MAX)),
    };
    match integer_range(ty) {
        Some((low, high)) => {
            json!({"type": "integer", "minimum": bound(low), "maximum": bound(high)})
        }
        None => json!({}),
    }
}

fn object(fields: &[Field], way: Way) -> Value {
    let mut properties = Map::new();
    for field in fields {
        // A caller leaves an option out, so the schema of what it may put in is the clearest.
        let mut schema = match &field.ty {
            Type::Option(inner) if way == Way::In && !inner.is_nullable() => {
                type_schema(inner, way)
            }
            ty => type_schema(ty, way),
        };
        if let (Some(docs), Some(schema)) = (&field.docs, schema.as_object_mut()) {
            schema.insert("description".to_owned(), json!(docs));
        }
        properties.insert(field.name.clone(), schema);
    }
    let required: Vec<&str> = fields
        .iter()
        .filter(|f| way == Way::Out || !f.is_optional())
        .map(|f| f.name.as_str())
        .collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn tuple(types: &[Type], way: Way) -> Value {
    let items: Vec<Value> = types.iter().map(|ty| type_schema(ty, way)).collect();
    json!({"type": "array", "prefixItems": items, "items": false, "minItems": types.len(), "maxItems": types.len()})
}

fn variant(cases: &[Case], way: Way) -> Value {
    let cases: Vec<Value> = cases
        .iter()
        .map(|case| match &case.ty {
            None => json!({"const": case.name}),
            Some(ty) => keyed(&case.name, &type_schema(ty, way)),
        })
        .collect();
    json!({"oneOf": cases})
}

fn keyed(key: &str, schema: &Value) -> Value {
    json!({"type": "object", "properties": {key: schema}, "required": [key], "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn every_data_type_has_a_schema() {
        let u8_type = || Box::new(Type::U8);
        let option = |ty| Type::Option(Box::new(ty));
        let u8_schema = json!({"type": "integer", "minimum": 0, "maximum": 255});
        let keyed_u8 = |key: &str| json!({"type": "object", "properties": {key: u8_schema}, "required": [key], "additionalProperties": false});
        let table = [
            (Type::Bool, json!({"type": "boolean"})),
            (Type::U8, u8_schema.clone()),
            (
                Type::S64,
                json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX}),
            ),
            (
                Type::U64,
                json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}),
            ),
            (Type::F32, json!({"type": "number"})),
            (
                Type::Char,
                json!({"type": "string", "minLength": 1, "maxLength": 1}),
            ),
            (
                Type::List(u8_type()),
                json!({"type": "array", "items": u8_schema}),
            ),
            (
                Type::FixedList(u8_type(), 3),
                json!({"type": "array", "items": u8_schema, "minItems": 3, "maxItems": 3}),
            ),
            (
                Type::Map(Box::new(Type::String), u8_type()),
                json!({"type": "object", "additionalProperties": u8_schema}),
            ),
            (
                Type::Tuple(vec![Type::U8, Type::Bool]),
                json!({"type": "array", "prefixItems": [u8_schema, {"type": "boolean"}], "items": false, "minItems": 2, "maxItems": 2}),
            ),
            (
                Type::Enum(vec!["light-rain".into()]),
                json!({"type": "string", "enum": ["light-rain"]}),
            ),
            (
                Type::Flags(vec!["a".into()]),
                json!({"type": "array", "items": {"type": "string", "enum": ["a"]}, "uniqueItems": true}),
            ),
            (
                Type::Variant(vec![
                    Case {
                        name: "none".into(),
                        ty: None,
                    },
                    Case {
                        name: "some-of".into(),
                        ty: Some(Type::U8),
                    },
                ]),
                json!({"oneOf": [{"const": "none"}, keyed_u8("some-of")]}),
            ),
            (
                Type::Result(Some(u8_type()), None),
                json!({"oneOf": [keyed_u8("ok"), {"const": "err"}]}),
            ),
            (
                option(Type::U8),
                json!({"anyOf": [u8_schema, {"type": "null"}]}),
            ),
            (
                option(option(Type::Bool)),
                json!({"oneOf": [
                    {"type": "null"},
                    {"type": "object", "properties": {"some": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}},
                     "required": ["some"], "additionalProperties": false},
                ]}),
            ),
        ];
        for (ty, schema) in table {
            assert_eq!(output_schema(&ty), schema, "{ty:?}");
        }
    }

    #[test]
    fn an_option_is_not_required_and_carries_its_docs() {
        let units = Field {
            docs: Some("The unit".to_owned()),
            ..Field::new("my-units", Type::Option(Box::new(Type::Bool)))
        };
        assert_eq!(
            input_schema(&[Field::new("city", Type::String), units]),
            json!({
                "type": "object",
                "properties": {"city": {"type": "string"}, "my_units": {"type": "boolean", "description": "The unit"}},
                "required": ["city"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn an_option_of_a_result_is_there_and_may_be_null() {
        let record = Type::Record(vec![
            Field::new("wind-speed", Type::Option(Box::new(Type::Bool))),
            Field::new("sunny", Type::Bool),
        ]);
        let properties = json!({
            "wind_speed": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            "sunny": {"type": "boolean"},
        });
        let object = json!({
            "type": "object",
            "properties": properties,
            "required": ["wind_speed", "sunny"],
            "additionalProperties": false,
        });
        assert_eq!(output_schema(&record), object);
        let list = Type::Tuple(vec![Type::List(Box::new(record))]);
        assert_eq!(output_schema(&list)["prefixItems"][0]["items"], object);
    }
}
