//! The database file: how it is opened, and its tables.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::Error;

/// Written into the file; a file with a higher one is not touched.
const VERSION: i64 = 1;
/// Wait for another process that writes. In this one, a mutex keeps writers apart.
const BUSY: Duration = Duration::from_secs(2);
/// Kept ready: every statement of this room.
const STATEMENTS: usize = 32;

/// Stores have numbers so that a row of few bytes does not repeat two names.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS stores (
        id INTEGER PRIMARY KEY,
        group_name TEXT NOT NULL,
        store TEXT NOT NULL,
        bytes INTEGER NOT NULL DEFAULT 0,
        UNIQUE (group_name, store)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS entries (
        store_id INTEGER NOT NULL REFERENCES stores (id),
        key TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (store_id, key)
    ) STRICT, WITHOUT ROWID;
";

/// Opens or makes the file, readable for its owner alone.
pub fn open(path: &Path) -> Result<Connection, Error> {
    let failed = |reason: String| Error::Open {
        path: path.to_owned(),
        reason,
    };
    // SQLite gives its own files beside it the same rights.
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| failed(error.to_string()))?;
    let (connection, version) =
        prepare(path).map_err(|error: rusqlite::Error| failed(error.to_string()))?;
    if version > VERSION {
        return Err(Error::TooNew(path.to_owned()));
    }
    connection
        .execute_batch(TABLES)
        .and_then(|()| connection.pragma_update(None, "user_version", VERSION))
        .map_err(|error| failed(error.to_string()))?;
    Ok(connection)
}

fn prepare(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A power cut may take the last changes, never the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok((connection, version))
}
