//! Reads times, and reckons with them. Nothing here knows about WebAssembly or asks for the time.

use jiff::civil::{Date, Time};
use jiff::fmt::{rfc2822, temporal::Pieces};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRound, Timestamp, Unit, Zoned};

use crate::zone;

const TEXT_CHARS_MAX: usize = 200;

/// Fewer digits are a year or a date, not seconds since 1970.
const UNIX_DIGITS_MIN: usize = 9;

/// What lies between two times.
#[derive(Debug, PartialEq)]
pub(crate) struct Interval {
    /// By the calendar, such as `1 month 3 days`.
    pub(crate) words: String,
    /// By the calendar, in ISO 8601.
    pub(crate) iso: String,
    /// All of it in seconds.
    pub(crate) seconds: i64,
    /// Whole days of the calendar.
    pub(crate) days: i64,
    /// How many of the days are Monday to Friday.
    pub(crate) weekdays: i64,
}

/// `time`, which is in the zone `from` if it names none, in the zone `to`.
pub(crate) fn convert(
    time: &str,
    from: Option<&str>,
    to: &str,
    now: Timestamp,
) -> Result<Zoned, String> {
    let from = zone::find_or_utc(from)?;
    let to = zone::find(to)?;
    Ok(read(time, &now.to_zoned(from))?.with_time_zone(to))
}

/// The time `duration` after `time`.
pub(crate) fn add(
    time: &str,
    duration: &str,
    zone: Option<&str>,
    now: Timestamp,
) -> Result<Zoned, String> {
    let start = read_in(time, zone, now)?;
    let span = read_span(duration)?;
    start.checked_add(span).map_err(|_| {
        format!("`{duration}` leads outside the years -9999 to 9999; write a shorter duration")
    })
}

/// What lies between `from` and `to`.
pub(crate) fn between(
    from: &str,
    to: &str,
    zone: Option<&str>,
    now: Timestamp,
) -> Result<Interval, String> {
    let from = read_in(from, zone, now)?;
    let to = read_in(to, zone, now)?.with_time_zone(from.time_zone().clone());
    let seconds = to.timestamp().as_second() - from.timestamp().as_second();
    let whole = |error: jiff::Error| format!("the times lie too far apart: {error}");
    let by_calendar = from.until((Unit::Year, &to)).map_err(whole)?;
    let span = by_calendar
        .round(
            SpanRound::new()
                .smallest(Unit::Second)
                .mode(jiff::RoundMode::Trunc)
                .relative(&from),
        )
        .map_err(whole)?;
    let days = i64::from(from.until((Unit::Day, &to)).map_err(whole)?.get_days());
    Ok(Interval {
        words: in_words(span),
        iso: span.to_string(),
        seconds,
        days,
        weekdays: weekdays(from.date(), days),
    })
}

/// The moment that counts as now, in the zone to work in.
pub(crate) fn reference(
    text: Option<&str>,
    zone: Option<&str>,
    now: Timestamp,
) -> Result<Zoned, String> {
    read_in(text.unwrap_or("now"), zone, now)
}

/// RFC 3339 in seconds, with the offset of the zone.
pub(crate) fn rfc3339(moment: &Zoned) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Reads a time and puts it into `zone`; one without a zone of its own stays in its offset.
fn read_in(text: &str, zone: Option<&str>, now: Timestamp) -> Result<Zoned, String> {
    let moment = read(text, &now.to_zoned(zone::find_or_utc(zone)?))?;
    Ok(match zone {
        Some(_) => moment.with_time_zone(zone::find_or_utc(zone)?),
        None => moment,
    })
}

