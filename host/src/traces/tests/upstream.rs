//! Files of Llama Stack 0.1 and 0.2.

use super::*;

const DDL: &str = "
    CREATE TABLE traces (
        trace_id TEXT PRIMARY KEY,
        service_name TEXT,
        root_span_id TEXT,
        start_time TIMESTAMP,
        end_time TIMESTAMP,
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    );
    CREATE TABLE spans (
        span_id TEXT PRIMARY KEY,
        trace_id TEXT REFERENCES traces(trace_id),
        parent_span_id TEXT,
        name TEXT,
        start_time TIMESTAMP,
        end_time TIMESTAMP,
        attributes TEXT,
        status TEXT,
        kind TEXT
    );
    CREATE TABLE span_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        span_id TEXT REFERENCES spans(span_id),
        name TEXT,
        timestamp TIMESTAMP,
        attributes TEXT
    );
    CREATE INDEX idx_traces_created_at ON traces(created_at);
    INSERT INTO traces VALUES
        ('f35086d34832f62a2bfa9fa6401fed54', 'llama-stack', NULL, '2026-11-20T22:47:54.193606+00:00',
         '2026-11-20T22:47:54.232469+00:00', '2026-11-20 22:47:54'),
        ('4bf92f3577b34da6a3ce929d0e0e4736', 'llama-stack', 'b8da1adac8cee919',
         '2026-11-20T22:47:55+00:00', '2026-11-20T22:47:56+00:00', '2026-11-20 22:47:56');
    INSERT INTO spans VALUES
        ('1767df0287dbba6c', 'f35086d34832f62a2bfa9fa6401fed54', NULL, '/v1/tool-runtime/invoke',
         '2026-11-20T22:47:54.193606+00:00', '2026-11-20T22:47:54.232469+00:00',
         '{\"__root__\": true, \"raw_path\": \"/v1/tool-runtime/invoke\", \"caf\\u00e9\": 1, \"__ttl__\": 604800}', 'OK', 'INTERNAL'),
        ('16b689fe9ac49915', 'f35086d34832f62a2bfa9fa6401fed54', '795fe0666d7efae9', 'get_provider_impl',
         '2026-11-20T22:47:54.194000+00:00', '2026-11-20T22:47:54.195000+00:00', NULL, 'OK', 'INTERNAL'),
        ('795fe0666d7efae9', 'f35086d34832f62a2bfa9fa6401fed54', '1767df0287dbba6c', 'ToolRuntimeRouter.invoke_tool',
         '2026-11-20T22:47:54.193668+00:00', '2026-11-20T22:47:54.212403+00:00',
         '{\"__args__\": \"{''tool_name'': ''get_weather'', ''kwargs'': \\\"{}\\\"}\"}', 'ERROR', 'SERVER'),
        ('b8da1adac8cee919', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', '/v1/tools',
         '2026-11-20T22:47:55+00:00', '2026-11-20T22:47:56+00:00', '{}', 'OK', 'INTERNAL');
    INSERT INTO span_events (span_id, name, timestamp, attributes) VALUES
        ('795fe0666d7efae9', 'unstructured_log', '2026-11-20T22:47:54.200000+00:00',
         '{\"message\": \"hi\", \"severity\": \"info\"}');
";

/// What people ask of either.
const QUESTIONS: [&str; 3] = [
    "SELECT trace_id, service_name, start_time, end_time, created_at FROM traces ORDER BY trace_id",
    "SELECT span_id, trace_id, parent_span_id, name, start_time, end_time, status, kind,
         json_extract(attributes, '$.raw_path') FROM spans ORDER BY span_id",
    "SELECT span_id, name, timestamp, json_extract(attributes, '$.message') FROM span_events",
];

fn upstream(more: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("trace_store.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(DDL).unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection.execute_batch(more).unwrap();
    (dir, path)
}

fn answers(path: &std::path::Path) -> Vec<Vec<String>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    QUESTIONS.iter().map(|sql| rows(&connection, sql)).collect()
}

