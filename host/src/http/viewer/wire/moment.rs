//! Times in JSON.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::traces::Time;

/// A time as RFC 3339 in UTC, always with microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Time);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        match text.strip_suffix('Z').filter(|text| !text.contains('.')) {
            Some(whole) => serializer.collect_str(&format_args!("{whole}.000000Z")),
            None => serializer.serialize_str(&text),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = Time::parse(&text);
        let no_time = || D::Error::custom("a time must look like 2026-11-20T22:47:53Z");
        time.map(Moment).ok_or_else(no_time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_always_have_microseconds() {
        for (ns, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_795_214_873_855_118_999, "2026-11-20T22:47:53.855118Z"),
        ] {
            let json = serde_json::json!(Moment(Time(ns)));
            assert_eq!(json, text);
            let read: Moment = serde_json::from_value(json).unwrap();
            assert_eq!(read.0.0, ns / 1000 * 1000);
        }
        assert!(serde_json::from_str::<Moment>("\"yesterday\"").is_err());
    }
}
