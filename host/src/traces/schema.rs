//! The database file: how it is told from others, opened, and its tables.
//!
//! A branch has the number of its root's row, and its other spans have the numbers behind that.
//! So every insert appends, and the spans of a branch are one range of rows.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{Error, upstream};

/// Written into the file; a file with a higher one is not touched.
const VERSION: i64 = 1;
/// Written into the file: `TLHT`.
const APPLICATION: i64 = 0x544C_4854;
/// How every database file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// As much of a file as is looked at before SQLite opens it.
const HEADER_BYTES: u64 = 100;
/// Where a database file says what one must know to read it, and the value of those with a log.
const READ_VERSION: usize = 19;
const WAL: u8 = 2;
/// Wait for another connection that writes. The writer has retries of its own beyond that.
const BUSY: Duration = Duration::from_millis(500);
/// Kept ready: every statement of this room.
const STATEMENTS: usize = 64;
/// Memory for pages, in KiB, as SQLite wants it: negative.
const CACHE_KIB: i64 = -2 * 1024;
/// The log beside the file is cut to this once all of it is in the file.
const WAL_BYTES: i64 = 16 * 1024 * 1024;

/// Rows `n << 14` to `(n + 1) << 14` are a block of the index `span_rows_by_span`. The ids of
/// spans are random: an index of all of them would be written all over, and measures twice as
/// slow at 400,000 spans and worse beyond. In blocks, it is only written at its end; to find an
/// id, each block is asked.
pub const BLOCK_SHIFT: u32 = 14;

const TABLES: &str = "
    CREATE TABLE branches (
        id INTEGER PRIMARY KEY,
        spans INTEGER NOT NULL,
        trace_id BLOB NOT NULL,
        trace TEXT NOT NULL GENERATED ALWAYS AS (lower(hex(trace_id))) VIRTUAL,
        root_id BLOB NOT NULL,
        parent_id BLOB,
        service TEXT NOT NULL,
        name TEXT NOT NULL,
        status INTEGER NOT NULL,
        start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL,
        stored_s INTEGER NOT NULL,
        tool TEXT,
        tool_ns INTEGER,
        error_type TEXT,
        fuel INTEGER,
        memory INTEGER
    ) STRICT;
    CREATE INDEX branches_by_trace ON branches (trace);
    CREATE INDEX branches_by_start ON branches (start_ns, end_ns);
    CREATE INDEX branches_failed ON branches (start_ns) WHERE status = 2;
    CREATE INDEX branches_by_tool
        ON branches (tool, start_ns, tool_ns, error_type, status, fuel, memory)
        WHERE tool IS NOT NULL;

    CREATE TABLE span_rows (
        id INTEGER PRIMARY KEY,
        branch INTEGER NOT NULL,
        span_id BLOB NOT NULL,
        parent_id BLOB,
        name TEXT NOT NULL,
        kind INTEGER NOT NULL,
        status INTEGER NOT NULL,
        message TEXT NOT NULL,
        start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL,
        attributes TEXT NOT NULL
    ) STRICT;
    CREATE INDEX span_rows_by_span ON span_rows (id >> 14, span_id);

    CREATE TABLE event_rows (
        id INTEGER PRIMARY KEY,
        span_row INTEGER,
        trace_id BLOB,
        span_id BLOB,
        name TEXT NOT NULL,
        time_ns INTEGER NOT NULL,
        attributes TEXT NOT NULL
    ) STRICT;
    CREATE INDEX event_rows_of_row ON event_rows (span_row) WHERE span_row IS NOT NULL;
    CREATE INDEX event_rows_late ON event_rows (span_id) WHERE span_id IS NOT NULL;
    CREATE INDEX event_rows_late_by_time ON event_rows (time_ns) WHERE span_id IS NOT NULL;
    CREATE INDEX event_rows_metrics ON event_rows (name, time_ns) WHERE name GLOB 'metric.*';

    CREATE TABLE datasets (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        purpose TEXT NOT NULL,
        source TEXT NOT NULL,
        metadata TEXT NOT NULL,
        rows INTEGER NOT NULL DEFAULT 0,
        bytes INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE dataset_rows (
        dataset INTEGER NOT NULL REFERENCES datasets (id),
        seq INTEGER NOT NULL,
        row TEXT NOT NULL,
        PRIMARY KEY (dataset, seq)
    ) STRICT, WITHOUT ROWID;
";

/// Upstream's three tables, as views. `ISO(x)` is not SQL: [`views`] writes it out.
const VIEWS: &str = "
    CREATE VIEW traces AS SELECT
        trace AS trace_id,
        service AS service_name,
        (SELECT lower(hex(root_id)) FROM branches r WHERE r.trace = b.trace
            ORDER BY parent_id IS NOT NULL, start_ns, id LIMIT 1) AS root_span_id,
        ISO(start_ns) AS start_time,
        (SELECT ISO(max(end_ns)) FROM branches e WHERE e.trace = b.trace) AS end_time,
        datetime(stored_s, 'unixepoch') AS created_at
    FROM branches b WHERE NOT EXISTS (
        SELECT 1 FROM branches o
        WHERE o.trace = b.trace AND (o.start_ns, o.id) < (b.start_ns, b.id));

    CREATE VIEW spans AS SELECT
        lower(hex(s.span_id)) AS span_id,
        b.trace AS trace_id,
        CASE WHEN s.parent_id IS NOT NULL THEN lower(hex(s.parent_id)) END AS parent_span_id,
        s.name AS name,
        ISO(s.start_ns) AS start_time,
        ISO(s.end_ns) AS end_time,
        s.attributes AS attributes,
        CASE s.status WHEN 1 THEN 'OK' WHEN 2 THEN 'ERROR' ELSE 'UNSET' END AS status,
        CASE s.kind WHEN 1 THEN 'SERVER' WHEN 2 THEN 'CLIENT' WHEN 3 THEN 'PRODUCER'
            WHEN 4 THEN 'CONSUMER' ELSE 'INTERNAL' END AS kind
    FROM branches b JOIN span_rows s
        ON s.branch = b.id AND s.id >= b.id AND s.id < b.id + b.spans;

    CREATE VIEW span_events AS SELECT
        e.id AS id,
        lower(hex(coalesce(e.span_id, s.span_id))) AS span_id,
        e.name AS name,
        ISO(e.time_ns) AS timestamp,
        e.attributes AS attributes
    FROM event_rows e LEFT JOIN span_rows s ON s.id = e.span_row;
";

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    Us,
    Upstream,
}

