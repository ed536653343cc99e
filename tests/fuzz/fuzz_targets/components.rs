//! libFuzzer's entry to `components`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| toolhost_fuzz::components(input));
