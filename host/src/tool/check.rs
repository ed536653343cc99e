//! Checks values against component types: all problems at once.

use std::fmt;

use serde_json::{Map, Value};

use super::types::{Field, Type};

/// Problems reported for one call; the rest is cut off.
pub(super) const PROBLEMS_MAX: usize = 32;
/// Longest path and message of a problem, in characters.
const TEXT_MAX: usize = 512;
/// One thing that is wrong with a call's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as in `request.days` or `tags[2]`; empty for the arguments as a whole.
    pub path: String,
    /// What is wrong, in words that a model can act on.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "`{}`: {}", self.path, self.message)
        }
    }
}

/// The problems found so far.
#[derive(Default)]
pub(super) struct Found(pub(super) Vec<Problem>);

impl Found {
    pub(super) fn add(&mut self, path: &Path, message: impl Into<String>) {
        if !self.is_full() {
            let cut = |text: &str| text.chars().take(TEXT_MAX).collect();
            self.0.push(Problem {
                path: cut(&path.0),
                message: cut(&message.into()),
            });
        }
    }

    /// Whether looking on would bring nothing: every loop over what a client sent asks.
    fn is_full(&self) -> bool {
        self.0.len() >= PROBLEMS_MAX
    }
}

/// The way from the arguments to the value at hand.
#[derive(Default)]
pub(super) struct Path(pub(super) String);

impl Path {
    fn within<R>(&mut self, step: fmt::Arguments<'_>, then: impl FnOnce(&mut Path) -> R) -> R {
        use fmt::Write;
        let len = self.0.len();
        // Writing to a `String` cannot fail.
        let _ = self.0.write_fmt(step);
        let result = then(self);
        self.0.truncate(len);
        result
    }

    fn key<R>(&mut self, key: &str, then: impl FnOnce(&mut Path) -> R) -> R {
        let dot = if self.0.is_empty() { "" } else { "." };
        self.within(format_args!("{dot}{key}"), then)
    }
}

/// Checks the values of a record, or the arguments of a function.
pub(super) fn check_fields(
    fields: &[Field],
    object: &Map<String, Value>,
    path: &mut Path,
    found: &mut Found,
) {
    for field in fields {
        match object.get(&field.name) {
            Some(value) => path.key(&field.name, |path| {
                check_value(&field.ty, value, path, found)
            }),
            None if field.is_optional() => {}
            None => path.key(&field.name, |path| {
                found.add(path, format!("is required, a {}", words(&field.ty)))
            }),
        }
    }
    for key in object
        .keys()
        .filter(|key| !fields.iter().any(|field| field.name == **key))
    {
        if found.is_full() {
            return;
        }
        let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let shown = shorten(key);
        path.key(&shown, |path| found.add(path, unknown(&shown, &known)));
    }
}

fn check_value(ty: &Type, value: &Value, path: &mut Path, found: &mut Found) {
    match ty {
        Type::Option(_) if value.is_null() => {}
        Type::Option(inner) if inner.is_nullable() => match single(value) {
            Some(("some", inner_value)) => {
                path.key("some", |path| check_value(inner, inner_value, path, found))
            }
            _ => found.add(path, "must be null or {\"some\": value}"),
        },
        Type::Option(inner) => check_value(inner, value, path, found),
        Type::List(inner) => check_list(inner, value, path, found),
        Type::FixedList(inner, len) => {
            if value
                .as_array()
                .is_some_and(|items| items.len() != *len as usize)
            {
                found.add(path, format!("must have exactly {len} items"));
            }
            check_list(inner, value, path, found);
        }
        Type::Map(key, inner) => check_map(key, inner, value, path, found),
        Type::Tuple(types) => match value.as_array() {
            Some(items) if items.len() == types.len() => {
                for (index, (ty, item)) in types.iter().zip(items).enumerate() {
                    path.within(format_args!("[{index}]"), |path| {
                        check_value(ty, item, path, found)
                    });
                }
            }
            _ => found.add(path, format!("must be an array of {} items", types.len())),
        },
        Type::Record(fields) => match value.as_object() {
            Some(object) => check_fields(fields, object, path, found),
            None => found.add(path, wrong(ty, value)),
        },
        Type::Variant(cases) => {
            let cases: Vec<_> = cases
                .iter()
                .map(|case| (case.name.as_str(), case.ty.as_ref()))
                .collect();
            check_cases(&cases, value, path, found);
        }
        Type::Result(ok, err) => check_cases(
            &[("ok", ok.as_deref()), ("err", err.as_deref())],
            value,
            path,
            found,
        ),
        Type::Enum(names) => match value.as_str() {
            Some(text) if names.iter().any(|name| name == text) => {}
            Some(text) => found.add(
                path,
                unknown(
                    &shorten(text),
                    &names.iter().map(String::as_str).collect::<Vec<_>>(),
                ),
            ),
            None => found.add(path, wrong(ty, value)),
        },
        Type::Flags(names) => check_flags(names, value, path, found),
        _ if fits(ty, value) => {}
        _ => found.add(path, wrong(ty, value)),
    }
}

