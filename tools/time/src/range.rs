//! Turns phrases such as `last week` into a start and an end.
//!
//! The grammar is small and documented with the tool; each function below reads one kind of
//! phrase, and returns none if the phrase is of another kind.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{ToSpan, Unit, Zoned, ZonedRound};

use crate::words::{self, Period};

const PHRASE_CHARS_MAX: usize = 200;

/// A stretch of time in one zone; `end` is no part of it.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) start: Zoned,
    pub(crate) end: Zoned,
}

impl Range {
    /// The date of the last moment.
    pub(crate) fn last_day(&self) -> Date {
        let last = self.end.checked_sub(1.nanosecond());
        last.map_or_else(|_| self.end.date(), |last| last.date())
            .max(self.start.date())
    }
}

type Found = Result<Option<Range>, String>;

/// The range that `phrase` means at the moment `now`, in its zone.
pub(crate) fn resolve(phrase: &str, now: &Zoned) -> Result<Range, String> {
    if phrase.trim().is_empty() || phrase.chars().count() > PHRASE_CHARS_MAX {
        return Err(format!("`phrase` is 1 to 200 characters long; {EXAMPLES}"));
    }
    let text = phrase.to_lowercase().replace([',', '.'], " ");
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "the" | "of"))
        .collect();
    compound(&words, now)?.ok_or_else(|| unknown(phrase))
}

const EXAMPLES: &str = "write one such as `last week`, `next 3 days`, `this month`, `Q3 2025`, \
                        `July 2025`, `since Monday` or `2025-07-01 to 2025-07-15`";

fn unknown(phrase: &str) -> String {
    format!(
        "`{}` is no range that is understood; {EXAMPLES}",
        phrase.trim()
    )
}

fn outside(_: jiff::Error) -> String {
    "the range lies outside the years -9999 to 9999; write a nearer one".to_owned()
}

/// `since X`, `until X`, `from X to Y`, `between X and Y`, or a single range.
fn compound(words: &[&str], now: &Zoned) -> Found {
    match words {
        ["since", rest @ ..] => {
            let Some(range) = single(rest, now)? else {
                return Ok(None);
            };
            if range.start > *now {
                return Err(
                    "what follows `since` lies in the future; write `until` for it".to_owned(),
                );
            }
            Ok(Some(Range {
                start: range.start,
                end: now.clone(),
            }))
        }
        ["until" | "till", rest @ ..] => {
            let Some(range) = single(rest, now)? else {
                return Ok(None);
            };
            if range.start < *now {
                return Err(
                    "what follows `until` has begun already; write `since` for it".to_owned(),
                );
            }
            Ok(Some(Range {
                start: now.clone(),
                end: range.start,
            }))
        }
        ["from", rest @ ..] | ["between", rest @ ..] => both(rest, now),
        _ => match single(words, now)? {
            Some(range) => Ok(Some(range)),
            None => both(words, now),
        },
    }
}

/// `X to Y`, from the start of X to the end of Y.
fn both(words: &[&str], now: &Zoned) -> Found {
    let is_between = |word: &&str| {
        matches!(
            *word,
            "to" | "until" | "till" | "through" | "and" | "-" | "–"
        )
    };
    let Some(at) = words.iter().position(is_between) else {
        return Ok(None);
    };
    let (Some(first), Some(last)) = (single(&words[..at], now)?, single(&words[at + 1..], now)?)
    else {
        return Ok(None);
    };
    if last.end <= first.start {
        return Err("the range ends before it begins; write the earlier time first".to_owned());
    }
    Ok(Some(Range {
        start: first.start,
        end: last.end,
    }))
}

fn single(words: &[&str], now: &Zoned) -> Found {
    for read in [
        day_words, to_date, rolling, neighbour, weekend, offset, fixed,
    ] {
        if let Some(range) = read(words, now)? {
            return Ok(Some(range));
        }
    }
    Ok(None)
}

/// `today`, `day before yesterday`, and a bare weekday, which is the one of this week.
fn day_words(words: &[&str], now: &Zoned) -> Found {
    let days = match words {
        ["now"] => {
            return Ok(Some(Range {
                start: now.clone(),
                end: now.clone(),
            }));
        }
        ["today"] => 0,
        ["yesterday"] => -1,
        ["tomorrow"] => 1,
        ["day", "before", "yesterday"] => -2,
        ["day", "after", "tomorrow"] => 2,
        ["this" | "current" | "on", word] | [word] => {
            let Some(weekday) = words::weekday(word) else {
                return Ok(None);
            };
            i64::from(weekday.to_monday_zero_offset())
                - i64::from(now.weekday().to_monday_zero_offset())
        }
        _ => return Ok(None),
    };
    period(Period::Day, days, 1, now).map(Some)
}

