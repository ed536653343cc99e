//! Tables and what is in their cells.

use serde::{Serialize, Serializer};

/// What a cell holds: one of the types that SQLite has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Integer,
    Real,
    Text,
    /// Several of these.
    Mixed,
}

/// A column of a table.
#[derive(Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// Rows, each with as many values as there are columns.
#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Value {
    /// As a table for reading shows it.
    pub(crate) fn written(&self) -> String {
        match self {
            Value::Null => "null".to_owned(),
            Value::Text(text) => text.clone(),
            other => {
                let json = serde_json::to_string(other).unwrap_or_default();
                json.trim_matches('"').to_owned()
            }
        }
    }
}

/// What JSON cannot say becomes text: infinity, and bytes as SQL writes them.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Integer(value) => serializer.serialize_i64(*value),
            Value::Real(value) if value.is_finite() => serializer.serialize_f64(*value),
            Value::Real(value) if *value > 0.0 => serializer.serialize_str("Infinity"),
            Value::Real(_) => serializer.serialize_str("-Infinity"),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Blob(bytes) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
                serializer.serialize_str(&format!("x'{hex}'"))
            }
        }
    }
}

impl Kind {
    /// The type as SQL spells it; a mixed column has none, so that values stay what they are.
    pub(crate) fn declared(self) -> &'static str {
        match self {
            Kind::Integer => "integer",
            Kind::Real => "real",
            Kind::Text => "text",
            Kind::Mixed => "",
        }
    }
}
