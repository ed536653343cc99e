//! The clocks that a guest reads.

use std::time::{Duration, Instant, SystemTime};

use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtxBuilder};

use super::contract;
use crate::policy::Clock;
use crate::runtime::sandbox::Sandbox;

/// Step of the coarse clock: too long to time a cache line by, short enough to date a log line.
const COARSE: Duration = Duration::from_millis(100);

/// Gives the guest the clock that was granted; the host's own is the default.
pub fn set(wasi: &mut WasiCtxBuilder, clock: Clock) {
    match clock {
        Clock::Real => {}
        Clock::Frozen => {
            wasi.wall_clock(Frozen(now()))
                .monotonic_clock(Frozen(Duration::ZERO));
        }
        Clock::At(time) => {
            wasi.wall_clock(Frozen(time))
                .monotonic_clock(Frozen(Duration::ZERO));
        }
        Clock::Coarse => {
            wasi.wall_clock(CoarseWall)
                .monotonic_clock(CoarseSince(Instant::now()));
        }
    }
}

impl contract::clock::Host for Sandbox {
    fn now(&mut self) -> u64 {
        let time = match self.world.grants().clock {
            Clock::Real => now(),
            Clock::Coarse => stepped(now()),
            Clock::At(time) => time,
            Clock::Frozen => *self.frozen.get_or_insert_with(now),
        };
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    }
}

/// One moment, for as long as the call takes.
struct Frozen(Duration);

impl HostWallClock for Frozen {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0
    }
}

impl HostMonotonicClock for Frozen {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        nanos(self.0)
    }
}

/// The host's date, in steps.
struct CoarseWall;

impl HostWallClock for CoarseWall {
    fn resolution(&self) -> Duration {
        COARSE
    }

    fn now(&self) -> Duration {
        stepped(now())
    }
}

/// The time since a moment, in steps.
struct CoarseSince(Instant);

impl HostMonotonicClock for CoarseSince {
    fn resolution(&self) -> u64 {
        nanos(COARSE)
    }

    fn now(&self) -> u64 {
        nanos(stepped(self.0.elapsed()))
    }
}

fn stepped(time: Duration) -> Duration {
    let past_step = nanos(time) % nanos(COARSE);
    time - Duration::from_nanos(past_step)
}

fn now() -> Duration {
    // A clock set before 1970 reads as 1970.
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
