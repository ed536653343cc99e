//! The shape of the JSON.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::traces;

/// 2026-11-20T22:47:53Z.
const NOON: traces::Time = traces::Time(1_795_214_873_000_000_000);

/// Writes `value`, compares it, and reads it again.
fn check<T>(value: &T, expected: &Value)
where
    T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(json, *expected);
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), *value);
}

fn summary() -> traces::Summary {
    traces::Summary {
        cursor: traces::Cursor {
            start: NOON,
            number: 7,
        },
        trace_id: traces::TraceId([0xab; 16]),
        root_span_id: traces::SpanId([1; 8]),
        has_parent: false,
        name: "execute_tool add".to_owned(),
        service: "toolhost".to_owned(),
        tool: Some("add".to_owned()),
        status: traces::Status::Error,
        error_type: Some("timeout".to_owned()),
        start: NOON,
        duration: Duration::from_micros(12_345),
        spans: 4,
    }
}

#[test]
fn a_page_names_the_next_one_if_it_is_full() {
    let row = json!({
        "trace_id": "ab".repeat(16), "root_span_id": "01".repeat(8), "name": "execute_tool add",
        "service": "toolhost", "tool": "add", "status": "error", "error_type": "timeout",
        "start_time": "2026-11-20T22:47:53.000000Z", "duration_ms": 12.345, "spans": 4,
    });
    check(
        &Page::of(vec![summary()], 1),
        &json!({"data": [row], "next": "1795214873000000000.7"}),
    );
    check(
        &Page::of(vec![summary()], 2),
        &json!({"data": [row], "next": null}),
    );
    check(&Page::of(Vec::new(), 0), &json!({"data": [], "next": null}));
}

#[test]
fn a_trace_has_times_from_its_earliest_span_on() {
    let id = traces::TraceId([1; 16]);
    assert_eq!(Trace::of(id, Vec::new()), None);
    let span = |number: u8, start_us: i64| traces::StoredSpan {
        trace_id: id,
        span_id: traces::SpanId([number; 8]),
        parent_span_id: (number > 1).then_some(traces::SpanId([1; 8])),
        name: "call".to_owned(),
        kind: traces::Kind::Server,
        status: traces::Status::Unset,
        status_message: String::new(),
        start: traces::Time(NOON.0 + start_us * 1000),
        end: traces::Time(NOON.0 + 5_000_000),
        attributes: Map::new(),
        events: Vec::new(),
    };
    let mut late = span(2, 1500);
    late.attributes.insert("n".to_owned(), json!(1));
    late.events.push(traces::StoredEvent {
        name: "log".to_owned(),
        time: traces::Time(NOON.0 - 500_000),
        attributes: Map::new(),
    });
    let at = |text: &str| format!("2026-11-20T22:47:53.{text}Z");
    check(
        &Trace::of(id, vec![span(1, 0), late]).unwrap(),
        &json!({"trace_id": "01".repeat(16), "spans": [
            {
                "span_id": "01".repeat(8), "parent_span_id": null, "name": "call",
                "kind": "SERVER", "start_time": at("000000"), "end_time": at("005000"),
                "offset_ms": 0.0, "duration_ms": 5.0, "status": "unset", "status_message": "",
                "attributes": {}, "events": [],
            },
            {
                "span_id": "02".repeat(8), "parent_span_id": "01".repeat(8), "name": "call",
                "kind": "SERVER", "start_time": at("001500"), "end_time": at("005000"),
                "offset_ms": 1.5, "duration_ms": 3.5, "status": "unset", "status_message": "",
                "attributes": {"n": 1},
                "events": [{
                    "name": "log", "time": "2026-11-20T22:47:52.999500Z", "offset_ms": -0.5,
                    "attributes": {},
                }],
            },
        ]}),
    );
}

#[test]
fn statistics_are_in_milliseconds_and_whole_numbers_have_no_point() {
    let of = |scale: f64| traces::Quantiles {
        count: 4,
        p50: scale,
        p95: 2.0 * scale,
        p99: 3.0 * scale,
        max: 4.5 * scale,
    };
    let stats = traces::ToolStats {
        tool: "add".to_owned(),
        calls: 4,
        errors: [("timeout".to_owned(), 3)].into(),
        duration_ns: of(1e6),
        fuel: Some(of(2e9)),
        memory_bytes: None,
    };
    check(
        &Stats::of(NOON, vec![stats]),
        &json!({"since": "2026-11-20T22:47:53.000000Z", "data": [{
            "tool": "add", "calls": 4, "errors": {"timeout": 3},
            "duration_ms": {"p50": 1, "p95": 2, "p99": 3, "max": 4.5},
            "fuel": {"p50": 2_000_000_000, "p95": 4_000_000_000u64, "p99": 6_000_000_000u64,
                     "max": 9_000_000_000u64},
            "memory_bytes": null,
        }]}),
    );
}

#[test]
fn a_series_has_the_length_of_its_steps_and_null_where_nothing_was_called() {
    let query = traces::SeriesQuery {
        since: NOON,
        until: traces::Time(NOON.0 + 3_000_000_000),
        steps: 2,
        tool: None,
    };
    let step = |duration_ns| traces::Step {
        start: NOON,
        calls: 1,
        errors: 0,
        duration_ns,
    };
    let quantiles = traces::Quantiles {
        count: 1,
        p50: 1.5e6,
        p95: 2.5e6,
        p99: 3.5e6,
        max: 4e6,
    };
    let at = "2026-11-20T22:47:53.000000Z";
    check(
        &Series::of(&query, vec![step(Some(quantiles)), step(None)]),
        &json!({
            "since": at, "until": "2026-11-20T22:47:56.000000Z", "step_ms": 1500.0,
            "data": [
                {"start_time": at, "calls": 1, "errors": 0, "p50_ms": 1.5, "p95_ms": 2.5, "p99_ms": 3.5},
                {"start_time": at, "calls": 1, "errors": 0, "p50_ms": null, "p95_ms": null, "p99_ms": null},
            ],
        }),
    );
}

#[test]
fn limits_are_worded_as_tools_list_words_them() {
    check(
        &Limits::from(&crate::policy::Limits::DEFAULT),
        &json!({
            "fuel": "1000000000", "memory": "64.0 MiB", "timeout": "5s", "output": "1.0 MiB",
            "log": "64.0 KiB", "concurrency": "32", "hostcalls": "100000", "tables": "20000",
            "handles": "1024", "http_requests": "16",
        }),
    );
}
