//! What is meant by the words for ranges of time, and what is refused.

use super::*;

/// A Friday.
fn now() -> Zoned {
    "2025-07-18T14:30:15[Europe/Berlin]".parse().unwrap()
}

fn check(phrase: &str, start: &str, end: &str) {
    let range = resolve(phrase, &now()).unwrap_or_else(|error| panic!("{phrase}: {error}"));
    let short = |moment: &Zoned| {
        moment
            .strftime("%Y-%m-%dT%H:%M:%S")
            .to_string()
            .replace("T00:00:00", "")
    };
    assert_eq!(
        (short(&range.start).as_str(), short(&range.end).as_str()),
        (start, end),
        "{phrase}"
    );
}

#[test]
fn days_are_named() {
    check("today", "2025-07-18", "2025-07-19");
    check(" Yesterday ", "2025-07-17", "2025-07-18");
    check("tomorrow", "2025-07-19", "2025-07-20");
    check("the day before yesterday", "2025-07-16", "2025-07-17");
    check("Monday", "2025-07-14", "2025-07-15");
    check("this Sunday", "2025-07-20", "2025-07-21");
    check("last Friday", "2025-07-11", "2025-07-12");
    check("next Friday", "2025-07-25", "2025-07-26");
    check("next Sunday", "2025-07-20", "2025-07-21");
}

#[test]
fn periods_are_those_of_the_calendar() {
    check("this week", "2025-07-14", "2025-07-21");
    check("last week", "2025-07-07", "2025-07-14");
    check("next month", "2025-08-01", "2025-09-01");
    check("this quarter", "2025-07-01", "2025-10-01");
    check("previous quarter", "2025-04-01", "2025-07-01");
    check("last year", "2024-01-01", "2025-01-01");
    check("this hour", "2025-07-18T14:00:00", "2025-07-18T15:00:00");
    check("weekend", "2025-07-19", "2025-07-21");
    check("last weekend", "2025-07-12", "2025-07-14");
    check("last July", "2024-07-01", "2024-08-01");
    check("this July", "2025-07-01", "2025-08-01");
    check("next July", "2026-07-01", "2026-08-01");
    check("last March", "2025-03-01", "2025-04-01");
    check("last October", "2024-10-01", "2024-11-01");
    check("next October", "2025-10-01", "2025-11-01");
}

#[test]
fn counts_roll_from_now_unless_full() {
    check("last 3 days", "2025-07-15T14:30:15", "2025-07-18T14:30:15");
    check(
        "past two hours",
        "2025-07-18T12:30:15",
        "2025-07-18T14:30:15",
    );
    check(
        "the next 3 days",
        "2025-07-18T14:30:15",
        "2025-07-21T14:30:15",
    );
    check("last 3 full days", "2025-07-15", "2025-07-18");
    check("last 2 full months", "2025-05-01", "2025-07-01");
    check("next 2 whole weeks", "2025-07-21", "2025-08-04");
    check("5 days ago", "2025-07-13", "2025-07-14");
    check("a month ago", "2025-06-01", "2025-07-01");
    check("in 2 weeks", "2025-07-28", "2025-08-04");
    check(
        "3 hours from now",
        "2025-07-18T17:00:00",
        "2025-07-18T18:00:00",
    );
}

#[test]
fn dates_are_named_in_full_or_of_this_year() {
    check("2025", "2025-01-01", "2026-01-01");
    check("Q3 2025", "2025-07-01", "2025-10-01");
    check("q1", "2025-01-01", "2025-04-01");
    check("2024-Q4", "2024-10-01", "2025-01-01");
    check("H1 of 2024", "2024-01-01", "2024-07-01");
    check("July 2024", "2024-07-01", "2024-08-01");
    check("in sept", "2025-09-01", "2025-10-01");
    check("2025-02", "2025-02-01", "2025-03-01");
    check("2025-07-14", "2025-07-14", "2025-07-15");
    check("14 July 2025", "2025-07-14", "2025-07-15");
    check("July 4th, 2025", "2025-07-04", "2025-07-05");
    check("the 4th of July", "2025-07-04", "2025-07-05");
    check("week 27", "2025-06-30", "2025-07-07");
    check("2020-W53", "2020-12-28", "2021-01-04");
    check("week 1 2026", "2025-12-29", "2026-01-05");
}

#[test]
fn ranges_are_joined() {
    check("year to date", "2025-01-01", "2025-07-18T14:30:15");
    check("MTD", "2025-07-01", "2025-07-18T14:30:15");
    check("since Monday", "2025-07-14", "2025-07-18T14:30:15");
    check("until next Monday", "2025-07-18T14:30:15", "2025-07-21");
    check("from 1 July to 15 July", "2025-07-01", "2025-07-16");
    check("2025-07-01 to 2025-07-15", "2025-07-01", "2025-07-16");
    check("between Monday and today", "2025-07-14", "2025-07-19");
    check("Q1 - Q2", "2025-01-01", "2025-07-01");
}

#[test]
fn days_of_clock_changes_are_whole() {
    let now: Zoned = "2025-03-30T12:00[Europe/Berlin]".parse().unwrap();
    let range = resolve("today", &now).unwrap();
    assert_eq!(range.start.duration_until(&range.end).as_hours(), 23);
    // At midnight clocks went forward there, so the day began at one.
    let now: Zoned = "2018-11-04T12:00[America/Sao_Paulo]".parse().unwrap();
    let range = resolve("today", &now).unwrap();
    assert_eq!(
        range.start.to_string(),
        "2018-11-04T01:00:00-02:00[America/Sao_Paulo]"
    );
    assert_eq!(
        range.end.to_string(),
        "2018-11-05T00:00:00-02:00[America/Sao_Paulo]"
    );
    assert_eq!(range.last_day(), range.start.date());
}

#[test]
fn other_phrases_are_refused_with_examples() {
    for phrase in [
        "",
        "soon",
        "last",
        "last 3",
        "next blue moon",
        "32 July",
        "February 30",
        "week 54",
        "week 53 2025",
        "2025-13",
        "q5",
        "from Monday",
        "to",
        "from to",
        "since tomorrow",
        "today to yesterday",
        "until yesterday",
        "last 999999999999999999999 days",
        "last 100001 years",
        "99999 years ago",
        "last 100000 years",
        "in 100000 quarters",
        "\u{0}",
        "٣ days ago",
        "the",
        "since",
        "until",
        "-",
        "2025-ßß",
        "é-é",
        "20é5-07",
        &"last ".repeat(100),
    ] {
        let error = resolve(phrase, &now()).expect_err(phrase);
        assert!(error.contains("write"), "{phrase}: {error}");
    }
}

#[test]
fn phrases_of_known_words_never_panic() {
    let pieces = [
        "last", "next", "this", "3", "full", "days", "years", "100000", "monday", "july", "2025",
        "9999", "0000", "q3", "week", "53", "ago", "in", "to", "since", "until", "from", "31st",
        "-", "weekend", "date", "hour", "2025-w01", "9999-12", "a",
    ];
    let mut state = 7_u32;
    for _ in 0..20_000 {
        let mut phrase = String::new();
        for _ in 0..(state >> 20) % 6 + 1 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            phrase += pieces[(state >> 16) as usize % pieces.len()];
            phrase += " ";
        }
        let _ = resolve(&phrase, &now());
    }
}
