//! Exports functions at world level beside an interface.
//!
//! The host must make a tool of the function in the versioned interface only.

use exports::toolhost_test::world_functions::math;

wit_bindgen::generate!();

struct WorldFunctions;

impl math::Guest for WorldFunctions {
    fn double(value: i32) -> i32 {
        value.wrapping_mul(2)
    }
}

impl Guest for WorldFunctions {
    fn add2(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    fn init() {}
}

export!(WorldFunctions);
