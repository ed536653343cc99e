//! libFuzzer's entry to `values`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| toolhost_fuzz::values(input));