fn check(reader: &Reader) {
    let traces = reader.traces(&TraceQuery::default()).unwrap();
    let roots: Vec<_> = traces
        .iter()
        .map(|trace| trace.root_span_id.to_string())
        .collect();
    assert_eq!(roots, ["1767df0287dbba6c", "b8da1adac8cee919"]);
    let tree = reader
        .tree(traces[0].root_span_id, &TreeQuery::default())
        .unwrap()
        .unwrap();
    let names: Vec<_> = tree.iter().map(|span| span.name.as_str()).collect();
    let expected = [
        "/v1/tool-runtime/invoke",
        "ToolRuntimeRouter.invoke_tool",
        "get_provider_impl",
    ];
    assert_eq!(names, expected);
    assert_eq!(tree[0].attributes["café"], 1);
    assert_eq!(tree[1].events[0].attributes["message"], "hi");
    let failed = reader.list(&ListFilter {
        status: Some(Status::Error),
        ..ListFilter::default()
    });
    assert_eq!(failed.unwrap()[0].tool.as_deref(), Some("get_weather"));
    let filtered = reader.traces(&TraceQuery {
        filters: vec![Filter {
            key: "café".to_owned(),
            op: Op::Eq,
            value: 1.into(),
        }],
        ..TraceQuery::default()
    });
    assert_eq!(filtered.unwrap().len(), 1);
}

#[test]
fn a_file_of_upstream_becomes_ours_and_answers_as_before() {
    let (_dir, path) = upstream("");
    let before = answers(&path);
    let writer = Writer::open(&path, Settings::default()).unwrap();
    assert_eq!(answers(&path), before);
    let connection = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(
        rows(
            &connection,
            "SELECT name FROM sqlite_master WHERE name LIKE 'upstream%'"
        ),
        [] as [String; 0]
    );
    assert_eq!(rows(&connection, "PRAGMA auto_vacuum"), ["Integer(2)"]);
    check(&Reader::open(&path).unwrap());
    writer.send(call(1, "add"));
    writer.close(LONG);
    // The second time it is ours already.
    drop(Writer::open(&path, Settings::default()).unwrap());
    assert_eq!(
        Reader::open(&path)
            .unwrap()
            .traces(&TraceQuery::default())
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn a_file_of_upstream_is_read_without_a_change() {
    let (_dir, path) = upstream("");
    let before = std::fs::read(&path).unwrap();
    check(&Reader::open(&path).unwrap());
    check(&Reader::peek(&path).unwrap());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn old_tables_with_rows_that_cannot_move_stay() {
    for bad in [
        "INSERT INTO spans VALUES ('zz', 'f35086d34832f62a2bfa9fa6401fed54', NULL, 'x', '2026-11-20T22:47:55', NULL, '{}', 'OK', 'X')",
        "INSERT INTO spans VALUES ('00000000000000aa', NULL, NULL, 'x', '2026-11-20T22:47:55', NULL, '{}', 'OK', 'X')",
        "INSERT INTO spans VALUES ('00000000000000aa', 'f35086d34832f62a2bfa9fa6401fed54', NULL, 'x', 17, NULL, '{}', 'OK', 'X')",
        "INSERT INTO spans VALUES ('00000000000000aa', 'f35086d34832f62a2bfa9fa6401fed54', NULL, 'x', '2026-11-20T22:47:55', NULL, '{', 'OK', 'X')",
        "INSERT INTO span_events (span_id, name, timestamp) VALUES ('00000000000000aa', 'x', '2026-11-20T22:47:55')",
    ] {
        let (_dir, path) = upstream(bad);
        drop(Writer::open(&path, Settings::default()).unwrap());
        check(&Reader::open(&path).unwrap());
        let connection = rusqlite::Connection::open(&path).unwrap();
        let kept = rows(
            &connection,
            "SELECT (SELECT count(*) FROM upstream_spans) + (SELECT count(*) FROM upstream_span_events)",
        );
        assert_eq!(kept, ["Integer(6)"], "{bad}");
    }
}

#[test]
fn spans_in_a_circle_move_too() {
    let (_dir, path) = upstream(
        "INSERT INTO spans VALUES
            ('00000000000000aa', '4bf92f3577b34da6a3ce929d0e0e4736', '00000000000000bb', 'x', '2026-11-20T22:47:55', NULL, '{}', '', NULL),
            ('00000000000000bb', '4bf92f3577b34da6a3ce929d0e0e4736', '00000000000000aa', 'x', '2026-11-20T22:47:55', NULL, '{}', NULL, '')",
    );
    drop(Writer::open(&path, Settings::default()).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(
        rows(&connection, "SELECT count(*) FROM spans"),
        ["Integer(6)"]
    );
}
