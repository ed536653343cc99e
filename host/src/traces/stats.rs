//! How tools did: calls, errors, and how their durations and other numbers spread.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, Reader, Time, query};

/// Calls of a tool that a statistic looks at, the newest ones.
pub const CALLS_MAX: u32 = 200_000;
/// What a call that failed without a reason counts as, as OpenTelemetry has it.
const OTHER: &str = "_OTHER";

/// How a tool did.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolStats {
    /// Its name.
    pub tool: String,
    /// How often it was called; of more than 200,000 calls, only the last count.
    pub calls: u64,
    /// How many calls failed, by the stable word for why.
    pub errors: BTreeMap<String, u64>,
    /// Duration of its calls, in nanoseconds.
    pub duration_ns: Quantiles,
    /// Fuel burned, by calls that say so.
    pub fuel: Option<Quantiles>,
    /// Peak linear memory in bytes, of calls that say so.
    pub memory_bytes: Option<Quantiles>,
}

/// How a number spreads: no value is more than `max`, half of them are no more than `p50`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// How many values there are.
    pub count: u64,
    /// The median.
    pub p50: f64,
    /// No more than this are 95 of 100.
    pub p95: f64,
    /// No more than this are 99 of 100.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

/// A number that calls of a tool have as an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The attribute.
    pub attribute: String,
    /// Its values; `None` if no call has it.
    pub values: Option<Quantiles>,
}

impl Quantiles {
    /// `None` of no values. Each is one of the values (nearest rank), not something in between.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Quantiles> {
        values.sort_unstable_by(f64::total_cmp);
        let max = *values.last()?;
        let at = |per_cent: usize| {
            let rank = (values.len() * per_cent).div_ceil(100);
            values[rank.max(1) - 1]
        };
        Some(Quantiles {
            count: values.len() as u64,
            p50: at(50),
            p95: at(95),
            p99: at(99),
            max,
        })
    }

    /// [`Quantiles::p50`] and the others of durations.
    pub fn duration(ns: f64) -> Duration {
        Duration::try_from_secs_f64(ns / 1e9).unwrap_or_default()
    }
}

impl Reader {
    /// How each tool did since then, by name. Reads one index and nothing else.
    pub fn stats(&self, since: Time) -> Result<Vec<ToolStats>, Error> {
        let connection = self.connection();
        let mut stats = Vec::new();
        let mut last = String::new();
        while let Some(tool) = next_tool(&connection, &last)? {
            let of_tool = tool_stats(&connection, &tool, since)?;
            stats.extend(of_tool);
            last = tool;
        }
        Ok(stats)
    }

    /// How numeric attributes of any span spread over the calls of a tool since then; where a call
    /// has several, the largest counts.
    pub fn observed(
        &self,
        tool: &str,
        since: Time,
        attributes: &[String],
    ) -> Result<Vec<Observed>, Error> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT b.id, s.attributes
             FROM (SELECT id, spans FROM branches WHERE tool = ?1 AND start_ns >= ?2
                   ORDER BY start_ns DESC LIMIT ?3) b
             CROSS JOIN span_rows s ON s.id >= b.id AND s.id < b.id + b.spans",
        )?;
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); attributes.len()];
        let mut largest: Vec<Option<f64>> = vec![None; attributes.len()];
        let mut call = None;
        let mut rows = statement.query(params![tool, since.0, CALLS_MAX])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if call.replace(id) != Some(id) {
                keep(&mut largest, &mut values);
            }
            let of_span = query::object(row.get_ref(1)?.as_str().unwrap_or_default());
            for (largest, key) in largest.iter_mut().zip(attributes) {
                let number = query::attribute(&of_span, key).and_then(serde_json::Value::as_f64);
                *largest = [*largest, number].into_iter().flatten().reduce(f64::max);
            }
        }
        keep(&mut largest, &mut values);
        let observed = attributes
            .iter()
            .zip(values)
            .map(|(attribute, values)| Observed {
                attribute: attribute.clone(),
                values: Quantiles::of(values),
            });
        Ok(observed.collect())
    }
}

/// Moves the numbers of one call to those of all.
fn keep(largest: &mut [Option<f64>], values: &mut [Vec<f64>]) {
    for (largest, values) in largest.iter_mut().zip(values) {
        values.extend(largest.take());
    }
}

/// The first tool behind `last`.
pub fn next_tool(connection: &Connection, last: &str) -> Result<Option<String>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT tool FROM branches WHERE tool IS NOT NULL AND tool > ?1 ORDER BY tool LIMIT 1",
    )?;
    Ok(statement
        .query_row(params![last], |row| row.get(0))
        .optional()?)
}

fn tool_stats(
    connection: &Connection,
    tool: &str,
    since: Time,
) -> Result<Option<ToolStats>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT tool_ns, error_type, status, fuel, memory FROM branches
         WHERE tool = ?1 AND start_ns >= ?2 ORDER BY start_ns DESC LIMIT ?3",
    )?;
    let mut errors = BTreeMap::new();
    let (mut durations, mut fuel, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = statement.query(params![tool, since.0, CALLS_MAX])?;
    while let Some(row) = rows.next()? {
        durations.push(row.get::<_, i64>(0)? as f64);
        let error: Option<String> = row.get(1)?;
        let has_failed = row.get::<_, i64>(2)? == super::Status::Error as i64;
        if let Some(error) = error.or_else(|| has_failed.then(|| OTHER.to_owned())) {
            *errors.entry(error).or_default() += 1;
        }
        fuel.extend(row.get::<_, Option<i64>>(3)?.map(|fuel| fuel as f64));
        memory.extend(row.get::<_, Option<i64>>(4)?.map(|bytes| bytes as f64));
    }
    let Some(duration_ns) = Quantiles::of(durations) else {
        return Ok(None);
    };
    Ok(Some(ToolStats {
        tool: tool.to_owned(),
        calls: duration_ns.count,
        errors,
        duration_ns,
        fuel: Quantiles::of(fuel),
        memory_bytes: Quantiles::of(memory),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let of = |count: u32| Quantiles::of((1..=count).rev().map(f64::from).collect());
        assert_eq!(of(0), None);
        for (count, p50, p95, p99, max) in [
            (1, 1.0, 1.0, 1.0, 1.0),
            (2, 1.0, 2.0, 2.0, 2.0),
            (100, 50.0, 95.0, 99.0, 100.0),
            (1000, 500.0, 950.0, 990.0, 1000.0),
        ] {
            let expected = Quantiles {
                count: u64::from(count),
                p50,
                p95,
                p99,
                max,
            };
            assert_eq!(of(count), Some(expected));
        }
    }
}
