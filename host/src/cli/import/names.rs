//! Names: of provider and group, tools, arguments, secrets.

use std::collections::HashSet;

use super::spec::Spec;
use crate::cli::exit::Stop;
use crate::tool::{GroupName, ProviderName};

/// Longest name of a tool.
const TOOL_BYTES_MAX: usize = 128;
/// Longest name of an argument: what models take.
const ARGUMENT_BYTES_MAX: usize = 64;
/// Longest name of a provider or group made of a title.
const GROUP_BYTES_MAX: usize = 48;

/// What the API is called in the config.
#[derive(Debug)]
pub struct Names {
    pub group: String,
    pub provider: String,
    /// What names of secrets begin with.
    pub prefix: String,
}

impl Names {
    /// By `name`, or by the title of the API.
    pub fn of(spec: &Spec, name: Option<&str>) -> Result<Names, Stop> {
        let group = match name {
            Some(name) => name.to_owned(),
            None => {
                let title = sanitize(spec.title(), GROUP_BYTES_MAX).to_lowercase();
                let title = title.replace(['_', '.'], "-");
                let title = title.trim_matches('-');
                if title.is_empty() { "api" } else { title }.to_owned()
            }
        };
        let provider = format!("{group}-runtime");
        let wrong =
            |error: crate::tool::NameError| Stop::usage(format!("{error}; use `--name NAME`"));
        GroupName::parse(&group).map_err(wrong)?;
        ProviderName::parse(&provider).map_err(wrong)?;
        let mut prefix = constant(&group);
        if !prefix.starts_with(|c: char| c.is_ascii_alphabetic()) {
            prefix.insert_str(0, "API_");
        }
        Ok(Names {
            group,
            provider,
            prefix,
        })
    }
}

/// The name of a tool, of the operation's id or else of method and path.
pub fn tool(id: Option<&str>, method: &str, path: &str) -> String {
    let of_id = id
        .map(|id| sanitize(id, TOOL_BYTES_MAX))
        .unwrap_or_default();
    if !of_id.is_empty() {
        return of_id;
    }
    sanitize(&format!("{}_{path}", method.to_lowercase()), TOOL_BYTES_MAX)
}

/// The name of an argument.
pub fn argument(name: &str) -> String {
    let name = sanitize(name, ARGUMENT_BYTES_MAX);
    if name.is_empty() {
        "argument".to_owned()
    } else {
        name
    }
}

/// `text` of `A-Z a-z 0-9 _ - .`: what else there is becomes one `_` between the rest.
fn sanitize(text: &str, bytes_max: usize) -> String {
    let mut name = String::new();
    for c in text.chars() {
        if name.len() == bytes_max {
            break;
        }
        match c {
            c if c.is_ascii_alphanumeric() || "-.".contains(c) => name.push(c),
            _ if name.ends_with('_') || name.is_empty() => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_matches(['_', '.']);
    name.to_owned()
}

/// Names that differ, whatever is asked for.
#[derive(Debug, Default)]
pub struct Unique(HashSet<String>);

impl Unique {
    /// `name`, or the first of `name_2`, `name_3` and so on that is free.
    pub fn take(&mut self, name: &str, bytes_max: usize) -> String {
        let mut taken = name.to_owned();
        let mut number = 2_usize;
        while self.0.contains(&taken) {
            let end = format!("_{number}");
            let room = bytes_max - end.len();
            taken = format!("{}{end}", &name[..name.len().min(room)]);
            number += 1;
        }
        self.0.insert(taken.clone());
        taken
    }

    /// The unique name of a tool.
    pub fn tool(&mut self, name: &str) -> String {
        self.take(name, TOOL_BYTES_MAX)
    }

    /// The unique name of an argument, with where it goes before it if it is taken.
    pub fn argument(&mut self, name: &str, place: &str) -> String {
        let name = argument(name);
        if self.0.contains(&name) {
            return self.take(&argument(&format!("{place}_{name}")), ARGUMENT_BYTES_MAX);
        }
        self.take(&name, ARGUMENT_BYTES_MAX)
    }
}

/// `petStore.key` as `PET_STORE_KEY`.
pub fn constant(text: &str) -> String {
    let mut constant = String::new();
    let mut was_lower = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_lower {
                constant.push('_');
            }
            constant.push(c.to_ascii_uppercase());
        } else if !constant.ends_with('_') && !constant.is_empty() {
            constant.push('_');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    constant.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tools_are_of_ids_or_of_method_and_path() {
        for (id, path, name) in [
            (Some("listPets"), "/pets", "listPets"),
            (Some("pets/list all!"), "/pets", "pets_list_all"),
            (Some("../../etc"), "/x", "etc"),
            (Some("日本"), "/pets/{petId}", "get_pets_petId"),
            (None, "/pets/{petId}.json", "get_pets_petId_.json"),
            (None, "/", "get"),
            (Some(""), "/a", "get_a"),
        ] {
            assert_eq!(tool(id, "GET", path), name, "{id:?} {path}");
        }
        assert_eq!(tool(Some(&"x".repeat(1_000)), "GET", "/").len(), 128);
    }

    #[test]
    fn names_that_collide_are_numbered() {
        let mut unique = Unique::default();
        let long = "x".repeat(128);
        for (asked, taken) in [
            ("a", "a".to_owned()),
            ("a", "a_2".to_owned()),
            ("a_2", "a_2_2".to_owned()),
            ("a", "a_3".to_owned()),
            (&long, long.clone()),
            (&long, format!("{}_2", &long[..126])),
        ] {
            assert_eq!(unique.tool(asked), taken);
        }
        let mut unique = Unique::default();
        assert_eq!(unique.argument("id", "path"), "id");
        assert_eq!(unique.argument("id", "query"), "query_id");
        assert_eq!(unique.argument("filter[x]", "query"), "filter_x");
        assert_eq!(unique.argument("[]", "query"), "argument");
    }

    #[test]
    fn constants_are_in_upper_case_with_words_apart() {
        for (text, expected) in [
            ("pet-store", "PET_STORE"),
            ("bearerAuth", "BEARER_AUTH"),
            ("api_key", "API_KEY"),
            ("X-API-Key", "X_API_KEY"),
            ("ü", ""),
        ] {
            assert_eq!(constant(text), expected);
        }
    }
}
