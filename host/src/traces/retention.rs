//! Forgets what is too old or too much, oldest first, in steps that each take little time.

use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::Time;

/// Spans that one step deletes, or a little more: it takes some milliseconds.
const STEP_SPANS: i64 = 2000;
/// Late events that one step deletes.
const STEP_EVENTS: i64 = 2000;
/// Pages that one step gives back to the file system.
const STEP_PAGES: i64 = 256;
/// Free pages that stay in the file at least.
const SPARE_PAGES: i64 = 256;

/// What may be kept. The default is everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// How long, counted from the start of a branch.
    pub age: Option<Duration>,
    /// How large the file may grow, datasets and SQLite's log beside it not counted. A file that
    /// has grown larger shrinks to nine tenths of it.
    pub bytes: Option<u64>,
}

/// Where a clean-up stands.
#[derive(Debug)]
pub struct Sweeper {
    retention: Retention,
    /// It was too large, and is not yet down to nine tenths.
    is_shrinking: bool,
}

impl Sweeper {
    pub fn new(retention: Retention) -> Sweeper {
        Sweeper {
            retention,
            is_shrinking: false,
        }
    }

    /// Does a little, and says whether there is more to do.
    pub fn step(&mut self, connection: &mut Connection, now: Time) -> rusqlite::Result<bool> {
        if let Some(age) = self.retention.age
            && delete(connection, now.before(age), STEP_SPANS)?
        {
            return Ok(true);
        }
        let excess = self.excess_spans(connection)?;
        if excess > 0 && delete(connection, Time(i64::MAX), excess.min(STEP_SPANS))? {
            return Ok(true);
        }
        let free = pragma(connection, "freelist_count")?;
        let pages = pragma(connection, "page_count")?;
        // Free pages serve what comes next; only many of them are worth the work.
        if self.retention == Retention::default() || free <= SPARE_PAGES + pages / 16 {
            return Ok(false);
        }
        // It frees a page for each row that is asked for.
        let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({STEP_PAGES})"))?;
        let mut rows = vacuum.query(())?;
        while rows.next()?.is_some() {}
        drop(rows);
        drop(vacuum);
        // A file without `auto_vacuum` keeps its pages.
        Ok(pragma(connection, "freelist_count")? < free)
    }

    /// About how many spans have to go for the file to be small enough.
    fn excess_spans(&mut self, connection: &Connection) -> rusqlite::Result<i64> {
        let Some(bytes_max) = self.retention.bytes else {
            return Ok(0);
        };
        let bytes_max = i64::try_from(bytes_max).unwrap_or(i64::MAX);
        let pages = pragma(connection, "page_count")? - pragma(connection, "freelist_count")?;
        let (datasets, spans): (i64, i64) = connection
            .prepare_cached(
                "SELECT (SELECT coalesce(sum(bytes), 0) FROM datasets),
                     (SELECT coalesce(max(id), 0) FROM span_rows)
                     - (SELECT coalesce(min(id), 0) FROM span_rows) + 1",
            )?
            .query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let bytes = pages * pragma(connection, "page_size")? - datasets;
        let goal = bytes_max / 10 * 9;
        self.is_shrinking = bytes > if self.is_shrinking { goal } else { bytes_max };
        match self.is_shrinking {
            true => Ok((bytes - goal) / (bytes / spans).max(1) + 1),
            false => Ok(0),
        }
    }
}

/// Deletes the oldest branches and late events from before `end`, if there are any, until so many
/// spans are gone.
fn delete(connection: &mut Connection, end: Time, spans: i64) -> rusqlite::Result<bool> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last = delete_branches(&change, end, spans)?;
    // Late events go with the branches of their time, and by themselves if there are none.
    let events = change
        .prepare_cached(
            "DELETE FROM event_rows WHERE id IN (
                 SELECT id FROM event_rows WHERE span_id IS NOT NULL AND time_ns < ?1
                 ORDER BY time_ns LIMIT ?2)",
        )?
        .execute(params![last.unwrap_or(end.0), STEP_EVENTS])?;
    change.commit()?;
    Ok(last.is_some() || events > 0)
}

/// The start of the last branch deleted, if any was.
fn delete_branches(
    change: &Transaction<'_>,
    end: Time,
    mut spans_left: i64,
) -> rusqlite::Result<Option<i64>> {
    let mut oldest = change.prepare_cached(
        "SELECT id, spans, start_ns FROM branches WHERE start_ns < ?1 ORDER BY start_ns LIMIT ?2",
    )?;
    let branches: Vec<(i64, i64, i64)> = oldest
        .query_map(params![end.0, spans_left], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut of_events = change
        .prepare_cached("DELETE FROM event_rows WHERE span_row >= ?1 AND span_row < ?1 + ?2")?;
    let mut of_spans =
        change.prepare_cached("DELETE FROM span_rows WHERE id >= ?1 AND id < ?1 + ?2")?;
    let mut of_branch = change.prepare_cached("DELETE FROM branches WHERE id = ?1")?;
    let mut last = None;
    for (id, spans, start_ns) in branches {
        of_events.execute(params![id, spans])?;
        of_spans.execute(params![id, spans])?;
        of_branch.execute(params![id])?;
        last = Some(start_ns);
        spans_left -= spans;
        if spans_left <= 0 {
            break;
        }
    }
    Ok(last)
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
