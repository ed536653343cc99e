//! Values that are none of a type: right but for one fault, at any depth.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use serde_json::{Map, Value, json};
use toolhost::tool::{Case, Field, Type};

use super::draw;

/// Any value of a JSON type that is not among those of a type: all that stands for it is of these.
fn other_kind(kinds: &[&str]) -> BoxedStrategy<Value> {
    let samples = [
        ("null", json!(null)),
        ("boolean", json!(true)),
        ("number", json!(7)),
        ("number", json!(1.5)),
        ("string", json!("")),
        ("string", json!("7")),
        ("array", json!([])),
        ("array", json!(["7", 7])),
        ("object", json!({})),
        ("object", json!({"some": 7})),
    ];
    let others = samples
        .into_iter()
        .filter(|(kind, _)| !kinds.contains(kind));
    select(others.map(|(_, value)| value).collect::<Vec<_>>()).boxed()
}

/// One of `values`.
fn of(values: Vec<Value>) -> BoxedStrategy<Value> {
    select(values).boxed()
}

fn given(ty: &Type) -> BoxedStrategy<Value> {
    draw::value(ty).prop_map(|drawn| drawn.given).boxed()
}

/// A value that is no `ty`.
fn value(ty: &Type) -> BoxedStrategy<Value> {
    let faults: Vec<BoxedStrategy<Value>> = match ty {
        Type::Bool => vec![other_kind(&["boolean"])],
        Type::F32 => vec![
            numbers(),
            of(vec![json!(1e39), json!(-3.5e38), json!(f64::MAX)]),
        ],
        Type::F64 => vec![numbers()],
        Type::Char => vec![
            other_kind(&["string"]),
            of(vec![json!(""), json!("ab"), json!("e\u{301}")]),
        ],
        Type::String => vec![other_kind(&["string"])],
        Type::List(inner) => vec![other_kind(&["array"]), one_bad(inner, 0..4)],
        Type::FixedList(inner, len) => {
            let len = *len as usize;
            let other_len = prop_oneof![
                vec(given(inner), 0..len),
                vec(given(inner), len + 1..len + 3)
            ];
            vec![
                other_kind(&["array"]),
                other_len.prop_map(Value::Array).boxed(),
                one_bad(inner, len - 1..len),
            ]
        }
        Type::Map(key, inner) => map(key, inner),
        Type::Tuple(types) => tuple(types),
        Type::Record(fields) => vec![
            other_kind(&["object"]),
            record(fields).prop_map(Value::Object).boxed(),
        ],
        Type::Variant(cases) => variant(cases),
        Type::Result(ok, err) => variant(&draw::sides(ok, err)),
        Type::Enum(names) => vec![
            other_kind(&["string"]),
            unknown(names).prop_map(Value::String).boxed(),
        ],
        Type::Flags(names) => {
            let item = prop_oneof![
                unknown(names).prop_map(Value::String),
                other_kind(&["string"])
            ];
            let good = draw::value(ty).prop_map(|drawn| drawn.given);
            vec![
                other_kind(&["array"]),
                (good, item).prop_map(pushed).boxed(),
            ]
        }
        Type::Option(inner) if inner.is_nullable() => vec![
            other_kind(&["null", "object"]),
            of(vec![
                json!({}),
                json!({"none": null}),
                json!({"some": null, "more": null}),
            ]),
            value(inner)
                .prop_map(|value| json!({"some": value}))
                .boxed(),
        ],
        Type::Option(inner) => vec![
            value(inner)
                .prop_filter("null is none", |value| !value.is_null())
                .boxed(),
        ],
        _ => integers(ty),
    };
    Union::new(faults).boxed()
}

/// The arguments or the record with one fault: in one field, without it, or with one too many.
pub(super) fn record(fields: &[Field]) -> BoxedStrategy<Map<String, Value>> {
    let with = |fault: BoxedStrategy<Fault>| {
        (draw::record(fields), fault).prop_map(|(good, fault)| {
            let mut object = good.given.as_object().cloned().unwrap_or_default();
            match fault {
                Fault::Missing(name) => object.remove(&name),
                Fault::Wrong(name, value) => object.insert(name, value),
            };
            object
        })
    };
    let mut faults = vec![with(
        Just(Fault::Wrong("no-such_field".to_owned(), json!(null))).boxed(),
    )];
    for field in fields {
        let name = field.name.clone();
        let wrong = value(&field.ty).prop_map(move |value| Fault::Wrong(name.clone(), value));
        faults.push(with(wrong.boxed()));
        if !field.is_optional() {
            faults.push(with(Just(Fault::Missing(field.name.clone())).boxed()));
        }
    }
    Union::new(faults).boxed()
}

