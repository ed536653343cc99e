//! The report for a city, computed from its name alone, and how any report is written. Nothing here
//! knows about WebAssembly.

const CITY_CHARS_MAX: usize = 100;

const CONDITIONS: [&str; 8] = [
    "sunny",
    "partly cloudy",
    "cloudy",
    "light rain",
    "rain",
    "thunderstorms",
    "fog",
    "windy",
];

/// Where wind comes from, an eighth of a circle each.
pub(crate) const DIRECTIONS: [&str; 8] = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/// The units a report is written in.
#[derive(Clone, Copy)]
pub(crate) enum Scale {
    /// °C and km/h.
    Celsius,
    /// °F and mph.
    Fahrenheit,
}

/// What was measured, in the units of a scale.
pub(crate) struct Reading<'a> {
    pub(crate) temperature: i32,
    pub(crate) condition: &'a str,
    /// In percent.
    pub(crate) humidity: u64,
    pub(crate) wind: i32,
    /// Where the wind comes from.
    pub(crate) direction: &'a str,
}

/// The weather in `city`, or what is wrong with the name.
pub(crate) fn report(city: &str, scale: Scale) -> Result<String, &'static str> {
    let city = checked(city)?;

    // Each quantity draws on its own bits, so that they vary independently.
    let hash = hash(city);
    let pick = |shift: u32, count: u64| ((hash >> shift) & 0xffff) % count;
    let celsius = pick(0, 41) as i32 - 5;
    let humidity = 30 + pick(16, 66);
    let kilometres = pick(32, 46) as i32;
    let condition = CONDITIONS[pick(48, 8) as usize];
    let direction = DIRECTIONS[pick(51, 8) as usize];

    let (temperature, wind) = match scale {
        Scale::Celsius => (celsius, kilometres),
        Scale::Fahrenheit => (
            divide_rounded(celsius * 9, 5) + 32,
            divide_rounded(kilometres * 1000, 1609),
        ),
    };
    let reading = Reading {
        temperature,
        condition,
        humidity,
        wind,
        direction,
    };
    Ok(reading.report(city, scale))
}

/// The name of a city without what surrounds it, or what is wrong with it.
pub(crate) fn checked(city: &str) -> Result<&str, &'static str> {
    let city = city.trim();
    if city.is_empty() {
        return Err("`city` is empty; give the name of a city, such as `Tokyo`");
    }
    if city.chars().count() > CITY_CHARS_MAX {
        return Err("`city` is longer than 100 characters; give only the name of a city");
    }
    if city.chars().any(char::is_control) {
        return Err("`city` contains control characters; give only the name of a city");
    }
    Ok(city)
}

impl Reading<'_> {
    /// The report of it.
    pub(crate) fn report(&self, city: &str, scale: Scale) -> String {
        let Reading {
            temperature,
            condition,
            humidity,
            wind,
            direction,
        } = self;
        let (unit, speed) = match scale {
            Scale::Celsius => ("°C", "km/h"),
            Scale::Fahrenheit => ("°F", "mph"),
        };
        format!(
            "Weather in {city}:\n  Temperature: {temperature}{unit}\n  Condition: {condition}\n  \
             Humidity: {humidity}%\n  Wind: {wind} {speed} {direction}"
        )
    }
}

/// FNV-1a over the lower-cased name, then mixed so that short names reach the high bits too.
fn hash(city: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut utf8 = [0; 4];
    for character in city.chars().flat_map(char::to_lowercase) {
        for byte in character.encode_utf8(&mut utf8).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

fn divide_rounded(value: i32, by: i32) -> i32 {
    (value + by / 2).div_euclid(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temperature(report: &str) -> i32 {
        let (_, rest) = report.split_once("Temperature: ").unwrap();
        rest.split_once('°').unwrap().0.parse().unwrap()
    }

    #[test]
    fn report_has_the_promised_form() {
        let text = report(" Tokyo ", Scale::Celsius).unwrap();
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], "Weather in Tokyo:");
        assert!(lines[1].starts_with("  Temperature: ") && lines[1].ends_with("°C"));
        assert!(lines[2].starts_with("  Condition: "));
        assert!(lines[3].starts_with("  Humidity: ") && lines[3].ends_with('%'));
        assert!(lines[4].starts_with("  Wind: ") && lines[4].contains(" km/h "));
    }

    #[test]
    fn case_and_blanks_do_not_change_the_weather() {
        let (_, plain) = split(&report("são paulo", Scale::Celsius).unwrap());
        let (_, shouted) = split(&report("\tSÃO PAULO ", Scale::Celsius).unwrap());
        assert_eq!(plain, shouted);
    }

    #[test]
    fn units_tell_the_same_temperature() {
        for city in ["Tokyo", "Oslo", "Lima", "Perth", "Wien", "Nuuk"] {
            let celsius = temperature(&report(city, Scale::Celsius).unwrap());
            let text = report(city, Scale::Fahrenheit).unwrap();
            let expected = (f64::from(celsius) * 1.8 + 32.0).round() as i32;
            assert_eq!(temperature(&text), expected, "{city}");
            assert!(text.contains(" mph "), "{city}");
        }
    }

    #[test]
    fn senseless_cities_are_refused() {
        for city in ["", " \t", "To\nkyo", &"x".repeat(101)] {
            assert!(report(city, Scale::Celsius).is_err(), "{city:?}");
        }
        assert!(report(&"é".repeat(100), Scale::Celsius).is_ok());
    }

    fn split(report: &str) -> (String, String) {
        let (head, rest) = report.split_once('\n').unwrap();
        (head.to_owned(), rest.to_owned())
    }
}
