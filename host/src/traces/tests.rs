//! What is kept, what is forgotten, and what is answered.

mod client;
mod crash;
mod dataset;
mod files;
mod filter;
mod list;
mod read;
mod retention;
mod series;
mod upstream;
mod views;
mod walk;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

use super::*;

const LONG: Duration = Duration::from_secs(60);
/// 2026-11-20T22:47:53Z.
const NOON: Time = Time(1_795_214_873_000_000_000);

/// A file with a writer, in a folder that goes with it.
struct Fresh {
    writer: Writer,
    path: PathBuf,
    _dir: tempfile::TempDir,
}

fn fresh() -> Fresh {
    fresh_with(Settings {
        service: "toolhost".to_owned(),
        ..Settings::default()
    })
}

fn fresh_with(settings: Settings) -> Fresh {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    Fresh {
        writer: Writer::open(&path, settings).unwrap(),
        path,
        _dir: dir,
    }
}

impl Fresh {
    /// Waits until all is written, and reads it.
    fn reader(&self) -> Reader {
        assert!(self.writer.flush(LONG));
        Reader::open(&self.path).unwrap()
    }

    /// Runs people's SQL, and gives each row as text.
    fn sql(&self, sql: &str) -> Vec<String> {
        assert!(self.writer.flush(LONG));
        rows(&rusqlite::Connection::open(&self.path).unwrap(), sql)
    }
}

fn rows(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map((), |row| {
        let text = |column| match row.get_ref(column)? {
            rusqlite::types::ValueRef::Text(text) => Ok(String::from_utf8_lossy(text).into_owned()),
            other => Ok(format!("{:?}", rusqlite::types::Value::from(other))),
        };
        let texts: rusqlite::Result<Vec<String>> = (0..columns).map(text).collect();
        Ok(texts?.join("|"))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn trace(number: u8) -> TraceId {
    TraceId([number; 16])
}

fn id(number: u64) -> SpanId {
    SpanId(number.to_be_bytes())
}

/// A span that begins `number` ms after noon and takes 10 ms.
fn span(trace_id: TraceId, number: u64, parent: Option<u64>) -> Span {
    let start = NOON.0 + i64::try_from(number).unwrap() * 1_000_000;
    Span {
        trace_id,
        span_id: id(number),
        parent_span_id: parent.map(id),
        name: format!("span {number}").into(),
        kind: Kind::Internal,
        start: Time(start),
        end: Time(start + 10_000_000),
        status: Status::Ok,
        status_message: String::new(),
        attributes: Vec::new(),
        events: Vec::new(),
    }
}

fn with(mut span: Span, key: &str, value: impl Into<Value>) -> Span {
    span.attributes.push((key.to_owned().into(), value.into()));
    span
}

fn branch(spans: Vec<Span>) -> Branch {
    Branch {
        spans,
        is_important: false,
    }
}

/// A call of a tool: a root and the tool's span below it.
fn call(number: u8, tool: &str) -> Branch {
    let first = u64::from(number) * 100;
    let trace = trace(number);
    branch(vec![
        span(trace, first, None),
        with(span(trace, first + 1, Some(first)), TOOL, tool),
    ])
}

fn ids(spans: &[StoredSpan]) -> Vec<u64> {
    spans
        .iter()
        .map(|span| u64::from_be_bytes(span.span_id.0))
        .collect()
}

fn trace_numbers(traces: &[Trace]) -> Vec<u8> {
    traces.iter().map(|trace| trace.trace_id.0[0]).collect()
}
