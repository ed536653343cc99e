//! JSON to component values and back.
//!
//! The way in trusts `tool::Input::check`, which ran before: what does not fit here is a gap
//! between the two and reported as such, never a panic.

use serde_json::{Map, Number, Value, json};
use wasmtime::component::Val;

use crate::tool::{Args, Field, Type, integer, non_finite, single};

/// The arguments of a function with `params`, in its order. The error says what is no value
/// of a parameter's type; `Input::check` finds it first.
pub fn lower_args(params: &[Field], args: &Args) -> Result<Vec<Val>, String> {
    params
        .iter()
        .map(|param| lower_field(param, args.get(&param.name)))
        .collect()
}

fn lower_field(field: &Field, value: Option<&Value>) -> Result<Val, String> {
    match value {
        Some(value) => lower(&field.ty, value),
        None if field.is_optional() => Ok(Val::Option(None)),
        None => Err(format!("`{}` is missing", field.name)),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "a few lines a type, and none worth a name"
)]
fn lower(ty: &Type, value: &Value) -> Result<Val, String> {
    let misfit = || format!("{value} is no {ty:?}");
    Ok(match ty {
        Type::Bool => Val::Bool(value.as_bool().ok_or_else(misfit)?),
        Type::String => Val::String(value.as_str().ok_or_else(misfit)?.to_owned()),
        Type::Char => Val::Char(
            value
                .as_str()
                .and_then(|text| text.chars().next())
                .ok_or_else(misfit)?,
        ),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rounding to the nearest f32 is what f32 means"
        )]
        Type::F32 => Val::Float32(float(value).ok_or_else(misfit)? as f32),
        Type::F64 => Val::Float64(float(value).ok_or_else(misfit)?),
        Type::List(inner) => Val::List(lower_items(inner, value).ok_or_else(misfit)??),
        Type::FixedList(inner, _) => {
            Val::FixedLengthList(lower_items(inner, value).ok_or_else(misfit)??)
        }
        Type::Map(key, inner) => Val::Map(lower_map(key, inner, value)?),
        Type::Tuple(types) => {
            let items = value.as_array().ok_or_else(misfit)?;
            Val::Tuple(
                types
                    .iter()
                    .zip(items)
                    .map(|(ty, item)| lower(ty, item))
                    .collect::<Result<_, _>>()?,
            )
        }
        Type::Record(fields) => {
            let object = value.as_object().ok_or_else(misfit)?;
            let field = |field: &Field| {
                Ok((
                    field.wit_name.clone(),
                    lower_field(field, object.get(&field.name))?,
                ))
            };
            Val::Record(fields.iter().map(field).collect::<Result<_, String>>()?)
        }
        Type::Variant(cases) => {
            let find = |name: &str| {
                cases
                    .iter()
                    .find(|case| case.name == name)
                    .and_then(|case| case.ty.as_ref())
            };
            let (name, payload) = lower_case(value, find).ok_or_else(misfit)?;
            Val::Variant(name, payload?)
        }
        Type::Result(ok, err) => {
            let find = |name: &str| {
                if name == "ok" {
                    ok.as_deref()
                } else {
                    err.as_deref()
                }
            };
            let (name, payload) = lower_case(value, find).ok_or_else(misfit)?;
            Val::Result(if name == "ok" {
                Ok(payload?)
            } else {
                Err(payload?)
            })
        }
        Type::Enum(_) => Val::Enum(value.as_str().ok_or_else(misfit)?.to_owned()),
        Type::Flags(names) => {
            // The engine wants each flag once, in the order of the type.
            let given = value.as_array().ok_or_else(misfit)?;
            Val::Flags(
                names
                    .iter()
                    .filter(|name| given.iter().any(|flag| flag == name.as_str()))
                    .cloned()
                    .collect(),
            )
        }
        Type::Option(_) if value.is_null() => Val::Option(None),
        Type::Option(inner) if inner.is_nullable() => {
            let (_, value) = single(value).ok_or_else(misfit)?;
            Val::Option(Some(Box::new(lower(inner, value)?)))
        }
        Type::Option(inner) => Val::Option(Some(Box::new(lower(inner, value)?))),
        _ => lower_integer(ty, value).ok_or_else(misfit)?,
    })
}

fn lower_items(inner: &Type, value: &Value) -> Option<Result<Vec<Val>, String>> {
    Some(
        value
            .as_array()?
            .iter()
            .map(|item| lower(inner, item))
            .collect(),
    )
}

