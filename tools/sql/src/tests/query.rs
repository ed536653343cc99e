//! What queries answer, and how they are refused.

use super::*;

const SALES: &str = "region,product,amount,price,day
north,pen,10,1.5,2025-01-31
north,cup,2,7.25,2025-02-01
south,pen,,1.5,2025-02-03
south,ink,1,12,2025-02-28
west,cup,4,7.25,2025-03-01
";

const REGIONS: &str = r#"[
    {"region": "north", "head": "Ada", "tags": ["cold", "far"]},
    {"region": "south", "head": "Bob", "tags": []},
    {"region": "east", "head": null, "tags": ["new"]}
]"#;

fn csv(name: &str, text: &str) -> Source {
    Source {
        name: name.to_owned(),
        csv: Some(text.to_owned()),
        delimiter: None,
        json: None,
    }
}

fn json(name: &str, text: &str) -> Source {
    Source {
        name: name.to_owned(),
        csv: None,
        delimiter: None,
        json: Some(text.into()),
    }
}

fn shop() -> Vec<Source> {
    vec![csv("sales", SALES), json("regions", REGIONS)]
}

fn page(limit: usize, offset: usize) -> Page {
    Page { limit, offset }
}

/// The rows as JSON.
fn rows(query: &str) -> String {
    let found = run(query, &shop(), page(100, 0));
    let found = found.unwrap_or_else(|error| panic!("{query}: {error}"));
    serde_json::to_string(&found.rows).unwrap()
}

fn check(query: &str, expected: &str) {
    assert_eq!(rows(query), expected, "{query}");
}

fn refusal(query: &str) -> String {
    run(query, &shop(), page(100, 0)).expect_err(query)
}

#[test]
fn rows_are_filtered_grouped_and_sorted() {
    check(
        "select product, price from sales where price > 5 order by price desc, day",
        r#"[["ink",12.0],["cup",7.25],["cup",7.25]]"#,
    );
    check(
        "select region, sum(amount * price) as total, count(*) n from sales group by region having n > 1 order by total desc",
        r#"[["north",29.5,2],["south",12.0,2]]"#,
    );
    check(
        "select distinct product from sales order by 1 limit 2 offset 1",
        r#"[["ink"],["pen"]]"#,
    );
    check(
        "select avg(amount), min(day), max(day), total(amount), group_concat(product, '+' order by product) from sales where region = 'south'",
        r#"[[1.0,"2025-02-03","2025-02-28",1.0,"ink+pen"]]"#,
    );
}

#[test]
fn tables_of_csv_and_json_are_joined() {
    check(
        "select s.product, r.head from sales s join regions r using (region) where r.head like 'a%' order by 1",
        r#"[["cup","Ada"],["pen","Ada"]]"#,
    );
    check(
        "select r.region, count(s.product) from regions r left join sales s on s.region = r.region group by 1 order by 1",
        r#"[["east",0],["north",2],["south",2]]"#,
    );
    check(
        "select coalesce(s.region, r.region) x, head from sales s full join regions r on r.region = s.region where s.region is null or r.region is null",
        r#"[["west",null],["east",null]]"#,
    );
    check(
        "select region from sales except select region from regions union all select 'x' order by 1",
        r#"[["west"],["x"]]"#,
    );
}

#[test]
fn subqueries_ctes_and_window_functions_work() {
    check(
        "with t as (select region, sum(amount) total from sales group by region) select region from t where total = (select max(total) from t)",
        r#"[["north"]]"#,
    );
    check(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select sum(i), count(*) from n",
        "[[15,5]]",
    );
    check(
        "select product, rank() over (partition by region order by price desc) r, sum(price) over (order by day rows unbounded preceding) running, lag(product) over (order by day) before from sales order by day limit 3",
        r#"[["pen",2,1.5,null],["cup",1,8.75,"pen"],["pen",2,10.25,"cup"]]"#,
    );
    check(
        "select r.region from regions r where exists (select 1 from sales s where s.region = r.region and s.price > 10)",
        r#"[["south"]]"#,
    );
}

