//! YAML text as a tree that knows where each value stands.
//!
//! The tree is bounded by the size of the text and by a number of values, which also counts what
//! aliases repeat.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{MessageFormatter as _, Spanned, UserMessageFormatter};

use super::problem::{Place, Problem};

/// Largest config file in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// How much one text may be.
pub(super) struct Bounds {
    pub(super) bytes_max: usize,
    /// Most values, aliases expanded.
    pub(super) nodes_max: usize,
    /// Deepest nesting of lists and maps; a level takes some 30 KiB of stack in debug builds.
    pub(super) depth_max: usize,
}

/// Those of a config.
const CONFIG: Bounds = Bounds {
    bytes_max: TEXT_BYTES_MAX,
    nodes_max: 50_000,
    depth_max: 32,
};

/// Most characters of a value or key that a problem repeats.
const SHOWN_CHARS_MAX: usize = 80;

/// One value and where it stands.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) line: u64,
    pub(super) column: u64,
    /// The whole text after substitution, if the value came from the environment; such a
    /// value may be a secret and stays out of every problem.
    pub(super) substituted: Option<String>,
}

/// A value.
#[derive(Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map, where it stands, and its value.
#[derive(Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) value: Node,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Node {
    /// A null that stands nowhere.
    pub(super) const fn null() -> Self {
        Node {
            kind: Kind::Null,
            line: 0,
            column: 0,
            substituted: None,
        }
    }

    /// The value under `key`, if this is a map that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Map(entries) = &self.kind else {
            return None;
        };
        entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// Whether nothing stands here: null, an empty list or an empty map.
    pub(super) fn is_vacant(&self) -> bool {
        match &self.kind {
            Kind::Null => true,
            Kind::List(items) => items.is_empty(),
            Kind::Map(entries) => entries.is_empty(),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Text(_) => false,
        }
    }

    /// The scalar as written, or as substituted before it was typed.
    pub(super) fn text(&self) -> Option<String> {
        if let Some(text) = &self.substituted {
            return (!text.is_empty()).then(|| text.clone());
        }
        match &self.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => None,
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// How a problem names the value: never by what the environment said.
    pub(super) fn shown(&self) -> String {
        if self.substituted.is_some() {
            return "the value (from the environment)".to_owned();
        }
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Int(value) => format!("`{value}`"),
            Kind::Float(value) => format!("`{value}`"),
            Kind::Text(text) => format!("`{}`", shorten(text)),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
        }
    }

    /// The value as JSON; a float that JSON has no number for becomes null.
    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Int(value) => Number::from_i128(*value).map_or(Value::Null, Value::Number),
            Kind::Float(value) => Number::from_f64(*value).map_or(Value::Null, Value::Number),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => items.iter().map(Node::to_json).collect(),
            Kind::Map(entries) => Value::Object(to_object(entries)),
        }
    }
}

/// The map as a JSON object.
pub(super) fn to_object(entries: &[Entry]) -> Map<String, Value> {
    entries
        .iter()
        .map(|entry| (entry.key.clone(), entry.value.to_json()))
        .collect()
}

/// `text` without control characters and without a tail that nobody reads.
pub(super) fn shorten(text: &str) -> String {
    printable(text).chars().take(SHOWN_CHARS_MAX).collect()
}

/// `text` with control characters and invisible ones escaped, which could forge a terminal's
/// output; quotes stay as they are.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\'' | '"' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

/// `path` with `key` behind it.
pub(super) fn join(path: &str, key: &str) -> String {
    let key = shorten(key);
    if path.is_empty() {
        key
    } else {
        format!("{path}.{key}")
    }
}

/// Parses the one YAML document of a config.
pub(super) fn parse(text: &str, file: Option<&Path>) -> Result<Node, Problem> {
    parse_within(text, file, &CONFIG)
}

/// Parses one YAML document of `bounds`.
pub(super) fn parse_within(
    text: &str,
    file: Option<&Path>,
    bounds: &Bounds,
) -> Result<Node, Problem> {
    if text.len() > bounds.bytes_max {
        return Err(too_large(file, bounds.bytes_max));
    }
    let nodes_max = bounds.nodes_max;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: nodes_max,
            max_depth: bounds.depth_max,
            // Each value has a beginning, and lists and maps an end.
            max_events: 2 * nodes_max + 100,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: nodes_max },
        // YAML 1.2: a country called `no` is a text.
        strict_booleans: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Kind>>(text, options) {
        Ok(root) => Ok(root.into()),
        Err(error) => Err(syntax(&error, file)),
    }
}

/// The problem of a file of more than `bytes_max`.
pub(super) fn too_large(file: Option<&Path>, bytes_max: usize) -> Problem {
    let place = Place {
        file: file.map(Into::into),
        ..Place::default()
    };
    let message = format!("the file is larger than `{}MiB`", bytes_max / (1024 * 1024));
    Problem {
        place,
        message,
        remedy: "make it smaller".to_owned(),
    }
}

fn syntax(error: &serde_saphyr::Error, file: Option<&Path>) -> Problem {
    let error = error.without_snippet();
    let (line, column) = error
        .location()
        .map_or((0, 0), |at| (at.line(), at.column()));
    let place = Place {
        file: file.map(Into::into),
        line,
        column,
        path: String::new(),
    };
    if let serde_saphyr::Error::DuplicateMappingKey { key, .. } = error {
        let key = shorten(key.as_deref().unwrap_or("?"));
        let message = format!("key `{key}` stands twice in the same map");
        return Problem {
            place,
            message,
            remedy: "remove one of the two".to_owned(),
        };
    }
    let message = printable(&UserMessageFormatter.format_message(error));
    let remedy = "correct the YAML here or in the line above; indent with spaces and quote texts that hold `: ` or ` #`";
    Problem {
        place,
        message: format!("not YAML: {message}"),
        remedy: remedy.to_owned(),
    }
}

