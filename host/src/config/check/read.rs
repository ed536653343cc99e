//! Typed values out of the tree; what cannot be read is a problem and then absent.

use std::path::PathBuf;

use super::Check;
use crate::config::env;
use crate::config::keys::{self, Key};
use crate::config::node::{self, Entry, Kind, Node};
use crate::config::problem::{Place, Problem};
use crate::tool::{GroupName, NameError, ProviderName};

const NAME_REMEDY: &str =
    "use 1 to 256 of A-Z a-z 0-9 _ - . : /, with no empty part between slashes";

/// A value and the keys that lead to it.
#[derive(Clone)]
pub(super) struct Spot<'n> {
    pub(super) node: &'n Node,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) path: String,
}

impl<'n> Spot<'n> {
    pub(super) fn root(node: &'n Node) -> Self {
        Spot::at(node, String::new())
    }

    /// The value of `entry`, standing where its key stands.
    pub(super) fn under(&self, entry: &'n Entry) -> Self {
        let path = node::join(&self.path, &entry.key);
        Spot {
            node: &entry.value,
            line: entry.line,
            column: entry.column,
            path,
        }
    }

    pub(super) fn at(node: &'n Node, path: String) -> Self {
        Spot {
            node,
            line: node.line,
            column: node.column,
            path,
        }
    }
}

/// Most entries of one list or map that is read with [`Check::few`].
const FEW: usize = 64;

/// A map whose keys are those that the check's table lists under `schema`.
pub(super) struct Fields<'n> {
    pub(super) spot: Spot<'n>,
    schema: &'static str,
    table: &'static [Key],
}

impl<'n> Fields<'n> {
    /// The value under `name`, unless it is missing or null.
    pub(super) fn get(&self, name: &str) -> Option<Spot<'n>> {
        self.get_or_null(name)
            .filter(|spot| spot.node.kind != Kind::Null)
    }

    /// The value under `name`, unless it is missing.
    pub(super) fn get_or_null(&self, name: &str) -> Option<Spot<'n>> {
        let node = self.spot.node.get(name)?;
        Some(Spot::at(node, node::join(&self.spot.path, name)))
    }

    /// A spot for what is missing under `name`.
    pub(super) fn missing(&self, name: &str) -> Spot<'n> {
        Spot {
            path: node::join(&self.spot.path, name),
            ..self.spot.clone()
        }
    }

    pub(super) fn key(&self, name: &str) -> &'static Key {
        keys::row(self.table, &node::join(self.schema, name))
    }
}

