//! What is asked about traces and spans.

use super::*;

#[test]
fn a_span_comes_back_as_it_was_sent() {
    let fresh = fresh();
    let mut sent = span(trace(1), 1, Some(7));
    sent.kind = Kind::Client;
    sent.status = Status::Error;
    sent.status_message = "no answer".to_owned();
    sent.attributes = vec![
        ("text".into(), "a \"quoted\" ключ \u{0}".into()),
        ("int".into(), i64::MIN.into()),
        ("float".into(), 0.5.into()),
        ("nan".into(), f64::NAN.into()),
        ("twice".into(), 1.into()),
        ("truth".into(), true.into()),
        ("list".into(), Value::Json(serde_json::json!([1, "b"]))),
        ("twice".into(), 2.into()),
    ];
    sent.events = vec![Event {
        name: "denied".into(),
        time: Time(NOON.0 + 1),
        attributes: vec![("rule".into(), "network".into())],
    }];
    fresh.writer.send(branch(vec![sent]));
    let read = fresh.reader().span(trace(1), id(1)).unwrap().unwrap();
    let expected = serde_json::json!({
        "text": "a \"quoted\" ключ \u{0}", "int": i64::MIN, "float": 0.5, "nan": null,
        "truth": true, "list": [1, "b"], "twice": 2,
    });
    assert_eq!(serde_json::Value::Object(read.attributes), expected);
    assert_eq!(read.parent_span_id, Some(id(7)));
    assert_eq!((read.kind, read.status), (Kind::Client, Status::Error));
    assert_eq!(read.status_message, "no answer");
    assert_eq!(
        (read.start, read.end),
        (Time(NOON.0 + 1_000_000), Time(NOON.0 + 11_000_000))
    );
    assert_eq!(read.events.len(), 1);
    assert_eq!(read.events[0].time, Time(NOON.0 + 1));
    assert_eq!(read.events[0].attributes["rule"], "network");
}

#[test]
fn what_is_not_there_is_not_found() {
    let fresh = fresh();
    let reader = fresh.reader();
    assert_eq!(reader.trace(trace(1)).unwrap(), None);
    assert_eq!(reader.tree(id(1), &TreeQuery::default()).unwrap(), None);
    assert_eq!(reader.traces(&TraceQuery::default()).unwrap(), []);
    fresh.writer.send(call(1, "add"));
    let reader = fresh.reader();
    assert_eq!(reader.span(trace(2), id(100)).unwrap(), None);
    assert_eq!(reader.tree(id(1), &TreeQuery::default()).unwrap(), None);
}

#[test]
fn the_branches_of_a_trace_are_one_trace() {
    let fresh = fresh();
    // The caller's own span comes last: it ended last.
    fresh.writer.send(branch(vec![
        span(trace(1), 20, Some(10)),
        span(trace(1), 21, Some(20)),
    ]));
    fresh
        .writer
        .send(branch(vec![span(trace(1), 30, Some(10))]));
    fresh.writer.send(branch(vec![span(trace(1), 10, None)]));
    let reader = fresh.reader();
    let expected = Trace {
        trace_id: trace(1),
        root_span_id: id(10),
        start: Time(NOON.0 + 10_000_000),
        end: Time(NOON.0 + 40_000_000),
        service: "toolhost".to_owned(),
    };
    assert_eq!(reader.trace(trace(1)).unwrap(), Some(expected.clone()));
    assert_eq!(reader.traces(&TraceQuery::default()).unwrap(), [expected]);
    let tree = reader.tree(id(10), &TreeQuery::default()).unwrap().unwrap();
    assert_eq!(ids(&tree), [10, 20, 30, 21]);
    assert_eq!(ids(&reader.spans_of(trace(1)).unwrap()), [20, 21, 30, 10]);
    assert_eq!(reader.spans_of(trace(2)).unwrap(), []);
}

#[test]
fn a_tree_goes_as_deep_as_it_is_asked_to() {
    let fresh = fresh();
    let t = trace(1);
    fresh.writer.send(branch(vec![
        span(t, 1, None),
        span(t, 4, Some(1)),
        span(t, 3, Some(1)),
        span(t, 5, Some(3)),
    ]));
    let reader = fresh.reader();
    for (root, depth_max, expected) in [
        (1, None, &[1, 3, 4, 5][..]),
        (1, Some(0), &[1]),
        (1, Some(1), &[1]),
        (1, Some(2), &[1, 3, 4]),
        (1, Some(9), &[1, 3, 4, 5]),
        (3, None, &[3, 5]),
        (5, None, &[5]),
    ] {
        let query = TreeQuery {
            depth_max,
            attributes: Vec::new(),
        };
        let tree = reader.tree(id(root), &query).unwrap().unwrap();
        assert_eq!(ids(&tree), expected, "{root} {depth_max:?}");
    }
}

#[test]
fn a_circle_of_parents_comes_to_an_end() {
    let fresh = fresh();
    let t = trace(1);
    fresh.writer.send(branch(vec![
        span(t, 1, Some(2)),
        span(t, 2, Some(1)),
        span(t, 3, Some(3)),
    ]));
    let reader = fresh.reader();
    let tree = |root| {
        reader
            .tree(id(root), &TreeQuery::default())
            .unwrap()
            .unwrap()
    };
    assert_eq!(ids(&tree(1)), [1, 2]);
    assert_eq!(ids(&tree(3)), [3]);
}

