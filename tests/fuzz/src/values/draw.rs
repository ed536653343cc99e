//! Types and JSON for them, as the choices of an input say.

use serde_json::{Map, Number, Value, json};
use toolhost::tool::{Args, Case, Field, Type};

use crate::choices::Choices;

/// Deepest nesting of a type.
const DEPTH_MAX: usize = 4;
/// Most types in one signature.
const TYPES_MAX: usize = 48;
/// Most parts of one type, and most items of one list.
const PARTS_MAX: usize = 4;

/// Names of fields, cases and flags; some are words of the mapping too.
const NAMES: [&str; 12] = [
    "a",
    "b-c",
    "some",
    "ok",
    "err",
    "none",
    "x",
    "very-long-name",
    "d2",
    "e",
    "null",
    "true",
];

const TEXTS: [&str; 12] = [
    "",
    "a",
    "\0",
    "\u{7f}",
    "\"\\/",
    "\u{d7ff}\u{e000}",
    "\u{10ffff}",
    "e\u{301}",
    "null",
    "7",
    "some",
    "\u{202e}",
];

const CHARS: [char; 8] = [
    'a',
    '\0',
    '"',
    '\u{7f}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{fffd}',
    '\u{10ffff}',
];

const FLOATS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    1e-45,
    1e-320,
    16_777_217.0,
    9_007_199_254_740_993.0,
    1e300,
    f64::MAX,
    f64::MIN_POSITIVE,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    3.402_823_6e38,
];

const SCALARS: [Type; 13] = [
    Type::Bool,
    Type::S8,
    Type::U8,
    Type::S16,
    Type::U16,
    Type::S32,
    Type::U32,
    Type::S64,
    Type::U64,
    Type::F32,
    Type::F64,
    Type::Char,
    Type::String,
];

/// Arguments, and what is known about them.
pub(super) struct Drawn {
    pub(super) args: Args,
    /// They must be accepted.
    pub(super) is_valid: bool,
    /// They are as the host itself would write them.
    pub(super) is_canonical: bool,
    /// No option is none: schemas of arguments have no null for those that may be left out.
    pub(super) is_full: bool,
    /// No float is NaN or infinite: schemas say `number`, and these are texts.
    pub(super) is_finite: bool,
}

/// The parameters of a function.
pub(super) fn params(choices: &mut Choices<'_>) -> Vec<Field> {
    let mut left = TYPES_MAX;
    fields(choices, DEPTH_MAX, &mut left)
}

/// Arguments for `params`.
pub(super) fn args(params: &[Field], choices: &mut Choices<'_>) -> Drawn {
    let drawn = Drawn {
        args: Args::new(),
        is_valid: true,
        is_canonical: true,
        is_full: true,
        is_finite: true,
    };
    let mut pen = Pen { choices, drawn };
    pen.drawn.args = pen.object(params);
    pen.drawn
}

fn fields(choices: &mut Choices<'_>, depth: usize, left: &mut usize) -> Vec<Field> {
    let field = |name: &str, choices: &mut Choices<'_>| Field::new(name, ty(choices, depth, left));
    named(choices, field)
}