#[test]
fn numbers_divide_and_null_compares_as_in_sql() {
    check(
        "select 1 / 2, 1 * 1.0 / 2, 7 % 3, -7 / 2, 1 / 0",
        "[[0,0.5,1,-3,null]]",
    );
    check(
        "select null = null, null is null, null and 0, 1 or null, null in (1)",
        "[[null,1,0,1,null]]",
    );
    check(
        "select count(amount), count(*), sum(amount) from sales",
        "[[4,5,17]]",
    );
    check(
        "select product from sales where amount <> 10 order by amount",
        r#"[["ink"],["cup"],["cup"]]"#,
    );
    check(
        "select 9223372036854775807, 0.1 + 0.2, 1e999, x'00ff'",
        r#"[[9223372036854775807,0.30000000000000004,"Infinity","x'00FF'"]]"#,
    );
    check(
        "select round(2.567, 2), abs(-3), cast('12' as integer) + 1, '10' + 5, typeof(1.0)",
        r#"[[2.57,3,13,15,"real"]]"#,
    );
}

#[test]
fn dates_texts_cases_and_json_have_functions() {
    check(
        "select date('2025-01-31', '+1 month'), strftime('%Y-%m', '2025-02-03'), julianday('2025-03-01') - julianday('2025-02-01')",
        r#"[["2025-03-03","2025-02",28.0]]"#,
    );
    check(
        "select strftime('%m', day) m, sum(amount) from sales group by m order by m",
        r#"[["01",10],["02",3],["03",4]]"#,
    );
    check(
        "select upper(substr('abc', 2)), length('héé'), replace('a-b', '-', '+'), 'x' || 1, instr('abc', 'c'), trim(' x '), printf('%.1f', 2.25)",
        r#"[["BC",3,"a+b","x1",3,"x","2.3"]]"#,
    );
    check(
        "select case when price > 5 then 'dear' else 'cheap' end k, count(*) from sales group by k",
        r#"[["cheap",2],["dear",3]]"#,
    );
    check(
        "select region, value from regions, json_each(tags) order by 1, 2",
        r#"[["east","new"],["north","cold"],["north","far"]]"#,
    );
    check(
        "select tags ->> 0 from regions where region = 'east'",
        r#"[["new"]]"#,
    );
    check("select date('now') > '2020-01-01'", "[[1]]");
    check(
        "select 'abc' like 'A_C', 'abc' glob 'a*', iif(1, 'y', 'n'), ifnull(null, 2), max(1, 3)",
        r#"[[1,1,"y",2,3]]"#,
    );
}

