//! libFuzzer's entry to `config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| toolhost_fuzz::config(input));
