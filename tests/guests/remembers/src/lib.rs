//! Counts its calls in a static.
//!
//! The host must give every invocation a fresh sandbox, so the count is always 1.

use std::sync::atomic::{AtomicU32, Ordering};

use exports::toolhost_test::remembers::memory::Guest;

wit_bindgen::generate!();

static CALLS: AtomicU32 = AtomicU32::new(0);

struct Remembers;

impl Guest for Remembers {
    fn count() -> u32 {
        CALLS.fetch_add(1, Ordering::Relaxed) + 1
    }
}

export!(Remembers);