#[test]
fn columns_keep_their_names_and_kinds() {
    let found = run(
        "select sum(amount) as total, r.region, s.region from sales s, regions r limit 1",
        &shop(),
        page(1, 0),
    )
    .unwrap();
    assert_eq!(found.columns, ["total", "region", "region"]);
    check(
        "select name, type from pragma_table_info('sales') where name in ('amount', 'price', 'day')",
        r#"[["amount","INTEGER"],["price","REAL"],["day","TEXT"]]"#,
    );
    let tables = [csv("order", "Größe (cm),select\n1,007\n")];
    let error = run("select x from \"order\"", &tables, page(1, 0)).unwrap_err();
    assert!(
        error.contains("\"order\" (\"Größe (cm)\" integer, \"select\" text)"),
        "{error}"
    );
    let found = run(
        "select \"Größe (cm)\" + 1, \"select\" from \"order\"",
        &tables,
        page(1, 0),
    )
    .unwrap();
    assert_eq!(
        found.rows,
        [[Value::Integer(2), Value::Text("007".to_owned())]]
    );
    let tables = [json("t", r#"[{"a": 1}, {"a": "x"}, {"a": 2.5}]"#)];
    let found = run("select typeof(a) from t", &tables, page(9, 0)).unwrap();
    assert_eq!(
        serde_json::to_string(&found.rows).unwrap(),
        r#"[["integer"],["text"],["real"]]"#
    );
}

#[test]
fn pages_follow_each_other_to_the_end() {
    let query = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 250) select i from n";
    let first = run(query, &[], page(100, 0)).unwrap();
    assert_eq!((first.rows.len(), first.next), (100, Some(100)));
    let last = run(query, &[], page(100, 200)).unwrap();
    assert_eq!(
        (&last.rows[0][0], last.rows.len(), last.next),
        (&Value::Integer(201), 50, None)
    );
    assert_eq!(run(query, &[], page(50, 200)).unwrap().next, None);
    assert_eq!(run(query, &[], page(50, 900)).unwrap().rows.len(), 0);
    let wide = "with recursive n(i) as (select 1 union all select i + 1 from n) select i, printf('%.*c', 50000, 'x') from n";
    let found = run(wide, &[], page(100, 0)).unwrap();
    assert_eq!((found.rows.len(), found.next), (5, Some(5)));
    let error = run("select printf('%.*c', 300000, 'x')", &[], page(1, 0)).unwrap_err();
    assert!(error.contains("substr"), "{error}");
}

#[test]
fn mistakes_in_queries_are_named_with_what_there_is() {
    for (query, expected) in [
        (
            "select amont from sales",
            "no such column: amont, at character 8 of `query`; the tables are sales (region text, product text, amount integer, price real, day text), regions (",
        ),
        ("select * from sale", "no such table: sale"),
        (
            "select * form sales",
            "near \"form\": syntax error, at character 10",
        ),
        ("select nope(1)", "no such function: nope"),
        (
            "select \"pen\"",
            "should this be a string literal in single-quotes?",
        ),
        ("select region from sales, regions", "ambiguous column name"),
        ("select", "incomplete input"),
        ("select 'é', x", "at character 13"),
        ("select json('{')", "malformed JSON"),
        ("", "is empty"),
        (" -- nothing\n;", "is empty"),
        ("select 1; select 2", "more than one statement"),
        ("select 1; nonsense", "more than one statement"),
        ("select 1\0", "zero byte"),
    ] {
        let refusal = refusal(query);
        assert!(refusal.contains(expected), "{query}: {refusal}");
    }
    check("select 1; -- done\n;", "[[1]]");
    let none = run("select * from t", &[], page(1, 0)).unwrap_err();
    assert!(none.contains("give it in `tables`"), "{none}");
}

#[test]
fn nothing_is_written_or_opened() {
    for query in [
        "delete from sales",
        "update sales set price = 0",
        "insert into sales (region) values ('x')",
        "drop table sales",
        "create table t (a)",
        "create temp view v as select 1",
        "create virtual table t using fts5(a)",
        "attach ':memory:' as other",
        "attach '/etc/passwd' as other",
        "vacuum",
        "vacuum into 'copy'",
        "pragma journal_mode = wal",
        "pragma writable_schema = 1",
        "begin",
        "savepoint s",
        "explain delete from sales",
        "with t as (select 1) delete from sales",
        "analyze",
        "reindex",
        "detach main",
    ] {
        let refusal = refusal(query);
        assert!(refusal.contains("may only read"), "{query}: {refusal}");
    }
    assert!(
        refusal("select load_extension('x')").contains("SELECT")
            || refusal("select load_extension('x')").contains("load_extension")
            || refusal("select load_extension('x')").contains("not authorized")
    );
    assert_eq!(rows("select count(*) from sales"), "[[5]]");
}

#[test]
fn tables_that_make_no_sense_are_refused_by_name() {
    let neither = Source {
        name: "t".to_owned(),
        csv: None,
        delimiter: None,
        json: None,
    };
    let many: Vec<String> = (0..201).map(|at| format!("c{at}")).collect();
    for (tables, expected) in [
        (
            vec![csv("t", "a\n1"), json("T", "[{\"a\": 1}]")],
            "table `T`: there are two",
        ),
        (vec![neither], "table `t`: give either"),
        (vec![csv("t", "a,b\n1,2,3")], "table `t`: line 2"),
        (vec![json("t", "{}")], "table `t`: `json` must be an array"),
        (vec![csv("t", &many.join(","))], "201 columns"),
        (vec![csv("t", &"x".repeat(600_000))], "more than 524,288"),
        (
            vec![csv("t", &"x".repeat(101))],
            "longer than 100 characters",
        ),
        (
            vec![csv("sqlite_x", "a\n1")],
            "the table `sqlite_x` cannot be made",
        ),
    ] {
        let error = run("select 1", &tables, page(1, 0)).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn deep_queries_are_refused() {
    for query in [
        format!("select {}1{}", "(".repeat(60), ")".repeat(60)),
        format!("select {} 1", "not ".repeat(2_400)),
        format!("select 1{}", " + 1".repeat(2_400)),
        format!("select 1{}", " union all select 1".repeat(500)),
        format!(
            "select * from {}sales{}",
            "(select * from ".repeat(400),
            ")".repeat(400)
        ),
    ] {
        let refusal = refusal(&query);
        assert!(
            refusal.contains("deep")
                || refusal.contains("too large")
                || refusal.contains("too many"),
            "{refusal}"
        );
    }
    check(
        "select '((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((('  = '('",
        "[[0]]",
    );
    assert!(refusal("select zeroblob(2000000)").contains("too big"));
}
