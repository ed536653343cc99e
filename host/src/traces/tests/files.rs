//! Which files are opened, and which are left alone.

use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn the_file_is_its_owners_and_in_the_modes_that_we_rely_on() {
    let fresh = fresh();
    fresh.writer.send(call(1, "add"));
    let rows =
        fresh.sql("SELECT * FROM pragma_auto_vacuum, pragma_journal_mode, pragma_user_version");
    assert_eq!(rows, ["Integer(2)|wal|Integer(1)"]);
    for end in ["", "-wal", "-shm"] {
        let path = format!("{}{end}", fresh.path.display());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}

#[test]
fn a_file_is_opened_again_with_all_that_is_in_it() {
    let fresh = fresh();
    fresh.writer.send(call(1, "add"));
    fresh.writer.close(LONG);
    let writer = Writer::open(&fresh.path, Settings::default()).unwrap();
    writer.send(call(2, "add"));
    assert!(writer.flush(LONG));
    let reader = Reader::open(&fresh.path).unwrap();
    assert_eq!(
        trace_numbers(&reader.traces(&TraceQuery::default()).unwrap()),
        [1, 2]
    );
    let tree = reader
        .tree(id(200), &TreeQuery::default())
        .unwrap()
        .unwrap();
    assert_eq!(ids(&tree), [200, 201]);
}

/// Opens it in every way and gives the reader's error; it must be the same file afterwards.
fn refused(path: &std::path::Path) -> Error {
    let before = std::fs::read(path).unwrap();
    let mut errors = vec![
        Writer::open(path, Settings::default()).err().unwrap(),
        Datasets::open(path, 0).err().unwrap(),
        Reader::open(path).err().unwrap(),
    ];
    assert_eq!(std::fs::read(path).unwrap(), before);
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside it");
    errors.pop().unwrap()
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let fresh = fresh();
    fresh.writer.close(LONG);
    let connection = rusqlite::Connection::open(&fresh.path).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    assert!(matches!(refused(&fresh.path), Error::TooNew(_)));
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let databases = [
        "CREATE TABLE traces (id INTEGER)",
        "CREATE TABLE spans (span_id TEXT); CREATE TABLE traces (trace_id TEXT);
         CREATE TABLE span_events (span_id TEXT)",
        "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine')",
        "PRAGMA application_id = 77",
        "PRAGMA user_version = 3",
        "PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT)",
    ];
    for sql in databases {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        assert!(matches!(refused(&path), Error::Foreign(_)), "{sql}");
    }
    for bytes in [
        &b"SQLite"[..],
        b"some text that is longer than a header",
        b"\0",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notes.txt");
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(refused(&path), Error::Foreign(_)));
    }
}

#[test]
fn a_damaged_file_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    std::fs::write(&path, [&b"SQLite format 3\0"[..], &[7; 4096]].concat()).unwrap();
    assert!(matches!(refused(&path), Error::Open { .. }));
}

#[test]
fn there_is_nothing_to_read_in_a_file_that_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    assert!(matches!(Reader::open(&path), Err(Error::Open { .. })));
    assert!(!path.exists());
    assert!(matches!(Reader::open(dir.path()), Err(Error::Open { .. })));
    assert!(Writer::open(&dir.path().join("no/folder.db"), Settings::default()).is_err());
}

#[test]
fn a_look_leaves_nothing_beside_the_file_and_sees_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("traces.db");
    assert!(matches!(Reader::peek(&path), Err(Error::Open { .. })));
    let writer = Writer::open(&path, Settings::default()).unwrap();
    writer.send(call(1, "add"));
    assert!(writer.flush(LONG));
    let count = || {
        let reader = Reader::peek(&path).unwrap();
        reader.list(&ListFilter::default()).unwrap().len()
    };
    // The log holds it: the file itself is still without it.
    assert_eq!(count(), 1);
    writer.send(call(2, "add"));
    writer.close(LONG);
    drop(writer);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(count(), 2);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}
