//! Metrics that clients have logged: events named `metric.<name>`, with attributes `value`,
//! `unit` and any others as labels.

use std::collections::BTreeMap;
use std::str::FromStr;

use rusqlite::params;
use serde_json::Value;

use super::{Error, Reader, Time, query};

/// What comes before a metric's name in the name of its event.
pub const EVENT: &str = "metric.";
/// Attribute of such an event: the number.
pub const VALUE: &str = "value";
/// Attribute of such an event: what the number counts.
pub const UNIT: &str = "unit";
/// Points of all series in one answer.
const POINTS_MAX: usize = 100_000;

/// Which points of a metric are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsQuery {
    /// The metric.
    pub name: String,
    /// The first moment.
    pub start: Time,
    /// The last.
    pub end: Time,
    /// What is added up.
    pub granularity: Granularity,
    /// What the labels must be, all of them.
    pub matchers: Vec<Matcher>,
}

/// What is added up to one point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Granularity {
    /// Nothing: every point as it was logged.
    #[default]
    Raw,
    /// Each minute.
    Minute,
    /// Each hour.
    Hour,
    /// Each day of UTC.
    Day,
    /// All there is, as one point at the end: upstream's `instant`.
    All,
}

/// A condition on one label. No point without the label meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub name: String,
    /// What it is compared with.
    pub value: String,
    /// How.
    pub op: MatcherOp,
}

/// How a label compares with a value, both taken as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatcherOp {
    /// `=`: the same.
    Eq,
    /// `!=`: another.
    Ne,
    /// `=~`: has the value in it, in upper or lower case.
    Has,
    /// `!~`: has not.
    HasNot,
}

/// Points with the same labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The labels, by name.
    pub labels: Vec<Label>,
    /// The points, by time.
    pub values: Vec<Point>,
}

/// A label of a series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

/// A number at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// In seconds since 1970; of several points added up, the first moment they can be of.
    pub timestamp_s: i64,
    /// The number, or the sum.
    pub value: f64,
    /// What it counts; different units are not added up.
    pub unit: String,
}

impl Reader {
    /// What was logged of a metric; empty if nothing was. At most 100,000 points.
    pub fn metrics(&self, query: &MetricsQuery) -> Result<Vec<Series>, Error> {
        let connection = self.connection();
        // The last condition lets SQLite see that its index of metrics will do.
        let mut statement = connection.prepare_cached(
            "SELECT time_ns, attributes FROM event_rows
             WHERE name = ?1 AND time_ns >= ?2 AND time_ns <= ?3 AND name GLOB 'metric.*'
             ORDER BY time_ns, id",
        )?;
        let name = format!("{EVENT}{}", query.name);
        let mut rows = statement.query(params![name, query.start.0, query.end.0])?;
        let mut series: BTreeMap<Vec<Label>, Vec<Point>> = BTreeMap::new();
        let mut points = 0;
        while let Some(row) = rows.next()? {
            let attributes = query::object(row.get_ref(1)?.as_str().unwrap_or_default());
            let Some(value) = attributes.get(VALUE).and_then(Value::as_f64) else {
                continue;
            };
            if !query
                .matchers
                .iter()
                .all(|matcher| matcher.meets(&attributes))
            {
                continue;
            }
            let point = Point {
                timestamp_s: query.granularity.start_s(Time(row.get(0)?), query.end),
                value,
                unit: attributes.get(UNIT).map(text).unwrap_or_default(),
            };
            let values = series.entry(labels(&attributes)).or_default();
            let same = match query.granularity {
                Granularity::Raw => None,
                // They come by time, so that those of the same moment stand at the end.
                _ => values
                    .iter_mut()
                    .rev()
                    .take_while(|last| last.timestamp_s == point.timestamp_s)
                    .find(|last| last.unit == point.unit),
            };
            match same {
                Some(sum) => sum.value += point.value,
                None if points == POINTS_MAX => break,
                None => {
                    values.push(point);
                    points += 1;
                }
            }
        }
        let series = series
            .into_iter()
            .map(|(labels, values)| Series { labels, values });
        Ok(series.collect())
    }
}

impl Granularity {
    fn start_s(self, time: Time, end: Time) -> i64 {
        let floor = |step_s: i64| time.s().div_euclid(step_s) * step_s;
        match self {
            Granularity::Raw => time.s(),
            Granularity::Minute => floor(60),
            Granularity::Hour => floor(3600),
            Granularity::Day => floor(86_400),
            Granularity::All => end.s(),
        }
    }
}

/// `1m`, `1h` or `1d`; as upstream does, the number is not looked at.
impl FromStr for Granularity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Granularity, Error> {
        match text.trim_start_matches(|digit: char| digit.is_ascii_digit()) {
            "m" => Ok(Granularity::Minute),
            "h" => Ok(Granularity::Hour),
            "d" => Ok(Granularity::Day),
            _ => Err(Error::invalid(
                "granularity",
                "it must be `1m`, `1h` or `1d`",
            )),
        }
    }
}

impl FromStr for MatcherOp {
    type Err = Error;

    fn from_str(text: &str) -> Result<MatcherOp, Error> {
        match text {
            "=" => Ok(MatcherOp::Eq),
            "!=" => Ok(MatcherOp::Ne),
            "=~" => Ok(MatcherOp::Has),
            "!~" => Ok(MatcherOp::HasNot),
            _ => Err(Error::invalid(
                "operator",
                "it must be `=`, `!=`, `=~` or `!~`",
            )),
        }
    }
}

impl Matcher {
    fn meets(&self, attributes: &serde_json::Map<String, Value>) -> bool {
        let Some(label) = attributes.get(&self.name).filter(|value| !value.is_null()) else {
            return false;
        };
        let label = text(label);
        let has = || label.to_lowercase().contains(&self.value.to_lowercase());
        match self.op {
            MatcherOp::Eq => label == self.value,
            MatcherOp::Ne => label != self.value,
            MatcherOp::Has => has(),
            MatcherOp::HasNot => !has(),
        }
    }
}

/// All attributes but the number, its unit, and upstream's own such as `__ttl__`.
fn labels(attributes: &serde_json::Map<String, Value>) -> Vec<Label> {
    let mut labels: Vec<Label> = attributes
        .iter()
        .filter(|(name, _)| *name != VALUE && *name != UNIT && !name.starts_with("__"))
        .map(|(name, value)| Label {
            name: name.clone(),
            value: text(value),
        })
        .collect();
    labels.sort();
    labels
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
