//! How long a client takes for what it does, and whether that is too long.
//!
//! A connection has one timer, which is set anew only if it would ring too late; a request
//! that is quick, as nearly all are, never touches it. hyper's own timeout of the head would
//! set a timer for each request, and count the time between two requests as part of the head.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Bytes that a slow client must take for its time to start again; with fewer it could hold
/// an answer for ever.
const PROGRESS_BYTES: usize = 64 * 1024;

/// How long a client may take for each thing that it does; the body is bounded where it is
/// read.
#[derive(Clone, Copy)]
pub(super) struct Timeouts {
    pub(super) head: Duration,
    pub(super) idle: Duration,
    pub(super) write: Duration,
}

/// What one connection does, and since when.
pub(super) struct Pace {
    timeouts: Timeouts,
    state: Mutex<State>,
    displaced: Notify,
}

struct State {
    phase: Phase,
    stall: Option<Stall>,
}

enum Phase {
    /// No request is there.
    Idle { since: Instant },
    /// The first byte of a request came, its headers are not complete.
    Head { since: Instant },
    /// The headers of a request are complete, its body is not.
    Body { since: Instant },
    /// A request is being answered. The call has bounds of its own.
    Busy,
    /// Its place was given to another.
    Over,
}

/// The client does not take what it asked for.
struct Stall {
    since: Instant,
    /// Bytes taken since then.
    taken: usize,
}

/// For what a client took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slow {
    NoRequest,
    Head,
    Reading,
}

impl Pace {
    /// A connection that opens now.
    pub(super) fn new(timeouts: Timeouts) -> Pace {
        let phase = Phase::Idle {
            since: Instant::now(),
        };
        Pace {
            timeouts,
            state: Mutex::new(State { phase, stall: None }),
            displaced: Notify::new(),
        }
    }

    /// A request is there, its headers complete; its body is handed on. `None` if the
    /// connection has lost its place and may begin no request.
    pub(super) fn begin<B: http_body::Body>(
        self: Arc<Self>,
        body: B,
    ) -> Option<(Busy, Receiving<B>)> {
        let since = Instant::now();
        let is_whole = body.is_end_stream();
        let mut state = self.state();
        state.phase = match state.phase {
            Phase::Over => return None,
            _ if is_whole => Phase::Busy,
            _ => Phase::Body { since },
        };
        drop(state);
        let pace = self.clone();
        Some((Busy(self), Receiving { body, pace }))
    }

    /// Since when nothing happens here before the client does its part, if so.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        let state = self.state();
        let since = match state.phase {
            Phase::Idle { since } | Phase::Head { since } | Phase::Body { since } => since,
            Phase::Busy | Phase::Over => return None,
        };
        Some(state.stall.as_ref().map_or(since, |stall| stall.since))
    }

    /// Ends the connection if it waits for its client; whether it did.
    pub(super) fn displace(&self) -> bool {
        let mut state = self.state();
        if matches!(state.phase, Phase::Busy | Phase::Over) {
            return false;
        }
        state.phase = Phase::Over;
        self.displaced.notify_one();
        true
    }

    /// Waits until its place is given to another.
    pub(super) async fn displaced(&self) {
        self.displaced.notified().await;
    }

    /// Waits until the client takes too long for something.
    pub(super) async fn overdue(&self) -> Slow {
        let first = self.due().map_or_else(Instant::now, |(due, _)| due);
        let mut alarm = pin!(tokio::time::sleep_until(first));
        poll_fn(|context| {
            loop {
                if let Some((due, _)) = self.due()
                    && due < alarm.deadline()
                {
                    alarm.as_mut().reset(due);
                }
                ready!(alarm.as_mut().poll(context));
                let now = Instant::now();
                match self.due() {
                    Some((due, slow)) if due <= now => return Poll::Ready(slow),
                    Some((due, _)) => alarm.as_mut().reset(due),
                    // Set to what is due next once there is something.
                    None => alarm.as_mut().reset(now + self.timeouts.idle),
                }
            }
        })
        .await
    }

    /// What is due next. As long as an answer is not taken, no request is waited for.
    fn due(&self) -> Option<(Instant, Slow)> {
        let state = self.state();
        if let Some(stall) = &state.stall {
            return Some((stall.since + self.timeouts.write, Slow::Reading));
        }
        match state.phase {
            Phase::Idle { since } => Some((since + self.timeouts.idle, Slow::NoRequest)),
            Phase::Head { since } => Some((since + self.timeouts.head, Slow::Head)),
            Phase::Body { .. } | Phase::Busy | Phase::Over => None,
        }
    }

    /// Bytes of the client came.
    fn read(&self) {
        let mut state = self.state();
        if let Phase::Idle { .. } = state.phase {
            let since = Instant::now();
            state.phase = Phase::Head { since };
        }
    }

    /// The client took some bytes, or none although there are some.
    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        let mut state = self.state();
        match written {
            Poll::Pending => {
                let since = Instant::now();
                state.stall.get_or_insert(Stall { since, taken: 0 });
            }
            Poll::Ready(Ok(bytes)) => {
                // The rest of an answer is on its way; the next request need not be.
                if let Phase::Idle { since } | Phase::Head { since } = &mut state.phase {
                    *since = Instant::now();
                }
                if let Some(stall) = &mut state.stall {
                    stall.taken = stall.taken.saturating_add(*bytes);
                    if stall.taken >= PROGRESS_BYTES {
                        state.stall = None;
                    }
                }
            }
            Poll::Ready(Err(_)) => {}
        }
    }

    /// The body of the request is whole.
    fn received(&self) {
        let mut state = self.state();
        if let Phase::Body { .. } = state.phase {
            state.phase = Phase::Busy;
        }
    }

    /// The client took all there is so far.
    fn flushed(&self) {
        self.state().stall = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered; dropped, it is over.
pub(super) struct Busy(Arc<Pace>);

impl Busy {
    /// The body of the answer, which ends the request when it is handed on.
    pub(super) fn until_sent(self, body: Body) -> Answering {
        Answering { body, _busy: self }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let since = Instant::now();
        let mut state = self.0.state();
        if !matches!(state.phase, Phase::Over) {
            state.phase = Phase::Idle { since };
        }
    }
}

/// The body of a request.
pub(super) struct Receiving<B> {
    body: B,
    pace: Arc<Pace>,
}

impl<B: http_body::Body + Unpin> http_body::Body for Receiving<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.pace.received();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer.
pub(super) struct Answering {
    body: Body,
    _busy: Busy,
}

impl http_body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose pace is kept.
pub(super) struct Paced {
    stream: TcpStream,
    pace: Arc<Pace>,
}

impl Paced {
    pub(super) fn new(stream: TcpStream, pace: Arc<Pace>) -> Paced {
        Paced { stream, pace }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pace.read();
        }
        read
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.pace.wrote(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.pace.wrote(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.pace.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
