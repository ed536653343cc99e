//! Runs a query over given tables, within bounds. Nothing here knows about WebAssembly.

use std::collections::HashSet;
use std::ffi::CString;
use std::fmt::Write;

use serde::Serialize;

use crate::sqlite::{Database, Error, written};
use crate::value::{Column, Table, Value};
use crate::{Source, delimited, records};

/// The most bytes that the data of all tables have together.
const DATA_BYTES_MAX: usize = 512 * 1024;

const COLUMNS_MAX: usize = 200;

const COLUMN_CHARS_MAX: usize = 100;

/// Parentheses within parentheses, for each of which SQLite recurses.
const NESTING_MAX: usize = 50;

/// The most bytes that the values of all rows have together, as JSON.
const ROWS_BYTES_MAX: usize = 256 * 1024;

/// The most characters of a hint about what tables there are.
const HINT_CHARS_MAX: usize = 1_500;

/// Which rows of a result are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

/// What a query gave.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Found {
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
    /// A value for each column.
    pub(crate) rows: Vec<Vec<Value>>,
    /// The offset of the next page, if there are more rows.
    pub(crate) next: Option<usize>,
}

/// The rows of `query` over `tables`; the error says what to write in place of them.
pub(crate) fn run(query: &str, tables: &[Source], page: Page) -> Result<Found, String> {
    if query.trim().is_empty() {
        return Err(empty());
    }
    if nesting(query) > NESTING_MAX {
        return Err(
            "`query` is nested more than 50 deep; write it flatter, with `with`".to_owned(),
        );
    }
    let sql =
        CString::new(query).map_err(|_| "`query` contains a zero byte; leave it out".to_owned())?;
    let read = read(tables)?;
    let database = Database::open().map_err(broken)?;
    for (source, table) in tables.iter().zip(&read) {
        database.add(&source.name, table).map_err(|error| {
            let problem = in_words(&error);
            format!("the table `{}` cannot be made: {problem}", source.name)
        })?;
    }
    database.seal();
    let mut rows = database.query(&sql).map_err(|error| {
        let words = in_words(&error);
        match error {
            Error::Other(message, _) => match known(tables, &read) {
                Some(known) => format!("{words}; {known}"),
                None if message.starts_with("no such table") => {
                    format!("{words}; give it in `tables`")
                }
                None => words,
            },
            Error::Writes | Error::Empty | Error::Several => words,
        }
    })?;
    for _ in 0..page.offset {
        if !rows.skip().map_err(|error| in_words(&error))? {
            break;
        }
    }
    let mut found = Found {
        columns: rows.columns.clone(),
        rows: Vec::new(),
        next: None,
    };
    let mut bytes_left = ROWS_BYTES_MAX;
    while let Some(row) = rows.next().map_err(|error| in_words(&error))? {
        let bytes = serde_json::to_string(&row).map_or(0, |json| json.len());
        if found.rows.len() == page.limit || bytes > bytes_left {
            if found.rows.is_empty() {
                return Err(format!(
                    "row {} of the result has more than 262,144 bytes; select less of it, such as \
                     with `substr`",
                    page.offset + 1
                ));
            }
            found.next = Some(page.offset + found.rows.len());
            break;
        }
        bytes_left -= bytes;
        found.rows.push(row);
    }
    Ok(found)
}

fn read(tables: &[Source]) -> Result<Vec<Table>, String> {
    let data = |source: &Source| {
        source.csv.as_ref().map_or(0, String::len) + source.json.as_ref().map_or(0, records::length)
    };
    let bytes: usize = tables.iter().map(data).sum();
    if bytes > DATA_BYTES_MAX {
        return Err(format!(
            "the tables have {bytes} bytes, more than 524,288; give a part of them"
        ));
    }
    let mut names = HashSet::new();
    let mut read = Vec::with_capacity(tables.len());
    for source in tables {
        let of_table = |problem: String| format!("table `{}`: {problem}", source.name);
        if !names.insert(source.name.to_lowercase()) {
            return Err(of_table(
                "there are two of this name; rename one".to_owned(),
            ));
        }
        let table = match (&source.csv, &source.json) {
            (Some(csv), None) => delimited::table(csv, source.delimiter),
            (None, Some(json)) => records::table(json),
            _ => Err("give either `csv` or `json`".to_owned()),
        };
        let table = table.map_err(of_table)?;
        if table.columns.len() > COLUMNS_MAX {
            let count = table.columns.len();
            return Err(of_table(format!(
                "it has {count} columns, more than 200; leave out those that the query does not use"
            )));
        }
        let is_long = |column: &&Column| column.name.chars().count() > COLUMN_CHARS_MAX;
        if let Some(column) = table.columns.iter().find(is_long) {
            let start: String = column.name.chars().take(20).collect();
            return Err(of_table(format!(
                "the name of the column `{start}…` is longer than 100 characters; the first row of \
                 `csv` has the names of the columns"
            )));
        }
        read.push(table);
    }
    Ok(read)
}

/// How deep parentheses are nested outside of quotes.
fn nesting(query: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut quote = None;
    for byte in query.bytes() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(byte),
            (None, b'(') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (None, b')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    deepest
}

fn empty() -> String {
    "`query` is empty; write one SELECT, such as `select * from sales`".to_owned()
}

fn broken(error: Error) -> String {
    format!("the database cannot be opened: {}", in_words(&error))
}

fn in_words(error: &Error) -> String {
    match error {
        Error::Writes => "`query` may only read; write one SELECT".to_owned(),
        Error::Empty => empty(),
        Error::Several => {
            "`query` has more than one statement; write one SELECT, with `with` for its steps"
                .to_owned()
        }
        Error::Other(message, _) if message == "local time unavailable" => {
            "there is no local time here; leave out the modifiers `localtime` and `utc`".to_owned()
        }
        Error::Other(message, None) => message.clone(),
        Error::Other(message, Some(character)) => {
            format!("{message}, at character {character} of `query`")
        }
    }
}

/// The tables and their columns, in words, if there are some.
fn known(tables: &[Source], read: &[Table]) -> Option<String> {
    if tables.is_empty() {
        return None;
    }
    let mut words = "the tables are ".to_owned();
    for (at, (source, table)) in tables.iter().zip(read).enumerate() {
        let columns = table.columns.iter().map(|column| {
            let name = written(&column.name);
            format!("{name} {}", column.kind.declared())
                .trim_end()
                .to_owned()
        });
        let columns: Vec<String> = columns.collect();
        let comma = if at == 0 { "" } else { ", " };
        let name = written(&source.name);
        // Writing to a text cannot fail.
        let _ = write!(words, "{comma}{name} ({})", columns.join(", "));
    }
    if words.chars().count() > HINT_CHARS_MAX {
        words = words.chars().take(HINT_CHARS_MAX).collect();
        words.push('…');
    }
    Some(words)
}

#[cfg(test)]
#[path = "tests/query.rs"]
mod tests;