/// `year to date`, `ytd`.
fn to_date(words: &[&str], now: &Zoned) -> Found {
    let unit = match words {
        ["wtd"] => Period::Week,
        ["mtd"] => Period::Month,
        ["qtd"] => Period::Quarter,
        ["ytd"] => Period::Year,
        [unit, "to", "date"] => match Period::read(unit) {
            Some(unit) => unit,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(Range {
        start: period(unit, 0, 1, now)?.start,
        end: now.clone(),
    }))
}

/// `last 3 days`, which end now; `last 3 full days`, which end with yesterday.
fn rolling(words: &[&str], now: &Zoned) -> Found {
    let (direction, count, is_full, unit) = match words {
        [
            direction,
            count,
            "full" | "whole" | "complete" | "calendar",
            unit,
        ] => (direction, count, true, unit),
        [direction, count, unit] => (direction, count, false, unit),
        _ => return Ok(None),
    };
    let (Some(sign), Some(count), Some(unit)) = (
        direction_of(direction),
        words::count(count),
        Period::read(unit),
    ) else {
        return Ok(None);
    };
    if sign == 0 {
        return Ok(None);
    }
    if is_full {
        let first = if sign < 0 { -count } else { 1 };
        return period(unit, first, count, now).map(Some);
    }
    let other = now
        .checked_add(unit.times(sign * count)?)
        .map_err(outside)?;
    Ok(Some(if sign < 0 {
        Range {
            start: other,
            end: now.clone(),
        }
    } else {
        Range {
            start: now.clone(),
            end: other,
        }
    }))
}

/// `this month`, `last quarter`, `next Friday`, `last July`.
fn neighbour(words: &[&str], now: &Zoned) -> Found {
    let [direction, word] = words else {
        return Ok(None);
    };
    let Some(sign) = direction_of(direction) else {
        return Ok(None);
    };
    if let Some(unit) = Period::read(word) {
        return period(unit, sign, 1, now).map(Some);
    }
    if let Some(weekday) = words::weekday(word) {
        let day = now
            .date()
            .nth_weekday(sign as i32, weekday)
            .map_err(outside)?;
        return days(day, 1, now).map(Some);
    }
    let Some(month) = words::month(word) else {
        return Ok(None);
    };
    let passed = now.date().month() > month;
    let same = now.date().month() == month;
    let years = match sign {
        -1 if !passed => -1,
        1 if passed || same => 1,
        _ => 0,
    };
    month_of(now.year() + years, month, now).map(Some)
}

/// `weekend`, `last weekend`: Saturday and Sunday of a week.
fn weekend(words: &[&str], now: &Zoned) -> Found {
    let sign = match words {
        ["weekend"] => Some(0),
        [direction, "weekend"] => direction_of(direction),
        _ => None,
    };
    let Some(sign) = sign else { return Ok(None) };
    let monday = period(Period::Week, sign, 1, now)?.start.date();
    days(monday.checked_add(5.days()).map_err(outside)?, 2, now).map(Some)
}

/// `3 days ago`, `in 2 weeks`: the whole unit that holds that moment.
fn offset(words: &[&str], now: &Zoned) -> Found {
    let (count, unit, sign) = match words {
        [count, unit, "ago"] => (count, unit, -1),
        ["in", count, unit] | [count, unit, "from", "now"] => (count, unit, 1),
        _ => return Ok(None),
    };
    let (Some(count), Some(unit)) = (words::count(count), Period::read(unit)) else {
        return Ok(None);
    };
    period(unit, sign * count, 1, now).map(Some)
}

/// A year, quarter, half, month, week or day by its name.
fn fixed(words: &[&str], now: &Zoned) -> Found {
    let words = match words {
        ["in" | "on" | "during", rest @ ..] => rest,
        _ => words,
    };
    match words {
        [word] => {
            if let Some(year) = words::year(word) {
                return months(year, 1, 12, now).map(Some);
            }
            if let Some((year, rest)) = word
                .split_once('-')
                .filter(|(year, _)| words::year(year).is_some())
            {
                return by_numbers(word, year, rest, now);
            }
            named(word, now.year(), now)
        }
        [name, year] if words::year(year).is_some() => {
            named(name, words::year(year).unwrap_or_default(), now)
        }
        [year, name] if words::year(year).is_some() => {
            named(name, words::year(year).unwrap_or_default(), now)
        }
        ["week", number] => week(number, now.date().iso_week_date().year(), now),
        ["week", number, year] => match words::year(year) {
            Some(year) => week(number, year, now),
            None => Ok(None),
        },
        [first, second] => month_and_day(first, second, now.year(), now),
        [first, second, year] => match words::year(year) {
            Some(year) => month_and_day(first, second, year, now),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// `2025-07`, `2025-w27`, `2025-q3`, `2025-07-14`.
fn by_numbers(word: &str, year: &str, rest: &str, now: &Zoned) -> Found {
    let year = words::year(year).unwrap_or_default();
    if let Some(number) = rest.strip_prefix('w') {
        return week(number, year, now);
    }
    if rest.starts_with(['q', 'h']) {
        return named(rest, year, now);
    }
    if let Ok(day) = word.parse::<Date>() {
        return days(day, 1, now).map(Some);
    }
    match rest.parse() {
        Ok(month) if rest.len() == 2 && (1..=12).contains(&month) => {
            month_of(year, month, now).map(Some)
        }
        _ => Ok(None),
    }
}

/// `q3`, `h1` or a month, of a year.
fn named(name: &str, year: i16, now: &Zoned) -> Found {
    let (first, count) = match name {
        "q1" => (1, 3),
        "q2" => (4, 3),
        "q3" => (7, 3),
        "q4" => (10, 3),
        "h1" => (1, 6),
        "h2" => (7, 6),
        _ => match words::month(name) {
            Some(month) => (month, 1),
            None => return Ok(None),
        },
    };
    months(year, first, count, now).map(Some)
}

fn month_and_day(first: &str, second: &str, year: i16, now: &Zoned) -> Found {
    let (month, day) = match (words::month(first), words::month(second)) {
        (Some(month), None) => (month, words::day_of_month(second)),
        (None, Some(month)) => (month, words::day_of_month(first)),
        _ => return Ok(None),
    };
    let Some(day) = day else { return Ok(None) };
    let day = Date::new(year, month, day)
        .map_err(|_| format!("month {month} of {year} has no day {day}; write one that it has"))?;
    days(day, 1, now).map(Some)
}

fn week(number: &str, year: i16, now: &Zoned) -> Found {
    let Ok(number) = number.parse() else {
        return Ok(None);
    };
    let monday = ISOWeekDate::new(year, number, Weekday::Monday)
        .map_err(|_| format!("{year} has no week {number}; write 1 to 52, or 53 in long years"))?;
    days(monday.date(), 7, now).map(Some)
}

/// -1, 0 or 1 for a word that says which one is meant.
fn direction_of(word: &str) -> Option<i64> {
    match word {
        "last" | "past" | "previous" | "preceding" => Some(-1),
        "this" | "current" => Some(0),
        "next" | "coming" | "following" => Some(1),
        _ => None,
    }
}

/// `count` whole units, the first of which is `first` units away from the one that holds `now`.
fn period(unit: Period, first: i64, count: i64, now: &Zoned) -> Result<Range, String> {
    let start = match unit {
        Period::Minute => start_of_clock(Unit::Minute, now)?,
        Period::Hour => start_of_clock(Unit::Hour, now)?,
        _ => {
            let day = first_day(unit, now.date())?;
            let start = day.checked_add(unit.times(first)?).map_err(outside)?;
            let end = start.checked_add(unit.times(count)?).map_err(outside)?;
            return between_days(start, end, now);
        }
    };
    let start = start.checked_add(unit.times(first)?).map_err(outside)?;
    let end = start.checked_add(unit.times(count)?).map_err(outside)?;
    Ok(Range { start, end })
}

fn start_of_clock(unit: Unit, now: &Zoned) -> Result<Zoned, String> {
    let down = ZonedRound::new()
        .smallest(unit)
        .mode(jiff::RoundMode::Trunc);
    now.round(down).map_err(outside)
}

/// The first day of the unit that holds `day`.
fn first_day(unit: Period, day: Date) -> Result<Date, String> {
    match unit {
        Period::Minute | Period::Hour | Period::Day => Ok(day),
        Period::Week => day
            .checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
            .map_err(outside),
        Period::Month => Ok(day.first_of_month()),
        Period::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).map_err(outside),
        Period::Year => Ok(day.first_of_year()),
    }
}

fn month_of(year: i16, month: i8, now: &Zoned) -> Result<Range, String> {
    months(year, month, 1, now)
}

fn months(year: i16, first: i8, count: i64, now: &Zoned) -> Result<Range, String> {
    let start = Date::new(year, first, 1).map_err(outside)?;
    let end = start.checked_add(count.months()).map_err(outside)?;
    between_days(start, end, now)
}

fn days(first: Date, count: i64, now: &Zoned) -> Result<Range, String> {
    let end = first.checked_add(count.days()).map_err(outside)?;
    between_days(first, end, now)
}

/// From the start of one day to the start of another.
fn between_days(first: Date, end: Date, now: &Zoned) -> Result<Range, String> {
    Ok(Range {
        start: midnight(first, now)?,
        end: midnight(end, now)?,
    })
}

/// The first moment of a day, which is later than 0:00 where a clock change skips that.
fn midnight(day: Date, now: &Zoned) -> Result<Zoned, String> {
    day.to_zoned(now.time_zone().clone()).map_err(outside)
}

#[cfg(test)]
mod tests;
