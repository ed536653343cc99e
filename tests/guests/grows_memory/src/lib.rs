//! Takes memory without end and touches all of it.
//!
//! The host must stop it at the memory limit: either the growth fails, on which the guest aborts,
//! or it traps.

use std::hint::black_box;
use std::mem;

use exports::toolhost_test::grows_memory::growing::Guest;

wit_bindgen::generate!();

const CHUNK_BYTES: usize = 1024 * 1024;

struct GrowsMemory;

impl Guest for GrowsMemory {
    fn grow() -> u64 {
        loop {
            mem::forget(black_box(vec![1_u8; CHUNK_BYTES]));
        }
    }
}

export!(GrowsMemory);
