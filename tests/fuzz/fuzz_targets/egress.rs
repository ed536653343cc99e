//! libFuzzer's entry to `egress`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| toolhost_fuzz::egress(input));
