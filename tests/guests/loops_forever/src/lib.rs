//! Computes without end.
//!
//! The host must stop it at its deadline.

use std::hint::black_box;

use exports::toolhost_test::loops_forever::looping::Guest;

wit_bindgen::generate!();

struct LoopsForever;

impl Guest for LoopsForever {
    fn run() -> String {
        loop {
            black_box(());
        }
    }
}

export!(LoopsForever);
