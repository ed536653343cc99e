//! Exports functions that take and return a resource.
//!
//! The host must refuse it at load: a handle has no meaning outside one sandbox.

use std::cell::Cell;

use exports::toolhost_test::exports_resource::counters::{
    Counter, CounterBorrow, Guest, GuestCounter,
};

wit_bindgen::generate!();

struct ExportsResource;

struct Count(Cell<u32>);

impl Guest for ExportsResource {
    type Counter = Count;

    fn open(start: u32) -> Counter {
        Counter::new(Count::new(start))
    }

    fn peek(counter: CounterBorrow<'_>) -> u32 {
        counter.get::<Count>().0.get()
    }
}

impl GuestCounter for Count {
    fn new(start: u32) -> Self {
        Self(Cell::new(start))
    }

    fn next(&self) -> u32 {
        self.0.set(self.0.get().wrapping_add(1));
        self.0.get()
    }
}

export!(ExportsResource);
