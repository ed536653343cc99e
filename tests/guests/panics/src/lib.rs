//! Dies in the ways a program can: panic, stack overflow, division by zero, exit.
//!
//! The host must report each as a crash of this one invocation, and go on.

use std::hint::black_box;
use std::process;

use exports::toolhost_test::panics::panicking::Guest;

wit_bindgen::generate!();

struct Panics;

impl Guest for Panics {
    fn panic_now(message: String) -> String {
        panic!("{message}")
    }

    fn overflow_stack() -> u32 {
        descend(0)
    }

    fn divide(a: i32, b: i32) -> i32 {
        a / b
    }

    fn exits(code: u8) -> String {
        process::exit(code.into())
    }
}

#[expect(unconditional_recursion, reason = "it is what the guest is for")]
fn descend(depth: u32) -> u32 {
    // Work after the call keeps it from becoming a loop.
    black_box(descend(black_box(depth) + 1)) + 1
}

export!(Panics);
