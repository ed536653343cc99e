//! Exports two interfaces that both have a function `same`.
//!
//! The host must keep the two apart or refuse them, never run the wrong one.

use exports::toolhost_test::collides::{left, right};

wit_bindgen::generate!();

struct Collides;

impl left::Guest for Collides {
    fn same() -> String {
        "left".to_owned()
    }
}

impl right::Guest for Collides {
    fn same() -> String {
        "right".to_owned()
    }
}

export!(Collides);
