//! Amounts as a config writes them, rounded up to what people would write.

use std::time::Duration;

use crate::config::Unit;

const MS: u64 = 1_000_000;
const SECOND: u64 = 1000 * MS;
const MINUTE: u64 = 60 * SECOND;
/// First digits of a rounded number, times ten.
const STEPS: [u64; 10] = [10, 15, 20, 25, 30, 40, 50, 60, 80, 100];
/// Rounded times below ten minutes; from there on whole minutes.
const TIMES: [u64; 23] = [
    MS,
    2 * MS,
    5 * MS,
    10 * MS,
    20 * MS,
    50 * MS,
    100 * MS,
    150 * MS,
    200 * MS,
    250 * MS,
    300 * MS,
    400 * MS,
    500 * MS,
    750 * MS,
    SECOND,
    2 * SECOND,
    3 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
];

/// The amount as a config accepts it; the inverse of [`Unit::parse`].
pub fn write(amount: u64, unit: Unit) -> String {
    match unit {
        Unit::Count => amount.to_string(),
        Unit::Number | Unit::Fuel => scaled(
            amount,
            &[
                (1_000_000_000_000, "T"),
                (1_000_000_000, "G"),
                (1_000_000, "M"),
                (1000, "K"),
            ],
            "",
        ),
        Unit::Bytes => scaled(
            amount,
            &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")],
            "B",
        ),
        Unit::Time => {
            let time = Duration::from_nanos(amount);
            humantime::format_duration(time).to_string()
        }
    }
}

/// The amount, or a little more that is easy to read and write.
pub fn round_up(amount: u64, unit: Unit) -> u64 {
    match unit {
        Unit::Count | Unit::Number | Unit::Fuel => round_number(amount),
        Unit::Bytes => round_bytes(amount),
        Unit::Time => {
            let round = TIMES.into_iter().find(|time| *time >= amount);
            round.unwrap_or_else(|| amount.div_ceil(MINUTE).saturating_mul(MINUTE))
        }
    }
}

/// To one digit, or one and a half: 10, 15, 20, 25, 30, 40, 50, 60, 80.
fn round_number(amount: u64) -> u64 {
    if amount <= 10 {
        return amount;
    }
    let magnitude = 10u64.pow(amount.ilog10());
    let step = STEPS.into_iter().find(|step| {
        let round = u128::from(magnitude) * u128::from(*step);
        round >= u128::from(amount) * 10 && round.is_multiple_of(10)
    });
    step.map_or(amount, |step| magnitude.saturating_mul(step) / 10)
}

/// To a power of two, or one and a half of it.
fn round_bytes(amount: u64) -> u64 {
    let Some(power) = amount.checked_next_power_of_two() else {
        return amount;
    };
    match power / 4 * 3 {
        three_quarters if three_quarters >= amount => three_quarters,
        _ => power,
    }
}

/// The amount in the largest unit that it is a whole number of.
fn scaled(amount: u64, units: &[(u64, &str)], one: &str) -> String {
    let fits = |(factor, _): &&(u64, &str)| amount > 0 && amount.is_multiple_of(*factor);
    match units.iter().find(fits) {
        Some((factor, unit)) => format!("{}{unit}", amount / factor),
        None => format!("{amount}{one}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_up_to_what_people_write_and_read_back() {
        for (unit, amount, expected) in [
            (Unit::Count, 0, "0"),
            (Unit::Count, 3, "3"),
            (Unit::Count, 11, "15"),
            (Unit::Count, 16, "20"),
            (Unit::Number, 100, "100"),
            (Unit::Number, 101, "150"),
            (Unit::Number, 4_100_000, "5M"),
            (Unit::Number, 1_500_000, "1500K"),
            (Unit::Number, 81_000, "100K"),
            (Unit::Number, 1_000_000_000, "1G"),
            (Unit::Number, 1_000_000_000_000, "1T"),
            (Unit::Bytes, 1, "1B"),
            (Unit::Bytes, 700, "768B"),
            (Unit::Bytes, 4097, "6KiB"),
            (Unit::Bytes, 3_200_000, "4MiB"),
            (Unit::Bytes, 1 << 30, "1GiB"),
            (Unit::Bytes, 0, "0B"),
            (Unit::Time, 1, "1ms"),
            (Unit::Time, 120 * MS, "150ms"),
            (Unit::Time, 251 * MS, "300ms"),
            (Unit::Time, 1100 * MS, "2s"),
            (Unit::Time, 5 * SECOND, "5s"),
            (Unit::Time, 150 * SECOND, "3m"),
        ] {
            let rounded = round_up(amount, unit);
            assert!(rounded >= amount, "{amount}");
            assert_eq!(write(rounded, unit), expected, "{amount}");
            assert_eq!(unit.parse(expected), Some(rounded), "{expected}");
            assert_eq!(round_up(rounded, unit), rounded, "{expected}");
        }
    }
}
