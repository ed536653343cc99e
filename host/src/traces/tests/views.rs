//! SQL that people wrote against Llama Stack's tables.

use super::*;

#[test]
fn the_views_look_like_upstreams_tables() {
    let fresh = fresh();
    let mut root = with(
        span(trace(0x4b), 1, None),
        "raw_path",
        "/v1/tool-runtime/invoke",
    );
    root.start = NOON;
    root.end = Time(NOON.0 + 2_110_999);
    root.kind = Kind::Server;
    root.events.push(Event {
        name: "unstructured_log".into(),
        time: Time(NOON.0 + 1_000),
        attributes: vec![("message".into(), "hi".into())],
    });
    let mut child = span(trace(0x4b), 0xab, Some(1));
    child.status = Status::Error;
    fresh.writer.send(branch(vec![root, child]));
    let t = "4b".repeat(16);
    assert_eq!(
        fresh.sql("SELECT trace_id, service_name, root_span_id, start_time, end_time FROM traces"),
        [format!(
            "{t}|toolhost|0000000000000001|2026-11-20T22:47:53+00:00|2026-11-20T22:47:53.181000+00:00"
        )]
    );
    assert_eq!(
        fresh.sql("SELECT * FROM spans ORDER BY start_time, span_id"),
        [
            format!(
                "0000000000000001|{t}|Null|span 1|2026-11-20T22:47:53+00:00|2026-11-20T22:47:53.002110+00:00|{{\"raw_path\":\"/v1/tool-runtime/invoke\"}}|OK|SERVER"
            ),
            format!(
                "00000000000000ab|{t}|0000000000000001|span 171|2026-11-20T22:47:53.171000+00:00|2026-11-20T22:47:53.181000+00:00|{{}}|ERROR|INTERNAL"
            ),
        ]
    );
    assert_eq!(
        fresh.sql("SELECT span_id, name, timestamp, attributes FROM span_events"),
        ["0000000000000001|unstructured_log|2026-11-20T22:47:53.000001+00:00|{\"message\":\"hi\"}"]
    );
    let created =
        fresh.sql("SELECT length(created_at), created_at > '2020-01-01 00:00:00' FROM traces");
    assert_eq!(created, ["Integer(19)|Integer(1)"]);
}

#[test]
fn upstreams_own_queries_run() {
    let fresh = fresh();
    fresh.writer.send(call(1, "add"));
    fresh.writer.send(call(2, "sub"));
    let filtered = fresh.sql(
        "SELECT DISTINCT t.trace_id, t.root_span_id, t.start_time, t.end_time
         FROM traces t JOIN spans s ON s.trace_id = t.trace_id
         WHERE json_extract(s.attributes, '$.\"gen_ai.tool.name\"') = 'sub'
         ORDER BY t.start_time DESC LIMIT 100 OFFSET 0",
    );
    assert_eq!(filtered.len(), 1);
    assert!(filtered[0].starts_with(&trace(2).to_string()));
    let tree = fresh.sql(
        "WITH RECURSIVE span_tree AS (
             SELECT s.*, 1 AS depth FROM spans s WHERE s.span_id = '0000000000000064'
             UNION ALL
             SELECT s.*, st.depth + 1 FROM spans s
             JOIN span_tree st ON s.parent_span_id = st.span_id WHERE st.depth < 10
         )
         SELECT span_id, depth FROM span_tree ORDER BY depth, start_time",
    );
    assert_eq!(
        tree,
        ["0000000000000064|Integer(1)", "0000000000000065|Integer(2)"]
    );
}

#[test]
fn a_trace_is_found_through_an_index() {
    let fresh = fresh();
    for sql in [
        "SELECT * FROM spans WHERE trace_id = 'ab'",
        "SELECT * FROM traces WHERE trace_id = 'ab'",
    ] {
        let plan = fresh.sql(&format!("EXPLAIN QUERY PLAN {sql}")).join("\n");
        assert!(plan.contains("branches_by_trace"), "{plan}");
        assert!(!plan.contains("SCAN s"), "{plan}");
    }
}