fn lower_map(key: &Type, inner: &Type, value: &Value) -> Result<Vec<(Val, Val)>, String> {
    let pair =
        |key_value: &Value, value: &Value| Ok((lower(key, key_value)?, lower(inner, value)?));
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(name, value)| pair(&json!(name), value))
            .collect(),
        Value::Array(items) => items.iter().map(|item| pair(&item[0], &item[1])).collect(),
        _ => Err(format!("{value} is no map")),
    }
}

type LoweredCase = (String, Result<Option<Box<Val>>, String>);

fn lower_case<'a>(value: &Value, find: impl Fn(&str) -> Option<&'a Type>) -> Option<LoweredCase> {
    if let Some(name) = value.as_str() {
        return Some((name.to_owned(), Ok(None)));
    }
    let (name, inner) = single(value)?;
    let payload = find(name)
        .map(|ty| lower(ty, inner).map(Box::new))
        .transpose();
    Some((name.to_owned(), payload))
}

fn lower_integer(ty: &Type, value: &Value) -> Option<Val> {
    let number = integer(value)?;
    Some(match ty {
        Type::S8 => Val::S8(number.try_into().ok()?),
        Type::U8 => Val::U8(number.try_into().ok()?),
        Type::S16 => Val::S16(number.try_into().ok()?),
        Type::U16 => Val::U16(number.try_into().ok()?),
        Type::S32 => Val::S32(number.try_into().ok()?),
        Type::U32 => Val::U32(number.try_into().ok()?),
        Type::S64 => Val::S64(number.try_into().ok()?),
        Type::U64 => Val::U64(number.try_into().ok()?),
        _ => return None,
    })
}

fn float(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(non_finite))
}

/// The JSON of `val`, which the engine has checked to be of type `ty`.
pub fn lift(ty: &Type, val: &Val) -> Value {
    match (ty, val) {
        (_, Val::Bool(value)) => json!(value),
        (_, Val::S8(number)) => json!(number),
        (_, Val::U8(number)) => json!(number),
        (_, Val::S16(number)) => json!(number),
        (_, Val::U16(number)) => json!(number),
        (_, Val::S32(number)) => json!(number),
        (_, Val::U32(number)) => json!(number),
        (_, Val::S64(number)) => json!(number),
        (_, Val::U64(number)) => json!(number),
        // The shortest decimal that reads back as the same `f32`, not its `f64` expansion.
        (_, Val::Float32(number)) => {
            lift_float(number.to_string().parse().unwrap_or(f64::from(*number)))
        }
        (_, Val::Float64(number)) => lift_float(*number),
        (_, Val::Char(value)) => json!(value),
        (_, Val::String(text) | Val::Enum(text)) => json!(text),
        (_, Val::Flags(names)) => json!(names),
        (Type::List(inner), Val::List(items))
        | (Type::FixedList(inner, _), Val::FixedLengthList(items)) => {
            items.iter().map(|item| lift(inner, item)).collect()
        }
        (Type::Map(key, inner), Val::Map(pairs)) => lift_map(key, inner, pairs),
        (Type::Tuple(types), Val::Tuple(items)) => types
            .iter()
            .zip(items)
            .map(|(ty, item)| lift(ty, item))
            .collect(),
        (Type::Record(fields), Val::Record(values)) => {
            let pair = |(field, (_, val)): (&Field, &(String, Val))| {
                (field.name.clone(), lift(&field.ty, val))
            };
            Value::Object(fields.iter().zip(values).map(pair).collect())
        }
        (Type::Variant(cases), Val::Variant(name, payload)) => {
            let ty = cases
                .iter()
                .find(|case| case.name == *name)
                .and_then(|case| case.ty.as_ref());
            lift_case(name, ty, payload.as_deref())
        }
        (Type::Result(ok, _), Val::Result(Ok(payload))) => {
            lift_case("ok", ok.as_deref(), payload.as_deref())
        }
        (Type::Result(_, err), Val::Result(Err(payload))) => {
            lift_case("err", err.as_deref(), payload.as_deref())
        }
        (_, Val::Option(None)) => Value::Null,
        (Type::Option(inner), Val::Option(Some(value))) if inner.is_nullable() => {
            json!({"some": lift(inner, value)})
        }
        (Type::Option(inner), Val::Option(Some(value))) => lift(inner, value),
        // Resources, streams and the like are refused when a component is loaded.
        _ => Value::Null,
    }
}

