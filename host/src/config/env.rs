//! `${env.X}` in texts, as Llama Stack substitutes it, old forms and new.
//!
//! A variable that is empty counts as unset everywhere.

use std::path::{Path, PathBuf};

use super::node::{Kind, Node, join, shorten};
use super::problem::{Place, Problem};

/// Looks up a variable; handed in, so that tests need no process environment.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The id that switches off the provider or group that bears it.
pub(super) const DISABLED: &str = "__disabled__";

const OPENING: &str = "${env.";

/// The variable, unless it is unset or empty.
pub(super) fn variable(environment: Environment<'_>, name: &str) -> Option<String> {
    environment(name).filter(|value| !value.is_empty())
}

/// `path` with a leading `~` replaced by the home folder, if there is one.
pub(super) fn expand_home(path: &str, environment: Environment<'_>) -> PathBuf {
    let rest = match path.strip_prefix('~') {
        Some("") => "",
        Some(rest) if rest.starts_with('/') => &rest[1..],
        _ => return PathBuf::from(path),
    };
    match variable(environment, "HOME") {
        Some(home) => Path::new(&home).join(rest),
        None => PathBuf::from(path),
    }
}

/// Substitutes in every text under `node` and appends what goes wrong to `problems`.
///
/// A list entry that [`is_switched_off`] keeps its other texts as they are: the variables of
/// a disabled provider need not be set.
pub(super) fn resolve(
    node: &mut Node,
    place: &Place,
    environment: Environment<'_>,
    problems: &mut Vec<Problem>,
) {
    // What a variable holds is not searched for variables again.
    if node.substituted.is_some() {
        return;
    }
    match &mut node.kind {
        Kind::Text(text) => match substitute(text, environment) {
            Ok(None) => {}
            Ok(Some(text)) => {
                node.kind = retype(&text);
                node.substituted = Some(text);
            }
            Err(mut problem) => {
                problem.place = Place {
                    line: node.line,
                    column: node.column,
                    ..place.clone()
                };
                problems.push(problem);
                // Null and from the environment, so that no second problem follows.
                node.kind = Kind::Null;
                node.substituted = Some(String::new());
            }
        },
        Kind::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let place = Place {
                    path: format!("{}[{index}]", place.path),
                    ..place.clone()
                };
                resolve_item(item, &place, environment, problems);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                let place = Place {
                    path: join(&place.path, &entry.key),
                    ..place.clone()
                };
                resolve(&mut entry.value, &place, environment, problems);
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {}
    }
}

/// Whether a provider or group is left out: an id of it is [`DISABLED`], or the environment
/// made it empty.
pub(super) fn is_switched_off(item: &Node) -> bool {
    ["provider_id", "toolgroup_id"]
        .iter()
        .filter_map(|key| item.get(key))
        .any(|id| {
            let is_emptied = id.substituted.is_some() && id.kind == Kind::Null;
            is_emptied || matches!(&id.kind, Kind::Text(text) if text == DISABLED)
        })
}

fn resolve_item(
    item: &mut Node,
    place: &Place,
    environment: Environment<'_>,
    problems: &mut Vec<Problem>,
) {
    if let Kind::Map(entries) = &mut item.kind {
        for entry in entries
            .iter_mut()
            .filter(|entry| matches!(&*entry.key, "provider_id" | "toolgroup_id"))
        {
            let place = Place {
                path: join(&place.path, &entry.key),
                ..place.clone()
            };
            resolve(&mut entry.value, &place, environment, problems);
        }
        if is_switched_off(item) {
            return;
        }
    }
    resolve(item, place, environment, problems);
}

/// The text with every variable replaced, or `None` if it names none. The problem has no
/// place yet.
fn substitute(text: &str, environment: Environment<'_>) -> Result<Option<String>, Problem> {
    if !text.contains(OPENING) {
        return Ok(None);
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPENING) {
        replaced.push_str(&rest[..start]);
        let inner = &rest[start + OPENING.len()..];
        let Some(end) = inner.find('}') else {
            return Err(malformed(&rest[start..]));
        };
        replaced.push_str(&evaluate(&inner[..end], environment)?);
        rest = &inner[end + 1..];
    }
    replaced.push_str(rest);
    Ok(Some(replaced))
}

/// What stands for `reference`, the part between `${env.` and `}`.
fn evaluate(reference: &str, environment: Environment<'_>) -> Result<String, Problem> {
    let is_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let name_len = reference.bytes().take_while(|&b| is_name(b)).count();
    let (name, operation) = reference.split_at(name_len);
    if name.is_empty() {
        return Err(malformed(&format!("{OPENING}{reference}}}")));
    }
    let value = variable(environment, name);
    if operation.is_empty() {
        return value.ok_or_else(|| unset(name));
    }
    let if_set = operation
        .strip_prefix(":+")
        .or_else(|| operation.strip_prefix('+'));
    if let Some(replacement) = if_set {
        return Ok(value.map_or_else(String::new, |_| replacement.to_owned()));
    }
    let default = operation
        .strip_prefix(":=")
        .or_else(|| operation.strip_prefix(':'));
    match default {
        Some(default) => Ok(value.unwrap_or_else(|| default.to_owned())),
        None => Err(malformed(&format!("{OPENING}{reference}}}"))),
    }
}

/// The type that a substituted text has in YAML's eyes.
fn retype(text: &str) -> Kind {
    if text.is_empty() {
        return Kind::Null;
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Kind::Bool(text.eq_ignore_ascii_case("true"));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Kind::Int(number.into());
    }
    match text.parse::<f64>() {
        // `nan` and `inf` are words before they are numbers.
        Ok(number) if number.is_finite() => Kind::Float(number),
        Ok(_) | Err(_) => Kind::Text(text.to_owned()),
    }
}

