//! What the queue lets in, what it drops, and that all of it is counted.

use std::sync::Barrier;

use super::super::queue::{Chunk, Item, Queue};
use super::*;

fn important(mut branch: Branch) -> Branch {
    branch.is_important = true;
    branch
}

/// A branch of so many spans.
fn long(number: u8, spans: u64) -> Branch {
    branch(
        (0..spans)
            .map(|place| span(trace(number), place, None))
            .collect(),
    )
}

fn numbers<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<u8> {
    let number = |item: &Item| match item {
        Item::Branch(branch) => branch.spans[0].trace_id.0[0],
        Item::Late(event) => event.trace_id.0[0],
    };
    items.into_iter().map(number).collect()
}

#[test]
fn a_full_queue_drops_what_is_ordinary() {
    let mut queue = Queue::new(10);
    let mut push = |branch: Branch| numbers(&queue.push(Item::Branch(branch.into())));
    assert_eq!(push(long(1, 4)), [0; 0]);
    assert_eq!(push(long(2, 4)), [0; 0]);
    assert_eq!(push(long(3, 4)), [3], "no room");
    assert_eq!(push(long(4, 2)), [0; 0], "just enough room");
    assert_eq!(push(important(long(5, 5))), [1, 2], "the oldest go");
    assert_eq!(
        push(important(long(6, 6))),
        [6],
        "not even without ordinary ones"
    );
    assert_eq!(push(important(long(7, 5))), [4]);
    assert_eq!(push(important(long(8, 1))), [8]);
    let mut batch = Vec::new();
    queue.take(7, &mut batch);
    assert_eq!(numbers(batch.iter().flat_map(Chunk::items)), [5, 7]);
    let counts = queue.counts();
    assert_eq!(
        (counts.sent.spans, counts.dropped.spans, counts.queued.spans),
        (31, 21, 10)
    );
    queue.settle(batch[0].tally(), true);
    assert_eq!(
        (queue.counts().stored.branches, queue.counts().queued),
        (2, Tally::default())
    );
}

#[test]
fn what_was_sent_before_is_settled_when_it_is_written_or_dropped() {
    let mut queue = Queue::new(10);
    queue.push(Item::Branch(long(1, 4).into()));
    queue.push(Item::Branch(important(long(2, 4)).into()));
    let last = queue.last();
    assert!(!queue.is_settled(last));
    let mut batch = Vec::new();
    queue.take(1, &mut batch);
    queue.push(Item::Branch(long(3, 1).into()));
    queue.settle(batch[0].tally(), true);
    assert!(!queue.is_settled(last), "the ordinary one waits");
    queue.push(Item::Branch(important(long(4, 9)).into()));
    assert!(queue.is_settled(last), "it was pushed out");
    assert!(!queue.is_settled(queue.last()));
}

#[test]
fn everything_sent_by_four_threads_is_stored_or_counted_as_dropped() {
    let fresh = fresh_with(Settings {
        queue_spans_max: 300,
        ..Settings::default()
    });
    let barrier = Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let (writer, barrier) = (&fresh.writer, &barrier);
            scope.spawn(move || {
                barrier.wait();
                for number in 0..3000_u64 {
                    let mut sent = long(thread, 1 + number % 4);
                    sent.is_important = number % 100 == 0;
                    writer.send(sent);
                }
            });
        }
    });
    assert!(fresh.writer.flush(LONG));
    let Counts {
        sent,
        stored,
        dropped,
        queued,
    } = fresh.writer.counts();
    assert_eq!((sent.branches, sent.spans), (12_000, 30_000));
    assert_eq!(queued, Tally::default());
    assert_eq!(stored.branches + dropped.branches, sent.branches);
    assert_eq!(stored.spans + dropped.spans, sent.spans);
    let rows =
        fresh.sql("SELECT (SELECT count(*) FROM branches), (SELECT count(*) FROM span_rows)");
    assert_eq!(
        rows,
        [format!(
            "Integer({})|Integer({})",
            stored.branches, stored.spans
        )]
    );
}

#[test]
fn important_branches_survive_a_flood() {
    let fresh = fresh_with(Settings {
        queue_spans_max: 100,
        ..Settings::default()
    });
    for number in 0..20_000_u64 {
        let mut sent = long(1, 1);
        if number % 1000 == 0 {
            sent = important(long(2, 1));
        }
        fresh.writer.send(sent);
    }
    let kept = fresh.sql(&format!(
        "SELECT count(*) FROM spans WHERE trace_id = '{}'",
        trace(2)
    ));
    assert_eq!(kept, ["Integer(20)"]);
    assert!(
        fresh.writer.counts().dropped.spans > 0,
        "the flood was none"
    );
}

#[test]
fn closing_writes_what_waits_and_refuses_what_comes_later() {
    let fresh = fresh();
    for number in 0..100 {
        fresh.writer.send(call(number, "add"));
    }
    fresh.writer.send(branch(Vec::new()));
    let counts = fresh.writer.close(LONG);
    assert_eq!((counts.stored.branches, counts.sent.branches), (100, 100));
    fresh.writer.send(call(101, "add"));
    let counts = fresh.writer.close(LONG);
    assert_eq!((counts.dropped.branches, counts.dropped.spans), (1, 2));
    assert_eq!(fresh.sql("SELECT count(*) FROM traces"), ["Integer(100)"]);
}

#[test]
fn a_locked_file_is_waited_for_and_then_given_up() {
    let fresh = fresh();
    let other = rusqlite::Connection::open(&fresh.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    fresh.writer.send(call(1, "add"));
    assert!(!fresh.writer.flush(Duration::from_millis(100)));
    assert_eq!(fresh.writer.counts().queued.branches, 1);
    other.execute_batch("ROLLBACK").unwrap();
    assert!(fresh.writer.flush(LONG));
    assert_eq!(fresh.writer.counts().stored.branches, 1);

    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    fresh.writer.send(call(2, "add"));
    fresh.writer.send(call(3, "add"));
    let counts = fresh.writer.close(Duration::from_millis(50));
    assert_eq!((counts.stored.branches, counts.dropped.branches), (1, 2));
    assert_eq!(counts.queued, Tally::default());
}

#[test]
fn the_thread_says_that_it_starts() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static STARTED: AtomicBool = AtomicBool::new(false);
    let fresh = fresh_with(Settings {
        on_start: || STARTED.store(true, Ordering::Relaxed),
        ..Settings::default()
    });
    fresh.writer.close(LONG);
    assert!(STARTED.load(Ordering::Relaxed));
}
