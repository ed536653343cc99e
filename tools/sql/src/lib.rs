//! The SQL tool: `query_sql`, one SELECT over tables that are given with it.
//!
//! It does no input or output; the work is done in [`query`], by SQLite in [`sqlite`].

mod delimited;
mod query;
mod records;
mod render;
mod sqlite;
mod value;

use schemars::{Schema, SchemaGenerator, json_schema};
use toolhost_sdk::{Content, ToolError, tool};

use query::Page;

/// A table: its name, and its rows as either `csv` or `json`.
#[toolhost_sdk::json]
#[serde(deny_unknown_fields)]
struct Source {
    /// What the query calls it: letters, digits and `_`.
    #[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"), length(max = 60))]
    name: String,
    /// CSV whose first row has the names of the columns. A column whose cells are all numbers holds
    /// numbers, an empty cell is null.
    csv: Option<String>,
    /// What separates the columns of `csv`, such as `;`; guessed if left out.
    delimiter: Option<char>,
    /// An array of objects, one for each row: `[{"name": "pen", "price": 1.5}]`, or its text. What is
    /// nested becomes JSON text; true and false become 1 and 0.
    #[serde(default)]
    #[schemars(schema_with = "rows_schema")]
    json: Option<serde_json::Value>,
}

fn rows_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["array", "string", "null"], "items": {"type": "object"}})
}

// Without docs of its own, each case is a plain word in the schema.
#[toolhost_sdk::json]
#[derive(Clone, Copy)]
enum Format {
    Table,
    Csv,
    Json,
}

/// Queries tables with SQL: filters, joins, groups, sorts and computes over the CSV or JSON that is
/// given with the query. Use it instead of reading through rows or adding them up yourself. The
/// dialect is SQLite's, with CTEs, window functions, date and JSON functions. To divide two whole
/// numbers gives a whole number: write `1.0 * a / b`.
#[tool(
    read_only,
    idempotent,
    open_world = false,
    title = "Query tables with SQL"
)]
fn query_sql(
    /// One SELECT, such as
    /// `select region, sum(amount) as total from sales group by region order by total desc`. It may
    /// begin with `with`.
    #[schemars(length(min = 1, max = 10_000))]
    query: String,
    /// The tables that the query may name, at most 512 KiB together.
    #[default(Vec::new())]
    #[schemars(length(max = 20))]
    tables: Vec<Source>,
    /// How many rows to return.
    #[default(100)]
    #[schemars(range(min = 1, max = 1_000))]
    limit: u32,
    /// How many rows to leave out before, for the next page of a result.
    #[default(0)]
    #[schemars(range(max = 1_000_000))]
    offset: u32,
    /// How rows are written beside the JSON: as a `table` in Markdown whose cells are cut after 200
    /// characters, as `csv`, or not at all with `json`.
    #[default(Format::Table)]
    format: Format,
) -> Result<Vec<Content>, ToolError> {
    let page = Page {
        limit: limit as usize,
        offset: offset as usize,
    };
    let found = query::run(&query, &tables, page).map_err(ToolError::invalid_input)?;
    let text = render::text(&found, page, format).map(Content::text);
    Ok(text.into_iter().chain([Content::json(&found)?]).collect())
}

toolhost_sdk::export!(query_sql);
