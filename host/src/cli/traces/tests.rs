//! What people see of traces, at 80 columns, and where it comes from.

mod sources;

use serde_json::json;

use super::*;
use crate::http::viewer::wire::{Event, Moment, Page, Span, Status, Summary, Trace};

/// 2026-11-20T22:47:53.855118Z.
const NOON: Time = Time(1_795_214_873_855_118_000);
const SCREEN: Screen = Screen {
    columns: 80,
    is_coloured: false,
};

/// A call that went well.
pub fn summary() -> Summary {
    Summary {
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        root_span_id: "00f067aa0ba902b7".to_owned(),
        name: "execute_tool add".to_owned(),
        service: "toolhost".to_owned(),
        tool: Some("add".to_owned()),
        status: Status::Unset,
        error_type: None,
        start_time: Moment(NOON),
        duration_ms: 12.34,
        spans: 3,
    }
}

/// Its span.
pub fn span() -> Span {
    Span {
        span_id: "00f067aa0ba902b7".to_owned(),
        parent_span_id: None,
        name: "execute_tool add".to_owned(),
        kind: "INTERNAL".to_owned(),
        start_time: Moment(NOON),
        end_time: Moment(NOON),
        offset_ms: 0.0,
        duration_ms: 12.34,
        status: Status::Unset,
        status_message: String::new(),
        attributes: serde_json::Map::new(),
        events: Vec::new(),
    }
}

fn below(parent: &str, id: &str, name: &str, (start, end): (f64, f64)) -> Span {
    Span {
        span_id: id.to_owned(),
        parent_span_id: (!parent.is_empty()).then(|| parent.to_owned()),
        name: name.to_owned(),
        offset_ms: start,
        duration_ms: end - start,
        ..span()
    }
}

fn failed(mut span: Span, kind: &str) -> Span {
    span.status = Status::Error;
    span.status_message = kind.to_owned();
    span.attributes.insert("error.type".to_owned(), json!(kind));
    span
}

fn event(name: &str, attributes: &serde_json::Value) -> Event {
    Event {
        name: name.to_owned(),
        time: Moment(NOON),
        offset_ms: 31.0,
        attributes: attributes.as_object().cloned().unwrap_or_default(),
    }
}

/// A call that ran out of time, denied a host and asked another.
fn trace() -> Trace {
    let mut called = failed(
        below("1", "2", "execute_tool get_weather", (0.12, 39.9)),
        "timeout",
    );
    called.attributes = json!({
        "gen_ai.tool.name": "get_weather",
        "sandbox.fuel.consumed": 2_981_508,
        "error.type": "timeout",
    })
    .as_object()
    .cloned()
    .unwrap_or_default();
    called.events = vec![event(
        "denied",
        &json!({"denial.rule": "network.host", "denial.target": "https://evil.example"}),
    )];
    let mut call = below("2", "4", "call", (0.4, 39.0));
    let line = "the answer has no field `gusts`, \u{1b}and what would have taken its place \
                is empty too";
    call.events = vec![
        event(
            "log",
            &json!({"log.iostream": "stdout", "message": "asking"}),
        ),
        event("log", &json!({"log.iostream": "stderr", "message": line})),
    ];
    let mut get = below("4", "5", "GET", (1.0, 20.0));
    get.attributes.insert(
        "url.full".to_owned(),
        json!(format!("https://api.example.com/{}", "path/".repeat(60))),
    );
    Trace {
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        spans: vec![
            below("", "1", "POST /v1/tool-runtime/invoke", (0.0, 40.0)),
            called,
            below("2", "3", "instantiate", (0.12, 0.4)),
            call,
            get,
        ],
    }
}

fn check(lines: &[String], expected: &str) {
    let shown = lines.join("\n");
    assert_eq!(shown, expected.trim_matches('\n'), "\n{shown}\n");
    for line in lines {
        assert!(crate::cli::text::width(line) <= SCREEN.columns, "{line}");
        assert!(!line.ends_with(' '), "{line:?}");
    }
}

