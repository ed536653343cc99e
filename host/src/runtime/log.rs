//! What a guest writes to stdout and stderr: kept within bounds, never passed on to ours.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Kept of the end of one stream, in bytes.
const TAIL_MAX: usize = 1024;
/// What a guest may write at once, in bytes.
const WRITE_MAX: usize = 64 * 1024;

/// One stream of one call. Clones write to the same place.
#[derive(Clone)]
pub struct Log {
    streams: Arc<Mutex<Streams>>,
    stream: usize,
}

/// Both streams of one call; what is kept of them has one bound.
struct Streams {
    room: usize,
    kept: [Kept; 2],
}

#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    written: u64,
}

impl Log {
    /// Stdout and stderr, of which `bytes_max` bytes are kept together.
    pub fn pair(bytes_max: u64) -> (Log, Log) {
        let streams = Arc::new(Mutex::new(Streams {
            room: usize::try_from(bytes_max).unwrap_or(usize::MAX),
            kept: Default::default(),
        }));
        let log = |stream| Log {
            streams: streams.clone(),
            stream,
        };
        (log(0), log(1))
    }

    /// Writes a line.
    pub fn line(&self, level: &str, message: &str) {
        self.append(format!("{level} {}\n", message.trim_end()).as_bytes());
    }

    fn append(&self, bytes: &[u8]) {
        let mut streams = self.lock();
        let (first, rest) = bytes.split_at(bytes.len().min(streams.room));
        streams.room -= first.len();
        let kept = &mut streams.kept[self.stream];
        kept.written += bytes.len() as u64;
        kept.head.extend_from_slice(first);
        let rest = &rest[rest.len().saturating_sub(TAIL_MAX)..];
        let overflow = (kept.tail.len() + rest.len()).saturating_sub(TAIL_MAX);
        kept.tail.drain(..overflow);
        kept.tail.extend(rest);
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes written, dropped ones included.
    pub fn written(&self) -> u64 {
        self.lock().kept[self.stream].written
    }

    /// The first part of what was written and a marker if there was more; printable.
    pub fn text(&self) -> String {
        let kept = &self.lock().kept[self.stream];
        let mut text = printable(&kept.head);
        let dropped = kept.written - kept.head.len() as u64;
        if dropped > 0 {
            text.push_str(&format!(" [{dropped} more bytes dropped]"));
        }
        text
    }

    /// The last part of what was written, printable.
    pub fn tail(&self) -> String {
        let kept = &self.lock().kept[self.stream];
        let mut bytes: Vec<u8> = kept.head.iter().chain(&kept.tail).copied().collect();
        printable(&bytes.split_off(bytes.len().saturating_sub(TAIL_MAX)))
    }
}

/// Text without terminal control sequences; line breaks stay.
fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim_end()
        .chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

/// Always ready and never full: a guest that logs too much loses text, not its life.
#[async_trait::async_trait]
impl Pollable for Log {
    async fn ready(&mut self) {}
}

impl OutputStream for Log {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.append(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_MAX)
    }
}

impl AsyncWrite for Log {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.append(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_counted_and_keeps_its_end() {
        let (out, err) = Log::pair(8 * 1024);
        err.append(b"first");
        for _ in 0..40 {
            out.append(&[b'x'; 10_000]);
        }
        out.append(b"the end\n");
        err.append(b" late");
        assert_eq!(out.written(), 400_008);
        assert!(out.text().ends_with("[391821 more bytes dropped]"));
        assert!(out.tail().ends_with("xxthe end"));
        assert!(out.tail().len() <= TAIL_MAX);
        assert_eq!(err.text(), "first [5 more bytes dropped]");
        assert_eq!(err.tail(), "first late");
    }

    #[test]
    fn control_characters_never_reach_a_terminal() {
        let (log, _) = Log::pair(100);
        log.append(b"\x1b[31mred\x07\r\nnext");
        assert_eq!(log.text(), "\u{fffd}[31mred\u{fffd}\u{fffd}\nnext");
    }
}
