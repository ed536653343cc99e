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

use serde_json::Value;

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
}

impl Tool {
    /// The name that is unique among all groups: `group/tool`.
    pub fn qualified(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }
}