fn check_list(inner: &Type, value: &Value, path: &mut Path, found: &mut Found) {
    let Some(items) = value.as_array() else {
        return found.add(path, format!("must be an array, not {}", kind(value)));
    };
    for (index, item) in items.iter().enumerate() {
        if found.is_full() {
            return;
        }
        path.within(format_args!("[{index}]"), |path| {
            check_value(inner, item, path, found)
        });
    }
}

fn check_map(key: &Type, inner: &Type, value: &Value, path: &mut Path, found: &mut Found) {
    if *key != Type::String {
        return check_list(
            &Type::Tuple(vec![key.clone(), inner.clone()]),
            value,
            path,
            found,
        );
    }
    let Some(object) = value.as_object() else {
        return found.add(path, format!("must be an object, not {}", kind(value)));
    };
    for (key, value) in object {
        if found.is_full() {
            return;
        }
        path.key(&shorten(key), |path| check_value(inner, value, path, found));
    }
}

fn check_cases(cases: &[(&str, Option<&Type>)], value: &Value, path: &mut Path, found: &mut Found) {
    let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
    let find = |name: &str| cases.iter().find(|(case, _)| *case == name);
    if let Some(name) = value.as_str() {
        match find(name) {
            Some((_, None)) => {}
            Some((_, Some(ty))) => found.add(
                path,
                format!(
                    "`{name}` carries a {}; write {{\"{name}\": value}}",
                    words(ty)
                ),
            ),
            None => found.add(path, unknown(&shorten(name), &names)),
        }
    } else if let Some((name, inner)) = single(value) {
        match find(name) {
            Some((_, Some(ty))) => path.key(name, |path| check_value(ty, inner, path, found)),
            Some((_, None)) if inner.is_null() => {}
            Some((_, None)) => {
                found.add(path, format!("`{name}` carries nothing; write \"{name}\""))
            }
            None => found.add(path, unknown(&shorten(name), &names)),
        }
    } else {
        found.add(
            path,
            format!(
                "must be one of {} as text, or an object with one of them as its only key",
                list(&names)
            ),
        );
    }
}

fn check_flags(names: &[String], value: &Value, path: &mut Path, found: &mut Found) {
    let Some(items) = value.as_array() else {
        return found.add(
            path,
            format!("must be an array of names, not {}", kind(value)),
        );
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (index, item) in items.iter().enumerate() {
        if found.is_full() {
            return;
        }
        path.within(format_args!("[{index}]"), |path| match item.as_str() {
            Some(name) if names.contains(&name) => {}
            Some(name) => found.add(path, unknown(&shorten(name), &names)),
            None => found.add(path, format!("must be one of {}", list(&names))),
        });
    }
}

/// Whether a scalar value is in the range of its type.
fn fits(ty: &Type, value: &Value) -> bool {
    match ty {
        Type::Bool => value.is_boolean(),
        Type::String => value.is_string(),
        Type::Char => value.as_str().is_some_and(|text| text.chars().count() == 1),
        Type::F32 | Type::F64 => match value.as_f64() {
            // What an f32 cannot hold would turn into infinity. Its largest value, in as few
            // digits as the host writes, is a little more than that value.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounding to the nearest f32 is what f32 means"
            )]
            Some(number) => *ty == Type::F64 || (number as f32).is_finite(),
            None => value
                .as_str()
                .is_some_and(|text| non_finite(text).is_some()),
        },
        _ => match integer(value) {
            Some(number) => {
                integer_range(ty).is_some_and(|(low, high)| low <= number && number <= high)
            }
            None => false,
        },
    }
}

