//! JSON to component values and back, for any types.

mod draw;

use serde_json::Value;
use toolhost::runtime::{lift, lower_args};
use toolhost::tool::{Args, Case, Field, Input, Type, integer, non_finite, output_schema, single};
use wasmtime::component::Val;

use crate::choices::Choices;
use draw::Drawn;

/// The input chooses the parameters of a function and JSON for them: JSON as the host writes
/// it, or spoiled in places.
///
/// Nothing panics. What the host would write is accepted and comes back as it was, and fits
/// the schemas that the host publishes. What `Input::check` accepts can be lowered to values of
/// exactly the parameters' types, and what comes back means the same.
pub fn values(input: &[u8]) {
    let mut choices = Choices::new(input);
    let params = draw::params(&mut choices);
    let drawn = draw::args(&params, &mut choices);
    let accepts = Input::typed(params.clone());
    let problems = accepts.check(&drawn.args).err();
    let lowered = lower_args(&params, &drawn.args);
    if let Some(problems) = problems {
        assert!(!drawn.is_valid, "{params:?} {:?}: {problems:?}", drawn.args);
        assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        // What was not accepted may be lowered or not, as long as nothing panics.
        return;
    }
    let vals = lowered.unwrap_or_else(|why| panic!("{params:?} {:?}: {why}", drawn.args));
    assert_eq!(vals.len(), params.len());
    let mut back = Args::new();
    for (param, val) in params.iter().zip(&vals) {
        assert!(fits(&param.ty, val), "{val:?} is no {:?}", param.ty);
        let lifted = lift(&param.ty, val);
        let given = drawn.args.get(&param.name).unwrap_or(&Value::Null);
        assert!(
            same(&param.ty, given, &lifted),
            "{:?}: {given} is {lifted}",
            param.ty
        );
        back.insert(param.name.clone(), lifted);
    }
    // What the host writes, it reads as the very same values.
    assert_eq!(accepts.check(&back), Ok(()), "{params:?} {back:?}");
    assert_eq!(lower_args(&params, &back).as_ref(), Ok(&vals), "{params:?}");
    if drawn.is_canonical {
        assert_eq!(back, drawn.args, "{params:?}");
    }
    // To compile a schema takes longer than all the rest.
    if input.len().is_multiple_of(16) && drawn.is_finite {
        published(&params, &drawn, &back);
    }
}

/// Checks that arguments and results are as the schemas say that clients get.
fn published(params: &[Field], drawn: &Drawn, back: &Args) {
    if drawn.is_canonical && drawn.is_full {
        let schema = Input::typed(params.to_vec()).schema().clone();
        let declared = Input::declared(schema).unwrap_or_else(|why| panic!("{params:?}: {why}"));
        assert_eq!(
            declared.check(&drawn.args),
            Ok(()),
            "{params:?} {:?}",
            drawn.args
        );
    }
    // A result that is a record of all parameters.
    let schema = output_schema(&Type::Record(params.to_vec()));
    let declared = Input::declared(schema).unwrap_or_else(|why| panic!("{params:?}: {why}"));
    assert_eq!(declared.check(back), Ok(()), "{params:?} {back:?}");
}

/// Whether the engine will take `val` for a `ty`.
fn fits(ty: &Type, val: &Val) -> bool {
    match (ty, val) {
        (Type::Bool, Val::Bool(_))
        | (Type::S8, Val::S8(_))
        | (Type::U8, Val::U8(_))
        | (Type::S16, Val::S16(_))
        | (Type::U16, Val::U16(_))
        | (Type::S32, Val::S32(_))
        | (Type::U32, Val::U32(_))
        | (Type::S64, Val::S64(_))
        | (Type::U64, Val::U64(_))
        | (Type::F32, Val::Float32(_))
        | (Type::F64, Val::Float64(_))
        | (Type::Char, Val::Char(_))
        | (Type::String, Val::String(_))
        | (Type::Option(_), Val::Option(None)) => true,
        (Type::List(inner), Val::List(items)) => items.iter().all(|item| fits(inner, item)),
        (Type::FixedList(inner, len), Val::FixedLengthList(items)) => {
            items.len() == *len as usize && items.iter().all(|item| fits(inner, item))
        }
        (Type::Map(key, inner), Val::Map(pairs)) => pairs
            .iter()
            .all(|(name, val)| fits(key, name) && fits(inner, val)),
        (Type::Tuple(types), Val::Tuple(vals)) => {
            types.len() == vals.len() && types.iter().zip(vals).all(|(ty, val)| fits(ty, val))
        }
        (Type::Record(fields), Val::Record(vals)) => {
            let is_field = |(field, (name, val)): (&Field, &(String, Val))| {
                field.wit_name == *name && fits(&field.ty, val)
            };
            fields.len() == vals.len() && fields.iter().zip(vals).all(is_field)
        }
        (Type::Variant(cases), Val::Variant(name, payload)) => {
            let case = cases.iter().find(|case| case.name == *name);
            case.is_some_and(|case| carries(case.ty.as_ref(), payload.as_deref()))
        }
        (Type::Result(ok, _), Val::Result(Ok(payload))) => {
            carries(ok.as_deref(), payload.as_deref())
        }
        (Type::Result(_, err), Val::Result(Err(payload))) => {
            carries(err.as_deref(), payload.as_deref())
        }
        (Type::Enum(names), Val::Enum(name)) => names.contains(name),
        // Each once, in the order of the type.
        (Type::Flags(names), Val::Flags(set)) => {
            let kept = names.iter().filter(|name| set.contains(name));
            kept.eq(set.iter())
        }
        (Type::Option(inner), Val::Option(Some(val))) => fits(inner, val),
        _ => false,
    }
}

