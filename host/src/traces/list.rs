//! A list of what was called, the newest first, and search in it.

use std::time::Duration;

use rusqlite::Row;

use super::filter::Sql;
use super::{Error, Reader, SpanId, Status, Time, TraceId, query};

/// Longest text to search for, in bytes. SQLite has a bound of its own, further up.
const TEXT_BYTES_MAX: usize = 1024;

/// Which branches a list shows. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// Only those that called this tool.
    pub tool: Option<String>,
    /// Only those that went so. `Ok` is all that did not fail: few spans say that they went well.
    pub status: Option<Status>,
    /// Only those that began then or later.
    pub since: Option<Time>,
    /// Only those that took longer.
    pub slower_than: Option<Duration>,
    /// Only those with this text in the name, status message, attributes or events of a span;
    /// upper and lower case of a to z are the same. At most 1024 bytes. Without `since`, all that
    /// is stored is searched, which takes a second for a million spans.
    pub text: Option<String>,
    /// How many, default [`super::LIMIT`], at most [`super::LIMIT_MAX`].
    pub limit: Option<u32>,
    /// Only what stands behind this place: the next page.
    pub before: Option<Cursor>,
}

/// A place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Start of the branch at this place.
    pub start: Time,
    /// Its number.
    pub number: i64,
}

/// One branch, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its place in the list.
    pub cursor: Cursor,
    /// Its trace.
    pub trace_id: TraceId,
    /// Its local root.
    pub root_span_id: SpanId,
    /// Whether that has a parent, elsewhere or in another branch.
    pub has_parent: bool,
    /// The name of its local root.
    pub name: String,
    /// Who made it.
    pub service: String,
    /// The tool that it called.
    pub tool: Option<String>,
    /// How it went.
    pub status: Status,
    /// The stable word for what went wrong.
    pub error_type: Option<String>,
    /// When it began.
    pub start: Time,
    /// From the start of its first span to the end of its last.
    pub duration: Duration,
    /// How many spans it has.
    pub spans: u32,
}

impl Reader {
    /// Branches, the newest first. One that led to others is not listed, because those are: of a
    /// request and the call that it brought, the call.
    pub fn list(&self, filter: &ListFilter) -> Result<Vec<Summary>, Error> {
        let mut sql = Sql::default();
        sql.push(
            "SELECT b.id, b.start_ns, b.end_ns, b.trace_id, b.root_id, b.parent_id IS NOT NULL,
                 b.name, b.service, b.tool, b.status, b.error_type, b.spans
             FROM branches b WHERE NOT EXISTS (
                 SELECT 1 FROM branches c WHERE c.trace = b.trace AND c.parent_id = b.root_id)",
        );
        if let Some(tool) = &filter.tool {
            sql.push(" AND b.tool = ").bind(tool.clone());
        }
        match filter.status {
            // Literal, so that the index of those that failed is used.
            Some(Status::Error) => sql.push(" AND b.status = 2"),
            Some(Status::Ok) => sql.push(" AND b.status <> 2"),
            Some(Status::Unset) => sql.push(" AND b.status = 0"),
            None => &mut sql,
        };
        if let Some(since) = filter.since {
            sql.push(" AND b.start_ns >= ").bind(since.0);
        }
        if let Some(duration) = filter.slower_than {
            sql.push(" AND b.end_ns - b.start_ns > ")
                .bind(super::time::ns(duration));
        }
        if let Some(before) = filter.before {
            sql.push(" AND (b.start_ns, b.id) < (").bind(before.start.0);
            sql.push(", ").bind(before.number).push(")");
        }
        if let Some(text) = &filter.text {
            if text.len() > TEXT_BYTES_MAX {
                let reason = format!("it may have {TEXT_BYTES_MAX} bytes");
                return Err(Error::invalid("text", reason));
            }
            contains(&mut sql, text);
        }
        sql.push(" ORDER BY b.start_ns DESC, b.id DESC LIMIT ")
            .bind(query::limit(filter.limit)?);
        let connection = self.connection();
        let (text, bound) = sql.parts();
        let mut statement = connection.prepare_cached(text)?;
        let summaries = statement.query_map(bound, Summary::read)?;
        Ok(summaries.collect::<Result<_, _>>()?)
    }

    /// Branches since `since` with `text` in them, as [`ListFilter`] says, the newest first.
    pub fn search(
        &self,
        text: &str,
        since: Time,
        limit: Option<u32>,
    ) -> Result<Vec<Summary>, Error> {
        self.list(&ListFilter {
            text: Some(text.to_owned()),
            since: Some(since),
            limit,
            ..ListFilter::default()
        })
    }
}

impl Summary {
    fn read(row: &Row<'_>) -> rusqlite::Result<Summary> {
        let start = Time(row.get(1)?);
        let status: u8 = row.get(9)?;
        Ok(Summary {
            cursor: Cursor {
                start,
                number: row.get(0)?,
            },
            trace_id: TraceId(row.get(3)?),
            root_span_id: SpanId(row.get(4)?),
            has_parent: row.get(5)?,
            name: row.get(6)?,
            service: row.get(7)?,
            tool: row.get(8)?,
            status: Status::read(status),
            error_type: row.get(10)?,
            start,
            duration: Time(row.get(2)?).since(start),
            spans: row.get(11)?,
        })
    }
}

/// Adds the condition that a span of branch `b` has the text in it.
fn contains(sql: &mut Sql, text: &str) {
    let plain = pattern(text);
    // Attributes are JSON, where a quote has a backslash before it.
    let quoted = serde_json::Value::from(text).to_string();
    let quoted = pattern(&quoted[1..quoted.len() - 1]);
    sql.push(" AND EXISTS (SELECT 1 FROM span_rows s WHERE s.id >= b.id AND s.id < b.id + b.spans");
    sql.push(" AND (s.name LIKE ").bind(plain.clone());
    sql.push(" ESCAPE '\\' OR s.message LIKE ")
        .bind(plain.clone());
    sql.push(" ESCAPE '\\' OR s.attributes LIKE ")
        .bind(quoted.clone());
    sql.push(" ESCAPE '\\'");
    for of_span in [
        "e.span_row = s.id",
        "e.span_id = s.span_id AND e.trace_id = b.trace_id",
    ] {
        sql.push(" OR EXISTS (SELECT 1 FROM event_rows e WHERE ")
            .push(of_span);
        sql.push(" AND (e.name LIKE ").bind(plain.clone());
        sql.push(" ESCAPE '\\' OR e.attributes LIKE ")
            .bind(quoted.clone());
        sql.push(" ESCAPE '\\'))");
    }
    sql.push("))");
}

/// For LIKE: the text anywhere, no character of it special.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