/// One to four things of different names.
fn named<T>(
    choices: &mut Choices<'_>,
    mut make: impl FnMut(&str, &mut Choices<'_>) -> T,
) -> Vec<T> {
    let count = 1 + choices.below(PARTS_MAX);
    let first = choices.below(NAMES.len());
    let names = NAMES.iter().cycle().skip(first).take(count);
    names.map(|name| make(name, choices)).collect()
}

fn names(choices: &mut Choices<'_>) -> Vec<String> {
    named(choices, |name, _| name.to_owned())
}

fn ty(choices: &mut Choices<'_>, depth: usize, left: &mut usize) -> Type {
    *left = left.saturating_sub(1);
    if depth == 0 || *left == 0 {
        return choices.pick(&SCALARS).clone();
    }
    let mut inner = |choices: &mut Choices<'_>| Box::new(ty(choices, depth - 1, left));
    match choices.below(24) {
        0 | 1 => Type::List(inner(choices)),
        2 => {
            let inner = inner(choices);
            let len = *choices.pick(&[1, 2, 3, 4]);
            Type::FixedList(inner, len)
        }
        3 => Type::Map(Box::new(Type::String), inner(choices)),
        4 => {
            // Floats are no keys in WIT.
            let keys: Vec<&Type> = SCALARS
                .iter()
                .filter(|key| !matches!(key, Type::F32 | Type::F64))
                .collect();
            let key = (*choices.pick(&keys)).clone();
            Type::Map(Box::new(key), inner(choices))
        }
        5 => {
            let count = 1 + choices.below(PARTS_MAX);
            Type::Tuple((0..count).map(|_| *inner(choices)).collect())
        }
        6 | 7 => Type::Record(fields(choices, depth - 1, left)),
        8 | 9 => Type::Variant(named(choices, |name, choices| Case {
            name: name.to_owned(),
            ty: (choices.below(3) > 0).then(|| *inner(choices)),
        })),
        10 => Type::Enum(names(choices)),
        11 => Type::Flags(names(choices)),
        12..15 => Type::Option(inner(choices)),
        15 => {
            let mut side =
                |choices: &mut Choices<'_>| (choices.below(3) > 0).then(|| inner(choices));
            let ok = side(choices);
            Type::Result(ok, side(choices))
        }
        _ => choices.pick(&SCALARS).clone(),
    }
}

/// Writes JSON.
struct Pen<'c, 'i> {
    choices: &'c mut Choices<'i>,
    drawn: Drawn,
}

impl Pen<'_, '_> {
    fn object(&mut self, fields: &[Field]) -> Map<String, Value> {
        let mut object = Map::new();
        for field in fields {
            // Spoiled or left out, which an option may be.
            if self.choices.byte() == b'!' {
                self.drawn.is_canonical = false;
                self.drawn.is_valid &= field.is_optional();
                continue;
            }
            object.insert(field.name.clone(), self.value(&field.ty));
        }
        if self.choices.byte() == b'!' {
            self.drawn.is_valid = false;
            self.drawn.is_canonical = false;
            let name = *self.choices.pick(&NAMES);
            object.entry(format!("{name}_")).or_insert(json!(null));
        }
        object
    }

    fn value(&mut self, ty: &Type) -> Value {
        if self.choices.byte() == b'!' {
            self.drawn.is_valid = false;
            self.drawn.is_canonical = false;
            self.drawn.is_finite = false;
            return self.anything(DEPTH_MAX);
        }
        match ty {
            Type::Bool => json!(self.choices.below(2) == 1),
            Type::F32 => {
                #[expect(clippy::cast_possible_truncation, reason = "it is what an f32 is")]
                let number = *self.choices.pick(&FLOATS) as f32;
                // As the host writes an `f32`: in the fewest digits.
                self.float(number.to_string().parse().unwrap_or(f64::NAN))
            }
            Type::F64 => {
                let number = *self.choices.pick(&FLOATS);
                self.float(number)
            }
            Type::Char => json!(self.choices.pick(&CHARS)),
            Type::String => json!(self.text()),
            Type::List(inner) => {
                let count = self.choices.below(PARTS_MAX + 1);
                (0..count).map(|_| self.value(inner)).collect()
            }
            Type::FixedList(inner, len) => (0..*len).map(|_| self.value(inner)).collect(),
            Type::Map(key, inner) => self.map(key, inner),
            Type::Tuple(types) => types.iter().map(|ty| self.value(ty)).collect(),
            Type::Record(fields) => Value::Object(self.object(fields)),
            Type::Variant(cases) => {
                let case = self.choices.pick(cases);
                self.case(&case.name, case.ty.as_ref())
            }
            Type::Result(ok, err) => match self.choices.below(2) {
                0 => self.case("ok", ok.as_deref()),
                _ => self.case("err", err.as_deref()),
            },
            Type::Enum(names) => json!(self.choices.pick(names)),
            Type::Flags(names) => {
                let set = self.choices.byte();
                let is_set = |index: &usize| set & (1 << index) != 0;
                let set = (0..names.len())
                    .filter(is_set)
                    .map(|index| json!(names[index]));
                set.collect()
            }
            Type::Option(_) if self.choices.below(3) == 0 => {
                self.drawn.is_full = false;
                Value::Null
            }
            Type::Option(inner) if inner.is_nullable() => json!({"some": self.value(inner)}),
            Type::Option(inner) => self.value(inner),
            _ => self.integer(ty),
        }
    }

    fn text(&mut self) -> String {
        let count = self.choices.below(PARTS_MAX);
        (0..count).map(|_| *self.choices.pick(&TEXTS)).collect()
    }

    fn float(&mut self, number: f64) -> Value {
        if let Some(number) = Number::from_f64(number) {
            return Value::Number(number);
        }
        self.drawn.is_finite = false;
        match number {
            number if number.is_nan() => json!("NaN"),
            number if number > 0.0 => json!("Infinity"),
            _ => json!("-Infinity"),
        }
    }

    fn map(&mut self, key: &Type, inner: &Type) -> Value {
        let count = self.choices.below(PARTS_MAX);
        if *key == Type::String {
            let pair = |_| (self.text(), self.value(inner));
            return Value::Object((0..count).map(pair).collect());
        }
        let pair = |_| json!([self.value(key), self.value(inner)]);
        (0..count).map(pair).collect()
    }

    fn case(&mut self, name: &str, ty: Option<&Type>) -> Value {
        match ty {
            Some(ty) => json!({name: self.value(ty)}),
            None if self.choices.byte() == b'~' => {
                self.drawn.is_canonical = false;
                json!({name: null})
            }
            None => json!(name),
        }
    }

    /// A number near an edge of `ty`, as the host writes it or in another spelling.
    fn integer(&mut self, ty: &Type) -> Value {
        let (low, high): (i128, i128) = match ty {
            Type::S8 => (i8::MIN.into(), i8::MAX.into()),
            Type::U8 => (0, u8::MAX.into()),
            Type::S16 => (i16::MIN.into(), i16::MAX.into()),
            Type::U16 => (0, u16::MAX.into()),
            Type::S32 => (i32::MIN.into(), i32::MAX.into()),
            Type::U32 => (0, u32::MAX.into()),
            Type::S64 => (i64::MIN.into(), i64::MAX.into()),
            _ => (0, u64::MAX.into()),
        };
        let steps = i128::from(self.choices.byte() / 3);
        let number = match self.choices.below(4) {
            0 => steps,
            1 => low + steps,
            2 => high - steps,
            _ => 9_007_199_254_740_992 - steps,
        };
        self.drawn.is_valid &= (low..=high).contains(&number);
        self.drawn.is_canonical &= (low..=high).contains(&number);
        match self.choices.below(8) {
            6 => {
                self.drawn.is_canonical = false;
                json!(number.to_string())
            }
            // No integer of more bits is exact as a float.
            7 if number.unsigned_abs() <= 1 << 53 => {
                self.drawn.is_canonical = false;
                #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
                let number = number as f64;
                json!(number)
            }
            _ => Number::from_i128(number).map_or(Value::Null, Value::Number),
        }
    }

    /// JSON that has to do with no type.
    fn anything(&mut self, depth: usize) -> Value {
        let kind = self.choices.below(if depth == 0 { 6 } else { 10 });
        match kind {
            0 => Value::Null,
            1 => json!(self.choices.below(2) == 1),
            2 => Number::from_f64(*self.choices.pick(&FLOATS)).into(),
            3 => json!(u64::MAX - u64::from(self.choices.byte())),
            4 => json!(i64::from(self.choices.byte()) - 128),
            5 => match self.choices.below(3) {
                0 => json!(self.choices.pick(&NAMES)),
                1 => json!(
                    self.choices
                        .pick(&["NaN", "Infinity", "-1", "1e3", "0x10", "+5", "00"])
                ),
                _ => json!(self.text()),
            },
            6 | 7 => {
                let count = self.choices.below(PARTS_MAX);
                (0..count).map(|_| self.anything(depth - 1)).collect()
            }
            _ => {
                let count = self.choices.below(PARTS_MAX);
                let name = |pen: &mut Self| pen.choices.pick(&NAMES).replace('-', "_");
                let pair = |_| (name(self), self.anything(depth - 1));
                Value::Object((0..count).map(pair).collect())
            }
        }
    }
}
