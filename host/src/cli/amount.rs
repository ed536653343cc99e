//! Amounts for people, in three digits.

/// Milliseconds as the unit that suits them: `812 µs`, `12.3 ms`, `1.20 s`, `2m 03s`.
pub fn duration(ms: f64) -> String {
    let us = ms * 1000.0;
    if us < 999.5 {
        return format!("{} µs", three_digits(us));
    }
    if ms < 999.5 {
        return format!("{} ms", three_digits(ms));
    }
    let s = ms / 1000.0;
    if s < 59.95 {
        return format!("{} s", three_digits(s));
    }
    if s < 3599.5 {
        return format!(
            "{:.0}m {:02.0}s",
            (s.round() / 60.0).floor(),
            s.round() % 60.0
        );
    }
    let minutes = (s / 60.0).round();
    format!("{:.0}h {:02.0}m", (minutes / 60.0).floor(), minutes % 60.0)
}

/// A number with a decimal `K`, `M`, `G` or `T`: `950`, `48.2K`, `1.00G`.
pub fn number(number: f64) -> String {
    if number < 999.5 {
        return format!("{number:.0}");
    }
    let mut scaled = number / 1000.0;
    let mut units = ["K", "M", "G"].into_iter();
    while scaled >= 999.5 {
        match units.next() {
            Some(_) => scaled /= 1000.0,
            None => break,
        }
    }
    format!("{}{}", three_digits(scaled), units.next().unwrap_or("T"))
}

/// Bytes in binary units: `950 B`, `1.25 MiB`.
pub fn bytes(bytes: f64) -> String {
    if bytes < 1023.5 {
        return format!("{bytes:.0} B");
    }
    let mut scaled = bytes / 1024.0;
    let mut units = ["KiB", "MiB"].into_iter();
    while scaled >= 1023.5 {
        match units.next() {
            Some(_) => scaled /= 1024.0,
            None => break,
        }
    }
    let unit = units.next().unwrap_or("GiB");
    format!("{} {unit}", three_digits(scaled))
}

fn three_digits(number: f64) -> String {
    let decimals = match number {
        small if small < 0.0005 => 0,
        small if small < 9.995 => 2,
        middle if middle < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_the_unit_that_suits() {
        for (ms, expected) in [
            (0.0, "0 µs"),
            (0.0004, "0.40 µs"),
            (0.0123, "12.3 µs"),
            (0.8124, "812 µs"),
            (0.9996, "1.00 ms"),
            (1.234, "1.23 ms"),
            (9.996, "10.0 ms"),
            (99.96, "100 ms"),
            (999.6, "1.00 s"),
            (59_940.0, "59.9 s"),
            (59_960.0, "1m 00s"),
            (123_000.0, "2m 03s"),
            (3_599_600.0, "1h 00m"),
            (7_380_000.0, "2h 03m"),
        ] {
            assert_eq!(duration(ms), expected);
        }
    }

    #[test]
    fn numbers_and_bytes_have_units_too() {
        for (value, expected) in [
            (0.0, "0"),
            (999.0, "999"),
            (999.9, "1.00K"),
            (48_211.0, "48.2K"),
            (999_950.0, "1.00M"),
            (1e9, "1.00G"),
            (2.5e13, "25.0T"),
        ] {
            assert_eq!(number(value), expected);
        }
        for (value, expected) in [
            (0.0, "0 B"),
            (1023.0, "1023 B"),
            (1024.0, "1.00 KiB"),
            (1_310_720.0, "1.25 MiB"),
            (67_108_864.0, "64.0 MiB"),
            (1_073_741_824.0, "1.00 GiB"),
            (5e12, "4657 GiB"),
        ] {
            assert_eq!(bytes(value), expected);
        }
    }
}
