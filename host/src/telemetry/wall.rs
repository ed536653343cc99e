//! Dates for what was timed.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::traces::Time;

/// The wall clock, read once: whatever happened at an [`Instant`] gets the date that belongs to
/// it, also if somebody sets the clock meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Wall {
    instant: Instant,
    since_epoch: Duration,
}

impl Wall {
    /// Reads both clocks.
    pub fn now() -> Wall {
        Wall {
            instant: Instant::now(),
            // A clock set before 1970 reads as 1970.
            since_epoch: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        }
    }

    /// When it was read.
    pub fn instant(&self) -> Instant {
        self.instant
    }

    /// The date of `instant`.
    pub fn time(&self, instant: Instant) -> Time {
        let since_epoch = match instant.checked_duration_since(self.instant) {
            Some(later) => self.since_epoch + later,
            None => self
                .since_epoch
                .saturating_sub(self.instant.duration_since(instant)),
        };
        Time(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_before_and_after_is_as_far_apart_as_it_was() {
        let wall = Wall::now();
        let step = Duration::from_millis(5);
        let now = wall.time(wall.instant());
        assert_eq!(wall.time(wall.instant() + step).since(now), step);
        assert_eq!(now.since(wall.time(wall.instant() - step)), step);
    }
}
