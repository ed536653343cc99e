//! Bodies that are counted, capped and searched while they pass.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use tokio::time::{Instant, Sleep};

use super::error::Error;
use super::ledger::Ledger;
use super::redact::{Redactor, StreamRedactor};
use super::response::redact_headers;
use crate::policy::{Denial, NetworkGrant, Target};

/// A request's or response's body.
pub type Body = UnsyncBoxBody<Bytes, Error>;

/// How much may pass, and what is said when more wants to.
#[derive(Debug)]
pub struct Cap {
    /// What may pass, in bytes.
    pub bytes_max: u64,
    /// Who is told.
    pub ledger: Arc<Ledger>,
    /// What they are told, worded if it comes to that: most bodies fit.
    pub word: fn(&Target, &NetworkGrant) -> Denial,
    /// What was asked for.
    pub target: Target,
    /// The grant that bounds it.
    pub grant: Arc<NetworkGrant>,
    /// What has passed, in bytes.
    pub passed: u64,
}

impl Cap {
    /// Nothing more passes; it goes on the ledger.
    pub fn refuse(&self) -> Error {
        let denial = (self.word)(&self.target, &self.grant);
        self.ledger.deny(denial.clone());
        Error::TooLong {
            denial,
            bytes_max: self.bytes_max,
        }
    }

    fn pass(&mut self, bytes: usize) -> Result<(), Error> {
        self.passed += bytes as u64;
        if self.passed > self.bytes_max {
            return Err(self.refuse());
        }
        Ok(())
    }
}

/// A request's body on its way out.
pub struct Sent {
    body: Option<Body>,
    cap: Cap,
}

impl Sent {
    /// Lets `body` out up to `cap`.
    pub fn new(body: Body, cap: Cap) -> Sent {
        Sent {
            body: Some(body),
            cap,
        }
    }
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let frame = std::task::ready!(Pin::new(body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            if let Err(error) = this.cap.pass(data.len()) {
                this.body = None;
                return Poll::Ready(Some(Err(error)));
            }
            this.cap.ledger.count_sent(data.len());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(SizeHint::default, |body| body.size_hint())
    }
}

/// What a response's body comes in as: from a connection, or from a stub.
pub trait Incoming:
    http_body::Body<Data = Bytes, Error: std::error::Error> + Send + Unpin + 'static
{
}

impl<B> Incoming for B where
    B: http_body::Body<Data = Bytes, Error: std::error::Error> + Send + Unpin + 'static
{
}

/// A response's body on its way in.
pub struct Received<B> {
    incoming: Option<B>,
    cap: Cap,
    redactor: Redactor,
    search: StreamRedactor,
    /// Those that came while the search held something back.
    trailers: Option<HeaderMap>,
    wait: Wait,
}

/// How long the next piece of a body may take.
pub struct Wait {
    sleep: Pin<Box<Sleep>>,
    deadline: Instant,
    between: Option<Duration>,
}

impl Wait {
    /// Until `deadline`, and no longer than `between` for each piece.
    pub fn new(deadline: Instant, between: Option<Duration>) -> Wait {
        Wait {
            sleep: Box::pin(tokio::time::sleep_until(until(deadline, between))),
            deadline,
            between,
        }
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.sleep.as_mut().poll(cx).is_ready()
    }

    fn start_again(&mut self) {
        if self.between.is_some() {
            self.sleep
                .as_mut()
                .reset(until(self.deadline, self.between));
        }
    }
}

/// The earlier of `deadline` and, if any, `limit` from now.
pub fn until(deadline: Instant, limit: Option<Duration>) -> Instant {
    limit
        .and_then(|limit| Instant::now().checked_add(limit))
        .map_or(deadline, |at| at.min(deadline))
}

impl<B: Incoming> Received<B> {
    /// Lets `incoming` in up to `cap`, without secrets, while `wait` lasts.
    pub fn new(incoming: B, cap: Cap, redactor: Redactor, wait: Wait) -> Received<B> {
        Received {
            incoming: Some(incoming),
            cap,
            search: redactor.stream(),
            redactor,
            trailers: None,
            wait,
        }
    }

    /// Ends the body, and with it the connection if there was more to come.
    fn fail(&mut self, error: Error) -> Error {
        self.incoming = None;
        error.redacted(&self.redactor)
    }

    fn receive(&mut self, data: Bytes) -> Result<Bytes, Error> {
        self.wait.start_again();
        self.cap.ledger.count_received(data.len());
        self.cap.pass(data.len())?;
        Ok(self.search.push(data))
    }

    /// What is left to hand on when nothing more comes.
    fn finish(&mut self, trailers: Option<HeaderMap>) -> Option<Frame<Bytes>> {
        self.incoming = None;
        self.trailers = trailers.map(|trailers| redact_headers(&trailers, &self.redactor));
        let held = self.search.finish();
        if held.is_empty() {
            self.trailers.take().map(Frame::trailers)
        } else {
            Some(Frame::data(held))
        }
    }
}

impl<B: Incoming> http_body::Body for Received<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        loop {
            let Some(incoming) = &mut this.incoming else {
                return Poll::Ready(this.trailers.take().map(|t| Ok(Frame::trailers(t))));
            };
            if this.wait.is_over(cx) {
                return Poll::Ready(Some(Err(this.fail(Error::Timeout))));
            }
            let frame = match std::task::ready!(Pin::new(incoming).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    let error = Error::of_exchange(&error);
                    return Poll::Ready(Some(Err(this.fail(error))));
                }
                None => return Poll::Ready(this.finish(None).map(Ok)),
            };
            let data = match frame.into_data() {
                Ok(data) => data,
                Err(frame) => {
                    let trailers = frame.into_trailers().ok();
                    return Poll::Ready(this.finish(trailers).map(Ok));
                }
            };
            match this.receive(data) {
                Ok(clean) if clean.is_empty() => {}
                Ok(clean) => return Poll::Ready(Some(Ok(Frame::data(clean)))),
                Err(error) => return Poll::Ready(Some(Err(this.fail(error)))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let ended = |incoming: &B| incoming.is_end_stream() && self.search.is_empty();
        self.trailers.is_none() && self.incoming.as_ref().is_none_or(ended)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.incoming {
            // Redaction changes lengths.
            Some(incoming) if self.redactor.is_empty() => incoming.size_hint(),
            _ => SizeHint::default(),
        }
    }
}
