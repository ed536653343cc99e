//! A moment, and the few ISO-8601 forms that it is written in.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NS_PER_S: i64 = 1_000_000_000;
const S_PER_DAY: i64 = 86_400;

/// Nanoseconds since 1970 in UTC; those before 1970 are kept as 0. Good until the year 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// What the system's clock says.
    pub fn now() -> Time {
        SystemTime::now().into()
    }

    /// `s` seconds after 1970.
    pub fn from_s(s: i64) -> Time {
        Time(s.saturating_mul(NS_PER_S))
    }

    /// Whole seconds since 1970.
    pub fn s(self) -> i64 {
        self.0.div_euclid(NS_PER_S)
    }

    /// How much later than `start`; zero if earlier.
    pub fn since(self, start: Time) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(start.0)).unwrap_or(0))
    }

    /// This moment less `duration`.
    pub fn before(self, duration: Duration) -> Time {
        Time(self.0.saturating_sub(ns(duration)))
    }

    /// Reads `2026-11-20T22:47:53.855118+00:00`: a space for the `T`, any number of digits behind
    /// the point or none, and `Z` or nothing for the offset will do.
    pub fn parse(text: &str) -> Option<Time> {
        let (date, rest) = text.split_at_checked(10)?;
        let rest = rest.strip_prefix(['T', ' '])?;
        let (clock, rest) = rest.split_at_checked(8)?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let (fraction_ns, rest) = match rest.strip_prefix('.') {
            Some(rest) => fraction(rest)?,
            None => (0, rest),
        };
        if !(1..=12).contains(&month)
            || !(1..=days_in(year, month)).contains(&day)
            || hour > 23
            || minute > 59
            || second > 60
        {
            return None;
        }
        let of_day = hour * 3600 + minute * 60 + second - offset_s(rest)?;
        let s = days(year, month, day) * S_PER_DAY + of_day;
        Some(Time(s.checked_mul(NS_PER_S)?.checked_add(fraction_ns)?))
    }
}

/// As upstream's API writes it: `2026-11-20T22:47:53.855118Z`, without microseconds if there are
/// none.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.s();
        let (year, month, day) = date(s.div_euclid(S_PER_DAY));
        let of_day = s.rem_euclid(S_PER_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match self.0.rem_euclid(NS_PER_S) / 1000 {
            0 => f.write_str("Z"),
            us => write!(f, ".{us:06}Z"),
        }
    }
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Time {
        Time(time.duration_since(UNIX_EPOCH).map_or(0, ns))
    }
}

/// Nanoseconds, at most `i64::MAX`.
pub fn ns(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

/// Three numbers of so many digits each.
fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[i64; 3]> {
    let mut found = [0; 3];
    let mut parts = text.split(between);
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// The digits as nanoseconds, and what comes behind them.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let nine = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    let ns = nine.fold(0, |ns, digit| ns * 10 + i64::from(digit - b'0'));
    Some((ns, rest))
}

fn offset_s(text: &str) -> Option<i64> {
    if matches!(text, "" | "Z" | "z") {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let two = |text: &str| -> Option<i64> {
        (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())?
    };
    Some(sign * (two(hours)? * 3600 + two(minutes)? * 60))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970. Counting years from March puts the leap day at the end of one; 400 of them
/// have 146,097 days.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    year.div_euclid(400) * 146_097 + of_era - 719_468
}

/// The inverse of [`days`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (ns, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_214_873_855_118_000, "2026-11-20T22:47:53.855118Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
            (951_868_800_000_001_000, "2000-03-01T00:00:00.000001Z"),
            (4_107_542_399_000_000_000, "2100-02-28T23:59:59Z"),
        ] {
            assert_eq!(Time(ns).to_string(), text);
            assert_eq!(Time::parse(text), Some(Time(ns)), "{text}");
        }
    }

    #[test]
    fn other_forms_are_read() {
        let expected = Some(Time(1_795_214_873_000_000_000));
        for text in [
            "2026-11-20T22:47:53+00:00",
            "2026-11-20 22:47:53",
            "2026-11-20T23:47:53+01:00",
            "2026-11-20T17:17:53.000-05:30",
            "2026-11-20T22:47:53.0000000009Z",
        ] {
            assert_eq!(Time::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "now",
            "2026-11-20",
            "2026-13-20T22:47:53",
            "2026-02-29T00:00:00",
            "2026-11-20T24:00:00",
            "2026-11-20T22:47:53.",
            "2026-11-20T22:47:53+1:00",
            "2026-11-20T22:47:53 ",
            "+026-11-20T22:47:53",
            "2026-11-2é 22:47:53",
            "9999-01-01T00:00:00",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }
}
