//! Takes space: memory of its own, and what the host keeps, copies or makes for it.
//!
//! The host must refuse at the limit, and what it holds for one call must stay bounded.

use std::hint::black_box;

use exports::hostile::hoards::attacks::{Guest, HeaderFlood, ResourceKind};
use wasip2::cli::{stderr, stdout};
use wasip2::clocks::monotonic_clock;
use wasip2::http::types::{Fields, OutgoingRequest};
use wasip2::io::streams::{OutputStream, StreamError};
use wasip2::random::{insecure, random};

wit_bindgen::generate!();

const PAGE_BYTES: usize = 64 * 1024;
/// What one call of `write` may take, in bytes.
const CHUNK_BYTES: u64 = 4096;

struct Hoards;

impl Guest for Hoards {
    fn allocate(bytes: u64) -> u64 {
        black_box(vec![1_u8; size(bytes)]);
        bytes
    }

    fn grow(pages: u32) -> u32 {
        let grown = (0..pages).take_while(|_| {
            let before = std::arch::wasm32::memory_grow::<0>(1);
            if before != usize::MAX {
                // The first byte of the page, so that the host must find memory for it.
                let page = std::ptr::with_exposed_provenance_mut::<u8>(before * PAGE_BYTES);
                unsafe { page.write_volatile(1) };
            }
            before != usize::MAX
        });
        grown.count() as u32
    }

    fn hold_handles(kind: ResourceKind, count: u32) -> u32 {
        match kind {
            ResourceKind::Pollable => hold(count, || monotonic_clock::subscribe_duration(1 << 50)),
            ResourceKind::Fields => hold(count, Fields::new),
            ResourceKind::Request => hold(count, || OutgoingRequest::new(Fields::new())),
            ResourceKind::StdoutStream => hold(count, stdout::get_stdout),
        }
    }

    fn append_fields(flood: HeaderFlood) -> Result<u32, String> {
        let fields = Fields::new();
        let value = vec![b'v'; flood.value_bytes as usize];
        for number in 0..flood.count {
            fields
                .append(&format!("x-{number}"), &value)
                .map_err(|error| format!("field {number}: {error:?}"))?;
        }
        Ok(flood.count)
    }

    fn fields_from_list(flood: HeaderFlood) -> Result<u32, String> {
        let entries: Vec<_> = (0..flood.count)
            .map(|number| {
                (
                    format!("x-{number}"),
                    vec![b'v'; flood.value_bytes as usize],
                )
            })
            .collect();
        Fields::from_list(&entries)
            .map(|_| flood.count)
            .map_err(|error| format!("{error:?}"))
    }

    fn clone_fields(times: u32) -> Result<u32, String> {
        let fields = Fields::new();
        for number in 0..100 {
            fields
                .append(&format!("x-{number}"), b"value")
                .map_err(|error| format!("{error:?}"))?;
        }
        Ok(hold(times, || fields.clone()))
    }

    fn random_bytes(length: u64) -> u64 {
        random::get_random_bytes(length).len() as u64
    }

    fn insecure_random_bytes(length: u64) -> u64 {
        insecure::get_insecure_random_bytes(length).len() as u64
    }

    fn write_zeros(length: u64) -> Result<(), String> {
        stdout::get_stdout()
            .write_zeroes(length)
            .map_err(|error| format!("{error:?}"))
    }

    fn flood_log(bytes: u64) {
        flood(&stdout::get_stdout(), bytes);
        flood(&stderr::get_stderr(), bytes);
    }

    fn huge_string(bytes: u64) -> String {
        "x".repeat(size(bytes))
    }

    fn huge_bytes(bytes: u64) -> Vec<u8> {
        vec![7; size(bytes)]
    }

    fn many_strings(count: u32, text: String) -> Vec<String> {
        vec![text; count as usize]
    }

    fn many_lists(count: u32) -> Vec<Vec<u8>> {
        vec![Vec::new(); count as usize]
    }
}

/// As much of it as 32 bits can ask for at once.
fn size(bytes: u64) -> usize {
    bytes.min(isize::MAX as u64) as usize
}

fn hold<T>(count: u32, make: impl Fn() -> T) -> u32 {
    let held: Vec<T> = (0..count).map(|_| make()).collect();
    black_box(held).len() as u32
}

/// Goes on after errors, as a badly behaved program would.
fn flood(stream: &OutputStream, bytes: u64) {
    let line = [[b'x'; 63].as_slice(), b"\n"]
        .concat()
        .repeat(CHUNK_BYTES as usize / 64);
    let mut left = bytes;
    while left > 0 {
        let size = left.min(CHUNK_BYTES);
        if let Err(StreamError::Closed) = stream.blocking_write_and_flush(&line[..size as usize]) {
            return;
        }
        left -= size;
    }
}

export!(Hoards);
