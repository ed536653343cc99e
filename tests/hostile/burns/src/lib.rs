//! Uses up time: in its own code, in one long instruction, and in calls of the host that cost
//! it almost no fuel.
//!
//! The host must end each call at its limit, and keep serving others meanwhile.

use std::hint::black_box;

use exports::hostile::burns::attacks::{Guest, HostCall};
use wasip2::cli::stderr;
use wasip2::clocks::monotonic_clock;
use wasip2::io::poll;
use wasip2::random::insecure;

wit_bindgen::generate!();

/// Pollables in the list of `poll`.
const POLLED: usize = 1000;

struct Burns;

impl Guest for Burns {
    fn loop_forever() {
        loop {
            black_box(());
        }
    }

    fn recurse(depth: u64) -> u64 {
        descend(depth)
    }

    fn fill_memory(mib: u32, times: u32) -> u32 {
        let mut block = vec![0_u8; (mib as usize) << 20];
        for time in 0..times {
            black_box(block.as_mut_slice()).fill(time as u8);
        }
        times
    }

    fn sleep(millis: u64) {
        monotonic_clock::subscribe_duration(millis.saturating_mul(1_000_000)).block();
    }

    fn call_host(which: HostCall, times: u64) -> u64 {
        match which {
            HostCall::Log => {
                let stderr = stderr::get_stderr();
                for _ in 0..times {
                    let _ = stderr.check_write();
                    let _ = stderr.write(b"x");
                }
            }
            HostCall::Random => {
                for _ in 0..times {
                    black_box(insecure::get_insecure_random_u64());
                }
            }
            HostCall::Clock => {
                for _ in 0..times {
                    black_box(monotonic_clock::now());
                }
            }
            HostCall::Handle => {
                for _ in 0..times {
                    drop(monotonic_clock::subscribe_duration(0));
                }
            }
            HostCall::Poll => {
                let ready: Vec<_> = (0..POLLED)
                    .map(|_| monotonic_clock::subscribe_duration(0))
                    .collect();
                let ready: Vec<&poll::Pollable> = ready.iter().collect();
                for _ in 0..times {
                    black_box(poll::poll(&ready));
                }
            }
        }
        times
    }

    fn count(times: u64) -> u64 {
        (0..times).map(black_box).fold(0, u64::wrapping_add)
    }
}

/// Keeps something on the stack, so that no compiler makes a loop of it.
fn descend(depth: u64) -> u64 {
    let frame = black_box([depth; 8]);
    if depth == 0 {
        return 0;
    }
    descend(depth - 1) + black_box(frame)[0].min(1)
}

export!(Burns);