#[test]
fn a_list_of_calls_fits_the_screen() {
    let row = |tool: &str, status, error: Option<&str>, (ms, ago_s): (f64, i64)| Summary {
        tool: (!tool.is_empty()).then(|| tool.to_owned()),
        name: if tool.is_empty() {
            "GET /v1/tools".to_owned()
        } else {
            format!("execute_tool {tool}")
        },
        status,
        error_type: error.map(str::to_owned),
        duration_ms: ms,
        start_time: Moment(Time(NOON.0 - ago_s * 1_000_000_000)),
        trace_id: format!("{:08x}{:024x}", ago_s + 0x4bf9_2f35, 0),
        ..summary()
    };
    let page = Page {
        data: vec![
            row("add", Status::Unset, None, (0.812, 0)),
            row("", Status::Ok, None, (1.2, 1)),
            row(
                "find_flights_between_two_cities",
                Status::Error,
                Some("too_many_host_calls"),
                (5020.0, 2),
            ),
            row("evil\u{1b}\n", Status::Error, None, (12.0, 3)),
        ],
        next: None,
    };
    let wanted = Wanted {
        limit: 4,
        is_filtered: false,
    };
    let lines = page::lines(&page, wanted, NOON, SCREEN);
    check(
        &lines,
        "
TIME          TRACE     CALL              DURATION  SPANS  STATUS
22:47:53.855  4bf92f35  add                 812 µs      3  ok
22:47:52.855  4bf92f36  GET /v1/tools      1.20 ms      3  ok
22:47:51.855  4bf92f37  find_flights_be…    5.02 s      3  ✗ too_many_host_calls
22:47:50.855  4bf92f38  evil               12.0 ms      3  ✗ error
",
    );
    // One of another day, and there are more than are wanted.
    let page = Page {
        data: vec![row("add", Status::Ok, None, (70_000.0, 86_400))],
        next: Some("1.1".to_owned()),
    };
    let wanted = Wanted { limit: 1, ..wanted };
    let lines = page::lines(&page, wanted, NOON, SCREEN);
    check(
        &lines,
        "
TIME                     TRACE     CALL      DURATION  SPANS  STATUS
2026-11-19 22:47:53.855  4bfa80b5  add         1m 10s      3  ok
the newest 1; `--limit 5` shows more
",
    );
}

#[test]
fn an_empty_list_says_what_to_do() {
    for (is_filtered, says) in [(true, "leave out an option"), (false, "toolhost invoke")] {
        let wanted = Wanted {
            limit: 20,
            is_filtered,
        };
        let lines = page::lines(&Page::default(), wanted, NOON, SCREEN);
        assert!(lines.join("\n").contains(says), "{lines:?}");
    }
}

#[test]
fn a_trace_is_a_picture_with_what_is_known_of_it() {
    let lines = picture::lines(&trace(), details::Shows::Attributes, SCREEN);
    check(
        &lines,
        "
get_weather  ✗ timeout  40.0 ms
4bf92f3577b34da6a3ce929d0e0e4736  2026-11-20 22:47:53.855 UTC  5 spans

POST /v1/tool-runtime/invoke   ████████████████████████████████████████  40.0 ms
└─ ✗ execute_tool get_weather  ███████████████████████████████████████▉  39.8 ms
   ├─ instantiate              ▎                                          280 µs
   └─ call                     ▐██████████████████████████████████████   38.6 ms
      └─ GET                    ███████████████████                      19.0 ms

✗ execute_tool get_weather  +120 µs, 39.8 ms  timeout
  gen_ai.tool.name       get_weather
  sandbox.fuel.consumed  2981508
  error.type             timeout
  +31.0 ms  denied  network.host https://evil.example

call  +400 µs, 38.6 ms
  +31.0 ms  stdout  asking
  +31.0 ms  stderr  the answer has no field `gusts`, and what would have taken
                    its place is empty too

GET  +1.00 ms, 19.0 ms
  url.full  https://api.example.com/path/path/path/path/path/path/path/path/path
            /path/path/path/path/path/path/path/path/path/path/path/path/path/pa
            th/path/path/path/path/path/path/path/path/path/path/path/path/path/
            path/path/path/path/path/path/path/path/path/path/path/path/path/pa…
",
    );
}