#[derive(Clone, Debug)]
enum Fault {
    Missing(String),
    Wrong(String, Value),
}

/// What is no float: strings but for three.
fn numbers() -> BoxedStrategy<Value> {
    let texts = of(vec![
        json!("nan"),
        json!("inf"),
        json!("+Infinity"),
        json!("1.5"),
        json!(""),
    ]);
    prop_oneof![other_kind(&["number", "string"]), texts].boxed()
}

/// Out of range, or no whole number.
fn integers(ty: &Type) -> Vec<BoxedStrategy<Value>> {
    let (low, high) = draw::range(ty);
    let out = prop_oneof![
        Just(low - 1),
        Just(high + 1),
        high + 1..=i128::MAX,
        i128::MIN..low
    ];
    let out = (out, any::<bool>()).prop_map(|(number, is_text)| match draw::number(number) {
        Some(value) if !is_text => value,
        _ => json!(number.to_string()),
    });
    vec![
        other_kind(&["number", "string"]),
        out.boxed(),
        of(vec![
            json!(0.5),
            json!(1e300),
            json!(""),
            json!("1.0"),
            json!("1e3"),
            json!("0x10"),
            json!(" 1"),
            json!("NaN"),
            json!("-"),
        ]),
    ]
}

/// A list of good items around a bad one.
fn one_bad(inner: &Type, good: std::ops::Range<usize>) -> BoxedStrategy<Value> {
    let put = |(mut items, bad, at): (Vec<Value>, Value, Index)| {
        items.insert(at.index(items.len() + 1), bad);
        Value::Array(items)
    };
    (vec(given(inner), good), value(inner), any::<Index>())
        .prop_map(put)
        .boxed()
}

fn pushed((list, item): (Value, Value)) -> Value {
    let mut items = list.as_array().cloned().unwrap_or_default();
    items.push(item);
    Value::Array(items)
}

fn map(key: &Type, inner: &Type) -> Vec<BoxedStrategy<Value>> {
    if *key != Type::String {
        let pair = Type::Tuple(vec![key.clone(), inner.clone()]);
        return vec![other_kind(&["array"]), one_bad(&pair, 0..4)];
    }
    let put = |(good, name, bad): (Value, Value, Value)| {
        let mut object = good.as_object().cloned().unwrap_or_default();
        object.insert(name.as_str().unwrap_or_default().to_owned(), bad);
        Value::Object(object)
    };
    let whole = Type::Map(Box::new(key.clone()), Box::new(inner.clone()));
    let one_bad = (given(&whole), given(key), value(inner)).prop_map(put);
    vec![other_kind(&["object"]), one_bad.boxed()]
}

fn tuple(types: &[Type]) -> Vec<BoxedStrategy<Value>> {
    let whole = Type::Tuple(types.to_vec());
    let longer = (given(&whole), Just(json!(null))).prop_map(pushed);
    let shorter = given(&Type::Tuple(types[1..].to_vec()));
    let mut faults = vec![other_kind(&["array"]), longer.boxed(), shorter];
    for (at, ty) in types.iter().enumerate() {
        let put = move |(mut good, bad): (Value, Value)| {
            good[at] = bad;
            good
        };
        faults.push((given(&whole), value(ty)).prop_map(put).boxed());
    }
    faults
}

/// An unknown case, two at once, a payload too few or too many, or one that does not fit.
fn variant(cases: &[Case]) -> Vec<BoxedStrategy<Value>> {
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let name = unknown(&names);
    let two = json!({names[0].as_str(): null, names[names.len() - 1].as_str(): null, "more": null});
    let mut faults = vec![
        other_kind(&["string", "object"]),
        name.clone().prop_map(Value::String).boxed(),
        name.prop_map(|name| json!({name: null})).boxed(),
        of(vec![two, json!({})]),
    ];
    for Case { name, ty } in cases {
        let under = {
            let name = name.clone();
            move |value: Value| json!({name.as_str(): value})
        };
        match ty {
            Some(ty) => {
                faults.push(Just(json!(name)).boxed());
                faults.push(value(ty).prop_map(under).boxed());
            }
            None => faults.push(other_kind(&["null"]).prop_map(under).boxed()),
        }
    }
    faults
}

/// Names that are near those that are known, and others.
fn unknown(known: &[String]) -> BoxedStrategy<String> {
    let first = &known[0];
    let near = [
        String::new(),
        first.to_uppercase(),
        format!("{first} "),
        format!("{first}\0"),
        first.replace('-', "_") + "_",
        "null".to_owned(),
    ];
    let near = near.into_iter().filter(|name| !known.contains(name));
    select(near.collect::<Vec<_>>()).boxed()
}
