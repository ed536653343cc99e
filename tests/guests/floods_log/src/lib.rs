//! Writes as much to stdout and stderr as it is asked to.
//!
//! The host must keep a bounded part of it and let the call succeed.

use std::io::{self, Write};

use exports::toolhost_test::floods_log::flooding::Guest;

wit_bindgen::generate!();

const CHUNK_BYTES: u64 = 64 * 1024;

struct FloodsLog;

impl Guest for FloodsLog {
    fn chatter(bytes: u64) -> String {
        write_lines(&mut io::stdout().lock(), bytes);
        write_lines(&mut io::stderr().lock(), bytes);
        "done".to_owned()
    }
}

/// Goes on after errors, as a badly behaved program would.
fn write_lines(stream: &mut impl Write, bytes: u64) {
    let chunk = [[b'x'; 63].as_slice(), b"\n"].concat().repeat(1024);
    let mut left = bytes;
    while left > 0 {
        let size = left.min(CHUNK_BYTES);
        let _ = stream.write_all(&chunk[..size as usize]);
        left -= size;
    }
    let _ = stream.flush();
}

export!(FloodsLog);
