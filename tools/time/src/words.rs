//! The words that ranges are written in.

use jiff::civil::Weekday;
use jiff::{Span, ToSpan};

/// More of any unit leads out of the calendar, or is a mistake.
const COUNT_MAX: i64 = 100_000;

/// A stretch that the calendar or the clock repeats.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Period {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Period {
    /// Reads `week`, `weeks` and the like.
    pub(crate) fn read(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "minute" | "min" => Self::Minute,
            "hour" | "hr" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// So many of it as a span.
    pub(crate) fn times(self, count: i64) -> Result<Span, String> {
        if count.abs() > COUNT_MAX {
            return Err(
                "a range has at most 100,000 of a unit; write fewer, or a larger unit".to_owned(),
            );
        }
        Ok(match self {
            Self::Minute => count.minutes(),
            Self::Hour => count.hours(),
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            // The span takes no more, and these lead out of the calendar in any case.
            Self::Quarter => (count * 3).clamp(-239_976, 239_976).months(),
            Self::Year => count.clamp(-19_998, 19_998).years(),
        })
    }
}

/// Reads `3`, `three` and `a`.
pub(crate) fn count(word: &str) -> Option<i64> {
    const WORDS: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    if let Some(at) = WORDS.iter().position(|known| *known == word) {
        return i64::try_from(at).ok();
    }
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| is_number)
}

/// Reads `january` and `jan`.
pub(crate) fn month(word: &str) -> Option<i8> {
    const WORDS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = WORDS.iter().position(|name| {
        *name == word || name[..3] == *word || (word == "sept" && *name == "september")
    })?;
    i8::try_from(at + 1).ok()
}

/// Reads `monday`, `mondays` and `mon`.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(
        match word
            .strip_suffix('s')
            .filter(|word| word.ends_with("day"))
            .unwrap_or(word)
        {
            "monday" | "mon" => Weekday::Monday,
            "tuesday" | "tue" | "tues" => Weekday::Tuesday,
            "wednesday" | "wed" => Weekday::Wednesday,
            "thursday" | "thu" | "thurs" => Weekday::Thursday,
            "friday" | "fri" => Weekday::Friday,
            "saturday" | "sat" => Weekday::Saturday,
            "sunday" | "sun" => Weekday::Sunday,
            _ => return None,
        },
    )
}

/// Reads a year of four digits.
pub(crate) fn year(word: &str) -> Option<i16> {
    let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| is_year)
}

/// Reads `14`, `14th` and the like.
pub(crate) fn day_of_month(word: &str) -> Option<i8> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .parse()
        .ok()
        .filter(|day| is_number && (1..=31).contains(day))
}
