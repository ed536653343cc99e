//! What a key has used up of its budget.
//!
//! Time is cut into windows; the first begins with the first call, the next with the first
//! call after its end. Fuel and bytes are known only when a call is over, so calls that run
//! at the same time can exceed the budget; the excess is a debt to the windows that follow.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Budget;

/// Of each part of a budget some amount; `None` for a part that is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Calls.
    pub calls: Option<u64>,
    /// Units of fuel.
    pub fuel: Option<u64>,
    /// Bytes of the bodies of requests and answers.
    pub bytes: Option<u64>,
}

/// A part of the budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// What one window has.
    pub budget: Budget,
    /// What is left of it; 0 of one part at least.
    pub remaining: Amounts,
    /// When there is something of every part again.
    pub retry_after: Duration,
    /// Whether it is the first refusal since a call was admitted; the others need no log line.
    pub is_first: bool,
}

/// The account of one key.
pub(super) struct Ledger {
    budget: Budget,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    /// The beginning of the window that the amounts belong to.
    since: Option<Instant>,
    calls: u64,
    fuel: u64,
    bytes: u64,
    has_refused: bool,
}

impl Ledger {
    pub(super) fn new(budget: Budget) -> Ledger {
        Ledger {
            budget,
            used: Mutex::default(),
        }
    }

