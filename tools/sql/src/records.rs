//! Reads tables as JSON: an array with an object for each row.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::value::{Column, Kind, Table, Value};

/// The table in `json`, which is an array or the text of one, with a column for each key of any
/// row. The error says what is wrong, after the name of the table.
pub(crate) fn table(json: &Json) -> Result<Table, String> {
    let rows = match json {
        Json::String(text) => Cow::Owned(parsed(text)?),
        other => Cow::Borrowed(other),
    };
    let Json::Array(rows) = rows.as_ref() else {
        return Err("`json` must be an array of objects, such as `[{\"a\": 1}]`".to_owned());
    };
    let mut places = Columns::default();
    let mut read = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let Json::Object(row) = row else {
            return Err(format!(
                "row {} of `json` is no object; write each as `{{\"a\": 1}}`",
                at + 1
            ));
        };
        let row = places.row(row).map_err(|(one, other)| {
            format!(
                "row {} of `json` has the keys `{one}` and `{other}`, which are one column to SQL; \
                 rename one",
                at + 1
            )
        })?;
        read.push(row);
    }
    if places.names.is_empty() {
        return Err("`json` has no columns; give at least one object with a key".to_owned());
    }
    let width = places.names.len();
    for row in &mut read {
        row.resize(width, Value::Null);
    }
    let columns = places.names.into_iter().enumerate();
    let columns = columns.map(|(at, name)| Column {
        name,
        kind: kind(&read, at),
    });
    Ok(Table {
        columns: columns.collect(),
        rows: read,
    })
}

fn parsed(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| {
        format!("`json` is no JSON: {error}; write an array of objects such as `[{{\"a\": 1}}]`")
    })
}

/// How many bytes the text of a value has, nearly.
pub(crate) fn length(json: &Json) -> usize {
    match json {
        Json::Null | Json::Bool(_) => 4,
        Json::Number(_) => 8,
        Json::String(text) => text.len(),
        Json::Array(items) => items.iter().map(|item| length(item) + 1).sum(),
        Json::Object(fields) => {
            let field = |(key, value): (&String, &Json)| key.len() + length(value) + 4;
            fields.iter().map(field).sum()
        }
    }
}

/// The columns seen so far, in the order of their keys.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    at: HashMap<String, usize>,
}

impl Columns {
    /// The values of a row; those of columns that later rows bring are left out. The error is
    /// two keys that differ in the case of their letters alone.
    fn row(&mut self, row: &Map<String, Json>) -> Result<Vec<Value>, (String, String)> {
        let mut values: Vec<Option<Value>> = vec![None; self.names.len()];
        for (key, json) in row {
            let at = *self.at.entry(key.to_lowercase()).or_insert_with(|| {
                self.names.push(key.clone());
                self.names.len() - 1
            });
            if at >= values.len() {
                values.resize(at + 1, None);
            }
            if values[at].replace(value(json)).is_some() {
                return Err((self.names[at].clone(), key.clone()));
            }
        }
        let values = values.into_iter();
        Ok(values.map(|value| value.unwrap_or(Value::Null)).collect())
    }
}

/// What is nested stays JSON, for SQLite's functions of JSON.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Integer((*value).into()),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Value::Integer(value),
            None => number.as_f64().map_or(Value::Null, Value::Real),
        },
        Json::String(text) => Value::Text(text.clone()),
        nested @ (Json::Array(_) | Json::Object(_)) => Value::Text(nested.to_string()),
    }
}

fn kind(rows: &[Vec<Value>], at: usize) -> Kind {
    let mut kind = None;
    for value in rows.iter().map(|row| &row[at]) {
        let found = match value {
            Value::Null => continue,
            Value::Integer(_) => Kind::Integer,
            Value::Real(_) => Kind::Real,
            Value::Text(_) | Value::Blob(_) => Kind::Text,
        };
        kind = match (kind, found) {
            (None, found) => Some(found),
            (Some(kind), found) if kind == found => Some(kind),
            (Some(Kind::Integer | Kind::Real), Kind::Integer | Kind::Real) => Some(Kind::Real),
            _ => return Kind::Mixed,
        };
    }
    kind.unwrap_or(Kind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table, String> {
        super::table(&Json::String(text.to_owned()))
    }

    fn kinds(text: &str) -> Vec<(String, Kind)> {
        let table = table(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let columns = table.columns.into_iter();
        columns.map(|one| (one.name, one.kind)).collect()
    }

    #[test]
    fn columns_are_the_keys_of_all_rows_in_their_order() {
        let rows = r#"[{"z": 1, "a": "x"}, {"a": 2.5, "m": true}, {}, {"Z": 2.5, "m": null}]"#;
        let expected = [("z", Kind::Real), ("a", Kind::Mixed), ("m", Kind::Integer)];
        assert_eq!(
            kinds(rows),
            expected.map(|(name, kind)| (name.to_owned(), kind))
        );
        let table = table(rows).unwrap();
        assert_eq!(
            table.rows[1],
            [Value::Null, Value::Real(2.5), Value::Integer(1)]
        );
        assert_eq!(table.rows[2], [Value::Null, Value::Null, Value::Null]);
        assert_eq!(table.rows[3][0], Value::Real(2.5));
    }

    #[test]
    fn an_array_is_read_as_its_text_is() {
        let text = r#"[{"a": 1, "b": [true]}, {"a": null, "c": "x"}]"#;
        let array: Json = serde_json::from_str(text).unwrap();
        assert_eq!(super::table(&array), table(text));
        assert!(length(&array) > 20 && length(&array) < text.len());
        assert!(super::table(&Json::Bool(true)).is_err());
    }

    #[test]
    fn nested_values_stay_json() {
        let table = table(r#"[{"tags": ["a", {"b": 1}], "big": 18446744073709551615}]"#).unwrap();
        let tags = r#"["a",{"b":1}]"#.to_owned();
        assert_eq!(
            table.rows[0],
            [Value::Text(tags), Value::Real(18_446_744_073_709_551_615.0)]
        );
    }

    #[test]
    fn what_is_no_list_of_rows_is_refused() {
        for (text, expected) in [
            ("{\"a\": 1}", "must be an array"),
            ("[1]", "row 1"),
            ("[{\"a\": 1}, [2]]", "row 2"),
            ("a,b\n1,2", "no JSON"),
            ("[]", "no columns"),
            ("[{}]", "no columns"),
            ("[{\"a\": 1, \"A\": 2}]", "`a` and `A`"),
        ] {
            let error = table(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(table(&format!("[{{\"a\": {}}}]", "[".repeat(5_000))).is_err());
    }
}
