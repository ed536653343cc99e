//! Any value of a type: as a caller may spell it, and as the host does.

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;
use serde_json::{Map, Value, json};
use toolhost::tool::{Case, Field, Type, integer};

/// Most items of a list, and most entries of a map.
const ITEMS_MAX: usize = 5;
/// Beyond it, not every whole number has a float of its own.
const EXACT_MAX: i128 = 1 << 53;

/// Characters at the edges of what encodings and JSON treat alike.
const CHARS: [char; 12] = [
    '\0',
    '\n',
    '"',
    '\\',
    '\u{7f}',
    '\u{80}',
    '\u{7ff}',
    '\u{800}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{ffff}',
    '\u{10ffff}',
];

/// One value in two spellings.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    /// As a caller may spell it.
    pub(super) given: Value,
    /// As the host spells it.
    pub(super) back: Value,
}

impl Drawn {
    fn plain(value: Value) -> Drawn {
        Drawn {
            given: value.clone(),
            back: value,
        }
    }

    /// Both spellings of several values, put together.
    fn all(drawn: Vec<Drawn>) -> Drawn {
        let (given, back) = drawn.into_iter().map(|one| (one.given, one.back)).unzip();
        Drawn {
            given: Value::Array(given),
            back: Value::Array(back),
        }
    }

    /// The value as the only entry of an object.
    fn under(self, key: &str) -> Drawn {
        Drawn {
            given: json!({key: self.given}),
            back: json!({key: self.back}),
        }
    }
}

/// An object of all `fields`, some options left out.
pub(super) fn record(fields: &[Field]) -> BoxedStrategy<Drawn> {
    let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let value = |field: &Field| {
        let drawn = value(&field.ty).prop_map(Some);
        match field.is_optional() {
            true => prop_oneof![1 => Just(None), 3 => drawn].boxed(),
            false => drawn.boxed(),
        }
    };
    let values: Vec<_> = fields.iter().map(value).collect();
    let put = move |values: Vec<Option<Drawn>>| {
        let (mut given, mut back) = (Map::new(), Map::new());
        for (name, drawn) in names.iter().zip(values) {
            if let Some(drawn) = &drawn {
                given.insert(name.clone(), drawn.given.clone());
            }
            back.insert(name.clone(), drawn.map_or(Value::Null, |drawn| drawn.back));
        }
        Drawn {
            given: Value::Object(given),
            back: Value::Object(back),
        }
    };
    values.prop_map(put).boxed()
}

/// A value of a type.
pub(super) fn value(ty: &Type) -> BoxedStrategy<Drawn> {
    match ty {
        Type::Bool => any::<bool>().prop_map(|is| Drawn::plain(json!(is))).boxed(),
        Type::F32 => f32s(),
        Type::F64 => f64s(),
        Type::Char => char().prop_map(|one| Drawn::plain(json!(one))).boxed(),
        Type::String => text().prop_map(|text| Drawn::plain(json!(text))).boxed(),
        Type::List(inner) => vec(value(inner), 0..=ITEMS_MAX)
            .prop_map(Drawn::all)
            .boxed(),
        Type::FixedList(inner, len) => vec(value(inner), *len as usize)
            .prop_map(Drawn::all)
            .boxed(),
        Type::Map(key, inner) => map(key, inner),
        Type::Tuple(types) => {
            let values: Vec<_> = types.iter().map(value).collect();
            values.prop_map(Drawn::all).boxed()
        }
        Type::Record(fields) => record(fields),
        Type::Variant(cases) => Union::new(cases.iter().map(case)).boxed(),
        Type::Result(ok, err) => Union::new(sides(ok, err).iter().map(case)).boxed(),
        Type::Enum(names) => select(names.clone())
            .prop_map(|name| Drawn::plain(json!(name)))
            .boxed(),
        Type::Flags(names) => flags(names),
        Type::Option(inner) => {
            let is_wrapped = inner.is_nullable();
            let some = value(inner).prop_map(move |drawn| match is_wrapped {
                true => drawn.under("some"),
                false => drawn,
            });
            prop_oneof![1 => Just(Drawn::plain(Value::Null)), 3 => some].boxed()
        }
        _ => integers(ty),
    }
}

/// A result as the variant that its JSON looks like.
pub(super) fn sides(ok: &Option<Box<Type>>, err: &Option<Box<Type>>) -> [Case; 2] {
    [("ok", ok), ("err", err)].map(|(name, ty)| Case {
        name: name.to_owned(),
        ty: ty.as_deref().cloned(),
    })
}

/// The smallest and the largest value of an integer type.
pub(super) fn range(ty: &Type) -> (i128, i128) {
    match ty {
        Type::S8 => (i8::MIN.into(), i8::MAX.into()),
        Type::S16 => (i16::MIN.into(), i16::MAX.into()),
        Type::S32 => (i32::MIN.into(), i32::MAX.into()),
        Type::S64 => (i64::MIN.into(), i64::MAX.into()),
        Type::U8 => (0, u8::MAX.into()),
        Type::U16 => (0, u16::MAX.into()),
        Type::U32 => (0, u32::MAX.into()),
        Type::U64 => (0, u64::MAX.into()),
        other => panic!("{other:?} is no integer"),
    }
}

/// A whole number as JSON, which has room for those of 64 bits.
pub(super) fn number(number: i128) -> Option<Value> {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => Some(json!(number)),
        (_, Ok(number)) => Some(json!(number)),
        _ => None,
    }
}

