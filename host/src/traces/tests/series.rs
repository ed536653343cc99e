//! Calls over time.

use super::*;

/// `count` steps of 100 ms from noon on.
fn query(steps: u32, tool: Option<&str>) -> SeriesQuery {
    SeriesQuery {
        since: NOON,
        until: Time(NOON.0 + i64::from(steps) * 100_000_000),
        steps,
        tool: tool.map(str::to_owned),
    }
}

/// Calls, errors and the median in ms of each step.
fn rows(reader: &Reader, query: &SeriesQuery) -> Vec<(u64, u64, Option<f64>)> {
    let steps = reader.series(query).unwrap();
    steps
        .iter()
        .map(|step| {
            let p50 = step.duration_ns.map(|quantiles| quantiles.p50 / 1e6);
            (step.calls, step.errors, p50)
        })
        .collect()
}

#[test]
fn there_are_as_many_rows_as_steps_even_of_nothing() {
    let fresh = fresh();
    let reader = fresh.reader();
    for steps in [1, 60, 500] {
        let rows = rows(&reader, &query(steps, None));
        assert_eq!(rows, vec![(0, 0, None); steps as usize]);
    }
}

#[test]
fn calls_stand_in_the_step_in_which_they_began() {
    let fresh = fresh();
    // Call `n` begins n * 100 ms after noon.
    for number in [0, 1, 1, 3] {
        let mut branch = call(number, if number == 3 { "sub" } else { "add" });
        let called = &mut branch.spans[1];
        called.end = Time(called.start.0 + (i64::from(number) + 1) * 1_000_000);
        if number == 1 {
            called.status = Status::Error;
            called
                .attributes
                .push((ERROR_TYPE.into(), "timeout".into()));
        }
        fresh.writer.send(branch);
    }
    fresh.writer.send(branch(vec![span(trace(9), 150, None)]));
    let reader = fresh.reader();
    let expected = [
        (1, 0, Some(1.0)),
        (2, 2, Some(2.0)),
        (0, 0, None),
        (1, 0, Some(4.0)),
    ];
    assert_eq!(rows(&reader, &query(4, None)), expected);
    assert_eq!(rows(&reader, &query(3, None)), expected[..3]);
    let of_sub = rows(&reader, &query(4, Some("sub")));
    assert_eq!(
        of_sub,
        [(0, 0, None), (0, 0, None), (0, 0, None), expected[3]]
    );
    assert_eq!(rows(&reader, &query(1, Some("' OR 1"))), [(0, 0, None)]);
    let steps = reader.series(&query(4, None)).unwrap();
    let starts: Vec<i64> = steps
        .iter()
        .map(|step| (step.start.0 - NOON.0) / 1_000_000)
        .collect();
    assert_eq!(starts, [0, 100, 200, 300]);
}

#[test]
fn a_series_that_makes_no_sense_is_refused_by_the_name_of_its_field() {
    let fresh = fresh();
    let reader = fresh.reader();
    let field = |query: &SeriesQuery| match reader.series(query).unwrap_err() {
        Error::Invalid { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(&query(0, None)), "steps");
    for steps in [0, 501] {
        let until = Time(NOON.0 + 1);
        assert_eq!(
            field(&SeriesQuery {
                steps,
                until,
                ..query(1, None)
            }),
            "steps"
        );
    }
    assert_eq!(
        field(&SeriesQuery {
            until: NOON,
            ..query(1, None)
        }),
        "since"
    );
}

#[test]
fn a_series_reads_one_index_and_nothing_else() {
    let fresh = fresh();
    fresh.writer.send(call(1, "add"));
    let plan = fresh.sql(
        "EXPLAIN QUERY PLAN
         SELECT start_ns, tool_ns, error_type IS NOT NULL, status FROM branches
         WHERE tool = 'add' AND start_ns >= 0 AND start_ns < 9 ORDER BY start_ns DESC LIMIT 5",
    );
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(
        plan[0].contains("COVERING INDEX branches_by_tool"),
        "{plan:?}"
    );
}
