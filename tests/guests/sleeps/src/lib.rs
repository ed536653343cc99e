//! Sleeps for as long as it is asked to.
//!
//! The host must not hold a thread meanwhile, and must stop a sleep that outlasts the deadline.

use std::thread;
use std::time::Duration;

use exports::toolhost_test::sleeps::sleeping::Guest;

wit_bindgen::generate!();

struct Sleeps;

impl Guest for Sleeps {
    fn nap(millis: u64) -> String {
        thread::sleep(Duration::from_millis(millis));
        "awake".to_owned()
    }
}

export!(Sleeps);
