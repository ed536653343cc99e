//! How calls of tools went over time, in steps of equal length.

use rusqlite::{Connection, params};

use super::stats::{CALLS_MAX, next_tool};
use super::{Error, Quantiles, Reader, Status, Time};

/// Most steps of one answer.
pub const STEPS_MAX: u32 = 500;

/// Which calls are asked for, and how finely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesQuery {
    /// Only those that began then or later.
    pub since: Time,
    /// Only those that began before.
    pub until: Time,
    /// Into how many steps of the same length that time is cut: 1 to [`STEPS_MAX`].
    pub steps: u32,
    /// Only those of this tool.
    pub tool: Option<String>,
}

/// The calls that began in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its first moment.
    pub start: Time,
    /// How many there were.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// How their durations spread, in nanoseconds; `None` of no calls.
    pub duration_ns: Option<Quantiles>,
}

/// A step that calls are still added to.
#[derive(Clone, Default)]
struct Open {
    durations: Vec<f64>,
    errors: u64,
}

impl Reader {
    /// Calls of tools, exactly `steps` rows, the oldest first. Reads one index and nothing else;
    /// of more than 200,000 calls of a tool, only the last count.
    pub fn series(&self, query: &SeriesQuery) -> Result<Vec<Step>, Error> {
        if query.steps == 0 || query.steps > STEPS_MAX {
            let reason = format!("it must be 1 to {STEPS_MAX}");
            return Err(Error::invalid("steps", reason));
        }
        if query.until <= query.since {
            return Err(Error::invalid("since", "it must be before the end"));
        }
        let mut steps = vec![Open::default(); query.steps as usize];
        let connection = self.connection();
        match &query.tool {
            Some(tool) => add(&connection, tool, query, &mut steps)?,
            None => {
                let mut last = String::new();
                while let Some(tool) = next_tool(&connection, &last)? {
                    add(&connection, &tool, query, &mut steps)?;
                    last = tool;
                }
            }
        }
        let step = |(number, open): (u32, Open)| Step {
            start: query.start_of(number),
            calls: open.durations.len() as u64,
            errors: open.errors,
            duration_ns: Quantiles::of(open.durations),
        };
        Ok((0..).zip(steps).map(step).collect())
    }
}

impl SeriesQuery {
    /// Length of a step, in nanoseconds.
    pub fn step_ns(&self) -> f64 {
        self.length() as f64 / f64::from(self.steps)
    }

    fn length(&self) -> i128 {
        i128::from(self.until.0) - i128::from(self.since.0)
    }

    fn start_of(&self, step: u32) -> Time {
        // Rounded up, so that `step_of` finds a step's own start in it.
        let steps = i128::from(self.steps);
        let into = (self.length() * i128::from(step) + steps - 1) / steps;
        let start = i128::from(self.since.0) + into;
        Time(i64::try_from(start).unwrap_or(i64::MAX))
    }

    /// Which step a call that began at `start` belongs to; `None` if it is not asked for.
    fn step_of(&self, start: Time) -> Option<usize> {
        if start < self.since || start >= self.until {
            return None;
        }
        let into = i128::from(start.0) - i128::from(self.since.0);
        usize::try_from(into * i128::from(self.steps) / self.length()).ok()
    }
}

/// Adds the calls of one tool to their steps.
fn add(
    connection: &Connection,
    tool: &str,
    query: &SeriesQuery,
    steps: &mut [Open],
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "SELECT start_ns, tool_ns, error_type IS NOT NULL, status FROM branches
         WHERE tool = ?1 AND start_ns >= ?2 AND start_ns < ?3 ORDER BY start_ns DESC LIMIT ?4",
    )?;
    let mut rows = statement.query(params![tool, query.since.0, query.until.0, CALLS_MAX])?;
    while let Some(row) = rows.next()? {
        let step = query.step_of(Time(row.get(0)?));
        let Some(step) = step.and_then(|step| steps.get_mut(step)) else {
            continue;
        };
        step.durations.push(row.get::<_, i64>(1)? as f64);
        let has_failed = row.get::<_, i64>(3)? == Status::Error as i64;
        step.errors += u64::from(has_failed || row.get::<_, bool>(2)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_belongs_to_one_step_and_each_start_to_its_own() {
        for (since, until, steps) in [
            (0, 100, 10),
            (5, 12, 3),
            (0, 2, 5),
            (0, i64::MAX, 500),
            (1, 2, 1),
        ] {
            let query = SeriesQuery {
                since: Time(since),
                until: Time(until),
                steps,
                tool: None,
            };
            assert_eq!(query.start_of(0), Time(since));
            assert_eq!(query.step_of(Time(since - 1)), None);
            assert_eq!(query.step_of(Time(until)), None);
            let last = query.step_of(Time(until - 1)).unwrap();
            assert!(last < steps as usize, "{query:?}");
            // With more steps than nanoseconds some steps hold no moment at all.
            if query.length() >= i128::from(steps) {
                for step in 0..steps {
                    let start = query.start_of(step);
                    assert_eq!(query.step_of(start), Some(step as usize), "{query:?}");
                }
            }
        }
    }
}
