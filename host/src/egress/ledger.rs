//! The account of one call: what it may do, what it did, what it was denied.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::rate::Bucket;
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
    entries: Mutex<(Traffic, Denials)>,
}

impl Ledger {
    /// An empty account.
    pub fn new(deadline: Instant, requests_max: u32) -> Arc<Ledger> {
        Arc::new(Ledger {
            deadline,
            requests_max,
            entries: Mutex::default(),
        })
    }

    /// Notes a denial.
    pub fn deny(&self, denial: Denial) {
        self.entries().1.push(denial);
    }

    /// What stands in it so far, which it then no longer holds.
    pub fn take(&self) -> (Traffic, Denials) {
        std::mem::take(&mut self.entries())
    }

    /// Counts a request that policy let go, unless the call has had its requests or the grant
    /// its rate.
    pub(super) fn count_request(&self, bucket: &Bucket, now: Instant) -> Result<(), Rule> {
        let requests = &mut self.entries().0.requests;
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
        self.entries().0.sent_bytes += bytes as u64;
    }

    pub(super) fn count_received(&self, bytes: usize) {
        self.entries().0.received_bytes += bytes as u64;
    }

    fn entries(&self) -> MutexGuard<'_, (Traffic, Denials)> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
