//! `query_sql` as the host serves it: the SQLite inside the component, which is another build than
//! that of the tool's own tests.

use serde_json::{Value, json};
use toolhost::invocation::{Content, Failure, ToolError};
use toolhost_tests::{Setup, TestHost};

async fn start() -> TestHost {
    let setup = Setup::new().provider("sql", "inline::sql", "{}");
    setup.group("sql", "sql").start().await
}

fn sales() -> Value {
    let csv = "region,product,amount,price,day
north,pen,10,1.5,2025-01-31
north,cup,2,7.25,2025-02-01
south,pen,,1.5,2025-02-03
south,ink,1,12,2025-02-28
west,cup,4,7.25,2025-03-01
";
    json!({"name": "sales", "csv": csv})
}

fn regions() -> Value {
    let rows = json!([
        {"region": "north", "head": "Ada", "tags": ["cold", "far"]},
        {"region": "south", "head": "Bob", "tags": []},
        {"region": "east", "head": null, "tags": ["new"]},
    ]);
    json!({"name": "regions", "json": rows})
}

/// The rows of a query over both tables.
async fn rows(host: &TestHost, query: &str) -> Value {
    let args = json!({"query": query, "tables": [sales(), regions()]});
    let output = host.good("query_sql", args).await;
    output.structured.expect("data")["rows"].take()
}

async fn refusal(host: &TestHost, query: &str) -> String {
    let args = json!({"query": query, "tables": [sales(), regions()]});
    match host.fails("query_sql", args).await {
        Failure::Tool {
            reason: ToolError::InvalidInput,
            message,
        } => message,
        other => panic!("{query}: {other:?}"),
    }
}

