//! The types of tool parameters and results: the component model's data types.

/// A type of the component model that is data.
///
/// Resources, streams, futures and error contexts are no data and have no place here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `s8`
    S8,
    /// `u8`
    U8,
    /// `s16`
    S16,
    /// `u16`
    U16,
    /// `s32`
    S32,
    /// `u32`
    U32,
    /// `s64`
    S64,
    /// `u64`
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `char`
    Char,
    /// `string`
    String,
    /// `list<T>`
    List(Box<Type>),
    /// `list<T, N>`
    FixedList(Box<Type>, u32),
    /// `map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// `tuple<A, B, …>`
    Tuple(Vec<Type>),
    /// `record`
    Record(Vec<Field>),
    /// `variant`
    Variant(Vec<Case>),
    /// `enum`: the case names
    Enum(Vec<String>),
    /// `flags`: the flag names
    Flags(Vec<String>),
    /// `option<T>`
    Option(Box<Type>),
    /// `result<T, E>`
    Result(Option<Box<Type>>, Option<Box<Type>>),
}

/// A parameter of a function or a field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The JSON key: the WIT name with `-` turned into `_`.
    pub name: String,
    /// The WIT name.
    pub wit_name: String,
    /// Its doc comment, if the component carries docs.
    pub docs: Option<String>,
    /// Its type.
    pub ty: Type,
}

impl Field {
    /// A field without docs, named as WIT names it.
    pub fn new(wit_name: &str, ty: Type) -> Field {
        Field {
            name: json_name(wit_name),
            wit_name: wit_name.to_owned(),
            docs: None,
            ty,
        }
    }

    /// Whether a caller may leave it out.
    pub fn is_optional(&self) -> bool {
        matches!(self.ty, Type::Option(_))
    }
}

/// A case of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The WIT name, which is also the JSON one.
    pub name: String,
    /// What it carries, if anything.
    pub ty: Option<Type>,
}

impl Type {
    /// Whether JSON `null` is already a value of this type, so that an `option` around it
    /// needs a wrapper to tell `none` from `some(none)`.
    pub fn is_nullable(&self) -> bool {
        matches!(self, Type::Option(_))
    }
}

/// A WIT name as a JSON key: `get-weather` becomes `get_weather`, the spelling that models
/// and SDKs use for functions and arguments.
pub fn json_name(wit_name: &str) -> String {
    wit_name.replace('-', "_")
}