/// Reads a time; what it leaves open, the zone first, is as in `now`.
fn read(text: &str, now: &Zoned) -> Result<Zoned, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return Err(format!("a time is 1 to 200 characters long; {EXAMPLES}"));
    }
    let unknown = || format!("`{text}` is no time; {EXAMPLES}");
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && text.len() >= UNIX_DIGITS_MIN {
        let seconds = text.parse().map_err(|_| unknown())?;
        let moment = Timestamp::from_second(seconds).map_err(|_| unknown())?;
        return Ok(moment.to_zoned(now.time_zone().clone()));
    }
    if let Ok(pieces) = Pieces::parse(text) {
        return from_pieces(text, &pieces, now.time_zone());
    }
    if let Ok(moment) = rfc2822::parse(text) {
        return Ok(moment);
    }
    from_words(&text.to_ascii_lowercase(), now)?.ok_or_else(unknown)
}

const EXAMPLES: &str = "write one such as `2025-03-01T14:00:00+01:00`, `2025-03-01 14:00`, \
                        `2025-03-01`, `now` or `tomorrow 9:00`";

fn from_pieces(text: &str, pieces: &Pieces<'_>, zone: &TimeZone) -> Result<Zoned, String> {
    let wrong = |error: jiff::Error| format!("`{text}` is no time: {error}; {EXAMPLES}");
    if pieces.time_zone_annotation().is_some() {
        return text.parse().map_err(wrong);
    }
    let local = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    let zone = match pieces.offset() {
        Some(jiff::fmt::temporal::PiecesOffset::Zulu) => TimeZone::UTC,
        Some(offset) => TimeZone::fixed(offset.to_numeric_offset()),
        None => zone.clone(),
    };
    local.to_zoned(zone).map_err(wrong)
}

/// Reads `now`, or a day, a time of day, or both.
fn from_words(text: &str, now: &Zoned) -> Result<Option<Zoned>, String> {
    if text == "now" {
        return Ok(Some(now.clone()));
    }
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (day, clock) = match day_of(first, now.date()) {
        Some(day) => (day, rest),
        None => (now.date(), text),
    };
    let clock = clock.trim().trim_start_matches("at ");
    let time = if clock.is_empty() {
        Some(Time::midnight())
    } else {
        time_of_day(clock)
    };
    let Some(time) = time else { return Ok(None) };
    let moment = day.to_datetime(time).to_zoned(now.time_zone().clone());
    moment.map(Some).map_err(|error| error.to_string())
}

fn day_of(word: &str, today: Date) -> Option<Date> {
    match word {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        "tomorrow" => today.tomorrow().ok(),
        _ => word.parse().ok(),
    }
}

/// Reads `14:30`, `14:30:15`, `3 pm`, `3:30pm`, `noon` and `midnight`.
fn time_of_day(text: &str) -> Option<Time> {
    match text {
        "noon" => return Time::new(12, 0, 0, 0).ok(),
        "midnight" => return Some(Time::midnight()),
        _ => {}
    }
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        (None, None) => (text, None),
    };
    let mut parts = clock
        .split(':')
        .map(|part| part.parse::<i8>().ok().filter(|part| *part >= 0));
    let mut hour = parts.next()??;
    let minute = parts.next();
    let second = parts.next();
    if parts.next().is_some() || (half.is_none() && minute.is_none()) {
        return None;
    }
    if let Some(half) = half {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + half;
    }
    Time::new(
        hour,
        minute.unwrap_or(Some(0))?,
        second.unwrap_or(Some(0))?,
        0,
    )
    .ok()
}

fn read_span(text: &str) -> Result<Span, String> {
    let text = text.trim();
    let unknown = |why: &str| {
        format!(
            "`{text}` is no duration{why}; write one such as `3 days 2 hours`, `-1 month` or `P3DT2H`"
        )
    };
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return Err(
            "a duration is 1 to 200 characters long; write one such as `3 days 2 hours`".to_owned(),
        );
    }
    let plain = text.to_ascii_lowercase().replace(" and ", " ");
    plain
        .parse()
        .map_err(|error: jiff::Error| unknown(&format!(" ({error})")))
}

