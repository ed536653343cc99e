//! What parameters mean, and what is said of wrong ones.

use super::*;

/// 2026-11-20T22:47:53Z.
const NOW: Time = Time(1_795_214_873_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn read_list(pairs: &[(&str, &str)]) -> Result<ListFilter, Wrong> {
    list(pairs.iter().copied(), NOW)
}

/// The filter of no parameters.
fn plain() -> ListFilter {
    ListFilter {
        limit: Some(100),
        ..ListFilter::default()
    }
}

#[test]
fn a_list_is_filtered_by_its_parameters() {
    let check = |pairs: &[(&str, &str)], expected: ListFilter| {
        assert_eq!(read_list(pairs), Ok(expected), "{pairs:?}");
    };
    check(&[], plain());
    check(&[("tool", ""), ("since", ""), ("limit", "")], plain());
    check(
        &[
            ("tool", "add"),
            ("status", "error"),
            ("slower_than", "100ms"),
        ],
        ListFilter {
            tool: Some("add".to_owned()),
            status: Some(Status::Error),
            slower_than: Some(Duration::from_millis(100)),
            ..plain()
        },
    );
    check(
        &[("status", "ok"), ("since", "15m"), ("limit", "10000")],
        ListFilter {
            status: Some(Status::Ok),
            since: Some(NOW.before(15 * MINUTE)),
            limit: Some(10_000),
            ..plain()
        },
    );
    check(
        &[("text", "a b%"), ("before", "5.7")],
        ListFilter {
            text: Some("a b%".to_owned()),
            before: Some(Cursor {
                start: Time(5),
                number: 7,
            }),
            ..plain()
        },
    );
}

#[test]
fn a_wrong_parameter_of_a_list_is_named_with_what_to_write() {
    let long = "x".repeat(1025);
    for (pairs, field, says) in [
        (&[("tol", "add")][..], "tol", "`before`"),
        (&[("a\u{1b}[31m", "")], "a\\u{1b}[31m", "no such parameter"),
        (&[("tool", "a"), ("tool", "b")], "tool", "twice"),
        (&[("status", "OK")], "status", "`ok` or `error`"),
        (&[("since", "yesterday")], "since", "`15m`"),
        (&[("since", "15")], "since", "`15m`"),
        (&[("slower_than", "5")], "slower_than", "`100ms`"),
        (&[("slower_than", "-5s")], "slower_than", "`100ms`"),
        (&[("limit", "0")], "limit", "1 to 10000"),
        (&[("limit", "10001")], "limit", "1 to 10000"),
        (&[("limit", "+1")], "limit", "1 to 10000"),
        (&[("before", "7")], "before", "`next`"),
        (&[("before", "7.-1")], "before", "`next`"),
        (&[("text", &long)], "text", "1024"),
        (&[("tool", &long)], "tool", "256"),
    ] {
        let wrong = read_list(pairs).unwrap_err();
        assert_eq!(wrong.field, field);
        assert!(wrong.to_string().contains(says), "{wrong}");
    }
}

#[test]
fn statistics_begin_an_hour_ago_unless_they_say_so() {
    let none: [(&str, &str); 0] = [];
    assert_eq!(stats(none, NOW), Ok(NOW.before(60 * MINUTE)));
    assert_eq!(stats([("since", "1m")], NOW), Ok(NOW.before(MINUTE)));
    let wrong = stats([("tool", "add")], NOW).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "`tool`: no such parameter; write `since`"
    );
}

#[test]
fn a_series_ends_now() {
    let expected = SeriesQuery {
        since: NOW.before(15 * MINUTE),
        until: NOW,
        steps: 60,
        tool: None,
    };
    let none: [(&str, &str); 0] = [];
    assert_eq!(series(none, NOW), Ok(expected.clone()));
    assert_eq!(
        series([("since", "1h"), ("steps", "500"), ("tool", "add")], NOW),
        Ok(SeriesQuery {
            since: NOW.before(60 * MINUTE),
            steps: 500,
            tool: Some("add".to_owned()),
            ..expected
        })
    );
    for (pair, field) in [
        (("steps", "0"), "steps"),
        (("steps", "501"), "steps"),
        (("since", "0s"), "since"),
        (("since", "2026-11-20T22:47:54Z"), "since"),
        (("limit", "1"), "limit"),
    ] {
        assert_eq!(series([pair], NOW).unwrap_err().field, field, "{pair:?}");
    }
}

#[test]
fn a_time_is_so_far_back_or_a_date() {
    for (text, expected) in [
        ("0s", Some(NOW)),
        ("1m 30s", Some(NOW.before(MINUTE + MINUTE / 2))),
        ("7d", Some(NOW.before(7 * 24 * 60 * MINUTE))),
        ("2026-11-20T22:47:53Z", Some(NOW)),
        ("2026-11-20T23:47:53+01:00", Some(NOW)),
        ("", None),
        ("7", None),
        ("-1h", None),
        ("2026-11-20", None),
    ] {
        assert_eq!(since(text, NOW), expected, "{text}");
    }
}

#[test]
fn a_cursor_is_read_as_it_is_written() {
    for (start, number) in [(0, 0), (NOW.0, 7), (i64::MAX, i64::MAX)] {
        let place = Cursor {
            start: Time(start),
            number,
        };
        assert_eq!(cursor(&cursor_text(place)), Some(place));
    }
    for text in [
        "",
        ".",
        "1",
        "1.",
        ".1",
        "1.2.3",
        "-1.2",
        "1.99999999999999999999",
        "+1.1",
    ] {
        assert_eq!(cursor(text), None, "{text}");
    }
}