/// Opens or makes the file, readable for its owner alone. One of upstream's becomes ours.
pub fn open_to_write(path: &Path) -> Result<Connection, Error> {
    // SQLite gives its own files beside it the same rights.
    let made = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path);
    made.map_err(|error| failed(path, &error))?;
    let owner = owner(path)?;
    let mut connection = Connection::open(path).map_err(|error| failed(path, &error))?;
    let prepared = prepare_to_write(&mut connection, owner);
    prepared.map_err(|error| match error {
        Error::Database(error) => failed(path, &error),
        other => other,
    })?;
    Ok(connection)
}

/// Opens the file to read it and no more. One of upstream's is read into memory.
pub fn open_to_read(path: &Path) -> Result<Connection, Error> {
    open_by(path, read_only)
}

/// The same for a moment: nothing is left beside the file, and a writer that comes later is not
/// noticed.
pub fn open_to_peek(path: &Path) -> Result<Connection, Error> {
    let start = start_of(path)?;
    open_by(path, |path| untouched(path, &start))
}

fn open_by(
    path: &Path,
    open: impl FnOnce(&Path) -> rusqlite::Result<Connection>,
) -> Result<Connection, Error> {
    let owner = owner(path)?;
    if owner == Owner::Nobody {
        return Err(failed(path, &"it is empty"));
    }
    let opened = open(path).map_err(|error| failed(path, &error))?;
    if owner == Owner::Us {
        opened.set_prepared_statement_cache_capacity(STATEMENTS);
        return Ok(opened);
    }
    let mut connection = Connection::open_in_memory()?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let change = connection.transaction()?;
    make(&change)?;
    upstream::import(&opened, "", &change)?;
    change.commit()?;
    Ok(connection)
}

