//! Reads the trace store of Llama Stack 0.1 and 0.2 into our tables.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction};

use super::store::Inserts;
use super::{
    Attributes, Branch, Event, Kind, LateEvent, Span, SpanId, Status, Time, TraceId, Value,
};

/// Before the names of its tables, while and after they are taken over.
pub const ASIDE: &str = "upstream_";

/// Its tables, with the columns that are read, in the order of their foreign keys.
const TABLES: [(&str, &[&str]); 3] = [
    ("traces", &["trace_id", "service_name", "created_at"]),
    (
        "spans",
        &[
            "span_id",
            "trace_id",
            "parent_span_id",
            "name",
            "start_time",
            "end_time",
            "attributes",
            "status",
            "kind",
        ],
    ),
    (
        "span_events",
        &["span_id", "name", "timestamp", "attributes"],
    ),
];

/// What tables a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// None at all.
    None,
    /// Upstream's three.
    Traces,
    /// Any other.
    Others,
}

/// What one trace has, until all its spans are read.
#[derive(Default)]
struct Gathered {
    trace: String,
    service: String,
    created: Option<Time>,
    spans: Vec<Span>,
}

/// Looks at the names of tables and columns.
pub fn tables(connection: &Connection) -> rusqlite::Result<Tables> {
    let mut names = connection.prepare(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let names: Vec<String> = names
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Ok(Tables::None);
    }
    let known = |name: &String| TABLES.iter().any(|(table, _)| table == name);
    if names.len() != TABLES.len() || !names.iter().all(known) {
        return Ok(Tables::Others);
    }
    for (table, columns) in TABLES {
        for column in columns {
            if !connection.column_exists(None, table, column)? {
                return Ok(Tables::Others);
            }
        }
    }
    Ok(Tables::Traces)
}

/// Renames the tables: our views need their names.
pub fn set_aside(change: &Transaction<'_>) -> rusqlite::Result<()> {
    TABLES.iter().try_for_each(|(table, _)| {
        change.execute_batch(&format!("ALTER TABLE {table} RENAME TO {ASIDE}{table}"))
    })
}

/// Deletes the old tables if all their rows have moved.
pub fn finish(change: &Transaction<'_>, skipped: u64) -> rusqlite::Result<()> {
    if skipped > 0 {
        tracing::warn!(
            skipped,
            "{skipped} rows of an older trace store are not valid; its tables stay as `{ASIDE}traces` and so on"
        );
        return Ok(());
    }
    TABLES
        .iter()
        .rev()
        .try_for_each(|(table, _)| change.execute_batch(&format!("DROP TABLE {ASIDE}{table}")))
}

/// Copies what the three tables of `from`, whose names begin with `prefix`, hold, and says how
/// many rows could not be copied.
pub fn import(from: &Connection, prefix: &str, to: &Transaction<'_>) -> rusqlite::Result<u64> {
    let mut spans = from.prepare(&format!(
        "SELECT s.trace_id, s.span_id, s.parent_span_id, s.name, s.start_time, s.end_time,
             s.attributes, s.status, s.kind, t.service_name, t.created_at
         FROM {prefix}spans s LEFT JOIN {prefix}traces t ON t.trace_id = s.trace_id
         ORDER BY s.trace_id, s.start_time, s.rowid"
    ))?;
    let mut inserts = Inserts::new(to)?;
    let mut skipped = 0;
    let mut gathered = Gathered::default();
    let mut rows = spans.query(())?;
    while let Some(row) = rows.next()? {
        let trace = text(row, 0).unwrap_or_default();
        if trace != gathered.trace {
            let next = Gathered {
                trace: trace.to_owned(),
                service: text(row, 9).unwrap_or_default().to_owned(),
                created: text(row, 10).and_then(Time::parse),
                spans: Vec::new(),
            };
            std::mem::replace(&mut gathered, next).store(&mut inserts)?;
        }
        match span(row) {
            Some(span) => gathered.spans.push(span),
            None => skipped += 1,
        }
    }
    gathered.store(&mut inserts)?;
    Ok(skipped + import_events(from, prefix, &mut inserts)?)
}