/// As a number, as its digits in a string, or as a float without a fraction.
fn integers(ty: &Type) -> BoxedStrategy<Drawn> {
    let (low, high) = range(ty);
    let edges = [low, low + 1, high - 1, high, 0, 1, EXACT_MAX, EXACT_MAX + 1];
    let edges: Vec<i128> = edges
        .into_iter()
        .filter(|edge| (low..=high).contains(edge))
        .collect();
    let drawn = prop_oneof![1 => select(edges), 2 => low..=high];
    let spell = |(whole, spelling)| {
        let back = number(whole).expect("at most 64 bits");
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
        let given = match spelling {
            0 => json!(whole.to_string()),
            1 if whole.abs() <= EXACT_MAX => json!(whole as f64),
            _ => back.clone(),
        };
        Drawn { given, back }
    };
    (drawn, 0..4).prop_map(spell).boxed()
}

/// What a float is in JSON: a number, or a word for those that are none.
fn float(number: f64) -> Value {
    match number {
        _ if number.is_finite() => json!(number),
        _ if number.is_nan() => json!("NaN"),
        _ if number > 0.0 => json!("Infinity"),
        _ => json!("-Infinity"),
    }
}

/// A number without a fraction may be written without one.
fn whole_or(number: f64, is_whole: bool) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "at most 2^53"
    )]
    match is_whole && number.fract() == 0.0 && number.abs() <= EXACT_MAX as f64 {
        // An integer has no negative zero.
        true if number != 0.0 => json!(number as i64),
        _ => float(number),
    }
}

fn f64s() -> BoxedStrategy<Drawn> {
    let edges = select(vec![
        0.0,
        -0.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        9_007_199_254_740_993.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ]);
    let numbers = prop_oneof![
        1 => edges,
        2 => any::<u64>().prop_map(f64::from_bits),
        1 => any::<i32>().prop_map(f64::from),
    ];
    let spell = |(number, is_whole)| Drawn {
        given: whole_or(number, is_whole),
        back: float(number),
    };
    (numbers, any::<bool>()).prop_map(spell).boxed()
}

/// With all its digits, or as few as tell it from other `f32`s, which is how it comes back.
fn f32s() -> BoxedStrategy<Drawn> {
    let edges = select(vec![
        0.0,
        -0.0,
        0.1,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
        1e-45,
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ]);
    let numbers = prop_oneof![
        1 => edges,
        2 => any::<u32>().prop_map(f32::from_bits),
        1 => any::<i16>().prop_map(f32::from),
    ];
    let spell = |(number, spelling): (f32, u8)| {
        let short: f64 = number.to_string().parse().expect("a number");
        Drawn {
            given: match spelling {
                0 => float(short),
                _ => whole_or(number.into(), spelling == 1),
            },
            back: float(short),
        }
    };
    (numbers, 0..3_u8).prop_map(spell).boxed()
}

fn char() -> impl Strategy<Value = char> {
    prop_oneof![select(&CHARS[..]), any::<char>()]
}

fn text() -> impl Strategy<Value = String> {
    vec(char(), 0..12).prop_map(String::from_iter)
}

/// An object, or an array of pairs, of which the guest makes a map that is sorted by its keys.
fn map(key: &Type, inner: &Type) -> BoxedStrategy<Drawn> {
    let is_object = *key == Type::String;
    let put = move |mut pairs: Vec<(Drawn, Drawn)>| {
        let mut keys: Vec<Value> = Vec::new();
        pairs.retain(|(key, _)| {
            let is_new = !keys.contains(&key.back);
            keys.push(key.back.clone());
            is_new
        });
        let mut sorted = pairs.clone();
        sorted.sort_by(|(one, _), (other, _)| in_order(&one.back, &other.back));
        let put = |pairs: Vec<(Drawn, Drawn)>, spelling: fn(Drawn) -> Value| -> Value {
            let mut pairs = pairs
                .into_iter()
                .map(|(key, value)| (spelling(key), spelling(value)));
            match is_object {
                true => pairs
                    .map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), value))
                    .collect(),
                false => pairs
                    .by_ref()
                    .map(|(key, value)| json!([key, value]))
                    .collect(),
            }
        };
        Drawn {
            given: put(pairs, |drawn| drawn.given),
            back: put(sorted, |drawn| drawn.back),
        }
    };
    vec((value(key), value(inner)), 0..=ITEMS_MAX)
        .prop_map(put)
        .boxed()
}

/// The order of keys of one type.
fn in_order(one: &Value, other: &Value) -> Ordering {
    let key = |value: &Value| match value.is_number() {
        true => (None, integer(value), None),
        false => (value.as_bool(), None, value.as_str().map(str::to_owned)),
    };
    key(one).cmp(&key(other))
}

fn case(case: &Case) -> BoxedStrategy<Drawn> {
    let name = case.name.clone();
    match &case.ty {
        Some(ty) => value(ty).prop_map(move |drawn| drawn.under(&name)).boxed(),
        // Null is as good as nothing.
        None => select(vec![json!(name), json!({name.as_str(): null})])
            .prop_map(move |given| Drawn {
                given,
                back: json!(name),
            })
            .boxed(),
    }
}

/// In any order; it comes back in that of the type.
fn flags(names: &[String]) -> BoxedStrategy<Drawn> {
    let set = subsequence(names.to_vec(), 0..=names.len());
    let spell = |set: Vec<String>| {
        let back = json!(set);
        Just(set).prop_shuffle().prop_map(move |given| Drawn {
            given: json!(given),
            back: back.clone(),
        })
    };
    set.prop_flat_map(spell).boxed()
}
