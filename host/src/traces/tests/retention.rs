//! What is forgotten.

use rusqlite::Connection;

use super::super::retention::Sweeper;
use super::super::schema;
use super::*;

/// Sweeps until nothing is left to do, and says in how many steps.
fn sweep(connection: &mut Connection, retention: Retention, now: Time) -> u32 {
    let mut sweeper = Sweeper::new(retention);
    let mut steps = 0;
    while sweeper.step(connection, now).unwrap() {
        steps += 1;
        assert!(steps < 10_000);
    }
    steps
}

fn filled(calls: u64, text: &str) -> (Fresh, Connection) {
    let fresh = fresh();
    for number in 0..calls {
        let mut root = with(span(trace(1), number * 1000, None), "text", text);
        root.trace_id.0[8..].copy_from_slice(&number.to_be_bytes());
        root.events.push(Event {
            name: "event".into(),
            time: root.start,
            attributes: Vec::new(),
        });
        let late = LateEvent {
            trace_id: root.trace_id,
            span_id: root.span_id,
            event: root.events[0].clone(),
        };
        fresh.writer.send(branch(vec![root]));
        fresh.writer.send_late(late);
        // The queue is shorter than all of this.
        if number % 10_000 == 0 {
            fresh.writer.flush(LONG);
        }
    }
    fresh.writer.close(LONG);
    let connection = schema::open_to_write(&fresh.path).unwrap();
    (fresh, connection)
}

#[test]
fn what_is_too_old_is_forgotten_with_all_its_rows() {
    let (fresh, mut connection) = filled(3000, "");
    let retention = Retention {
        age: Some(Duration::from_secs(100)),
        bytes: None,
    };
    // The last begins 2999 s after noon.
    let now = Time(NOON.0 + 3_000_000_000_000);
    assert!(sweep(&mut connection, retention, now) > 1, "in steps");
    assert_eq!(
        fresh.sql(
            "SELECT (SELECT count(*) FROM branches), (SELECT count(*) FROM span_rows),
                 (SELECT count(*) FROM event_rows), (SELECT min(start_time) FROM spans)"
        ),
        ["Integer(100)|Integer(100)|Integer(200)|2026-11-20T23:36:13+00:00"]
    );
    assert_eq!(sweep(&mut connection, retention, now), 0);
}

#[test]
fn a_file_that_is_too_large_shrinks_and_keeps_the_newest() {
    let (fresh, mut connection) = filled(4000, &"x".repeat(2000));
    let before = std::fs::metadata(&fresh.path).unwrap().len();
    assert!(before > 8_000_000);
    let retention = Retention {
        age: None,
        bytes: Some(4_000_000),
    };
    assert!(sweep(&mut connection, retention, NOON) > 1);
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))
        .unwrap();
    let after = std::fs::metadata(&fresh.path).unwrap().len();
    assert!(after < 4_700_000 && after > 3_000_000, "{after}");
    let left = fresh.sql("SELECT max(start_time), count(*) > 500 FROM spans");
    assert_eq!(left, ["2026-11-20T23:54:32+00:00|Integer(1)"]);
    assert_eq!(fresh.sql("PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn datasets_do_not_push_spans_out() {
    let (fresh, mut connection) = filled(100, "");
    let datasets = Datasets::open(&fresh.path, u64::MAX).unwrap();
    let dataset = Dataset {
        name: "large".to_owned(),
        purpose: String::new(),
        source: serde_json::Value::Null,
        metadata: serde_json::Map::new(),
    };
    datasets.create(&dataset).unwrap();
    let row = serde_json::json!({"text": "x".repeat(100_000)});
    datasets
        .append("large", &vec![row.as_object().unwrap().clone(); 50])
        .unwrap();
    let retention = Retention {
        age: None,
        bytes: Some(1_000_000),
    };
    assert_eq!(sweep(&mut connection, retention, NOON), 0);
}

#[test]
fn the_writer_forgets_by_itself() {
    let fresh = fresh();
    let started = |number, start| {
        let mut span = span(trace(number), 1, None);
        (span.start, span.end) = (start, start);
        branch(vec![span])
    };
    fresh.writer.send(started(1, Time::from_s(1_000_000_000)));
    fresh.writer.close(LONG);
    let settings = Settings {
        retention: Retention {
            age: Some(Duration::from_secs(3600)),
            bytes: None,
        },
        ..Settings::default()
    };
    let writer = Writer::open(&fresh.path, settings).unwrap();
    writer.send(started(2, Time::now()));
    // The first clean-up comes right after the first batch.
    writer.close(LONG);
    let kept = fresh.sql("SELECT trace_id FROM traces");
    assert_eq!(kept, [trace(2).to_string()]);
}