fn in_words(span: Span) -> String {
    let parts = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
        (span.get_minutes(), "minute"),
        (span.get_seconds(), "second"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count != 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count.abs() == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() {
        return "0 seconds".to_owned();
    }
    words.join(" ")
}

/// How many of the `days` days from `first` on, or before it, are Monday to Friday.
fn weekdays(first: Date, days: i64) -> i64 {
    let count = days.abs();
    let monday_is_zero = i64::from(first.weekday().to_monday_zero_offset());
    // Days before `first` are counted from the earliest of them.
    let start = if days < 0 {
        (monday_is_zero - count).rem_euclid(7)
    } else {
        monday_is_zero
    };
    let rest = (0..count % 7).filter(|day| (start + day) % 7 < 5).count() as i64;
    (count / 7 * 5 + rest) * days.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Friday, 12:00 in UTC.
    fn now() -> Timestamp {
        "2025-07-18T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn times_are_read_as_people_and_machines_write_them() {
        for (text, expected) in [
            ("now", "2025-07-18T14:00:00+02:00"),
            ("2025-03-01T14:00:00Z", "2025-03-01T14:00:00+00:00"),
            ("2025-03-01T14:00:00-05:00", "2025-03-01T14:00:00-05:00"),
            ("2025-03-01T14:00[Asia/Tokyo]", "2025-03-01T14:00:00+09:00"),
            ("2025-03-01 14:00", "2025-03-01T14:00:00+01:00"),
            ("2025-03-01", "2025-03-01T00:00:00+01:00"),
            (
                "Sat, 01 Mar 2025 14:00:00 +0100",
                "2025-03-01T14:00:00+01:00",
            ),
            ("1752840000", "2025-07-18T14:00:00+02:00"),
            ("Today", "2025-07-18T00:00:00+02:00"),
            ("tomorrow 9:00", "2025-07-19T09:00:00+02:00"),
            ("tomorrow at 9:05:07", "2025-07-19T09:05:07+02:00"),
            ("yesterday noon", "2025-07-17T12:00:00+02:00"),
            ("3:30 pm", "2025-07-18T15:30:00+02:00"),
            ("12am", "2025-07-18T00:00:00+02:00"),
            ("12 pm", "2025-07-18T12:00:00+02:00"),
            ("23:59", "2025-07-18T23:59:00+02:00"),
            ("2025-03-01 3pm", "2025-03-01T15:00:00+01:00"),
            // 2:30 does not exist on that day.
            ("2025-03-30 02:30", "2025-03-30T03:30:00+02:00"),
        ] {
            let zone = zone::find("Europe/Berlin").unwrap();
            let moment =
                read(text, &now().to_zoned(zone)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(rfc3339(&moment), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_examples() {
        for text in [
            "",
            "soon",
            "25:00",
            "13 pm",
            "0 am",
            "2025-02-30",
            "2025-13-01",
            "12:60",
            "1:2:3:4",
            "99999999999999999999",
            "-5:00",
            "2025-03-01T14:00[Nowhere/City]",
            "\u{0}",
            "٣:٣٠",
            "2025-03-01T14:00:00+01:00[Asia/Tokyo]",
            &"1".repeat(300),
        ] {
            let result = read(text, &now().to_zoned(TimeZone::UTC));
            let error = result.expect_err(text);
            assert!(error.contains("write one such as"), "{text}: {error}");
        }
    }

    #[test]
    fn times_are_converted_between_zones() {
        for (time, from, to, expected) in [
            (
                "2025-07-18 15:00",
                Some("New York"),
                "Tokyo",
                "2025-07-19T04:00:00+09:00",
            ),
            (
                "2025-01-18 15:00",
                Some("New York"),
                "Tokyo",
                "2025-01-19T05:00:00+09:00",
            ),
            (
                "2025-07-18T15:00Z",
                Some("New York"),
                "Asia/Kolkata",
                "2025-07-18T20:30:00+05:30",
            ),
            (
                "3 pm",
                Some("Europe/London"),
                "America/Los_Angeles",
                "2025-07-18T07:00:00-07:00",
            ),
            (
                "2025-07-18 15:00",
                None,
                "+05:30",
                "2025-07-18T20:30:00+05:30",
            ),
        ] {
            let moment = convert(time, from, to, now()).unwrap();
            assert_eq!(rfc3339(&moment), expected, "{time}");
        }
    }

    #[test]
    fn durations_are_added_by_the_calendar() {
        for (time, duration, expected) in [
            ("2025-01-31", "1 month", "2025-02-28T00:00:00+01:00"),
            (
                "2025-07-18 12:00",
                "3 days 2 hours",
                "2025-07-21T14:00:00+02:00",
            ),
            (
                "2025-07-18 12:00",
                "3 days and 2 hours",
                "2025-07-21T14:00:00+02:00",
            ),
            ("2025-07-18 12:00", "P3DT2H", "2025-07-21T14:00:00+02:00"),
            ("2025-07-18 12:00", "-2 weeks", "2025-07-04T12:00:00+02:00"),
            (
                "2025-07-18 12:00",
                "2 weeks ago",
                "2025-07-04T12:00:00+02:00",
            ),
            // A day across a clock change has 23 hours.
            ("2025-03-29 12:00", "1 day", "2025-03-30T12:00:00+02:00"),
            ("2025-03-29 12:00", "24 hours", "2025-03-30T13:00:00+02:00"),
            ("now", "90 min", "2025-07-18T15:30:00+02:00"),
        ] {
            let moment = add(time, duration, Some("Europe/Berlin"), now())
                .unwrap_or_else(|error| panic!("{duration}: {error}"));
            assert_eq!(rfc3339(&moment), expected, "{time} {duration}");
        }
        for duration in [
            "",
            "soon",
            "3",
            "9999999 years",
            "P",
            "1 fortnight",
            "99999 months",
            &"1h".repeat(200),
        ] {
            assert!(add("now", duration, None, now()).is_err(), "{duration}");
        }
    }

    #[test]
    fn intervals_are_told_by_the_calendar_and_in_seconds() {
        let interval = between("2025-01-31", "2025-03-05 06:30", None, now()).unwrap();
        assert_eq!(
            interval,
            Interval {
                words: "1 month 5 days 6 hours 30 minutes".to_owned(),
                iso: "P1M5DT6H30M".to_owned(),
                seconds: 2_874_600,
                days: 33,
                weekdays: 23,
            }
        );
        let back = between("2025-03-05", "2025-01-31", None, now()).unwrap();
        assert_eq!(
            (back.days, back.seconds, back.weekdays),
            (-33, -2_851_200, -23)
        );
        let none = between("now", "now", None, now()).unwrap();
        assert_eq!((none.words.as_str(), none.days), ("0 seconds", 0));
    }

    #[test]
    fn weekdays_are_those_that_a_calendar_shows() {
        let first: Date = "2025-07-14".parse().unwrap();
        for start in 0..7 {
            let from = first.checked_add(Span::new().days(start)).unwrap();
            for days in -20..20_i64 {
                let counted = (days.min(0)..days.max(0))
                    .filter(|day| {
                        let day = from.checked_add(Span::new().days(*day)).unwrap();
                        day.weekday().to_monday_zero_offset() < 5
                    })
                    .count() as i64;
                assert_eq!(
                    weekdays(from, days),
                    counted * days.signum(),
                    "{from} {days}"
                );
            }
        }
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        for (from, to) in [
            ("-009999-01-03", "9999-12-29"),
            ("9999-12-29", "-009999-01-03"),
            ("0000-01-01", "9999-12-30T22:00:00Z"),
        ] {
            let _ = between(from, to, Some("Pacific/Auckland"), now());
            let _ = add(from, "19998 years", None, now());
            let _ = add(to, "-19998 years 3000 days", Some("-12:00"), now());
            let _ = convert(to, None, "Pacific/Auckland", now());
        }
    }
}
