//! Whole traces, depth first.

use super::*;

fn walked(spans: Vec<Span>) -> Vec<u64> {
    let fresh = fresh();
    for span in spans {
        fresh.writer.send(branch(vec![span]));
    }
    ids(&fresh.reader().walk(trace(1)).unwrap())
}

#[test]
fn a_trace_is_read_depth_first_and_siblings_by_start() {
    let t = trace(1);
    for (spans, expected) in [
        (vec![], &[][..]),
        (vec![span(t, 1, None)], &[1]),
        (
            vec![
                span(t, 5, Some(3)),
                span(t, 4, Some(1)),
                span(t, 3, Some(1)),
                span(t, 1, None),
            ],
            &[1, 3, 5, 4],
        ),
        // Two trees: of the second, the parent is elsewhere.
        (
            vec![
                span(t, 7, Some(99)),
                span(t, 8, Some(7)),
                span(t, 2, None),
                span(t, 9, Some(2)),
            ],
            &[2, 9, 7, 8],
        ),
    ] {
        assert_eq!(walked(spans), expected);
    }
}

#[test]
fn spans_in_a_circle_come_last_and_none_is_lost() {
    let t = trace(1);
    let spans = vec![
        span(t, 2, Some(3)),
        span(t, 3, Some(2)),
        span(t, 4, Some(4)),
        span(t, 5, None),
    ];
    assert_eq!(walked(spans), [5, 2, 3, 4]);
}

#[test]
fn spans_that_share_an_id_are_all_there() {
    let t = trace(1);
    let spans = vec![span(t, 1, None), span(t, 1, None), span(t, 2, Some(1))];
    assert_eq!(walked(spans), [1, 2, 1]);
}

#[test]
fn events_told_later_are_there() {
    let fresh = fresh();
    fresh.writer.send(call(1, "add"));
    fresh.writer.send_late(LateEvent {
        trace_id: trace(1),
        span_id: id(101),
        event: Event {
            name: "late".into(),
            time: NOON,
            attributes: Vec::new(),
        },
    });
    let spans = fresh.reader().walk(trace(1)).unwrap();
    assert_eq!(ids(&spans), [100, 101]);
    assert_eq!(spans[1].events[0].name, "late");
    assert_eq!(fresh.reader().walk(trace(2)).unwrap(), []);
}