#[tokio::test]
async fn queries_answer_as_those_of_sqlite() {
    let host = start().await;
    for (query, expected) in [
        (
            "select region, sum(amount * price) t, count(*) n from sales group by region having n > 1 order by t desc",
            json!([["north", 29.5, 2], ["south", 12.0, 2]]),
        ),
        (
            "select r.region, count(s.product) from regions r left join sales s using (region) group by 1 order by 1",
            json!([["east", 0], ["north", 2], ["south", 2]]),
        ),
        (
            "with t as (select region, sum(amount) total from sales group by region) select region from t where total = (select max(total) from t)",
            json!([["north"]]),
        ),
        (
            "select product, rank() over (partition by region order by price desc), sum(price) over (order by day), lag(product) over (order by day) from sales order by day limit 3",
            json!([
                ["pen", 2, 1.5, null],
                ["cup", 1, 8.75, "pen"],
                ["pen", 2, 10.25, "cup"]
            ]),
        ),
        (
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) select sum(i) from n",
            json!([[5050]]),
        ),
        (
            "select 1 / 2, 1 * 1.0 / 2, -7 / 2, 1 / 0, 0.1 + 0.2, 9223372036854775807, 1e999",
            json!([[
                0,
                0.5,
                -3,
                null,
                0.300_000_000_000_000_04,
                i64::MAX,
                "Infinity"
            ]]),
        ),
        (
            "select null = null, null is null, count(amount), count(*), avg(amount) from sales",
            json!([[null, 1, 4, 5, 4.25]]),
        ),
        (
            "select date('2025-01-31', '+1 month'), strftime('%Y-%m', '2025-02-03'), julianday('2025-03-01') - julianday('2025-02-01'), date('now') > '2025-01-01'",
            json!([["2025-03-03", "2025-02", 28.0, 1]]),
        ),
        (
            "select case when price > 5 then 'dear' else 'cheap' end k, count(*), group_concat(product, '+' order by product) from sales group by k",
            json!([["cheap", 2, "pen+pen"], ["dear", 3, "cup+cup+ink"]]),
        ),
        (
            "select 'abc' like 'A_C', round(2.567, 2), printf('%.1f', 0.25), upper('ab') || 1, sqrt(2.25), pow(2, 10)",
            json!([[1, 2.57, "0.3", "AB1", 1.5, 1024.0]]),
        ),
        (
            "select region, value from regions, json_each(tags) order by 1, 2",
            json!([["east", "new"], ["north", "cold"], ["north", "far"]]),
        ),
        (
            "select count(*) from (select random() from sales union select random() from sales)",
            json!([[10]]),
        ),
    ] {
        assert_eq!(rows(&host, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn rows_come_as_text_and_as_data_with_the_way_to_the_next() {
    let host = start().await;
    let mut args = json!({
        "query": "select product, amount from sales order by day",
        "tables": [sales()],
        "limit": 2,
    });
    let output = host.good("query_sql", args.clone()).await;
    let [Content::Text(table), Content::Text(data)] = &output.content[..] else {
        panic!("{output:?}");
    };
    assert!(
        table.starts_with("| product | amount |\n|---|---|\n| pen | 10 |\n| cup | 2 |\n"),
        "{table}"
    );
    assert!(table.contains("call again with `offset` 2"), "{table}");
    let expected =
        json!({"columns": ["product", "amount"], "rows": [["pen", 10], ["cup", 2]], "next": 2});
    assert_eq!(output.structured, Some(expected.clone()));
    assert_eq!(serde_json::from_str::<Value>(data).ok(), Some(expected));

    args["offset"] = 4.into();
    args["format"] = "csv".into();
    let output = host.good("query_sql", args.clone()).await;
    assert!(
        matches!(&output.content[0], Content::Text(csv) if csv == "product,amount\ncup,4\n\nRows 5 to 5, the last."),
        "{output:?}"
    );
    args["format"] = "json".into();
    let output = host.good("query_sql", args).await;
    assert_eq!(output.content.len(), 1);
    assert_eq!(output.structured.expect("data")["next"], Value::Null);
}

#[tokio::test]
async fn mistakes_are_named_and_nothing_but_reading_is_done() {
    let host = start().await;
    for (query, expected) in [
        (
            "select amont from sales",
            "no such column: amont, at character 8 of `query`; the tables are sales (region text, product text, amount integer, price real, day text), regions (",
        ),
        ("select * form sales", "near \"form\": syntax error"),
        ("select 1; select 2", "more than one statement"),
        ("select datetime('now', 'localtime')", "no local time"),
        ("drop table sales", "may only read"),
        ("attach 'x.db' as other", "may only read"),
        ("vacuum into '/x.db'", "may only read"),
        ("pragma journal_mode = wal", "may only read"),
    ] {
        let refusal = refusal(&host, query).await;
        assert!(refusal.contains(expected), "{query}: {refusal}");
    }
    let query = json!({"query": "select 1"});
    for tables in [
        json!([{"name": "a b", "csv": "a"}]),
        json!([{"csv": "a"}]),
        json!([{"name": "t", "json": [1]}]),
        json!({"t": "a"}),
    ] {
        let mut args = query.clone();
        args["tables"] = tables;
        host.rejects("query_sql", args).await;
    }
}

#[tokio::test]
async fn queries_that_are_endless_or_deep_end_as_errors_of_their_own() {
    let host = start().await;
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select ";
    for what in ["count(*) from n", "group_concat(i) from n"] {
        let args = json!({"query": format!("{endless}{what}")});
        let failure = host.fails("query_sql", args).await;
        assert!(
            matches!(failure, Failure::OutOfFuel { .. }),
            "{what}: {failure:?}"
        );
    }
    for query in [
        format!("select {}1", "not ".repeat(2_400)),
        format!("select 'a'{}", "||'a'".repeat(1_800)),
        format!("select {}1{}", "(".repeat(4_000), ")".repeat(4_000)),
        format!("select json('{}')", "[".repeat(9_000)),
    ] {
        refusal(&host, &query).await;
    }
    // As deep as is allowed.
    for query in [
        format!("select {}1{}", "(".repeat(49), ")".repeat(49)),
        format!(
            "select * from {}sales{}",
            "(select * from ".repeat(49),
            ")".repeat(49)
        ),
        format!("select 1{}", " union all select 1".repeat(99)),
        format!(
            "select {}1{}",
            "case when 1 then ".repeat(190),
            " end".repeat(190)
        ),
        format!("select json('{}{}')", "[".repeat(990), "]".repeat(990)),
    ] {
        assert_ne!(rows(&host, &query).await, json!([]), "{query}");
    }
}