#[test]
fn a_tree_has_exactly_the_attributes_asked_for() {
    let fresh = fresh();
    let nested = Value::Json(serde_json::json!({"c": 5}));
    let root = with(with(span(trace(1), 1, None), "a.b", 1), "n", nested);
    fresh.writer.send(branch(vec![root]));
    let reader = fresh.reader();
    let attributes = |keys: &[&str]| {
        let query = TreeQuery {
            depth_max: None,
            attributes: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        let tree = reader.tree(id(1), &query).unwrap().unwrap();
        serde_json::Value::Object(tree[0].attributes.clone())
    };
    assert_eq!(
        attributes(&[]),
        serde_json::json!({"a.b": 1, "n": {"c": 5}})
    );
    assert_eq!(
        attributes(&["n.c", "x"]),
        serde_json::json!({"n.c": 5, "x": null})
    );
    assert_eq!(attributes(&["a.b"]), serde_json::json!({"a.b": 1}));
}

#[test]
fn spans_have_every_attribute_asked_for_and_are_those_of_matching_traces() {
    let fresh = fresh();
    for number in [1, 2] {
        let mut branch = call(number, if number == 1 { "add" } else { "sub" });
        branch.spans.push(with(
            span(trace(number), 5, Some(u64::from(number) * 100)),
            "x",
            1,
        ));
        fresh.writer.send(branch);
    }
    let reader = fresh.reader();
    let filters = [Filter {
        key: TOOL.to_owned(),
        op: Op::Eq,
        value: "add".into(),
    }];
    let spans = |keys: &[&str]| {
        let query = TreeQuery {
            depth_max: None,
            attributes: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        let spans = reader.spans(&filters, &query, None).unwrap();
        assert!(spans.iter().all(|span| span.trace_id == trace(1)));
        ids(&spans)
    };
    assert_eq!(spans(&["x"]), [5]);
    assert_eq!(spans(&[TOOL]), [101]);
    assert_eq!(spans(&[]), [5, 101]);
    assert_eq!(spans(&["x", TOOL]), [] as [u64; 0]);
}

#[test]
fn traces_are_sorted_limited_and_skipped() {
    let fresh = fresh();
    for number in [2, 1, 3] {
        fresh.writer.send(call(number, "add"));
    }
    let reader = fresh.reader();
    let traces = |order_by: &[&str], limit, offset| {
        let query = TraceQuery {
            order_by: order_by
                .iter()
                .map(|order| order.parse().unwrap())
                .collect(),
            limit,
            offset,
            ..TraceQuery::default()
        };
        trace_numbers(&reader.traces(&query).unwrap())
    };
    assert_eq!(traces(&[], None, 0), [1, 2, 3]);
    assert_eq!(traces(&["-start_time"], None, 0), [3, 2, 1]);
    assert_eq!(traces(&["service_name", "-end_time"], None, 0), [3, 2, 1]);
    assert_eq!(
        traces(&["trace_id", "root_span_id", "created_at"], None, 0),
        [1, 2, 3]
    );
    assert_eq!(traces(&[], Some(2), 1), [2, 3]);
    assert_eq!(traces(&[], Some(0), 0), [] as [u8; 0]);
    assert_eq!(traces(&[], None, u64::from(u32::MAX)), [] as [u8; 0]);
}

#[test]
fn a_question_that_is_not_valid_is_refused_by_the_name_of_its_field() {
    let reader = fresh().reader();
    let field = |error: Error| match error {
        Error::Invalid { field, .. } => field,
        other => panic!("{other}"),
    };
    let traces = |query: TraceQuery| field(reader.traces(&query).unwrap_err());
    let limit = Some(LIMIT_MAX + 1);
    assert_eq!(
        traces(TraceQuery {
            limit,
            ..TraceQuery::default()
        }),
        "limit"
    );
    assert_eq!(
        traces(TraceQuery {
            offset: u64::MAX,
            ..TraceQuery::default()
        }),
        "offset"
    );
    let filter = |key: &str| Filter {
        key: key.to_owned(),
        op: Op::Eq,
        value: 1.into(),
    };
    let filters = |filters| TraceQuery {
        filters,
        ..TraceQuery::default()
    };
    assert_eq!(traces(filters(vec![filter("a"); 33])), "attribute_filters");
    assert_eq!(traces(filters(vec![filter("")])), "key");
    assert_eq!(traces(filters(vec![filter(&"k".repeat(1025))])), "key");
    for order in [
        "nope",
        "--start_time",
        "start_time; DROP TABLE span_rows",
        "",
        "-",
    ] {
        assert_eq!(
            field(order.parse::<Order>().unwrap_err()),
            "order_by",
            "{order}"
        );
    }
    assert_eq!(field("like".parse::<Op>().unwrap_err()), "op");
    assert_eq!(field("~".parse::<MatcherOp>().unwrap_err()), "operator");
    assert_eq!(
        field("1w".parse::<Granularity>().unwrap_err()),
        "granularity"
    );
    assert_eq!(field("fatal".parse::<Severity>().unwrap_err()), "severity");
    let list = ListFilter {
        limit,
        ..ListFilter::default()
    };
    assert_eq!(field(reader.list(&list).unwrap_err()), "limit");
    let long = reader.search(&"%".repeat(1025), NOON, None);
    assert_eq!(field(long.unwrap_err()), "text");
}
