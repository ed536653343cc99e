//! Looks for what it was not given, and says again what it was given.
//!
//! The host must show it nothing of itself, and nothing secret may leave through its answers,
//! its log or its crash.

use exports::hostile::snoops::attacks::{Guest, RandomBytes, Readings};
use wasip2::cli::{
    environment, stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout,
};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::filesystem::preopens;
use wasip2::random::{insecure, insecure_seed, random};

wit_bindgen::generate!();

/// What one `blocking-write-and-flush` takes, in bytes.
const WRITE_MAX: usize = 4096;
const STDIN_MAX: u64 = 64 * 1024;

struct Snoops;

impl Guest for Snoops {
    fn environment() -> Vec<(String, String)> {
        environment::get_environment()
    }

    fn arguments() -> Vec<String> {
        environment::get_arguments()
    }

    fn working_folder() -> Option<String> {
        environment::initial_cwd()
    }

    fn standard_input() -> String {
        let bytes = stdin::get_stdin()
            .blocking_read(STDIN_MAX)
            .unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn folders() -> Vec<String> {
        preopens::get_directories()
            .into_iter()
            .map(|(_, path)| path)
            .collect()
    }

    fn terminals() -> Vec<bool> {
        vec![
            terminal_stdin::get_terminal_stdin().is_some(),
            terminal_stdout::get_terminal_stdout().is_some(),
            terminal_stderr::get_terminal_stderr().is_some(),
        ]
    }

    fn read_clocks(times: u32) -> Readings {
        let (mut wall, mut monotonic) = (Vec::new(), Vec::new());
        for _ in 0..times {
            wall.push(nanos(wall_clock::now()));
            monotonic.push(monotonic_clock::now());
        }
        wall.dedup();
        monotonic.dedup();
        Readings {
            wall,
            monotonic,
            wall_resolution: nanos(wall_clock::resolution()),
            monotonic_resolution: monotonic_clock::resolution(),
        }
    }

    fn read_random() -> RandomBytes {
        let (first, second) = insecure_seed::insecure_seed();
        RandomBytes {
            secure: hex(&random::get_random_bytes(16)),
            insecure: hex(&insecure::get_insecure_random_bytes(16)),
            seed: format!("{first:016x}{second:016x}"),
        }
    }

    fn say(text: String) -> String {
        for stream in [stdout::get_stdout(), stderr::get_stderr()] {
            for chunk in text.as_bytes().chunks(WRITE_MAX) {
                let _ = stream.blocking_write_and_flush(chunk);
            }
        }
        text
    }

    fn panic_with(text: String) {
        panic!("{text}");
    }

    fn fail_with(text: String) -> Result<(), String> {
        Err(text)
    }
}

fn nanos(time: Datetime) -> u64 {
    time.seconds
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.nanoseconds.into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

export!(Snoops);