#[test]
fn without_attributes_events_and_failures_stay() {
    let lines = picture::lines(&trace(), details::Shows::Events, SCREEN);
    check(
        &lines[9..],
        "
✗ execute_tool get_weather  +120 µs, 39.8 ms  timeout
  +31.0 ms  denied  network.host https://evil.example

call  +400 µs, 38.6 ms
  +31.0 ms  stdout  asking
  +31.0 ms  stderr  the answer has no field `gusts`, and what would have taken
                    its place is empty too
",
    );
}

#[test]
fn names_of_spans_cannot_draw_on_the_terminal_or_leave_the_screen() {
    let mut spans = vec![below("", "0", "a\u{1b}\u{7}\u{202e}b\nc", (0.0, 1.0))];
    for depth in 1..30 {
        let (parent, id) = ((depth - 1).to_string(), depth.to_string());
        spans.push(below(&parent, &id, "東京 is far below", (0.0, 1.0)));
    }
    let lines = waterfall::lines(&spans, SCREEN);
    assert!(lines[0].starts_with("ab c "), "{}", lines[0]);
    for line in &lines {
        assert_eq!(crate::cli::text::width(line), 80, "{line}");
    }
    assert!(lines[29].contains("東京 is"), "{}", lines[29]);
}

#[test]
fn nothing_is_said_by_colour_alone() {
    let coloured = Screen {
        is_coloured: true,
        ..SCREEN
    };
    let plain = |lines: Vec<String>| -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                let inks = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[0m"];
                inks.iter()
                    .fold(line.clone(), |line, ink| line.replace(ink, ""))
            })
            .collect()
    };
    let painted = picture::lines(&trace(), details::Shows::Attributes, coloured);
    assert!(painted.join("\n").contains("\u{1b}[31m"));
    let unpainted = picture::lines(&trace(), details::Shows::Attributes, SCREEN);
    assert_eq!(plain(painted), unpainted);
}

#[test]
fn statistics_stand_in_two_tables_and_errors_below() {
    let spread = |p50: f64| crate::http::viewer::wire::Spread {
        p50,
        p95: p50 * 1.5,
        p99: p50 * 2.0,
        max: p50 * 10.0,
    };
    let tool = |name: &str, errors: &[(&str, u64)]| crate::http::viewer::wire::ToolStats {
        tool: name.to_owned(),
        calls: 12_345,
        errors: errors
            .iter()
            .map(|(kind, count)| ((*kind).to_owned(), *count))
            .collect(),
        duration_ms: spread(12.3),
        fuel: Some(spread(2.4e6)),
        memory_bytes: None,
    };
    let stats = [
        tool("add", &[]),
        tool(
            "find_flights_between_two_cities",
            &[("timeout", 3), ("tool_error", 700)],
        ),
    ];
    check(
        &stats::lines(&stats, SCREEN),
        "
TOOL                          CALLS    ERRORS      P50      P95      P99     MAX
add                           12345         0  12.3 ms  18.5 ms  24.6 ms  123 ms
find_flights_between_two_ci…  12345  703 (6%)  12.3 ms  18.5 ms  24.6 ms  123 ms

TOOL                             FUEL P50    P99    MAX  MEMORY P50  P99  MAX
add                                 2.40M  4.80M  24.0M           -    -    -
find_flights_between_two_cities     2.40M  4.80M  24.0M           -    -    -

✗ find_flights_between_two_cities: tool_error 700, timeout 3
",
    );
}
