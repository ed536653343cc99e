//! Writes branches and events into the tables, within a transaction of the caller.

use rusqlite::{CachedStatement, Transaction, params};

use super::span::{ERROR_TYPE, FUEL, MEMORY, TOOL};
use super::{Attributes, Branch, Event, LateEvent, Span, Status, Time, Value, upstream};

/// The statements of one transaction, ready, and the number of the next row.
pub struct Inserts<'t> {
    branch: CachedStatement<'t>,
    span: CachedStatement<'t>,
    event: CachedStatement<'t>,
    next_row: i64,
    /// Reused from row to row.
    json: Vec<u8>,
}

/// What a list or a statistic wants to know of a branch without reading its spans.
struct Digest<'s> {
    status: Status,
    tool: Option<&'s str>,
    tool_ns: Option<i64>,
    error_type: Option<&'s str>,
    fuel: Option<i64>,
    memory: Option<i64>,
}

impl<'t> Inserts<'t> {
    /// `change` must hold the lock to write.
    pub fn new(change: &'t Transaction<'_>) -> rusqlite::Result<Inserts<'t>> {
        let next_row = "SELECT coalesce(max(id), 0) + 1 FROM span_rows";
        Ok(Inserts {
            next_row: change
                .prepare_cached(next_row)?
                .query_row((), |row| row.get(0))?,
            branch: change.prepare_cached(
                "INSERT INTO branches (id, spans, trace_id, root_id, parent_id, service, name,
                     status, start_ns, end_ns, stored_s, tool, tool_ns, error_type, fuel, memory)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?,
            span: change.prepare_cached(
                "INSERT INTO span_rows (id, branch, span_id, parent_id, name, kind, status,
                     message, start_ns, end_ns, attributes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            event: change.prepare_cached(
                "INSERT INTO event_rows (span_row, trace_id, span_id, name, time_ns, attributes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
            json: Vec::with_capacity(1024),
        })
    }

    /// A branch that `service` made; one without spans is skipped.
    pub fn branch(&mut self, branch: &Branch, service: &str, stored: Time) -> rusqlite::Result<()> {
        let Some(root) = branch.spans.first() else {
            return Ok(());
        };
        let id = self.next_row;
        let digest = Digest::of(root, &branch.spans);
        let start = branch.spans.iter().map(|span| at(span.start)).min();
        let end = branch.spans.iter().map(|span| at(span.end)).max();
        self.branch.execute(params![
            id,
            i64::try_from(branch.spans.len()).unwrap_or(i64::MAX),
            root.trace_id.0,
            root.span_id.0,
            root.parent_span_id.map(|parent| parent.0),
            service,
            root.name,
            digest.status as i64,
            start,
            end,
            stored.s(),
            digest.tool,
            digest.tool_ns,
            digest.error_type,
            digest.fuel,
            digest.memory,
        ])?;
        branch.spans.iter().try_for_each(|span| self.span(span, id))
    }

    /// An event of a span that is stored elsewhere or nowhere.
    pub fn late(&mut self, late: &LateEvent) -> rusqlite::Result<()> {
        let span = Some((late.trace_id.0, late.span_id.0));
        self.event(None, span, &late.event)
    }

    fn span(&mut self, span: &Span, branch: i64) -> rusqlite::Result<()> {
        let row = self.next_row;
        self.next_row += 1;
        write(&span.attributes, &mut self.json);
        self.span.execute(params![
            row,
            branch,
            span.span_id.0,
            span.parent_span_id.map(|parent| parent.0),
            span.name,
            span.kind as i64,
            span.status as i64,
            span.status_message,
            at(span.start),
            at(span.end),
            text(&self.json),
        ])?;
        let mut events = span.events.iter();
        events.try_for_each(|event| self.event(Some(row), None, event))
    }

    fn event(
        &mut self,
        row: Option<i64>,
        span: Option<([u8; 16], [u8; 8])>,
        event: &Event,
    ) -> rusqlite::Result<()> {
        write(&event.attributes, &mut self.json);
        self.event.execute(params![
            row,
            span.map(|(trace, _)| trace),
            span.map(|(_, span)| span),
            event.name,
            at(event.time),
            text(&self.json),
        ])?;
        Ok(())
    }
}

impl<'s> Digest<'s> {
    fn of(root: &'s Span, spans: &'s [Span]) -> Digest<'s> {
        let first = |key: &str| spans.iter().find_map(|span| span.attribute(key));
        let called = spans.iter().find(|span| tool(span).is_some());
        let failed = [Some(root), called]
            .into_iter()
            .flatten()
            .any(|span| span.status == Status::Error);
        Digest {
            status: if failed { Status::Error } else { root.status },
            tool: called.and_then(tool),
            tool_ns: called.map(|span| at(span.end).saturating_sub(at(span.start)).max(0)),
            error_type: [called, Some(root)]
                .into_iter()
                .flatten()
                .find_map(|span| span.attribute(ERROR_TYPE)?.text()),
            fuel: first(FUEL).and_then(Value::int),
            memory: first(MEMORY).and_then(Value::int),
        }
    }
}

fn tool(span: &Span) -> Option<&str> {
    match span.attribute(TOOL) {
        Some(name) => name.text(),
        None => upstream::tool(span),
    }
}

/// No time before 1970: the views' divisions would round it up.
fn at(time: Time) -> i64 {
    time.0.max(0)
}

/// Writes `attributes` as a JSON object; of a key that stands twice, the last one counts.
fn write(attributes: &Attributes, json: &mut Vec<u8>) {
    json.clear();
    json.push(b'{');
    for (place, (key, value)) in attributes.iter().enumerate() {
        if attributes[place + 1..]
            .iter()
            .any(|(later, _)| later == key)
        {
            continue;
        }
        if json.len() > 1 {
            json.push(b',');
        }
        let put = serde_json::to_writer(&mut *json, key.as_ref());
        json.push(b':');
        let put = put.and_then(|()| match value {
            Value::Text(text) => serde_json::to_writer(&mut *json, text.as_ref()),
            Value::Int(number) => serde_json::to_writer(&mut *json, number),
            Value::Float(number) => serde_json::to_writer(&mut *json, number),
            Value::Bool(truth) => serde_json::to_writer(&mut *json, truth),
            Value::Json(value) => serde_json::to_writer(&mut *json, value),
        });
        put.expect("plain values are written to memory");
    }
    json.push(b'}');
}

fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).expect("JSON is written as UTF-8")
}
