//! Who answers, and answers about traces; `tree` has those about spans.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::filter::Sql;
use super::schema;
use super::{Column, Error, Filter, LIMIT, LIMIT_MAX, Order, SpanId, Time, TraceId};

/// Questions answered at the same time.
const CONNECTIONS: usize = 3;

/// Answers from the file. Every function blocks.
pub struct Reader {
    connections: Vec<Mutex<Connection>>,
}

/// A trace: all that is stored under one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its id.
    pub trace_id: TraceId,
    /// Its first span that has no parent; if all have one, the first whose parent is not here.
    pub root_span_id: SpanId,
    /// When the first span began.
    pub start: Time,
    /// When the last span ended.
    pub end: Time,
    /// Who made the spans.
    pub service: String,
}

/// Which traces are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceQuery {
    /// What one single span of the trace must meet. At most 32.
    pub filters: Vec<Filter>,
    /// What they are sorted by; from the oldest on if empty.
    pub order_by: Vec<Order>,
    /// How many, default [`LIMIT`], at most [`LIMIT_MAX`].
    pub limit: Option<u32>,
    /// How many to skip.
    pub offset: u64,
}

impl Reader {
    /// Opens the file at `path`, which a [`super::Writer`] or Llama Stack 0.1 or 0.2 has made. It
    /// is not changed; one of Llama Stack is read into memory as it is at this moment.
    pub fn open(path: &Path) -> Result<Reader, Error> {
        let first = schema::open_to_read(path)?;
        let is_in_memory = first.path().is_none_or(str::is_empty);
        let mut connections = vec![Mutex::new(first)];
        while !is_in_memory && connections.len() < CONNECTIONS {
            connections.push(Mutex::new(schema::open_to_read(path)?));
        }
        Ok(Reader { connections })
    }

    /// The same for a few questions of this moment: nothing is left beside the file, and what a
    /// writer that comes later writes is not seen.
    pub fn peek(path: &Path) -> Result<Reader, Error> {
        Ok(Reader {
            connections: vec![Mutex::new(schema::open_to_peek(path)?)],
        })
    }

    /// Traces that have at least one span and meet the filters.
    pub fn traces(&self, query: &TraceQuery) -> Result<Vec<Trace>, Error> {
        let limit = limit(query.limit)?;
        let offset =
            i64::try_from(query.offset).map_err(|_| Error::invalid("offset", "it is too large"))?;
        let mut sql = Sql::default();
        // A trace stands for its branch that began first.
        sql.push(TRACE).push(
            " WHERE NOT EXISTS (SELECT 1 FROM branches o
                  WHERE o.trace = b.trace AND (o.start_ns, o.id) < (b.start_ns, b.id))",
        );
        if !query.filters.is_empty() {
            sql.push(
                " AND EXISTS (SELECT 1 FROM branches f CROSS JOIN span_rows s
                      WHERE f.trace = b.trace AND s.id >= f.id AND s.id < f.id + f.spans AND ",
            );
            sql.filters(&query.filters)?.push(")");
        }
        order(&mut sql, &query.order_by);
        sql.push(" LIMIT ").bind(limit);
        sql.push(" OFFSET ").bind(offset);
        let connection = self.connection();
        let (text, bound) = sql.parts();
        let mut statement = connection.prepare_cached(text)?;
        let traces = statement.query_map(bound, Trace::read)?;
        Ok(traces.collect::<Result<_, _>>()?)
    }

    /// The trace of that id.
    pub fn trace(&self, id: TraceId) -> Result<Option<Trace>, Error> {
        let connection = self.connection();
        let sql = format!("{TRACE} WHERE b.trace = ?1 ORDER BY b.start_ns, b.id LIMIT 1");
        let mut statement = connection.prepare_cached(&sql)?;
        Ok(statement
            .query_row(params![id.to_string()], Trace::read)
            .optional()?)
    }

    /// A connection that nobody uses, or else the first.
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        for connection in &self.connections {
            match connection.try_lock() {
                Ok(connection) => return connection,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        self.connections[0]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Traces as [`Trace::read`] reads them; `b` is a branch of each.
const TRACE: &str = "SELECT b.trace_id,
    (SELECT r.root_id FROM branches r WHERE r.trace = b.trace
         ORDER BY r.parent_id IS NOT NULL, r.start_ns, r.id LIMIT 1) AS root,
    b.start_ns,
    (SELECT max(e.end_ns) FROM branches e WHERE e.trace = b.trace) AS ended,
    b.service
    FROM branches b";

/// Adds the order, and what decides among equals. A column that adds nothing is left out: SQLite
/// would sort everything where an index will do.
fn order(sql: &mut Sql, orders: &[Order]) {
    sql.push(" ORDER BY ");
    let mut seen = Vec::new();
    for order in orders {
        if seen.contains(&order.column) || seen.contains(&Column::TraceId) {
            continue;
        }
        seen.push(order.column);
        sql.push(order.expression());
        sql.push(if order.is_descending { " DESC, " } else { ", " });
    }
    let way = match orders.last() {
        Some(last) if last.is_descending => " DESC",
        _ => "",
    };
    if seen.contains(&Column::TraceId) {
        sql.push("NULL");
        return;
    }
    if !seen.contains(&Column::StartTime) {
        sql.push("b.start_ns").push(way).push(", ");
    }
    sql.push("b.id").push(way);
}

impl Order {
    fn expression(self) -> &'static str {
        match self.column {
            Column::TraceId => "b.trace",
            Column::RootSpanId => "root",
            Column::StartTime => "b.start_ns",
            Column::EndTime => "ended",
            Column::ServiceName => "b.service",
            Column::CreatedAt => "b.stored_s",
        }
    }
}

impl Trace {
    fn read(row: &Row<'_>) -> rusqlite::Result<Trace> {
        Ok(Trace {
            trace_id: TraceId(row.get(0)?),
            root_span_id: SpanId(row.get(1)?),
            start: Time(row.get(2)?),
            end: Time(row.get(3)?),
            service: row.get(4)?,
        })
    }
}

/// The attribute `key`, or else what its parts between dots lead to, each within the one before.
pub fn attribute<'a>(attributes: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    if let Some(value) = attributes.get(key) {
        return Some(value);
    }
    let mut parts = key.split('.');
    let first = attributes.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.as_object()?.get(part))
}

/// What a JSON text says; nothing if it is no object.
pub fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// How many rows are asked for.
pub fn limit(asked: Option<u32>) -> Result<u32, Error> {
    match asked.unwrap_or(LIMIT) {
        limit if limit <= LIMIT_MAX => Ok(limit),
        _ => {
            let reason = format!("it may be {LIMIT_MAX} at most");
            Err(Error::invalid("limit", reason))
        }
    }
}
