//! The limits of one call, their defaults and their ceilings.

use std::time::Duration;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What one call may use up, and how many calls of one tool may run at once.
///
/// Every limit is always on; there is no value that means "unlimited".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel, wasmtime's deterministic count of executed instructions (about 12 to 17 a
    /// nanosecond for compiled Rust). Default 1 G.
    pub fuel: u64,

    /// Linear memory of the instance, summed over all its memories, in bytes. Default 64 MiB.
    pub memory_bytes: u64,

    /// Wall-clock time of the run, guest and host work together. Default 5 s.
    pub timeout: Duration,

    /// Size of the result as the caller sees it, in bytes. Default 1 MiB.
    pub output_bytes: u64,

    /// Calls of one tool that may run at the same time; more wait in the queue. Default 32.
    pub concurrency: u32,
}

impl Limits {
    /// The limits of a tool whose config says nothing.
    pub const DEFAULT: Limits = Limits {
        fuel: 1_000_000_000,
        memory_bytes: 64 * MIB,
        timeout: Duration::from_secs(5),
        output_bytes: MIB,
        concurrency: 32,
    };

    /// The largest values a config may ask for.
    pub const CEILING: Limits = Limits {
        fuel: 1_000_000_000_000,
        memory_bytes: 1024 * MIB,
        timeout: Duration::from_secs(600),
        output_bytes: 64 * MIB,
        concurrency: 1024,
    };

    /// The smallest values a config may ask for.
    pub const FLOOR: Limits = Limits {
        fuel: 1_000,
        memory_bytes: 64 * KIB,
        timeout: Duration::from_millis(1),
        output_bytes: 1,
        concurrency: 1,
    };

    /// These limits with the values that `patch` states put in their place.
    #[must_use]
    pub fn with(self, patch: &LimitsPatch) -> Limits {
        Limits {
            fuel: patch.fuel.unwrap_or(self.fuel),
            memory_bytes: patch.memory_bytes.unwrap_or(self.memory_bytes),
            timeout: patch.timeout.unwrap_or(self.timeout),
            output_bytes: patch.output_bytes.unwrap_or(self.output_bytes),
            concurrency: patch.concurrency.unwrap_or(self.concurrency),
        }
    }
}

/// The limits that one section of a config states; the others are inherited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitsPatch {
    /// See [`Limits::fuel`].
    pub fuel: Option<u64>,
    /// See [`Limits::memory_bytes`].
    pub memory_bytes: Option<u64>,
    /// See [`Limits::timeout`].
    pub timeout: Option<Duration>,
    /// See [`Limits::output_bytes`].
    pub output_bytes: Option<u64>,
    /// See [`Limits::concurrency`].
    pub concurrency: Option<u32>,
}

/// How one limit is written in a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The key under `limits`.
    pub key: &'static str,
    /// The default, as a config would write it.
    pub default: &'static str,
    /// The smallest value accepted, likewise.
    pub floor: &'static str,
    /// The largest value accepted, likewise.
    pub ceiling: &'static str,
    /// What happens to a call that reaches it.
    pub effect: &'static str,
}

/// Every key under `limits`, for error texts, `check` and the docs.
pub const BOUNDS: [Bound; 5] = [
    Bound {
        key: "fuel",
        default: "1G",
        floor: "1K",
        ceiling: "1T",
        effect: "out_of_fuel (508)",
    },
    Bound {
        key: "memory",
        default: "64MiB",
        floor: "64KiB",
        ceiling: "1GiB",
        effect: "out_of_memory (507)",
    },
    Bound {
        key: "timeout",
        default: "5s",
        floor: "1ms",
        ceiling: "10m",
        effect: "timeout (504)",
    },
    Bound {
        key: "output",
        default: "1MiB",
        floor: "1B",
        ceiling: "64MiB",
        effect: "output_too_large (413)",
    },
    Bound {
        key: "concurrency",
        default: "32",
        floor: "1",
        ceiling: "1024",
        effect: "waits, then busy (HTTP 429)",
    },
];