fn unset(name: &str) -> Problem {
    let name = shorten(name);
    Problem {
        place: Place::default(),
        message: format!("environment variable `{name}` is not set or empty"),
        remedy: format!("set `{name}`, or write `${{env.{name}:=default}}`"),
    }
}

fn malformed(reference: &str) -> Problem {
    Problem {
        place: Place::default(),
        message: format!("`{}` is no variable", shorten(reference)),
        remedy: "write `${env.NAME}`, `${env.NAME:=default}` or `${env.NAME:+value}`, where `NAME` is of A-Z 0-9 _"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::node;

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            "SET" => "abc",
            "EMPTY" => "",
            "PORT" => "8080",
            "HOME" => "/home/me",
            "NESTED" => "${env.SET}",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn resolved(text: &str) -> (Node, Vec<Problem>) {
        let mut root = node::parse(text, None).ok().unwrap();
        let mut problems = Vec::new();
        resolve(&mut root, &Place::default(), &environment, &mut problems);
        (root, problems)
    }

    #[test]
    fn every_form_of_a_variable_is_substituted_and_typed_anew() {
        let text = |text: &str| Kind::Text(text.to_owned());
        for (written, expected) in [
            ("${env.SET}", text("abc")),
            ("${env.SET:=other}", text("abc")),
            ("${env.SET:other}", text("abc")),
            ("${env.UNSET:=other}", text("other")),
            ("${env.EMPTY:=other}", text("other")),
            ("${env.UNSET:old}", text("old")),
            ("${env.UNSET:http://h:1/x}", text("http://h:1/x")),
            ("${env.UNSET:=}", Kind::Null),
            ("${env.UNSET:}", Kind::Null),
            ("${env.SET+yes, indeed}", text("yes, indeed")),
            ("${env.SET:+value}", text("value")),
            ("${env.UNSET+value}", Kind::Null),
            ("${env.UNSET:+value}", Kind::Null),
            ("${env.EMPTY:+value}", Kind::Null),
            ("${env.PORT}", Kind::Int(8080)),
            ("${env.UNSET:=-3}", Kind::Int(-3)),
            ("${env.UNSET:=1.5}", Kind::Float(1.5)),
            ("${env.UNSET:=True}", Kind::Bool(true)),
            ("${env.UNSET:=false}", Kind::Bool(false)),
            ("${env.UNSET:=nan}", text("nan")),
            ("a-${env.SET}-${env.PORT}/b", text("a-abc-8080/b")),
            ("${env.NESTED}", text("${env.SET}")),
            ("${env.SET}${env.SET+x}${env.UNSET:y}", text("abcxy")),
            ("$env.SET {env.SET}", text("$env.SET {env.SET}")),
        ] {
            let (root, problems) = resolved(&format!("a: ['{written}']"));
            assert!(problems.is_empty(), "{written}: {problems:?}");
            let Some(Kind::List(items)) = root.get("a").map(|node| &node.kind) else {
                panic!("no list")
            };
            assert!(
                items[0].kind == expected,
                "{written}: {}",
                items[0].to_json()
            );
        }
    }

    #[test]
    fn unset_and_malformed_variables_are_problems_with_a_place() {
        for (written, message) in [
            (
                "${env.UNSET}",
                "environment variable `UNSET` is not set or empty",
            ),
            (
                "x${env.EMPTY}",
                "environment variable `EMPTY` is not set or empty",
            ),
            ("${env.lower}", "`${env.lower}` is no variable"),
            ("${env.SET-x}", "`${env.SET-x}` is no variable"),
            ("${env.SET", "`${env.SET` is no variable"),
            ("${env.}", "`${env.}` is no variable"),
        ] {
            let (_, problems) = resolved(&format!("a:\n  - b: '{written}'"));
            assert_eq!(problems.len(), 1, "{written}");
            assert_eq!(problems[0].message, message);
            assert_eq!(
                (problems[0].place.line, &*problems[0].place.path),
                (2, "a[0].b")
            );
            assert!(!problems[0].remedy.is_empty());
        }
    }

    #[test]
    fn variables_of_a_disabled_entry_need_not_be_set() {
        for id in [
            "__disabled__",
            "${env.UNSET:=__disabled__}",
            "${env.UNSET:+on}",
            "${env.UNSET:=}",
        ] {
            let (root, problems) = resolved(&format!(
                "a: [{{key: '${{env.UNSET}}', provider_id: '{id}'}}]"
            ));
            assert!(problems.is_empty(), "{id}: {problems:?}");
            let Some(Kind::List(items)) = root.get("a").map(|node| &node.kind) else {
                panic!("no list")
            };
            assert!(is_switched_off(&items[0]), "{id}");
        }
    }

    #[test]
    fn what_a_variable_holds_is_never_substituted_again() {
        let (root, problems) = resolved("a: [{provider_id: '${env.NESTED}'}]");
        assert!(problems.is_empty());
        let Some(Kind::List(items)) = root.get("a").map(|node| &node.kind) else {
            panic!("no list")
        };
        assert_eq!(
            items[0].get("provider_id").and_then(Node::text).as_deref(),
            Some("${env.SET}")
        );
    }

    #[test]
    fn home_is_expanded_at_the_start_only() {
        for (written, expected) in [
            ("~/x", "/home/me/x"),
            ("~", "/home/me/"),
            ("~you/x", "~you/x"),
            ("a/~", "a/~"),
        ] {
            assert_eq!(expand_home(written, &environment), PathBuf::from(expected));
        }
    }
}