/// Events come later, by the ids of their spans: the file has no index to find those of a span.
fn import_events(
    from: &Connection,
    prefix: &str,
    inserts: &mut Inserts<'_>,
) -> rusqlite::Result<u64> {
    let mut events = from.prepare(&format!(
        "SELECT s.trace_id, e.span_id, e.name, e.timestamp, e.attributes
         FROM {prefix}span_events e LEFT JOIN {prefix}spans s ON s.span_id = e.span_id
         ORDER BY e.rowid"
    ))?;
    let mut skipped = 0;
    let mut rows = events.query(())?;
    while let Some(row) = rows.next()? {
        match late_event(row) {
            Some(event) => inserts.late(&event)?,
            None => skipped += 1,
        }
    }
    Ok(skipped)
}

/// The tool that upstream's router called, out of the text that Python makes of its arguments.
pub fn tool(span: &Span) -> Option<&str> {
    if !span.name.ends_with(".invoke_tool") {
        return None;
    }
    let arguments = span.attribute("__args__")?.text()?;
    let (_, behind) = arguments.split_once("'tool_name': '")?;
    let (tool, _) = behind.split_once('\'')?;
    Some(tool)
}

impl Gathered {
    /// Stores one branch for each span whose parent is not in the trace.
    fn store(self, inserts: &mut Inserts<'_>) -> rusqlite::Result<()> {
        let places = self.spans.iter().map(|span| span.span_id).zip(0..);
        let places: HashMap<SpanId, usize> = places.collect();
        let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut roots = Vec::new();
        for (place, span) in self.spans.iter().enumerate() {
            match span.parent_span_id.and_then(|parent| places.get(&parent)) {
                Some(parent) => children.entry(*parent).or_default().push(place),
                None => roots.push(place),
            }
        }
        // Spans in a circle are below no root; each that is left over becomes one.
        roots.extend(0..self.spans.len());
        let mut left: Vec<Option<Span>> = self.spans.into_iter().map(Some).collect();
        let stored = self.created.unwrap_or_default();
        for root in roots {
            let mut branch = Branch {
                spans: Vec::new(),
                is_important: false,
            };
            let mut next = vec![root];
            while let Some(place) = next.pop() {
                if let Some(span) = left[place].take() {
                    branch.spans.push(span);
                    next.extend(children.get(&place).into_iter().flatten().rev());
                }
            }
            inserts.branch(&branch, &self.service, stored)?;
        }
        Ok(())
    }
}

fn span(row: &Row<'_>) -> Option<Span> {
    let start = Time::parse(text(row, 4)?)?;
    let word = |column| text(row, column).unwrap_or_default().to_ascii_uppercase();
    let (status, kind) = (word(7), word(8));
    Some(Span {
        trace_id: text(row, 0)?.parse().ok()?,
        span_id: text(row, 1)?.parse().ok()?,
        parent_span_id: match text(row, 2) {
            None | Some("") => None,
            Some(id) => Some(id.parse().ok()?),
        },
        name: text(row, 3)?.to_owned().into(),
        kind: Kind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .unwrap_or_default(),
        start,
        end: match text(row, 5) {
            None => start,
            Some(end) => Time::parse(end)?,
        },
        status: Status::ALL
            .into_iter()
            .find(|known| known.as_str() == status)
            .unwrap_or_default(),
        status_message: String::new(),
        attributes: attributes(row, 6)?,
        events: Vec::new(),
    })
}

fn late_event(row: &Row<'_>) -> Option<LateEvent> {
    let trace_id: TraceId = text(row, 0)?.parse().ok()?;
    Some(LateEvent {
        trace_id,
        span_id: text(row, 1)?.parse().ok()?,
        event: Event {
            name: text(row, 2)?.to_owned().into(),
            time: Time::parse(text(row, 3)?)?,
            attributes: attributes(row, 4)?,
        },
    })
}

fn attributes(row: &Row<'_>, column: usize) -> Option<Attributes> {
    let Some(text) = text(row, column) else {
        return Some(Attributes::new());
    };
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let known = object
        .into_iter()
        .filter_map(|(key, value)| Some((key.into(), Value::from_json(value)?)));
    Some(known.collect())
}

/// Upstream's columns take any type; what is no text is as good as nothing.
fn text<'r>(row: &'r Row<'_>, column: usize) -> Option<&'r str> {
    match row.get_ref(column).ok()? {
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}
