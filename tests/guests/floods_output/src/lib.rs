//! Returns as long a text as it is asked for.
//!
//! The host must refuse an output over its limit.

use exports::toolhost_test::floods_output::flooding::Guest;

wit_bindgen::generate!();

struct FloodsOutput;

impl Guest for FloodsOutput {
    fn flood(bytes: u64) -> String {
        "x".repeat(usize::try_from(bytes).unwrap_or(usize::MAX))
    }
}

export!(FloodsOutput);
