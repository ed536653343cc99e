//! Answers about spans: one, those below one, and those of some traces.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::query::{attribute, object};
use super::schema::BLOCK_SHIFT;
use super::{Error, Filter, Kind, Reader, SpanId, Status, Time, TraceId, TraceQuery};

/// Spans of one answer that holds whole traces; what is beyond is left out.
const SPANS_MAX: u32 = 50_000;
/// Columns of `spans s` joined with `branches b` that [`StoredSpan::read`] wants.
const SPAN_COLUMNS: &str = "s.id, b.trace_id, s.span_id, s.parent_id, s.name, s.kind, s.status,
    s.message, s.start_ns, s.end_ns, s.attributes";

/// Which spans below a span are asked for, and what of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeQuery {
    /// Levels, the span itself being the first, which always comes; `None` is all.
    pub depth_max: Option<u32>,
    /// The attributes to return, found as [`Filter`] says; all if empty.
    pub attributes: Vec<String>,
}

/// A span as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSpan {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// The span it is part of.
    pub parent_span_id: Option<SpanId>,
    /// What was done.
    pub name: String,
    /// Which side of a call.
    pub kind: Kind,
    /// How it went.
    pub status: Status,
    /// Why it failed; mostly empty.
    pub status_message: String,
    /// When it began.
    pub start: Time,
    /// When it ended.
    pub end: Time,
    /// More about it. Of a [`TreeQuery`] that names some, exactly those, null if it has none.
    pub attributes: Map<String, Value>,
    /// What happened meanwhile, or was told of it later, by time.
    pub events: Vec<StoredEvent>,
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// What.
    pub name: String,
    /// When.
    pub time: Time,
    /// More about it.
    pub attributes: Map<String, Value>,
}

impl Reader {
    /// One span, with its events.
    pub fn span(&self, trace: TraceId, span: SpanId) -> Result<Option<StoredSpan>, Error> {
        let connection = self.connection();
        let sql = format!(
            "SELECT {SPAN_COLUMNS} FROM branches b CROSS JOIN span_rows s
             WHERE b.trace = ?1 AND s.id >= b.id AND s.id < b.id + b.spans AND s.span_id = ?2
             ORDER BY s.id DESC LIMIT 1"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement
            .query_row(params![trace.to_string(), span.0], StoredSpan::read)
            .optional()?;
        let Some((row, mut span)) = found else {
            return Ok(None);
        };
        span.read_events(&connection, row)?;
        Ok(Some(span))
    }

    /// All spans of a trace, with their events, in the order in which they were stored; empty if
    /// there is none. At most 50,000.
    pub fn spans_of(&self, trace: TraceId) -> Result<Vec<StoredSpan>, Error> {
        let connection = self.connection();
        let mut spans = Vec::new();
        for (row, mut span) in read_trace(&connection, trace)? {
            span.read_events(&connection, row)?;
            spans.push(span);
        }
        Ok(spans)
    }

    /// A span and all below it, in all branches of its trace: level by level, in each by time.
    /// Of spans that share an id, the one stored last; at most 50,000 spans.
    pub fn tree(&self, root: SpanId, query: &TreeQuery) -> Result<Option<Vec<StoredSpan>>, Error> {
        let connection = self.connection();
        let Some(trace) = trace_of(&connection, root)? else {
            return Ok(None);
        };
        let spans = read_trace(&connection, trace)?;
        Ok(Some(below(&connection, spans, root, query)?))
    }

    /// The spans that have all attributes which `query` names, or any at all if it names none, in
    /// the trees of the first traces that meet the filters: as many as `traces_max` says, which
    /// is limited as in [`TraceQuery`]. At most 50,000.
    pub fn spans(
        &self,
        filters: &[Filter],
        query: &TreeQuery,
        traces_max: Option<u32>,
    ) -> Result<Vec<StoredSpan>, Error> {
        let traces = self.traces(&TraceQuery {
            filters: filters.to_vec(),
            limit: traces_max,
            ..TraceQuery::default()
        })?;
        let connection = self.connection();
        let mut found = Vec::new();
        for trace in traces {
            let spans = read_trace(&connection, trace.trace_id)?;
            let spans = below(&connection, spans, trace.root_span_id, query)?;
            found.extend(spans.into_iter().filter(|span| {
                !span.attributes.is_empty()
                    && (query.attributes.is_empty()
                        || !span.attributes.values().any(Value::is_null))
            }));
            if found.len() >= SPANS_MAX as usize {
                found.truncate(SPANS_MAX as usize);
                break;
            }
        }
        Ok(found)
    }
}

impl StoredSpan {
    /// The number of its row, and all but its events.
    fn read(row: &Row<'_>) -> rusqlite::Result<(i64, StoredSpan)> {
        let parent: Option<[u8; 8]> = row.get(3)?;
        let (kind, status): (u8, u8) = (row.get(5)?, row.get(6)?);
        let span = StoredSpan {
            trace_id: TraceId(row.get(1)?),
            span_id: SpanId(row.get(2)?),
            parent_span_id: parent.map(SpanId),
            name: row.get(4)?,
            kind: Kind::read(kind),
            status: Status::read(status),
            status_message: row.get(7)?,
            start: Time(row.get(8)?),
            end: Time(row.get(9)?),
            attributes: object(row.get_ref(10)?.as_str()?),
            events: Vec::new(),
        };
        Ok((row.get(0)?, span))
    }

