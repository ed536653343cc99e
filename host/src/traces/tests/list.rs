//! Lists, search and statistics.

use super::*;

#[test]
fn a_list_shows_what_it_is_asked_for_newest_first() {
    let fresh = fresh();
    for number in 1..=4 {
        let mut branch = call(number, if number % 2 == 0 { "even" } else { "odd" });
        if number == 3 {
            branch.spans[1].status = Status::Error;
            branch.spans[1]
                .attributes
                .push((ERROR_TYPE.into(), "timeout".into()));
            branch.spans[1].end = Time(branch.spans[1].start.0 + 2_000_000_000);
        }
        fresh.writer.send(branch);
    }
    let reader = fresh.reader();
    let list = |filter: ListFilter| -> Vec<u8> {
        let summaries = reader.list(&filter).unwrap();
        summaries
            .iter()
            .map(|summary| summary.trace_id.0[0])
            .collect()
    };
    let all = ListFilter::default;
    assert_eq!(list(all()), [4, 3, 2, 1]);
    assert_eq!(
        list(ListFilter {
            tool: Some("odd".to_owned()),
            ..all()
        }),
        [3, 1]
    );
    assert_eq!(
        list(ListFilter {
            tool: Some("' OR 1".to_owned()),
            ..all()
        }),
        [] as [u8; 0]
    );
    assert_eq!(
        list(ListFilter {
            status: Some(Status::Error),
            ..all()
        }),
        [3]
    );
    assert_eq!(
        list(ListFilter {
            status: Some(Status::Ok),
            ..all()
        }),
        [4, 2, 1]
    );
    assert_eq!(
        list(ListFilter {
            slower_than: Some(Duration::from_secs(1)),
            ..all()
        }),
        [3]
    );
    let since = Some(Time(NOON.0 + 300_000_000));
    assert_eq!(list(ListFilter { since, ..all() }), [4, 3]);
    let mut page = ListFilter {
        limit: Some(2),
        ..all()
    };
    let first = reader.list(&page).unwrap();
    page.before = Some(first[1].cursor);
    assert_eq!(list(page), [2, 1]);
    let failed = &first[1];
    assert_eq!(failed.error_type.as_deref(), Some("timeout"));
    assert_eq!(failed.duration, Duration::from_millis(2001));
    assert_eq!((failed.spans, failed.name.as_str()), (2, "span 300"));
}

#[test]
fn text_is_found_in_names_attributes_and_events() {
    let fresh = fresh();
    let mut branch = call(1, "add");
    branch.spans[1].name = "100% of it".into();
    branch.spans[1]
        .attributes
        .push(("say".into(), "\"hello\" back\\slash".into()));
    branch.spans[1].events.push(Event {
        name: "denied".into(),
        time: NOON,
        attributes: vec![("host".into(), "evil.example".into())],
    });
    fresh.writer.send(branch);
    fresh.writer.send(call(2, "add"));
    fresh.writer.send_late(LateEvent {
        trace_id: trace(2),
        span_id: id(201),
        event: Event {
            name: "late".into(),
            time: NOON,
            attributes: Vec::new(),
        },
    });
    let reader = fresh.reader();
    for (text, expected) in [
        ("100%", &[1][..]),
        ("SPAN 100", &[1]),
        ("0% o", &[1]),
        ("1%0", &[]),
        ("_00", &[]),
        ("\"hello\"", &[1]),
        ("back\\slash", &[1]),
        ("evil.example", &[1]),
        ("Denied", &[1]),
        ("late", &[2]),
        ("add", &[2, 1]),
        ("' OR 1=1 --", &[]),
    ] {
        let found = reader.search(text, NOON, None).unwrap();
        let found: Vec<u8> = found.iter().map(|summary| summary.trace_id.0[0]).collect();
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(reader.search("add", Time(i64::MAX), None).unwrap(), []);
}

#[test]
fn statistics_are_of_each_tool() {
    let fresh = fresh();
    for number in 1..=100 {
        let mut branch = call(number, "add");
        let called = &mut branch.spans[1];
        called.end = Time(called.start.0 + i64::from(number) * 1_000_000);
        called
            .attributes
            .push((FUEL.into(), (i64::from(number) * 10).into()));
        called
            .attributes
            .push(("rows".into(), (f64::from(number) / 2.0).into()));
        if number > 98 {
            called.status = Status::Error;
        }
        if number == 100 {
            called
                .attributes
                .push((ERROR_TYPE.into(), "timeout".into()));
        }
        fresh.writer.send(branch);
    }
    fresh.writer.send(call(101, "sub"));
    fresh.writer.send(branch(vec![span(trace(102), 1, None)]));
    let reader = fresh.reader();
    let stats = reader.stats(NOON).unwrap();
    assert_eq!(
        stats
            .iter()
            .map(|tool| tool.tool.as_str())
            .collect::<Vec<_>>(),
        ["add", "sub"]
    );
    let add = &stats[0];
    assert_eq!(add.calls, 100);
    let errors: Vec<_> = add
        .errors
        .iter()
        .map(|(kind, count)| (kind.as_str(), *count))
        .collect();
    assert_eq!(errors, [("_OTHER", 1), ("timeout", 1)]);
    assert_eq!(
        Quantiles::duration(add.duration_ns.p50),
        Duration::from_millis(50)
    );
    assert_eq!(
        Quantiles::duration(add.duration_ns.max),
        Duration::from_millis(100)
    );
    assert_eq!(add.fuel.unwrap().p99, 990.0);
    assert_eq!(add.memory_bytes, None);
    let keys = ["rows", FUEL, "nope"].map(str::to_owned);
    let observed = reader.observed("add", NOON, &keys).unwrap();
    assert_eq!(observed[0].values.unwrap().max, 50.0);
    assert_eq!(observed[1].values.unwrap().p50, 500.0);
    assert_eq!(observed[2].values, None);
    let last = reader.stats(Time(NOON.0 + 10_000_000_000)).unwrap();
    assert_eq!((last.len(), last[0].calls), (2, 1));
}
