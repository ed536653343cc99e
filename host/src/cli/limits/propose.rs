//! Which limits would fit what calls of a tool used up. Pure: no I/O, and nothing is printed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::written::round_up;
use crate::config::Unit;
use crate::policy::Limits;

/// Fewer calls say too little.
pub const CALLS_MIN: u64 = 100;

/// What a limit bounds, in the order of the docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// `fuel`
    Fuel,
    /// `memory`, in bytes.
    Memory,
    /// `timeout`, in nanoseconds.
    Timeout,
    /// `output`, in bytes.
    Output,
    /// `log`, in bytes.
    Log,
    /// `hostcalls`
    Hostcalls,
    /// `handles`; no span says how many there were.
    Handles,
    /// `http_requests`
    HttpRequests,
}

/// What calls of a tool used up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// How many calls there were.
    pub calls: u64,
    /// How many failed, by the stable word for why.
    pub errors: BTreeMap<String, u64>,
    /// What is known of each resource.
    pub seen: BTreeMap<Resource, Seen>,
}

/// How much of one resource calls used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Calls that say so.
    pub calls: u64,
    /// The median.
    pub p50: f64,
    /// No more than this used 99 of 100.
    pub p99: f64,
    /// The most.
    pub max: f64,
}

/// One limit: what it is, and what it could be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proposal {
    /// What is bounded.
    pub resource: Resource,
    /// The limit in force, in ones, bytes or nanoseconds.
    pub configured: u64,
    /// What calls used, if that is known.
    pub seen: Option<Seen>,
    /// Calls that failed because they reached it.
    pub hits: u64,
    /// What should become of it.
    pub advice: Advice,
}

/// What should become of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// It should be this.
    Set(u64),
    /// Calls reach it: it should be this, which is more.
    Raise(u64),
    /// Calls reach it, and there is no more than it.
    AtCeiling,
    /// So many more calls are needed to say.
    TooFew(u64),
    /// Nothing is known of it.
    Unknown,
}

impl Resource {
    /// All, in the order of the docs.
    pub const ALL: [Resource; 8] = [
        Resource::Fuel,
        Resource::Memory,
        Resource::Timeout,
        Resource::Output,
        Resource::Log,
        Resource::Hostcalls,
        Resource::Handles,
        Resource::HttpRequests,
    ];

    /// The key under `limits`.
    pub fn key(self) -> &'static str {
        match self {
            Resource::Fuel => "fuel",
            Resource::Memory => "memory",
            Resource::Timeout => "timeout",
            Resource::Output => "output",
            Resource::Log => "log",
            Resource::Hostcalls => "hostcalls",
            Resource::Handles => "handles",
            Resource::HttpRequests => "http_requests",
        }
    }

    /// What it counts.
    pub fn unit(self) -> Unit {
        match self {
            Resource::Fuel | Resource::Hostcalls => Unit::Number,
            Resource::Handles | Resource::HttpRequests => Unit::Count,
            Resource::Memory | Resource::Output | Resource::Log => Unit::Bytes,
            Resource::Timeout => Unit::Time,
        }
    }

    /// This limit among `limits`, in ones, bytes or nanoseconds.
    pub fn of(self, limits: &Limits) -> u64 {
        match self {
            Resource::Fuel => limits.fuel,
            Resource::Memory => limits.memory_bytes,
            Resource::Timeout => nanos(limits.timeout),
            Resource::Output => limits.output_bytes,
            Resource::Log => limits.log_bytes,
            Resource::Hostcalls => limits.hostcalls,
            Resource::Handles => u64::from(limits.handles),
            Resource::HttpRequests => u64::from(limits.http_requests),
        }
    }

    /// What calls fail with that reach it; the others go on.
    fn error(self) -> Option<&'static str> {
        match self {
            Resource::Fuel => Some("out_of_fuel"),
            Resource::Memory => Some("out_of_memory"),
            Resource::Timeout => Some("timeout"),
            Resource::Output => Some("output_too_large"),
            Resource::Hostcalls => Some("too_many_host_calls"),
            Resource::Handles => Some("too_many_handles"),
            Resource::Log | Resource::HttpRequests => None,
        }
    }

    /// No less is proposed, however little was used: another machine, another day or an error
    /// text takes as much.
    fn least(self) -> u64 {
        match self {
            Resource::Fuel => 1_000_000,
            Resource::Memory => 1 << 20,
            Resource::Timeout => 100_000_000,
            Resource::Output | Resource::Log => 4 << 10,
            Resource::Hostcalls => 100,
            Resource::Handles => 16,
            Resource::HttpRequests => 1,
        }
    }

    /// Room for the call that needs more than all so far.
    fn with_headroom(self, seen: Seen) -> f64 {
        match self {
            // It grows in leaps: a vector that is full doubles.
            Resource::Memory => seen.max * 2.0,
            _ => (seen.max * 1.5).max(seen.p99 * 2.0),
        }
    }
}

