//! A line of the log for each call.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::record::Labels;
use crate::invocation::Outcome;

/// Lines a second, for good calls and for others each. Who wants to see more asks the store.
const LINES_MAX: u64 = 50;

/// Writes them, as far as a person can read them.
#[derive(Debug)]
pub struct Console {
    started: Instant,
    good: Turn,
    bad: Turn,
}

/// What a line says.
#[derive(Debug)]
pub struct Line<'a> {
    /// `None` of a tool that is not known.
    pub labels: Option<&'a Labels>,
    /// The stable word for what went wrong, if something did.
    pub error: Option<&'static str>,
    /// From entering the router to the answer.
    pub duration: Duration,
    /// Of a call that ran.
    pub outcome: Option<&'a Outcome>,
    /// 32 lower-case hexadecimal digits.
    pub trace_id: String,
    /// Likewise 16.
    pub span_id: String,
}

impl Console {
    /// Nothing is written yet.
    pub fn new() -> Console {
        Console {
            started: Instant::now(),
            good: Turn::default(),
            bad: Turn::default(),
        }
    }

    /// Writes `line`, unless there were many in this second. It is made only then.
    pub fn write<'a>(&self, is_good: bool, line: impl FnOnce() -> Line<'a>) {
        let turn = if is_good { &self.good } else { &self.bad };
        let (has_room, left_out) = turn.take(self.started.elapsed().as_secs());
        if left_out > 0 {
            tracing::info!(
                calls = left_out,
                good = is_good,
                "calls without a line: more than {LINES_MAX} a second"
            );
        }
        if has_room {
            line().write();
        }
    }
}

impl Line<'_> {
    fn write(&self) {
        let Line {
            trace_id, span_id, ..
        } = self;
        let tool = self.labels.map_or_else(
            || "unknown".to_owned(),
            |labels| format!("{}/{}", labels.group, labels.tool),
        );
        let took = humantime::format_duration(Duration::from_micros(micros(self.duration)));
        let status = self.error.unwrap_or("success");
        match self.outcome {
            Some(outcome) => {
                let usage = &outcome.usage;
                tracing::info!(tool, status, %took, fuel = usage.fuel, memory = usage.memory_peak_bytes, trace_id, span_id, "call");
            }
            None => tracing::info!(tool, status, %took, trace_id, span_id, "call"),
        }
    }
}

/// Whole microseconds, and at least one.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros())
        .unwrap_or(u64::MAX)
        .max(1)
}

/// The second that is now, in the upper half, and what came in it, in the lower half.
#[derive(Debug, Default)]
struct Turn(AtomicU64);

impl Turn {
    /// Whether there is room in this second, and how many had none in the last one.
    fn take(&self, second: u64) -> (bool, u64) {
        let second = second & u64::from(u32::MAX);
        let count = |before: u64| before & u64::from(u32::MAX);
        let next = |before: u64| {
            Some(if before >> 32 == second {
                before + 1
            } else {
                second << 32 | 1
            })
        };
        let before = self
            .0
            .fetch_update(Relaxed, Relaxed, next)
            .unwrap_or_default();
        if before >> 32 == second {
            (count(before) < LINES_MAX, 0)
        } else {
            (true, count(before).saturating_sub(LINES_MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_lines_and_the_next_one_says_how_many_were_left_out() {
        let turn = Turn::default();
        for _ in 0..LINES_MAX {
            assert_eq!(turn.take(0), (true, 0));
        }
        assert_eq!(turn.take(0), (false, 0));
        assert_eq!(turn.take(0), (false, 0));
        assert_eq!(turn.take(3), (true, 2));
        assert_eq!(turn.take(4), (true, 0));
    }
}