fn lift_float(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => json!("NaN"),
        None if number > 0.0 => json!("Infinity"),
        None => json!("-Infinity"),
    }
}

fn lift_map(key: &Type, inner: &Type, pairs: &[(Val, Val)]) -> Value {
    if *key == Type::String {
        let pair = |(key, value): &(Val, Val)| match key {
            Val::String(key) => (key.clone(), lift(inner, value)),
            key => (lift(&Type::String, key).to_string(), lift(inner, value)),
        };
        return Value::Object(pairs.iter().map(pair).collect::<Map<_, _>>());
    }
    pairs
        .iter()
        .map(|(key_val, value)| json!([lift(key, key_val), lift(inner, value)]))
        .collect()
}

fn lift_case(name: &str, ty: Option<&Type>, payload: Option<&Val>) -> Value {
    match (ty, payload) {
        (Some(ty), Some(payload)) => json!({name: lift(ty, payload)}),
        _ => json!(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::{Case, Input};

    fn round_trip(ty: &Type, value: &Value) {
        let mut args = Args::new();
        args.insert("x".to_owned(), value.clone());
        let input = Input::typed(vec![Field::new("x", ty.clone())]);
        input
            .check(&args)
            .unwrap_or_else(|problems| panic!("{ty:?} {value}: {problems:?}"));
        let vals = lower_args(&[Field::new("x", ty.clone())], &args).unwrap();
        assert_eq!(lift(ty, &vals[0]), *value, "{ty:?}");
    }

    #[test]
    fn every_data_type_round_trips() {
        let option = |ty| Type::Option(Box::new(ty));
        let cases = || {
            vec![
                Case {
                    name: "none".into(),
                    ty: None,
                },
                Case {
                    name: "some-of".into(),
                    ty: Some(Type::U8),
                },
            ]
        };
        let table = [
            (Type::Bool, json!(true)),
            (Type::S8, json!(-128)),
            (Type::U8, json!(255)),
            (Type::S16, json!(-32768)),
            (Type::U16, json!(65535)),
            (Type::S32, json!(i32::MIN)),
            (Type::U32, json!(u32::MAX)),
            (Type::S64, json!(i64::MIN)),
            (Type::U64, json!(u64::MAX)),
            (Type::F32, json!(0.1)),
            (Type::F64, json!(1e300)),
            (Type::F64, json!("-Infinity")),
            (Type::Char, json!("ö")),
            (Type::String, json!("Zürich \u{0} 🌦")),
            (Type::List(Box::new(Type::U8)), json!([1, 2, 3])),
            (Type::FixedList(Box::new(Type::U8), 2), json!([1, 2])),
            (
                Type::Map(Box::new(Type::String), Box::new(Type::U8)),
                json!({"a": 1}),
            ),
            (
                Type::Map(Box::new(Type::U8), Box::new(Type::String)),
                json!([[1, "a"]]),
            ),
            (Type::Tuple(vec![Type::S32, Type::String]), json!([1, "a"])),
            (
                Type::Record(vec![
                    Field::new("a-b", Type::U8),
                    Field::new("c", option(Type::U8)),
                ]),
                json!({"a_b": 1, "c": null}),
            ),
            (Type::Variant(cases()), json!("none")),
            (Type::Variant(cases()), json!({"some-of": 1})),
            (Type::Enum(vec!["light-rain".into()]), json!("light-rain")),
            (Type::Flags(vec!["a".into(), "b".into()]), json!(["a", "b"])),
            (option(Type::U8), json!(null)),
            (option(Type::U8), json!(7)),
            (option(option(Type::U8)), json!(null)),
            (option(option(Type::U8)), json!({"some": null})),
            (option(option(Type::U8)), json!({"some": 7})),
            (
                Type::Result(Some(Box::new(Type::U8)), None),
                json!({"ok": 1}),
            ),
            (Type::Result(Some(Box::new(Type::U8)), None), json!("err")),
        ];
        for (ty, value) in table {
            round_trip(&ty, &value);
        }
    }

    #[test]
    fn big_integers_are_taken_as_strings_and_given_as_numbers() {
        let params = [Field::new("x", Type::U64)];
        let args = json!({"x": "18446744073709551615"});
        let vals = lower_args(&params, args.as_object().unwrap()).unwrap();
        assert_eq!(
            lift(&Type::U64, &vals[0]).to_string(),
            "18446744073709551615"
        );
    }
}
