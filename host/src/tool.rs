//! Names, types, schemas and argument checks of tools.
//!
//! Nothing here does I/O or knows about wasmtime, HTTP or YAML: a tool is described by
//! plain data, and its arguments are checked by pure functions.
//! Start reading at `Tool`.

mod check;
mod input;
mod name;
mod schema;
mod types;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use check::{Problem, integer, non_finite, single};
pub use input::{Args, Input};
pub use name::{GroupName, NameError, ProviderName, ToolName};
pub use schema::{input_schema, output_schema};
pub use types::{Case, Field, Type, json_name};

/// One callable tool, as callers see it.
#[derive(Clone, Debug)]
pub struct Tool {
    /// The bare name, unique within its group.
    pub name: ToolName,

    /// The group that offers it.
    pub group: GroupName,

    /// The provider whose component runs it.
    pub provider: ProviderName,

    /// What it does, for a model to read; empty if nobody said.
    pub description: String,

    /// What its arguments must be.
    pub input: Arc<Input>,

    /// JSON Schema 2020-12 of a good result, if the component declares one.
    pub output_schema: Option<Value>,

    /// What to expect of it.
    pub hints: Hints,
}

/// What a component says of one of its tools. The host enforces grants, not these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Its name for people.
    pub title: Option<String>,
    /// It changes nothing outside itself.
    pub read_only: Option<bool>,
    /// What it changes may be lost.
    pub destructive: Option<bool>,
    /// To call it again with the same arguments changes nothing more.
    pub idempotent: Option<bool>,
    /// It reaches something outside the host.
    pub open_world: Option<bool>,
}

impl Hints {
    /// Those that are known, as the Model Context Protocol names them: `title`, and
    /// `annotations` with `readOnlyHint` and so on.
    pub fn to_json(&self) -> Map<String, Value> {
        let hints = [
            ("readOnlyHint", self.read_only),
            ("destructiveHint", self.destructive),
            ("idempotentHint", self.idempotent),
            ("openWorldHint", self.open_world),
        ];
        let known = hints
            .into_iter()
            .filter_map(|(name, hint)| Some((name, hint?)));
        let annotations: Map<String, Value> = known
            .map(|(name, hint)| (name.to_owned(), hint.into()))
            .collect();
        let mut json = Map::new();
        if let Some(title) = &self.title {
            json.insert("title".to_owned(), title.as_str().into());
        }
        if !annotations.is_empty() {
            json.insert("annotations".to_owned(), annotations.into());
        }
        json
    }
}

impl Tool {
    /// The name that is unique among all groups: `group/tool`.
    pub fn qualified(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }
}
