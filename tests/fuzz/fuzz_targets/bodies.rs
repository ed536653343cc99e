//! libFuzzer's entry to `bodies`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| toolhost_fuzz::bodies(input));
