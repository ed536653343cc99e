//! JSON Schema 2020-12 of arguments and results.
//!
//! Types stand where they are used, without references, because clients of models understand
//! that best. A type that contains itself needs references nonetheless, and the host refuses it.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};

/// The schema of a tool's arguments.
pub fn input<T: JsonSchema>() -> String {
    root::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

/// The schema of a tool's structured result.
pub fn output<T: JsonSchema>() -> String {
    root::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn root<T: JsonSchema>(settings: SchemaSettings) -> String {
    let settings = settings
        .with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        })
        .with_transform(RecursiveTransform(Bounds));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // It is the name of a type in Rust, which tells a model nothing.
    schema.remove("title");
    schema.as_value().to_string()
}

/// Writes the bounds of numbers out where schemars names the type alone, in `format`, which
/// nobody checks.
#[derive(Clone)]
struct Bounds;

impl Transform for Bounds {
    fn transform(&mut self, schema: &mut Schema) {
        let bounds = match schema.get("format").and_then(|format| format.as_str()) {
            Some("int8") => number(i8::MIN, i8::MAX),
            Some("uint8") => number(u8::MIN, u8::MAX),
            Some("int16") => number(i16::MIN, i16::MAX),
            Some("uint16") => number(u16::MIN, u16::MAX),
            Some("int32") => number(i32::MIN, i32::MAX),
            Some("uint32") => number(u32::MIN, u32::MAX),
            // The word of a component has 32 bits, whatever machine builds it.
            Some("int") => number(i32::MIN, i32::MAX),
            Some("uint") => number(u32::MIN, u32::MAX),
            Some("int64") => number(i64::MIN, i64::MAX),
            Some("uint64") => number(u64::MIN, u64::MAX),
            Some("float" | "double" | "int128" | "uint128") => [None, None],
            Some(_) | None => return,
        };
        schema.remove("format");
        for (key, bound) in ["minimum", "maximum"].into_iter().zip(bounds) {
            // What the author wrote is narrower.
            if let Some(bound) =
                bound.filter(|_| schema.get(key).is_none_or(serde_json::Value::is_null))
            {
                schema.insert(key.to_owned(), bound);
            }
        }
    }
}

fn number<T: Into<serde_json::Value>>(least: T, most: T) -> [Option<serde_json::Value>; 2] {
    [Some(least.into()), Some(most.into())]
}