/// What should become of each limit of which something is known.
pub fn propose(limits: &Limits, usage: &Usage) -> Vec<Proposal> {
    let all = Resource::ALL.into_iter();
    let all = all.map(|resource| proposal(resource, resource.of(limits), usage));
    all.filter(|of| of.seen.is_some() || of.hits > 0).collect()
}

fn proposal(resource: Resource, configured: u64, usage: &Usage) -> Proposal {
    let seen = usage.seen.get(&resource).copied();
    let hits = resource.error().and_then(|error| usage.errors.get(error));
    let mut proposal = Proposal {
        resource,
        configured,
        seen,
        hits: hits.copied().unwrap_or(0),
        advice: Advice::Unknown,
    };
    let known = seen.map_or(usage.calls, |seen| seen.calls);
    proposal.advice = match known {
        CALLS_MIN.. => proposal.advice(),
        _ => Advice::TooFew(CALLS_MIN - known),
    };
    proposal
}

impl Proposal {
    /// What should become of the limit, if enough calls were seen.
    fn advice(&self) -> Advice {
        let resource = self.resource;
        let ceiling = resource.of(&Limits::CEILING);
        let wanted = self.seen.map_or(0.0, |seen| match self.hits {
            0 => resource.with_headroom(seen),
            _ => resource.with_headroom(seen).max(seen.max * 2.0),
        });
        let wanted = at_least(wanted, resource.least());
        let wanted = if self.is_reached() {
            // What is used is never seen above the limit: how much is needed, nobody knows.
            wanted.max(self.configured.saturating_mul(2))
        } else {
            wanted
        };
        let rounded = round_up(wanted.min(ceiling), resource.unit());
        let value = rounded.clamp(resource.of(&Limits::FLOOR), ceiling);
        match (self.is_reached(), self.seen) {
            (true, _) if value <= self.configured => Advice::AtCeiling,
            (true, _) => Advice::Raise(value),
            (false, Some(_)) => Advice::Set(value),
            (false, None) => Advice::Unknown,
        }
    }

    /// Whether calls reach the limit in force.
    fn is_reached(&self) -> bool {
        match self.resource.error() {
            Some(_) => self.hits > 0 && !self.was_lower(),
            // Of what is cut or denied, only the most that was used tells that it was too much.
            None => self
                .seen
                .is_some_and(|seen| seen.max >= self.configured as f64),
        }
    }

    /// Whether calls that reached the limit must have reached a lower one, of another config: they
    /// show how high it was, because they used all of it.
    pub fn was_lower(&self) -> bool {
        let shows = matches!(
            self.resource,
            Resource::Fuel | Resource::Timeout | Resource::Hostcalls
        );
        let most = self.configured as f64 * 0.9;
        self.hits > 0 && shows && self.seen.is_some_and(|seen| seen.max < most)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` keeps to the bounds of the type"
)]
fn at_least(wanted: f64, least: u64) -> u64 {
    (wanted.ceil() as u64).max(least)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
