//! Spans and metrics that clients make themselves.

use super::*;

fn event(number: u64, ms: i64, payload: Payload) -> ClientEvent {
    ClientEvent {
        trace_id: trace(1),
        span_id: id(number),
        time: Time(NOON.0 + ms * 1_000_000),
        attributes: Vec::new(),
        payload,
    }
}

fn start(number: u64, parent: Option<u64>) -> ClientEvent {
    let name = format!("client {number}");
    let parent_span_id = parent.map(id);
    event(
        number,
        0,
        Payload::SpanStart {
            name,
            parent_span_id,
        },
    )
}

fn end(number: u64, status: Status) -> ClientEvent {
    event(number, 100, Payload::SpanEnd { status })
}

fn log(number: u64, message: &str) -> ClientEvent {
    let message = message.to_owned();
    let severity = Severity::Warn;
    event(number, 50, Payload::Log { message, severity })
}

#[test]
fn a_span_has_the_clients_ids_and_all_that_was_told_of_it() {
    let fresh = fresh();
    let open = OpenSpans::new(10, LONG);
    let take = |event| open.take(event, &fresh.writer);
    let mut first = start(1, Some(9));
    first.attributes = vec![("k".into(), "v".into()), ("n".into(), 1.into())];
    take(first);
    take(start(1, None));
    take(log(1, "hello"));
    let mut last = end(1, Status::Error);
    last.attributes = vec![("n".into(), 2.into())];
    take(last);
    assert!(open.is_empty());
    take(log(1, "late"));
    take(end(1, Status::Ok));
    let span = fresh.reader().span(trace(1), id(1)).unwrap().unwrap();
    assert_eq!(
        (span.name.as_str(), span.parent_span_id),
        ("client 1", Some(id(9)))
    );
    assert_eq!(
        (span.status, span.end),
        (Status::Error, Time(NOON.0 + 100_000_000))
    );
    let attributes = serde_json::Value::Object(span.attributes);
    assert_eq!(attributes, serde_json::json!({"k": "v", "n": 2}));
    let told: Vec<_> = span
        .events
        .iter()
        .map(|event| {
            (
                event.name.as_str(),
                serde_json::to_string(&event.attributes).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "unstructured_log",
                r#"{"message":"hello","severity":"warn"}"#.to_owned()
            ),
            (
                "unstructured_log",
                r#"{"message":"late","severity":"warn"}"#.to_owned()
            ),
            ("span_end", r#"{"status":"ok"}"#.to_owned()),
        ]
    );
}

#[test]
fn what_is_told_of_a_span_before_it_is_stored_is_found_with_it() {
    let fresh = fresh();
    let open = OpenSpans::new(10, LONG);
    for message in [log(5, "early"), start(5, None), end(5, Status::Ok)] {
        open.take(message, &fresh.writer);
    }
    let span = fresh.reader().span(trace(1), id(5)).unwrap().unwrap();
    assert_eq!(span.events[0].attributes["message"], "early");
}

#[test]
fn open_spans_are_bounded_in_number_and_age() {
    let fresh = fresh();
    let open = OpenSpans::new(2, LONG);
    for number in 1..=4 {
        open.take(start(number, None), &fresh.writer);
    }
    assert_eq!(open.len(), 2);
    open.finish(&fresh.writer);
    assert!(open.is_empty());
    let all =
        "SELECT span_id, json_extract(attributes, '$.unfinished') FROM spans ORDER BY span_id";
    let expected: Vec<_> = (1..=4)
        .map(|number| format!("{}|Integer(1)", id(number)))
        .collect();
    assert_eq!(fresh.sql(all), expected);

    let brief = OpenSpans::new(100, Duration::ZERO);
    brief.take(start(5, None), &fresh.writer);
    brief.take(log(5, "it is gone"), &fresh.writer);
    assert!(brief.is_empty());
    let span = fresh.reader().span(trace(1), id(5)).unwrap().unwrap();
    assert_eq!(span.events.len(), 1);
}

#[test]
fn an_open_span_holds_so_many_events_and_no_more() {
    let fresh = fresh();
    let open = OpenSpans::new(2, LONG);
    open.take(start(1, None), &fresh.writer);
    for _ in 0..200 {
        open.take(log(1, "again"), &fresh.writer);
    }
    fresh.writer.flush(LONG);
    assert_eq!(fresh.writer.counts().stored.late_events, 72);
    open.take(end(1, Status::Ok), &fresh.writer);
    let span = fresh.reader().span(trace(1), id(1)).unwrap().unwrap();
    assert_eq!(span.events.len(), 200);
}

fn metric(ms: i64, value: impl Into<Value>, unit: &str, model: &str) -> ClientEvent {
    let mut metric = event(
        7,
        ms,
        Payload::Metric {
            name: "tokens".to_owned(),
            value: value.into(),
            unit: unit.to_owned(),
        },
    );
    metric.attributes = vec![("model".into(), model.into()), ("__ttl__".into(), 1.into())];
    metric
}

/// The series of `tokens`, each as a line of labels and points, times counted from noon.
fn ask(reader: &Reader, granularity: Granularity, matchers: &[(&str, &str, &str)]) -> Vec<String> {
    let matchers = matchers.iter().map(|(name, op, value)| Matcher {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
        op: op.parse().unwrap(),
    });
    let query = MetricsQuery {
        name: "tokens".to_owned(),
        start: NOON,
        end: Time(NOON.0 + 60_000_000_000),
        granularity,
        matchers: matchers.collect(),
    };
    let line = |series: Series| {
        let labels = series
            .labels
            .iter()
            .map(|label| format!("{}={}", label.name, label.value));
        let points = series.values.iter().map(|point| {
            format!(
                "{}:{}{}",
                point.timestamp_s - NOON.s(),
                point.value,
                &point.unit[..1]
            )
        });
        format!(
            "{} {}",
            labels.collect::<String>(),
            points.collect::<Vec<_>>().join(" ")
        )
    };
    reader
        .metrics(&query)
        .unwrap()
        .into_iter()
        .map(line)
        .collect()
}

#[test]
fn metrics_are_added_up_as_asked() {
    let fresh = fresh();
    let open = OpenSpans::new(2, LONG);
    // Noon is at 53 s of its minute.
    for message in [
        metric(0, 1, "tokens", "a"),
        metric(1000, 2.5, "tokens", "a"),
        metric(2000, 4, "s", "a"),
        metric(10_000, 8, "tokens", "a"),
        metric(0, 16, "tokens", "b'\""),
    ] {
        open.take(message, &fresh.writer);
    }
    let reader = fresh.reader();
    let ask = |granularity, matchers: &[_]| ask(&reader, granularity, matchers);
    let (a, b) = ("model=a", "model=b'\"");
    let raw = [format!("{a} 0:1t 1:2.5t 2:4s 10:8t"), format!("{b} 0:16t")];
    assert_eq!(ask(Granularity::Raw, &[]), raw);
    let minutes = [format!("{a} -53:3.5t -53:4s 7:8t"), format!("{b} -53:16t")];
    assert_eq!(ask(Granularity::Minute, &[]), minutes);
    let all = [format!("{a} 60:11.5t 60:4s"), format!("{b} 60:16t")];
    assert_eq!(ask(Granularity::All, &[]), all);
    for (op, value, expected) in [
        ("=", "a", &all[..1]),
        ("=", "A", &[]),
        ("!=", "a", &all[1..]),
        ("=~", "'\"", &all[1..]),
        ("=~", "A", &all[..1]),
        ("!~", "a", &all[1..]),
        ("!~", "%", &all),
    ] {
        assert_eq!(
            ask(Granularity::All, &[("model", op, value)]),
            expected,
            "{op} {value}"
        );
    }
    assert_eq!(
        ask(Granularity::All, &[("missing", "!=", "a")]),
        [] as [String; 0]
    );
    let none = MetricsQuery {
        name: "nope".to_owned(),
        start: Time(0),
        end: Time(i64::MAX),
        granularity: Granularity::Raw,
        matchers: Vec::new(),
    };
    assert_eq!(reader.metrics(&none).unwrap(), []);
}
