//! The JSON tool: `query-json`, filters in the language of jq.
//!
//! It does no input or output; the work is done in [`query`].

mod query;
mod write;

use exports::toolhost::json::json::{Guest, QueryResults};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/json",
    world: "json-tool",
    generate_all,
});

struct Json;

impl Guest for Json {
    fn query_json(
        json: String,
        query: String,
        limit: Option<u32>,
    ) -> Result<QueryResults, ToolError> {
        query::run(&json, &query, limit)
            .map(|found| QueryResults {
                results: found.results,
                truncated: found.truncated,
            })
            .map_err(ToolError::InvalidInput)
    }
}

export!(Json);
