//! Time zones by the names that people give them.

use jiff::Zoned;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{self, TimeZone};

const NAME_CHARS_MAX: usize = 100;

/// How many names a refusal proposes.
const PROPOSALS_MAX: usize = 5;

/// The zone that `name` means, UTC if there is none.
pub(crate) fn find_or_utc(name: Option<&str>) -> Result<TimeZone, String> {
    name.map_or(Ok(TimeZone::UTC), find)
}

/// The zone that `name` means: a name of the database, a city of one zone alone, or an offset.
pub(crate) fn find(name: &str) -> Result<TimeZone, String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(
            "a time zone is 1 to 100 characters long; write one such as `Europe/Berlin`".to_owned(),
        );
    }
    if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
        return Ok(TimeZone::UTC);
    }
    let key = name.replace(' ', "_");
    if let Ok(zone) = TimeZone::get(&key) {
        return Ok(zone);
    }
    if name.starts_with(['+', '-'])
        && let Ok(zone) = DateTimeParser::new().parse_time_zone(name)
    {
        return Ok(zone);
    }
    let cities = matching(|zone| city(zone).eq_ignore_ascii_case(&key));
    match cities.as_slice() {
        [only] => TimeZone::get(only).map_err(|error| error.to_string()),
        [] => {
            let key = key.to_ascii_lowercase();
            let similar =
                matching(|zone| key.len() > 2 && zone.to_ascii_lowercase().contains(&key));
            Err(unknown(name, &similar))
        }
        several => Err(unknown(name, several)),
    }
}

/// What the zone of `moment` is called.
pub(crate) fn name(moment: &Zoned) -> String {
    match moment.time_zone().iana_name() {
        Some(name) => name.to_owned(),
        None => moment.strftime("%:z").to_string(),
    }
}

/// Whether daylight saving time is in force at `moment`.
pub(crate) fn is_daylight_saving(moment: &Zoned) -> bool {
    moment
        .time_zone()
        .to_offset_info(moment.timestamp())
        .dst()
        .is_dst()
}

fn matching(is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    tz::db()
        .available()
        .filter(|zone| is_wanted(zone.as_str()))
        .map(|zone| zone.to_string())
        .collect()
}

fn city(zone: &str) -> &str {
    zone.rsplit_once('/').map_or("", |(_, city)| city)
}

fn unknown(name: &str, proposals: &[String]) -> String {
    if proposals.is_empty() {
        return format!(
            "there is no time zone `{name}`; write the IANA name of a city in it, such as \
             `America/New_York` or `Asia/Tokyo`, or an offset such as `+02:00`"
        );
    }
    let shown = proposals.len().min(PROPOSALS_MAX);
    format!(
        "there is no time zone `{name}`; write one of `{}`",
        proposals[..shown].join("`, `")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> String {
        let zone = find(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        self::name(&jiff::Timestamp::UNIX_EPOCH.to_zoned(zone))
    }

    #[test]
    fn zones_are_found_by_name_city_and_offset() {
        for (name, expected) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            (" Tokyo ", "Asia/Tokyo"),
            ("new york", "America/New_York"),
            ("America/New York", "America/New_York"),
            ("utc", "UTC"),
            ("Z", "UTC"),
            ("+05:30", "+05:30"),
            ("-08", "-08:00"),
        ] {
            assert_eq!(found(name), expected, "{name}");
        }
    }

    #[test]
    fn unknown_zones_are_refused_with_what_comes_near() {
        for (name, expected) in [
            ("Berlln", "IANA name"),
            ("argentina", "America/Argentina/"),
            ("PST", "write"),
            ("", "1 to 100 characters"),
            ("+99:00", "IANA name"),
            (&"x".repeat(200), "1 to 100 characters"),
            ("Europe/Ber\u{0}lin", "IANA name"),
            ("../etc/passwd", "IANA name"),
        ] {
            let error = find(name).expect_err(name);
            assert!(error.contains(expected), "{name}: {error}");
        }
    }
}