impl Check<'_> {
    pub(super) fn place(&self, spot: &Spot<'_>) -> Place {
        let (line, column, path) = (spot.line, spot.column, spot.path.clone());
        Place {
            file: self.file.map(Into::into),
            line,
            column,
            path,
        }
    }

    pub(super) fn problem(
        &mut self,
        spot: &Spot<'_>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.place(spot);
        self.problems.push(Problem {
            place,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// A problem of a variable or flag, which stands in no file.
    pub(super) fn outside_problem(&mut self, name: &str, message: &str, remedy: &str) {
        let place = Place {
            path: name.to_owned(),
            ..Place::default()
        };
        self.problems.push(Problem {
            place,
            message: message.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// The map at `spot`, its keys checked against the table.
    pub(super) fn fields<'n>(&mut self, spot: Spot<'n>, schema: &'static str) -> Fields<'n> {
        self.fields_with(spot, schema, &[])
    }

    /// As [`Check::fields`], with keys that the caller deals with.
    pub(super) fn fields_with<'n>(
        &mut self,
        spot: Spot<'n>,
        schema: &'static str,
        also: &[&str],
    ) -> Fields<'n> {
        let known = keys::under(self.table, schema);
        for entry in self.entries(&spot) {
            let key = &*entry.key;
            if known.contains(&key) || also.contains(&key) {
                continue;
            }
            let remedy = match keys::nearest(key, known.iter().copied()) {
                Some(near) => format!("write `{near}`, or remove it"),
                None => format!("remove it; known keys are `{}`", known.join("`, `")),
            };
            let message = format!("key `{}` is unknown here", node::shorten(key));
            self.problem(&spot.under(entry), message, remedy);
        }
        Fields {
            spot,
            schema,
            table: self.table,
        }
    }

    /// An entry of a list as [`Check::fields`]; `None` if it is no map.
    pub(super) fn entry<'n>(&mut self, spot: Spot<'n>, schema: &'static str) -> Option<Fields<'n>> {
        let is_map = matches!(spot.node.kind, Kind::Map(_) | Kind::Null);
        let fields = self.fields(spot, schema);
        is_map.then_some(fields)
    }

    /// The map under `name`; an empty one if it is missing.
    pub(super) fn section<'n>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
        schema: &'static str,
    ) -> Fields<'n> {
        match fields.get(name) {
            Some(spot) => self.fields(spot, schema),
            None => Fields {
                spot: self.nothing(fields, name),
                schema,
                table: self.table,
            },
        }
    }

    /// A spot that holds null, for a map that is missing.
    pub(super) fn nothing<'n>(&self, fields: &Fields<'n>, name: &str) -> Spot<'n> {
        static NULL: Node = Node::null();
        Spot {
            node: &NULL,
            ..fields.missing(name)
        }
    }

    /// The entries of the map at `spot`; none if it is null.
    pub(super) fn entries<'n>(&mut self, spot: &Spot<'n>) -> &'n [Entry] {
        match &spot.node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            _ => {
                self.problem(
                    spot,
                    format!("{} is no map", spot.node.shown()),
                    "write `key: value` lines under it",
                );
                &[]
            }
        }
    }

    /// The entries of the list under `name`.
    pub(super) fn items<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Vec<Spot<'n>> {
        let Some(spot) = fields.get(name) else {
            return Vec::new();
        };
        let Kind::List(items) = &spot.node.kind else {
            self.problem(
                &spot,
                format!("{} is no list", spot.node.shown()),
                "write entries that begin with `- `",
            );
            return Vec::new();
        };
        let at = |(index, node)| Spot::at(node, format!("{}[{index}]", spot.path));
        items.iter().enumerate().map(at).collect()
    }

    /// As [`Check::items`], and a problem if there are many.
    pub(super) fn few<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Vec<Spot<'n>> {
        let mut items = self.items(fields, name);
        if let Some(spot) = fields.get(name)
            && self.are_many(&spot, items.len())
        {
            items.truncate(FEW);
        }
        items
    }

    /// As [`Check::entries`] of the map under `name`, and a problem if there are many.
    pub(super) fn few_entries<'n>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
    ) -> Vec<(&'n str, Spot<'n>)> {
        let Some(spot) = fields.get(name) else {
            return Vec::new();
        };
        let entries = self.entries(&spot);
        self.are_many(&spot, entries.len());
        let at = |entry: &'n Entry| (&*entry.key, spot.under(entry));
        entries.iter().take(FEW).map(at).collect()
    }

    fn are_many(&mut self, spot: &Spot<'_>, count: usize) -> bool {
        if count > FEW {
            self.problem(
                spot,
                format!("there are {count} entries, and {FEW} is the most"),
                "remove some",
            );
        }
        count > FEW
    }

    pub(super) fn text_at(&mut self, spot: &Spot<'_>) -> Option<String> {
        let text = spot.node.text();
        if text.is_none() {
            let is_scalar = matches!(
                spot.node.kind,
                Kind::Bool(_) | Kind::Int(_) | Kind::Float(_)
            );
            let remedy = if is_scalar {
                "put it in quotes"
            } else {
                "write a text"
            };
            self.problem(spot, format!("{} is no text", spot.node.shown()), remedy);
        }
        text
    }

    pub(super) fn text(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        self.text_at(&fields.get(name)?)
    }

    /// The text under `name` and where it stands; a problem if it is missing.
    pub(super) fn required<'n>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
    ) -> Option<(Spot<'n>, String)> {
        let Some(spot) = fields.get(name) else {
            let spot = fields
                .get_or_null(name)
                .unwrap_or_else(|| fields.missing(name));
            self.problem(
                &spot,
                format!("`{name}` is missing"),
                format!("write `{name}: …`"),
            );
            return None;
        };
        let text = self.text_at(&spot)?;
        Some((spot, text))
    }

    /// The flag under `name`; its default if it is missing.
    pub(super) fn flag(&mut self, fields: &Fields<'_>, name: &str) -> bool {
        let default = fields.key(name).default == "true";
        let Some(spot) = fields.get(name) else {
            return default;
        };
        let Kind::Bool(flag) = spot.node.kind else {
            let message = format!("{} is neither true nor false", spot.node.shown());
            self.problem(&spot, message, "write `true` or `false`");
            return default;
        };
        flag
    }

    pub(super) fn texts(&mut self, fields: &Fields<'_>, name: &str) -> Vec<String> {
        self.items(fields, name)
            .iter()
            .filter_map(|spot| self.text_at(spot))
            .collect()
    }

    /// A path, from the config file's folder on; a problem if it is missing.
    pub(super) fn required_path<'n>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
    ) -> Option<(Spot<'n>, PathBuf)> {
        let (spot, _) = self.required(fields, name)?;
        Some((spot, self.path(fields, name)?))
    }

    /// A path, from the config file's folder on.
    pub(super) fn path(&mut self, fields: &Fields<'_>, name: &str) -> Option<PathBuf> {
        let spot = fields.get(name)?;
        let text = self.text_at(&spot)?;
        if text.is_empty() {
            self.problem(
                &spot,
                "the path is empty",
                "write a path, or remove the key",
            );
            return None;
        }
        Some(self.located(&text))
    }

    /// `text` as a path from the config file's folder on.
    pub(super) fn located(&self, text: &str) -> PathBuf {
        self.folder().join(env::expand_home(text, self.environment))
    }

    pub(super) fn provider_name(&mut self, spot: &Spot<'_>, text: &str) -> Option<ProviderName> {
        self.name(spot, ProviderName::parse(text))
    }

    pub(super) fn group_name(&mut self, spot: &Spot<'_>, text: &str) -> Option<GroupName> {
        self.name(spot, GroupName::parse(text))
    }

    fn name<N>(&mut self, spot: &Spot<'_>, parsed: Result<N, NameError>) -> Option<N> {
        match parsed {
            Ok(name) => Some(name),
            Err(error) => {
                let is_secret = spot.node.substituted.is_some();
                let message = if is_secret {
                    format!("{} is no name", spot.node.shown())
                } else {
                    error.to_string()
                };
                self.problem(spot, message, NAME_REMEDY);
                None
            }
        }
    }
}