impl From<Spanned<Kind>> for Node {
    fn from(spanned: Spanned<Kind>) -> Self {
        let at = spanned.referenced;
        Node {
            kind: spanned.value,
            line: at.line(),
            column: at.column(),
            substituted: None,
        }
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyKind)
    }
}

struct AnyKind;

impl<'de> Visitor<'de> for AnyKind {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Int(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Int(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Kind, E> {
        Ok(Kind::Int(value))
    }

    fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<Kind, E> {
        i128::try_from(value)
            .map(Kind::Int)
            .map_err(|_| E::custom("the number is too large"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_bytes<E: serde::de::Error>(self, _: &[u8]) -> Result<Kind, E> {
        Err(E::custom("binary values have no use here"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Spanned<Kind>>()? {
            items.push(item.into());
        }
        Ok(Kind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, Spanned<Kind>>()? {
            // Keys that differ in YAML, such as `1` and `"1"`, may be alike as text.
            if !seen.insert(key.value.clone()) {
                return Err(A::Error::custom(format!(
                    "key `{}` stands twice",
                    shorten(&key.value)
                )));
            }
            let (line, column) = (key.referenced.line(), key.referenced.column());
            entries.push(Entry {
                key: key.value,
                line,
                column,
                value: value.into(),
            });
        }
        Ok(Kind::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'n>(root: &'n Node, path: &str) -> &'n Node {
        path.split('.')
            .fold(root, |node, key| match (&node.kind, key.parse::<usize>()) {
                (Kind::List(items), Ok(index)) => &items[index],
                _ => node.get(key).unwrap_or_else(|| panic!("{path} is missing")),
            })
    }

    #[test]
    fn values_know_their_type_line_and_column() {
        let text =
            "a: 2\nb: 'true'\nc:\n  - x: true\n    y: ~\n  - {z: 1.5, w: [-1, 64MiB]}\nd:\ne: no\n";
        let root = parse(text, None).ok().unwrap();
        for (path, kind, line, column) in [
            ("a", Kind::Int(2), 1, 4),
            ("b", Kind::Text("true".into()), 2, 4),
            ("c.0.x", Kind::Bool(true), 4, 8),
            ("c.0.y", Kind::Null, 5, 8),
            ("c.1.z", Kind::Float(1.5), 6, 9),
            ("c.1.w.0", Kind::Int(-1), 6, 18),
            ("c.1.w.1", Kind::Text("64MiB".into()), 6, 22),
            ("d", Kind::Null, 7, 2),
            ("e", Kind::Text("no".into()), 8, 4),
        ] {
            let node = at(&root, path);
            assert!(node.kind == kind, "{path}");
            assert_eq!((node.line, node.column), (line, column), "{path}");
        }
    }

    #[test]
    fn bad_yaml_is_one_problem_with_a_place() {
        for (text, line, says) in [
            ("a: 1\na: 2\n", 2, "`a` stands twice"),
            ("b: 1\nc: {1: x, '1': y}\n", 2, "`1` stands twice"),
            ("a: [1\nb: 2", 2, "not YAML"),
            ("a:\n\t- b", 2, "not YAML"),
            ("a: *nobody", 1, "not YAML"),
            ("{}\n---\n{}", 3, "not YAML"),
        ] {
            let problem = parse(text, Some(Path::new("x.yaml"))).err().unwrap();
            assert_eq!(problem.place.line, line, "{text:?} {problem}");
            assert!(problem.place.column > 0, "{text:?}");
            assert!(problem.message.contains(says), "{text:?} {problem}");
            assert!(!problem.remedy.is_empty());
        }
    }

    #[test]
    fn what_a_problem_shows_is_printable_and_short() {
        assert_eq!(shorten("it's \"a\\b\" é"), "it's \"a\\b\" é");
        assert_eq!(shorten("\u{1b}[31m\n\u{202e}"), "\\u{1b}[31m\\n\\u{202e}");
        assert_eq!(shorten(&"x".repeat(1_000)).len(), SHOWN_CHARS_MAX);
    }

    #[test]
    fn alias_bombs_deep_nests_and_large_files_are_refused() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{},", level - 1).repeat(10);
            bomb += &format!("a{level}: &a{level} [{alias}]\n");
        }
        let deep = "[".repeat(100_000);
        let nested = |depth| ["{a: ".repeat(depth), "}".repeat(depth)].concat();
        assert!(parse(&nested(CONFIG.depth_max), None).is_ok());
        let nest = nested(CONFIG.depth_max + 1);
        let large = "#".repeat(TEXT_BYTES_MAX + 1);
        for text in [bomb, deep, nest, large] {
            assert!(parse(&text, None).is_err());
        }
    }

    #[test]
    fn an_alias_stands_where_it_is_used() {
        let root = parse("a: &x {k: 1}\nb: *x\n", None).ok().unwrap();
        assert_eq!(at(&root, "b").line, 2);
        assert!(at(&root, "b.k").kind == Kind::Int(1));
    }
}
