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

    /// What is kept of stdout and stderr together, in bytes; the rest is counted and dropped.
    /// Default 64 KiB.
    pub log_bytes: u64,

    /// Calls of one tool that may run at the same time; more wait in the queue. Default 32.
    pub concurrency: u32,

    /// Calls of host functions. They cost next to no fuel, and each makes the host work.
    /// Default 100 K.
    pub hostcalls: u64,

    /// Elements of all tables of the instance together. Default 20 K; the most that a language
    /// runtime was seen to need is 7,688 (StarlingMonkey).
    pub tables: u64,

    /// Handles to resources that the guest may hold at once. Each may hold up to 64 KiB of the
    /// host's own memory, which `memory_bytes` does not count. Default 1,024.
    pub handles: u32,

    /// Outgoing HTTP requests. Default 16.
    pub http_requests: u32,
}

impl Limits {
    /// The limits of a tool whose config says nothing.
    pub const DEFAULT: Limits = Limits {
        fuel: 1_000_000_000,
        memory_bytes: 64 * MIB,
        timeout: Duration::from_secs(5),
        output_bytes: MIB,
        log_bytes: 64 * KIB,
        concurrency: 32,
        hostcalls: 100_000,
        tables: 20_000,
        handles: 1024,
        http_requests: 16,
    };

    /// The largest values a config may ask for.
    pub const CEILING: Limits = Limits {
        fuel: 1_000_000_000_000,
        memory_bytes: 1024 * MIB,
        timeout: Duration::from_secs(600),
        output_bytes: 64 * MIB,
        log_bytes: 16 * MIB,
        concurrency: 1024,
        hostcalls: 1_000_000_000,
        tables: 100_000,
        handles: 16_384,
        http_requests: 1024,
    };

    /// The smallest values a config may ask for.
    pub const FLOOR: Limits = Limits {
        fuel: 1_000,
        memory_bytes: 64 * KIB,
        timeout: Duration::from_millis(1),
        output_bytes: 1,
        log_bytes: 0,
        concurrency: 1,
        hostcalls: 1,
        tables: 1,
        handles: 1,
        http_requests: 0,
    };

    /// These limits with the values that `patch` states put in their place.
    #[must_use]
    pub fn with(self, patch: &LimitsPatch) -> Limits {
        Limits {
            fuel: patch.fuel.unwrap_or(self.fuel),
            memory_bytes: patch.memory_bytes.unwrap_or(self.memory_bytes),
            timeout: patch.timeout.unwrap_or(self.timeout),
            output_bytes: patch.output_bytes.unwrap_or(self.output_bytes),
            log_bytes: patch.log_bytes.unwrap_or(self.log_bytes),
            concurrency: patch.concurrency.unwrap_or(self.concurrency),
            hostcalls: patch.hostcalls.unwrap_or(self.hostcalls),
            tables: patch.tables.unwrap_or(self.tables),
            handles: patch.handles.unwrap_or(self.handles),
            http_requests: patch.http_requests.unwrap_or(self.http_requests),
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
    /// See [`Limits::log_bytes`].
    pub log_bytes: Option<u64>,
    /// See [`Limits::concurrency`].
    pub concurrency: Option<u32>,
    /// See [`Limits::hostcalls`].
    pub hostcalls: Option<u64>,
    /// See [`Limits::tables`].
    pub tables: Option<u64>,
    /// See [`Limits::handles`].
    pub handles: Option<u32>,
    /// See [`Limits::http_requests`].
    pub http_requests: Option<u32>,
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
pub const BOUNDS: [Bound; 10] = [
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
        key: "log",
        default: "64KiB",
        floor: "0B",
        ceiling: "16MiB",
        effect: "the rest is dropped and counted",
    },
    Bound {
        key: "concurrency",
        default: "32",
        floor: "1",
        ceiling: "1024",
        effect: "waits, then busy (HTTP 429)",
    },
    Bound {
        key: "hostcalls",
        default: "100K",
        floor: "1",
        ceiling: "1G",
        effect: "too_many_host_calls (508)",
    },
    Bound {
        key: "tables",
        default: "20K",
        floor: "1",
        ceiling: "100K",
        effect: "out_of_memory (507)",
    },
    Bound {
        key: "handles",
        default: "1024",
        floor: "1",
        ceiling: "16384",
        effect: "too_many_handles (507)",
    },
    Bound {
        key: "http_requests",
        default: "16",
        floor: "0",
        ceiling: "1024",
        effect: "denied (network.requests)",
    },
];