fn carries(ty: Option<&Type>, payload: Option<&Val>) -> bool {
    match (ty, payload) {
        (None, None) => true,
        (Some(ty), Some(payload)) => fits(ty, payload),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Whether `back` is what the host writes for what `given`, which it accepts, means.
pub(crate) fn same(ty: &Type, given: &Value, back: &Value) -> bool {
    match ty {
        Type::Bool | Type::Char | Type::String | Type::Enum(_) => given == back,
        Type::F32 => float(given).is_some_and(|given| {
            #[expect(clippy::cast_possible_truncation, reason = "it is what an f32 is")]
            float(back).is_some_and(|back| alike((given as f32).into(), (back as f32).into()))
        }),
        Type::F64 => {
            let (given, back) = (float(given), float(back));
            given
                .zip(back)
                .is_some_and(|(given, back)| alike(given, back))
        }
        Type::List(inner) | Type::FixedList(inner, _) => {
            items(given, back, |given, back| same(inner, given, back))
        }
        Type::Map(key, inner) if **key == Type::String => {
            let (Some(given), Some(back)) = (given.as_object(), back.as_object()) else {
                return false;
            };
            let is_same = |(name, given): (&String, &Value)| {
                back.get(name).is_some_and(|back| same(inner, given, back))
            };
            given.len() == back.len() && given.iter().all(is_same)
        }
        Type::Map(key, inner) => {
            let pair = Type::Tuple(vec![(**key).clone(), (**inner).clone()]);
            items(given, back, |given, back| same(&pair, given, back))
        }
        Type::Tuple(types) => {
            let mut types = types.iter();
            let all = items(given, back, |given, back| {
                types.next().is_some_and(|ty| same(ty, given, back))
            });
            all && types.next().is_none()
        }
        Type::Record(fields) => fields.iter().all(|field| {
            let given = given.get(&field.name).unwrap_or(&Value::Null);
            back.get(&field.name)
                .is_some_and(|back| same(&field.ty, given, back))
        }),
        Type::Variant(cases) => same_case(cases, given, back),
        Type::Result(ok, err) => {
            let case = |name: &str, ty: &Option<Box<Type>>| Case {
                name: name.to_owned(),
                ty: ty.as_deref().cloned(),
            };
            same_case(&[case("ok", ok), case("err", err)], given, back)
        }
        Type::Flags(_) => {
            let (Some(given), Some(back)) = (given.as_array(), back.as_array()) else {
                return false;
            };
            given.iter().all(|name| back.contains(name))
                && back.iter().all(|name| given.contains(name))
        }
        Type::Option(_) if given.is_null() => back.is_null(),
        Type::Option(inner) if inner.is_nullable() => match (single(given), single(back)) {
            (Some(("some", given)), Some(("some", back))) => same(inner, given, back),
            _ => false,
        },
        Type::Option(inner) => same(inner, given, back),
        _ => back.is_number() && integer(given).is_some() && integer(given) == integer(back),
    }
}

fn items(given: &Value, back: &Value, mut same: impl FnMut(&Value, &Value) -> bool) -> bool {
    let (Some(given), Some(back)) = (given.as_array(), back.as_array()) else {
        return false;
    };
    given.len() == back.len()
        && given
            .iter()
            .zip(back)
            .all(|(given, back)| same(given, back))
}

fn same_case(cases: &[Case], given: &Value, back: &Value) -> bool {
    let name = |value: &Value| {
        let name = value.as_str().or_else(|| Some(single(value)?.0));
        name.map(str::to_owned)
    };
    let Some(case) = cases
        .iter()
        .find(|case| Some(&case.name) == name(given).as_ref())
    else {
        return false;
    };
    match &case.ty {
        None => back.as_str() == Some(&case.name),
        Some(ty) => match (single(given), single(back)) {
            (Some((_, given)), Some((name, back))) => name == case.name && same(ty, given, back),
            _ => false,
        },
    }
}

fn float(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| non_finite(value.as_str()?))
}

fn alike(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
}
