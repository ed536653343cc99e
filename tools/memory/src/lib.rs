//! The memory tool: notes in the store `notes`, which the operator grants.
//!
//! What the calls mean is in [`notes`]; here they meet `wasi:keyvalue`.

mod notes;

use exports::toolhost::memory::memory::{Finding, Findings, Guest, NoteList};
use notes::{Problem, Store};
use toolhost::tool::types::ToolError;
use wasi::keyvalue::store::{Bucket, Error, open};

wit_bindgen::generate!({
    path: "../../wit/memory",
    world: "memory-tool",
    generate_all,
});

/// The identifier that the grant must name.
const STORE: &str = "notes";
/// Pages of a thousand names; a store with more is none of ours.
const PAGES_MAX: usize = 100;

struct Memory;

impl Guest for Memory {
    fn save_note(name: String, text: String) -> Result<String, ToolError> {
        Ok(notes::save(&granted()?, &name, &text)?)
    }

    fn read_note(name: String) -> Result<String, ToolError> {
        Ok(notes::read(&granted()?, &name)?)
    }

    fn list_notes(prefix: Option<String>, after: Option<String>) -> Result<NoteList, ToolError> {
        let page = notes::list(&granted()?, &prefix.unwrap_or_default(), after.as_deref())?;
        Ok(NoteList {
            names: page.names,
            total: page.total,
            next: page.next,
        })
    }

    fn search_notes(text: String, after: Option<String>) -> Result<Findings, ToolError> {
        let found = notes::search(&granted()?, &text, after.as_deref())?;
        let findings = found.lines.into_iter().map(|line| Finding {
            name: line.name,
            line: line.number,
            text: line.text,
        });
        Ok(Findings {
            findings: findings.collect(),
            next: found.next,
        })
    }

    fn delete_note(name: String) -> Result<String, ToolError> {
        Ok(notes::delete(&granted()?, &name)?)
    }
}

fn granted() -> Result<Bucket, Problem> {
    open(STORE).map_err(refusal)
}

impl Store for Bucket {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
        Bucket::get(self, name).map_err(refusal)
    }

    fn set(&self, name: &str, text: &[u8]) -> Result<(), Problem> {
        Bucket::set(self, name, text).map_err(refusal)
    }

    fn delete(&self, name: &str) -> Result<(), Problem> {
        Bucket::delete(self, name).map_err(refusal)
    }

    fn names(&self) -> Result<Vec<String>, Problem> {
        let mut names = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES_MAX {
            let page = self.list_keys(cursor).map_err(refusal)?;
            names.extend(page.keys);
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(names);
            }
        }
        Err(Problem::Failed(format!(
            "there are more than {}000 notes, too many to list; read them by their names",
            PAGES_MAX
        )))
    }
}

fn refusal(error: Error) -> Problem {
    Problem::Failed(match error {
        Error::NoSuchStore | Error::AccessDenied => format!(
            "no notes can be kept: the operator must grant the store to this tool's provider, \
             with `grants: {{ keyvalue: {{ store: {STORE} }} }}`"
        ),
        Error::Other(reason) => format!(
            "{reason}; if it is full, delete notes, or ask the operator for more \
             `grants.keyvalue.bytes`"
        ),
    })
}

impl From<Problem> for ToolError {
    fn from(problem: Problem) -> ToolError {
        match problem {
            Problem::Invalid(text) => ToolError::InvalidInput(text),
            Problem::NotFound(text) => ToolError::NotFound(text),
            Problem::Failed(text) => ToolError::Failed(text),
        }
    }
}

export!(Memory);
