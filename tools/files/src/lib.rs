//! The files tool: reads, searches and writes text files in the folders that are granted.
//!
//! The modules work with `std` and know nothing of WebAssembly, apart from how it names an error.

mod content;
mod granted;
mod list;
mod pattern;
mod problem;
mod read;
mod search;
#[cfg(test)]
mod testing;
mod walk;
mod write;

use exports::toolhost::files::files::{
    Entry, EntryKind, Finding, Findings, Guest, Listing, Part, SearchMode, WriteMode,
};
use granted::Granted;
use problem::Problem;
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/files",
    world: "files-tool",
    generate_all,
});

struct Files;

impl Guest for Files {
    fn list_files(
        folder: String,
        pattern: Option<String>,
        after: Option<String>,
    ) -> Result<Listing, ToolError> {
        let listing = list::list(&granted(), &folder, pattern.as_deref(), after.as_deref())?;
        let entries = listing.entries.into_iter().map(|entry| Entry {
            path: entry.path,
            kind: match entry.kind {
                list::Kind::File => EntryKind::File,
                list::Kind::Folder => EntryKind::Folder,
                list::Kind::Other => EntryKind::Other,
            },
            bytes: entry.bytes,
        });
        Ok(Listing {
            entries: entries.collect(),
            next: listing.next,
            note: listing.note,
        })
    }

    fn read_file(
        path: String,
        from_line: Option<u32>,
        lines: Option<u32>,
    ) -> Result<Part, ToolError> {
        let part = read::read(&granted(), &path, from_line, lines)?;
        Ok(Part {
            text: part.text,
            from_line: part.from_line,
            to_line: part.to_line,
            next_line: part.next_line,
            note: part.note,
        })
    }

    fn search_files(
        folder: String,
        text: String,
        mode: Option<SearchMode>,
        pattern: Option<String>,
        after: Option<String>,
    ) -> Result<Findings, ToolError> {
        let query = search::Query {
            folder: &folder,
            text: &text,
            mode: match mode {
                None | Some(SearchMode::Plain) => search::Mode::Plain,
                Some(SearchMode::Regex) => search::Mode::Regex,
            },
            pattern: pattern.as_deref(),
            after: after.as_deref(),
        };
        let found = search::search(&granted(), &query)?;
        let findings = found.findings.into_iter().map(|finding| Finding {
            path: finding.path,
            line: finding.line,
            text: finding.text,
        });
        Ok(Findings {
            findings: findings.collect(),
            files: found.files,
            next: found.next,
            note: found.note,
        })
    }

    fn write_file(path: String, text: String, mode: WriteMode) -> Result<String, ToolError> {
        let mode = match mode {
            WriteMode::Create => write::Mode::Create,
            WriteMode::Replace => write::Mode::Replace,
            WriteMode::Append => write::Mode::Append,
        };
        Ok(write::write(&granted(), &path, &text, mode)?)
    }
}

#[cfg(target_os = "wasi")]
fn granted() -> Granted {
    let folders = wasip2::filesystem::preopens::get_directories();
    Granted::new(folders.into_iter().map(|(_, path)| path).collect())
}

/// The library is built for other machines only to be tested.
#[cfg(not(target_os = "wasi"))]
fn granted() -> Granted {
    Granted::new(Vec::new())
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

export!(Files);
