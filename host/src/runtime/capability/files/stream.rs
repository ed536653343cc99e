//! Streams over files, bounded in number, and for writing also in what they add to a folder.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use rustix::io::Errno;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult,
};

use super::Held;
use super::quota::{Amount, Quota, Reserved};
use crate::egress::Ledger;
use crate::policy::Denial;

/// What is reserved at a time for a stream that is asked how much it takes, in bytes.
const CHUNK: u64 = 64 * 1024;

/// A stream out of a file.
pub struct Reader {
    stream: DynInputStream,
    _held: Held,
}

impl Reader {
    /// Over `stream`, for as long as `held`.
    pub fn new(stream: DynInputStream, held: Held) -> Reader {
        Reader {
            stream,
            _held: held,
        }
    }
}

#[async_trait]
impl Pollable for Reader {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}

#[async_trait]
impl InputStream for Reader {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.stream.read(size)
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.stream.blocking_read(size).await
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

/// A stream into a file of a folder with a quota. Every byte counts as one more, overwritten or
/// not; measuring the folder puts that right.
pub struct Writer {
    stream: DynOutputStream,
    meter: Meter,
    state: State,
    /// Between the end of the file and where the stream begins, in bytes.
    gap: u64,
    /// For what the stream said that it takes.
    offered: Option<Reserved>,
    /// For what is being written.
    writing: Option<Reserved>,
    _held: Held,
}

/// Whom to ask for room, and what to note if there is none.
pub struct Meter {
    /// The folder's.
    pub quota: Arc<Quota>,
    /// The call's.
    pub ledger: Arc<Ledger>,
    /// What to note.
    pub denial: Denial,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Asked for room that is there only if measuring finds it.
    Asking,
    /// There is no room; the guest is yet to hear it.
    Full,
    Closed,
}

impl Writer {
    /// Over `stream`, which begins `gap` bytes beyond the end of its file.
    pub fn new(stream: DynOutputStream, gap: u64, meter: Meter, held: Held) -> Writer {
        Writer {
            stream,
            meter,
            state: State::Open,
            gap,
            offered: None,
            writing: None,
            _held: held,
        }
    }

    /// Room for at least `least` bytes and the gap before them.
    async fn reserve(&mut self, least: u64, most: u64) -> Option<Reserved> {
        let (least, most) = (
            least.saturating_add(self.gap),
            most.saturating_add(self.gap),
        );
        self.meter.quota.reserve(Amount::bytes(least), most).await
    }

    /// Notes the denial and closes the stream.
    fn refuse(&mut self) -> StreamError {
        self.state = State::Closed;
        self.meter.ledger.deny(self.meter.denial.clone());
        StreamError::LastOperationFailed(io::Error::from(Errno::NOSPC).into())
    }

    fn offer(&mut self, reserved: Reserved) {
        self.state = State::Open;
        self.offered = Some(reserved);
    }
}

#[async_trait]
impl Pollable for Writer {
    async fn ready(&mut self) {
        self.stream.ready().await;
        if self.state == State::Asking {
            match self.reserve(1, CHUNK).await {
                Some(reserved) => self.offer(reserved),
                None => self.state = State::Full,
            }
        }
    }
}

#[async_trait]
impl OutputStream for Writer {
    fn check_write(&mut self) -> StreamResult<usize> {
        match self.state {
            State::Open => {}
            State::Asking => return Ok(0),
            State::Full => return Err(self.refuse()),
            State::Closed => return Err(StreamError::Closed),
        }
        let taken = self.stream.check_write()?;
        if taken == 0 {
            return Ok(0);
        }
        // It takes more only when the last write is through.
        self.writing = None;
        if self.offered.is_none() {
            let least = Amount::bytes(self.gap.saturating_add(1));
            let most = self.gap.saturating_add(CHUNK);
            match self.meter.quota.try_reserve(least, most) {
                Some(reserved) => self.offer(reserved),
                None => {
                    self.state = State::Asking;
                    return Ok(0);
                }
            }
        }
        let room = self.offered.as_ref().map_or(0, Reserved::bytes);
        let room = room.saturating_sub(self.gap);
        Ok(taken.min(usize::try_from(room).unwrap_or(usize::MAX)))
    }

    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let count = bytes.len() as u64 + self.gap;
        match self.offered.take() {
            Some(mut reserved) if reserved.bytes() >= count => {
                reserved.shrink(count);
                self.writing = Some(reserved);
            }
            _ if self.state == State::Closed => return Err(StreamError::Closed),
            _ => return Err(StreamError::trap("more was written than was offered")),
        }
        self.gap = 0;
        self.stream.write(bytes)
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        if self.state == State::Closed {
            return Err(StreamError::Closed);
        }
        // What was offered before is in the way of what is asked now.
        if let Some(offered) = self.offered.take() {
            offered.refund();
        }
        let count = bytes.len() as u64;
        let Some(reserved) = self.reserve(count, count).await else {
            return Err(self.refuse());
        };
        self.state = State::Open;
        self.gap = 0;
        let written = self.stream.blocking_write_and_flush(bytes).await;
        drop(reserved);
        self.writing = None;
        written
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.stream.flush()
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(offered) = self.offered.take() {
            offered.refund();
        }
    }
}
