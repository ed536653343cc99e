//! A process that dies while it writes.

use std::process::{Command, Stdio};
use std::time::Instant;

use super::*;

const FILE: &str = "TRACES_CRASH_FILE";

/// Only in the process that [`a_file_whose_writer_was_killed_is_whole`] starts.
#[test]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let writer = Writer::open(path.as_ref(), Settings::default()).unwrap();
    let end = Instant::now() + LONG;
    while Instant::now() < end {
        for number in 0..250 {
            writer.send(call(number, "add"));
        }
        writer.flush(LONG);
    }
}

#[test]
fn a_file_whose_writer_was_killed_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["writes_until_it_is_killed", "--test-threads=1"])
            .env(FILE, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + LONG;
        let enough = round * 2000;
        while spans(&path).is_none_or(|spans| spans < enough) {
            assert!(Instant::now() < deadline, "the child wrote nothing");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let writer = Writer::open(&path, Settings::default()).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        assert_eq!(rows(&connection, "PRAGMA integrity_check"), ["ok"]);
        let torn = "SELECT count(*) FROM branches b
            WHERE spans <> (SELECT count(*) FROM span_rows s WHERE s.branch = b.id)";
        assert_eq!(rows(&connection, torn), ["Integer(0)"]);
        writer.send(call(1, "add"));
        assert_eq!(writer.close(LONG).stored.branches, 1);
    }
}

fn spans(path: &std::path::Path) -> Option<i64> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(path, flags).ok()?;
    let count = connection.query_row("SELECT count(*) FROM span_rows", (), |row| row.get(0));
    count.ok()
}