/// Reads whose it is without changing a byte of it.
fn owner(path: &Path) -> Result<Owner, Error> {
    let start = start_of(path)?;
    if start.is_empty() {
        return Ok(Owner::Nobody);
    }
    if !start.starts_with(MAGIC) {
        return Err(Error::Foreign(path.to_owned()));
    }
    let (application, version, tables) = untouched(path, &start)
        .and_then(|connection| {
            let application: i64 =
                connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
            let version: i64 =
                connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok((application, version, upstream::tables(&connection)?))
        })
        .map_err(|error| failed(path, &error))?;
    match (application, tables) {
        (APPLICATION, _) if version > VERSION => Err(Error::TooNew(path.to_owned())),
        (APPLICATION, _) => Ok(Owner::Us),
        (0, upstream::Tables::None) if version == 0 => Ok(Owner::Nobody),
        (0, upstream::Tables::Traces) => Ok(Owner::Upstream),
        _ => Err(Error::Foreign(path.to_owned())),
    }
}

fn start_of(path: &Path) -> Result<Vec<u8>, Error> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEADER_BYTES).read_to_end(&mut start))
        .map_err(|error| failed(path, &error))?;
    Ok(start)
}

/// Opens a file to read it, and leaves nothing beside it. A reader of one with a log (WAL) would
/// make an empty log; if there is none, the file is not in use, and SQLite is told so.
fn untouched(path: &Path, start: &[u8]) -> rusqlite::Result<Connection> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_in_use = start.get(READ_VERSION) != Some(&WAL) || Path::new(&log).exists();
    let Some(text) = path.to_str().filter(|_| !is_in_use) else {
        return read_only(path);
    };
    let escaped = text
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

fn prepare_to_write(connection: &mut Connection, owner: Owner) -> Result<(), Error> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A power cut may take the last changes, never the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    if owner == Owner::Us {
        return Ok(());
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Whoever came first, while this one waited for the lock, has made everything.
    if change.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0))? != APPLICATION
    {
        if owner == Owner::Upstream {
            upstream::set_aside(&change)?;
        }
        make(&change)?;
        if owner == Owner::Upstream {
            let skipped = upstream::import(&change, upstream::ASIDE, &change)?;
            upstream::finish(&change, skipped)?;
        }
    }
    change.commit()?;
    if owner == Owner::Upstream {
        // Its file has no room for `auto_vacuum` to note what moves; this makes some.
        if let Err(error) = connection.execute_batch("VACUUM") {
            tracing::warn!(%error, "the trace store works, but its file will not shrink");
        }
    }
    Ok(())
}

fn make(change: &Transaction<'_>) -> rusqlite::Result<()> {
    change.execute_batch(TABLES)?;
    change.execute_batch(&views())?;
    change.pragma_update(None, "application_id", APPLICATION)?;
    change.pragma_update(None, "user_version", VERSION)
}

/// [`VIEWS`] with times as upstream writes them: microseconds, unless there are none.
fn views() -> String {
    let mut sql = String::with_capacity(4 * VIEWS.len());
    let mut rest = VIEWS;
    while let Some((before, behind)) = rest.split_once("ISO(") {
        let end = closing(behind);
        let ns = &behind[..end];
        sql.push_str(before);
        sql.push_str(&format!(
            "strftime('%Y-%m-%dT%H:%M:%S', {ns} / 1000000000, 'unixepoch')
             || CASE {ns} / 1000 % 1000000 WHEN 0 THEN ''
                ELSE printf('.%06d', {ns} / 1000 % 1000000) END || '+00:00'"
        ));
        rest = &behind[end + 1..];
    }
    sql + rest
}

/// Where the bracket closes that was open before `text`.
fn closing(text: &str) -> usize {
    let mut open = 1;
    let end = text.find(|character| {
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        open == 0
    });
    end.expect("brackets in a constant are closed")
}

fn failed(path: &Path, reason: &dyn std::fmt::Display) -> Error {
    Error::Open {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