    /// Counts one call, if something is left of every part.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Box<Exhausted>> {
        let mut used = self.used();
        let since = used.turn_to(now, &self.budget);
        if let Some(retry_after) =
            used.blocked_for(now.saturating_duration_since(since), &self.budget)
        {
            return Err(Box::new(Exhausted {
                budget: self.budget,
                remaining: used.remaining(&self.budget),
                retry_after,
                is_first: !std::mem::replace(&mut used.has_refused, true),
            }));
        }
        used.has_refused = false;
        used.calls = used.calls.saturating_add(1);
        Ok(())
    }

    /// Counts what a call used up.
    pub(super) fn charge(&self, fuel: u64, bytes: u64) {
        let mut used = self.used();
        used.fuel = used.fuel.saturating_add(fuel);
        used.bytes = used.bytes.saturating_add(bytes);
    }

    /// Gives one call back.
    pub(super) fn refund(&self) {
        let mut used = self.used();
        used.calls = used.calls.saturating_sub(1);
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    /// Makes the window that `now` is in the current one; what it returns is its beginning.
    fn turn_to(&mut self, now: Instant, budget: &Budget) -> Instant {
        let since = *self.since.get_or_insert(now);
        let elapsed = now.saturating_duration_since(since);
        let windows = elapsed.as_nanos() / budget.window.as_nanos().max(1);
        let windows = u32::try_from(windows).unwrap_or(u32::MAX);
        if windows == 0 {
            return since;
        }
        let left = |used: u64, budget: Option<u64>| {
            // Without a budget nobody asks.
            budget.map_or(0, |budget| {
                used.saturating_sub(budget.saturating_mul(windows.into()))
            })
        };
        self.calls = left(self.calls, budget.calls);
        self.fuel = left(self.fuel, budget.fuel);
        self.bytes = left(self.bytes, budget.bytes);
        let is_paid = self.calls == 0 && self.fuel == 0 && self.bytes == 0;
        let since = if is_paid {
            now
        } else {
            since + budget.window.saturating_mul(windows)
        };
        self.since = Some(since);
        since
    }

    /// How long until something is left of every part; `None` if it is.
    fn blocked_for(&self, elapsed: Duration, budget: &Budget) -> Option<Duration> {
        let windows = self
            .parts(budget)
            .into_iter()
            .filter_map(|(used, budget)| Some(used / budget?.max(1)))
            .max()
            .filter(|windows| *windows > 0)?;
        let windows = u32::try_from(windows).unwrap_or(u32::MAX);
        Some(
            budget
                .window
                .saturating_mul(windows)
                .saturating_sub(elapsed),
        )
    }

    fn remaining(&self, budget: &Budget) -> Amounts {
        let [calls, fuel, bytes] = self
            .parts(budget)
            .map(|(used, budget)| budget.map(|budget| budget.saturating_sub(used)));
        Amounts { calls, fuel, bytes }
    }

    fn parts(&self, budget: &Budget) -> [(u64, Option<u64>); 3] {
        [
            (self.calls, budget.calls),
            (self.fuel, budget.fuel),
            (self.bytes, budget.bytes),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    fn ledger(calls: Option<u64>, fuel: Option<u64>, bytes: Option<u64>) -> Ledger {
        Ledger::new(Budget {
            calls,
            fuel,
            bytes,
            window: WINDOW,
        })
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_window_has_as_many_calls_as_the_budget_says() {
        let (ledger, start) = (ledger(Some(2), None, None), Instant::now());
        assert!(ledger.admit(start).is_ok());
        assert!(ledger.admit(start + seconds(59)).is_ok());
        let exhausted = ledger.admit(start + seconds(59)).unwrap_err();
        assert_eq!(exhausted.retry_after, seconds(1));
        let remaining = Amounts {
            calls: Some(0),
            fuel: None,
            bytes: None,
        };
        assert_eq!(exhausted.remaining, remaining);
        assert!(ledger.admit(start + seconds(60)).is_ok(), "the next window");
    }

    #[test]
    fn a_window_begins_with_the_first_call_after_the_last() {
        let (ledger, start) = (ledger(Some(1), None, None), Instant::now());
        assert!(ledger.admit(start).is_ok());
        assert!(ledger.admit(start + seconds(100)).is_ok());
        // Not 20 s: the second window began with the second call, not 60 s after the first.
        let exhausted = ledger.admit(start + seconds(100)).unwrap_err();
        assert_eq!(exhausted.retry_after, WINDOW);
    }

    #[test]
    fn fuel_and_bytes_beyond_the_budget_are_a_debt() {
        for (fuel, bytes) in [(Some(100), None), (None, Some(100))] {
            let (ledger, start) = (ledger(None, fuel, bytes), Instant::now());
            assert!(ledger.admit(start).is_ok());
            ledger.charge(99, 99);
            assert!(ledger.admit(start).is_ok(), "1 is left");
            ledger.charge(251, 251);
            let exhausted = ledger.admit(start + seconds(10)).unwrap_err();
            // 350 used: three windows later 50 of the next 100 are left.
            assert_eq!(exhausted.retry_after, seconds(170));
            assert!(ledger.admit(start + seconds(179)).is_err());
            assert!(ledger.admit(start + seconds(180)).is_ok());
            ledger.charge(49, 49);
            assert!(ledger.admit(start + seconds(181)).is_ok());
            ledger.charge(1, 1);
            assert!(ledger.admit(start + seconds(182)).is_err());
        }
    }

    #[test]
    fn a_call_that_was_given_back_does_not_count() {
        let (ledger, start) = (ledger(Some(1), None, None), Instant::now());
        for _ in 0..3 {
            assert!(ledger.admit(start).is_ok());
            ledger.refund();
        }
        assert!(ledger.admit(start).is_ok());
        assert!(ledger.admit(start).is_err());
    }

    #[test]
    fn only_the_first_refusal_is_worth_a_line() {
        let (ledger, start) = (ledger(Some(1), None, None), Instant::now());
        for window in 0..2 {
            let now = start + WINDOW * window;
            assert!(ledger.admit(now).is_ok());
            assert!(ledger.admit(now).unwrap_err().is_first);
            assert!(!ledger.admit(now).unwrap_err().is_first);
        }
    }

    #[test]
    fn no_amount_and_no_time_is_too_large() {
        let (ledger, start) = (ledger(Some(1), Some(1), Some(1)), Instant::now());
        assert!(ledger.admit(start + seconds(5)).is_ok());
        ledger.charge(u64::MAX, u64::MAX);
        ledger.charge(u64::MAX, u64::MAX);
        let exhausted = ledger.admit(start).unwrap_err();
        assert_eq!(
            exhausted.retry_after,
            WINDOW * u32::MAX,
            "a clock may go back"
        );
        assert!(ledger.admit(start + seconds(1_000_000_000)).is_err());
    }
}