/// The whole number that a JSON value stands for: a number without a fraction, or digits in
/// a string, since JSON readers in other languages lose precision beyond 2^53.
pub fn integer(value: &Value) -> Option<i128> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => {
            if let Some(number) = number.as_i64() {
                Some(i128::from(number))
            } else if let Some(number) = number.as_u64() {
                Some(i128::from(number))
            } else {
                let number = number
                    .as_f64()
                    .filter(|n| n.fract() == 0.0 && n.abs() <= EXACT_MAX)?;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a whole number of at most 2^53"
                )]
                Some(number as i128)
            }
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The spelling of the floats that JSON has no number for.
pub fn non_finite(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// The smallest and the largest value of an integer type.
pub fn integer_range(ty: &Type) -> Option<(i128, i128)> {
    Some(match ty {
        Type::S8 => (i8::MIN.into(), i8::MAX.into()),
        Type::U8 => (0, u8::MAX.into()),
        Type::S16 => (i16::MIN.into(), i16::MAX.into()),
        Type::U16 => (0, u16::MAX.into()),
        Type::S32 => (i32::MIN.into(), i32::MAX.into()),
        Type::U32 => (0, u32::MAX.into()),
        Type::S64 => (i64::MIN.into(), i64::MAX.into()),
        Type::U64 => (0, u64::MAX.into()),
        _ => return None,
    })
}

/// The only entry of an object that has one.
pub fn single(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object
        .iter()
        .next()
        .map(|(key, value)| (key.as_str(), value))
}

fn wrong(ty: &Type, value: &Value) -> String {
    if let (Type::F32, Value::Number(number)) = (ty, value) {
        return format!("must be a number from -3.4028235e38 to 3.4028235e38, not {number}");
    }
    format!("must be a {}, not {}", words(ty), kind(value))
}

fn words(ty: &Type) -> String {
    match ty {
        Type::Bool => "boolean".to_owned(),
        Type::Char => "string of one character".to_owned(),
        Type::String => "string".to_owned(),
        Type::F32 | Type::F64 => "number".to_owned(),
        Type::List(_) | Type::FixedList(..) | Type::Tuple(_) | Type::Flags(_) => {
            "list (array)".to_owned()
        }
        Type::Map(..) | Type::Record(_) => "JSON object".to_owned(),
        Type::Variant(_) | Type::Result(..) => "variant".to_owned(),
        Type::Enum(names) => format!(
            "string out of {}",
            list(&names.iter().map(String::as_str).collect::<Vec<_>>())
        ),
        Type::Option(inner) => words(inner),
        _ => match integer_range(ty) {
            Some((low, high)) => format!("whole number from {low} to {high}"),
            None => "value".to_owned(),
        },
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "this string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn unknown(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(name, candidate),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, nearest)) => format!("`{name}` is unknown; did you mean `{nearest}`?"),
        None if known.is_empty() => format!("`{name}` is unknown; there is nothing to give"),
        None => format!("`{name}` is unknown; known are {}", list(known)),
    }
}

fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Cuts off what a client may have sent to fill our answer.
fn shorten(text: &str) -> String {
    text.chars().take(64).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integers_are_whole_numbers_or_digits_in_a_string() {
        for (value, number) in [
            (json!(3), Some(3)),
            (json!(3.0), Some(3)),
            (json!(3.5), None),
            (json!("3"), Some(3)),
            (json!("three"), None),
            (json!(u64::MAX), Some(i128::from(u64::MAX))),
            (json!(1e300), None),
            (json!(null), None),
        ] {
            assert_eq!(integer(&value), number, "{value}");
        }
    }

    #[test]
    fn an_f32_is_any_number_that_rounds_to_one() {
        for (number, is_one) in [
            (0.1, true),
            (1e-300, true),
            (f64::from(f32::MAX), true),
            // As the host writes the largest.
            (3.402_823_5e38, true),
            (-3.402_823_5e38, true),
            // From halfway to what would come next on, it is infinity.
            (3.402_823_567e38, true),
            (3.402_823_57e38, false),
            (1e39, false),
            (f64::MIN, false),
        ] {
            assert_eq!(fits(&Type::F32, &json!(number)), is_one, "{number}");
        }
        assert_eq!(
            wrong(&Type::F32, &json!(1e39)),
            "must be a number from -3.4028235e38 to 3.4028235e38, not 1e+39"
        );
        assert_eq!(
            wrong(&Type::F32, &json!("far")),
            "must be a number, not this string"
        );
    }
}
