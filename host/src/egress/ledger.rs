//! The account of one call: what it may do, what it did, what it was denied.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::rate::Bucket;
use crate::invocation::{EXCHANGES_MAX, Exchange, TraceParent};
use crate::policy::{Denial, Denials, Rule};

/// What one call did through the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that policy let go, whether or not an answer came.
    pub requests: u32,
    /// Bytes of bodies sent.
    pub sent_bytes: u64,
    /// Bytes of bodies received, before anything was redacted.
    pub received_bytes: u64,
}

/// The account of one call. Shared by all capabilities of the call.
#[derive(Debug)]
pub struct Ledger {
    /// When the call ends; no request outlives it.
    pub deadline: Instant,
    /// `limits.http_requests`.
    pub requests_max: u32,
    /// The span that requests belong to; without one they carry no trace context.
    pub trace: Option<TraceParent>,
    entries: Mutex<Entries>,
}

/// What stands in a [`Ledger`].
#[derive(Debug, Default)]
pub struct Entries {
    /// Requests and bytes.
    pub traffic: Traffic,
    /// What was denied.
    pub denials: Denials,
    /// The first requests, as they ended.
    pub exchanges: Vec<Exchange>,
}

impl Ledger {
    /// An empty account.
    pub fn new(deadline: Instant, requests_max: u32, trace: Option<TraceParent>) -> Arc<Ledger> {
        Arc::new(Ledger {
            deadline,
            requests_max,
            trace,
            entries: Mutex::default(),
        })
    }

    /// Notes a denial.
    pub fn deny(&self, denial: Denial) {
        self.entries().denials.push(denial);
    }

    /// What stands in it so far, which it then no longer holds.
    pub fn take(&self) -> Entries {
        std::mem::take(&mut self.entries())
    }

    /// Counts a request that policy let go, unless the call has had its requests or the grant
    /// its rate.
    pub(super) fn count_request(&self, bucket: &Bucket, now: Instant) -> Result<(), Rule> {
        let requests = &mut self.entries().traffic.requests;
        if *requests >= self.requests_max {
            return Err(Rule::Requests);
        }
        if !bucket.take(now) {
            return Err(Rule::Rate);
        }
        *requests += 1;
        Ok(())
    }

    pub(super) fn count_sent(&self, bytes: usize) {
        self.entries().traffic.sent_bytes += bytes as u64;
    }

    pub(super) fn count_received(&self, bytes: usize) {
        self.entries().traffic.received_bytes += bytes as u64;
    }

    /// Notes a request that ended.
    pub(super) fn exchanged(&self, exchange: Exchange) {
        let exchanges = &mut self.entries().exchanges;
        if exchanges.len() < EXCHANGES_MAX {
            exchanges.push(exchange);
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
