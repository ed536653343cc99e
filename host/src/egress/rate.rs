//! How often requests go out: a token bucket, kept as one point in time.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::policy::Rate;

/// Lets `rate.count` requests go at once and then one every `rate.per / rate.count`.
#[derive(Debug)]
pub struct Bucket {
    /// Between two requests in the long run; never 0.
    interval: Duration,
    /// How far ahead of time requests may be: all of `count` but the one at hand.
    ahead_max: Duration,
    /// When the bucket is full again.
    full_at: Mutex<Option<Instant>>,
}

impl Bucket {
    /// A full bucket.
    pub fn new(rate: Rate) -> Bucket {
        let interval = (rate.per / rate.count.max(1)).max(Duration::from_nanos(1));
        Bucket {
            interval,
            ahead_max: rate.per.saturating_sub(interval),
            full_at: Mutex::new(None),
        }
    }

    /// Whether a request may go at `now`; if so, it counts.
    pub fn take(&self, now: Instant) -> bool {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let from = full_at.map_or(now, |at| at.max(now));
        if from.duration_since(now) > self.ahead_max {
            return false;
        }
        *full_at = Some(from + self.interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(count: u32, per: Duration) -> Bucket {
        Bucket::new(Rate { count, per })
    }

    #[test]
    fn as_many_go_at_once_as_the_rate_names_and_no_more() {
        for (count, per) in [(1, 1), (3, 1), (10, 1), (7, 60), (1000, 3600)] {
            let bucket = bucket(count, Duration::from_secs(per));
            let now = Instant::now();
            let gone = (0..count * 2).filter(|_| bucket.take(now)).count();
            assert_eq!(gone, count as usize, "{count} per {per} s");
        }
    }

    #[test]
    fn a_place_comes_free_with_time() {
        let bucket = bucket(2, Duration::from_secs(1));
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let script = [
            (0, true),
            (0, true),
            (0, false),
            (499, false),
            (500, true),
            (501, false),
            (1000, true),
            // However long nothing went, no more than two go at once.
            (60_000, true),
            (60_000, true),
            (60_000, false),
        ];
        for (ms, goes) in script {
            assert_eq!(bucket.take(at(ms)), goes, "at {ms} ms");
        }
    }
}
