//! Amounts as a config writes them: `1G` of fuel, `64MiB`, `5s`.

use std::fmt;
use std::time::Duration;

use bytesize::ByteSize;

use crate::policy::Rate;

/// Most per unit of time in a rate.
const RATE_COUNT_MAX: u32 = 100_000;

/// What an amount counts, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A whole number.
    Count,
    /// A whole number, or one with a decimal `K`, `M`, `G` or `T` behind it, such as `100K`.
    Number,
    /// Written as [`Unit::Number`].
    Fuel,
    /// Bytes such as `64MiB`, `10KB` or a whole number.
    Bytes,
    /// A time such as `5s`, `250ms` or `1m`; always with its unit.
    Time,
}

impl Unit {
    /// The amount in ones, bytes or nanoseconds; `None` if `text` is no such amount.
    pub fn parse(self, text: &str) -> Option<u64> {
        match self {
            Unit::Count => text.parse().ok(),
            Unit::Number | Unit::Fuel => number(text),
            Unit::Bytes => text.parse::<ByteSize>().ok().map(|size| size.as_u64()),
            Unit::Time => time(text),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Count => "whole number",
            Unit::Number => "number",
            Unit::Fuel => "amount of fuel",
            Unit::Bytes => "number of bytes",
            Unit::Time => "time",
        })
    }
}

/// `10/s`, `600/m` or `1000/h`.
pub(super) fn rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    // `parse` alone would take `+1`.
    if !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count = count.parse().ok()?;
    (1..=RATE_COUNT_MAX).contains(&count).then_some(Rate {
        count,
        per: Duration::from_secs(seconds),
    })
}

fn number(text: &str) -> Option<u64> {
    let factor = match text.as_bytes().last()? {
        b'K' => 1_000,
        b'M' => 1_000_000,
        b'G' => 1_000_000_000,
        b'T' => 1_000_000_000_000,
        _ => return text.parse().ok(),
    };
    text[..text.len() - 1]
        .parse::<u64>()
        .ok()?
        .checked_mul(factor)
}

fn time(text: &str) -> Option<u64> {
    // A bare number could mean seconds or milliseconds; nobody should have to guess.
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    humantime::parse_duration(text).ok().map(nanos)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_units() {
        for (unit, text, expected) in [
            (Unit::Count, "0", Some(0)),
            (Unit::Count, "64", Some(64)),
            (Unit::Count, "-1", None),
            (Unit::Count, "1K", None),
            (Unit::Count, "", None),
            (Unit::Number, "100K", Some(100_000)),
            (Unit::Number, "many", None),
            (Unit::Fuel, "1000", Some(1_000)),
            (Unit::Fuel, "10K", Some(10_000)),
            (Unit::Fuel, "500M", Some(500_000_000)),
            (Unit::Fuel, "1G", Some(1_000_000_000)),
            (Unit::Fuel, "1T", Some(1_000_000_000_000)),
            (Unit::Fuel, "99999999T", None),
            (Unit::Fuel, "1Gi", None),
            (Unit::Fuel, "G", None),
            (Unit::Fuel, "1.5é", None),
            (Unit::Fuel, "", None),
            (Unit::Bytes, "4096", Some(4_096)),
            (Unit::Bytes, "1B", Some(1)),
            (Unit::Bytes, "1KB", Some(1_000)),
            (Unit::Bytes, "64KiB", Some(65_536)),
            (Unit::Bytes, "64 MiB", Some(67_108_864)),
            (Unit::Bytes, "1.5MiB", Some(1_572_864)),
            (Unit::Bytes, "999999999999EiB", Some(u64::MAX)),
            (Unit::Bytes, "-1", None),
            (Unit::Bytes, "lots", None),
            (Unit::Bytes, "", None),
            (Unit::Time, "250ms", Some(250_000_000)),
            (Unit::Time, "5s", Some(5_000_000_000)),
            (Unit::Time, "1m", Some(60_000_000_000)),
            (Unit::Time, "1m 30s", Some(90_000_000_000)),
            (Unit::Time, "0s", Some(0)),
            (Unit::Time, "5", None),
            (Unit::Time, "0", None),
            (Unit::Time, "-5s", None),
            (Unit::Time, "soon", None),
            (Unit::Time, "", None),
        ] {
            assert_eq!(unit.parse(text), expected, "{unit} {text:?}");
        }
    }

    #[test]
    fn rates_are_so_many_per_second_minute_or_hour() {
        for text in ["10/s", "1/m", "100000/h"] {
            assert_eq!(rate(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "10",
            "/s",
            "0/s",
            "-1/s",
            "+1/s",
            "1.5/s",
            "100001/s",
            "1/d",
            "1/ s",
            "1 /s",
            "1/s/s",
            "99999999999/s",
        ] {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