    fn read_events(&mut self, connection: &Connection, row: i64) -> rusqlite::Result<()> {
        // Two halves, so that each has its index.
        let mut statement = connection.prepare_cached(
            "SELECT name, time_ns, attributes, id FROM event_rows WHERE span_row = ?1
             UNION ALL
             SELECT name, time_ns, attributes, id FROM event_rows
                 WHERE span_id = ?2 AND trace_id = ?3
             ORDER BY 2, 4",
        )?;
        let events = statement.query_map(params![row, self.span_id.0, self.trace_id.0], |row| {
            Ok(StoredEvent {
                name: row.get(0)?,
                time: Time(row.get(1)?),
                attributes: object(row.get_ref(2)?.as_str()?),
            })
        })?;
        self.events = events.collect::<Result<_, _>>()?;
        Ok(())
    }

    fn choose(&mut self, keys: &[String]) {
        if keys.is_empty() {
            return;
        }
        let chosen = keys.iter().map(|key| {
            let value = attribute(&self.attributes, key).cloned();
            (key.clone(), value.unwrap_or(Value::Null))
        });
        self.attributes = chosen.collect();
    }
}

/// The trace of the span stored last under that id. The index is in blocks: each is asked, the
/// newest first.
fn trace_of(connection: &Connection, span: SpanId) -> Result<Option<TraceId>, Error> {
    let mut ends = connection.prepare_cached(
        // Two questions: SQLite answers each from one end, but both at once from all rows.
        "SELECT (SELECT min(id) FROM span_rows), (SELECT max(id) FROM span_rows)",
    )?;
    let ends: (Option<i64>, Option<i64>) =
        ends.query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = ends else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(
        "SELECT b.trace_id FROM span_rows s JOIN branches b ON b.id = s.branch
         WHERE s.id >> 14 = ?1 AND s.span_id = ?2 ORDER BY s.id DESC LIMIT 1",
    )?;
    for block in ((first >> BLOCK_SHIFT)..=(last >> BLOCK_SHIFT)).rev() {
        let found = statement.query_row(params![block, span.0], |row| row.get(0));
        if let Some(trace) = found.optional()? {
            return Ok(Some(TraceId(trace)));
        }
    }
    Ok(None)
}

fn read_trace(connection: &Connection, trace: TraceId) -> Result<Vec<(i64, StoredSpan)>, Error> {
    let sql = format!(
        "SELECT {SPAN_COLUMNS} FROM branches b CROSS JOIN span_rows s
         WHERE b.trace = ?1 AND s.id >= b.id AND s.id < b.id + b.spans LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let spans = statement.query_map(params![trace.to_string(), SPANS_MAX], StoredSpan::read)?;
    Ok(spans.collect::<Result<_, _>>()?)
}

/// The spans of one trace that are at `root` or below, in order, with their events.
fn below(
    connection: &Connection,
    spans: Vec<(i64, StoredSpan)>,
    root: SpanId,
    query: &TreeQuery,
) -> Result<Vec<StoredSpan>, Error> {
    let mut children: HashMap<SpanId, Vec<usize>> = HashMap::new();
    let mut level = Vec::new();
    for (place, (_, span)) in spans.iter().enumerate() {
        if span.span_id == root {
            level = vec![place];
        }
        if let Some(parent) = span.parent_span_id {
            children.entry(parent).or_default().push(place);
        }
    }
    let mut spans: Vec<_> = spans.into_iter().map(Some).collect();
    // An id names one span of a tree: a circle of parents comes to an end.
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut depth = 0;
    while !level.is_empty() {
        let (mut now, mut next) = (Vec::new(), Vec::new());
        for place in level {
            let Some((row, mut span)) = spans[place].take() else {
                continue;
            };
            if !seen.insert(span.span_id) {
                continue;
            }
            span.read_events(connection, row)?;
            span.choose(&query.attributes);
            next.extend(children.get(&span.span_id).into_iter().flatten().copied());
            now.push((span.start, row, span));
        }
        now.sort_by_key(|(start, row, _)| (*start, *row));
        found.extend(now.into_iter().map(|(_, _, span)| span));
        depth += 1;
        if query.depth_max.is_some_and(|most| depth >= most) {
            break;
        }
        level = next;
    }
    Ok(found)
}
