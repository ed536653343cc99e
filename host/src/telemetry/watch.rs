//! Says in the log that a collector is gone, and that it is back.

use std::time::{Duration, Instant};

/// Shortest time between two lines of one signal: three signals stay below ten lines a minute.
const PAUSE: Duration = Duration::from_secs(20);
/// Longest part of an error that is shown, in characters.
const ERROR_CHARS_MAX: usize = 200;

/// What is known of one collector, for one signal. A line is logged when that changes, and not
/// for each export.
#[derive(Debug)]
pub struct Watch {
    /// What is sent.
    what: &'static str,
    endpoint: String,
    is_down: bool,
    told_down: bool,
    told: Option<Instant>,
    lost: u64,
}

impl Watch {
    /// Of a collector that is taken to be there.
    pub fn new(what: &'static str, endpoint: impl Into<String>) -> Watch {
        Watch {
            what,
            endpoint: endpoint.into(),
            is_down: false,
            told_down: false,
            told: None,
            lost: 0,
        }
    }

    /// One export of `count` things ended.
    pub fn tell(&mut self, delivered: &Result<(), String>, count: u64) {
        self.is_down = delivered.is_err();
        if self.is_down {
            self.lost += count;
        }
        if self.is_line_due(Instant::now()) {
            self.log(delivered.as_ref().err().map(String::as_str));
        }
    }

    /// Whether there is something new to say, and time for it.
    fn is_line_due(&mut self, now: Instant) -> bool {
        let is_time = self.told.is_none_or(|told| now >= told + PAUSE);
        let is_due = self.is_down != self.told_down && is_time;
        if is_due {
            self.told_down = self.is_down;
            self.told = Some(now);
        }
        is_due
    }

    fn log(&mut self, error: Option<&str>) {
        let Watch { what, endpoint, .. } = self;
        match error {
            Some(error) => {
                let reason: String = error.chars().take(ERROR_CHARS_MAX).collect();
                tracing::warn!(%endpoint, reason, "the collector takes no {what}; what is lost is counted on /metrics");
            }
            None => {
                let lost = std::mem::take(&mut self.lost);
                tracing::info!(%endpoint, lost, "the collector takes {what} again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_once_and_not_too_often() {
        let mut watch = Watch::new("spans", "http://c");
        let start = Instant::now();
        for (seconds, is_down, is_due) in [
            (0, false, false),
            (1, true, true),
            (2, true, false),
            (3, false, false),
            (4, true, false),
            (25, true, false),
            (26, false, true),
            (27, true, false),
            (47, true, true),
        ] {
            watch.is_down = is_down;
            let now = start + Duration::from_secs(seconds);
            assert_eq!(watch.is_line_due(now), is_due, "after {seconds} s");
        }
    }
}
