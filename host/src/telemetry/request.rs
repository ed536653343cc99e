//! One record for each HTTP request.

use std::time::Instant;

use super::names::{ERROR_TYPE, HTTP_METHOD, HTTP_ROUTE, HTTP_STATUS, URL_PATH};
use super::record::Recorder;
use super::wall::Wall;
use crate::invocation::TraceParent;
use crate::traces::{Kind, Span, SpanId, Status, TraceId};

/// What answers a request.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// The part of Llama Stack's API, such as `tool_runtime`.
    pub api: &'static str,
    /// What upstream calls the function, such as `invoke_tool`.
    pub method: &'static str,
    /// The HTTP method.
    pub verb: &'static str,
    /// The path with its parameters unfilled; empty if nothing answers.
    pub route: &'static str,
    /// Whether requests become spans; probes and scrapes do not.
    pub is_traced: bool,
}

/// A request under way. Recorded exactly once: in [`Request::finish`], or as given up by its
/// client when it is dropped.
pub struct Request<'a> {
    recorder: &'a Recorder,
    endpoint: Endpoint,
    path: String,
    context: TraceParent,
    parent: Option<[u8; 8]>,
    wall: Wall,
    is_finished: bool,
}

impl Recorder {
    /// Starts the span and the clock of a request to `path`, whose client may be in a trace.
    pub fn request(
        &self,
        endpoint: Endpoint,
        path: &str,
        parent: Option<&TraceParent>,
    ) -> Request<'_> {
        self.instruments.begin_request(&endpoint);
        let parent = parent.filter(|_| self.propagates);
        Request {
            recorder: self,
            endpoint,
            path: path.to_owned(),
            context: self.context(parent),
            parent: parent.map(|parent| parent.span_id),
            wall: Wall::now(),
            is_finished: false,
        }
    }
}

impl Request<'_> {
    /// The span that what the request causes belongs to: its own, or its client's if it has
    /// none of its own.
    pub fn context(&self) -> Option<TraceParent> {
        let own = self.endpoint.is_traced && !self.recorder.sinks.is_empty();
        match (own, self.parent) {
            (true, _) => Some(self.context),
            (false, Some(span_id)) => Some(TraceParent {
                span_id,
                ..self.context
            }),
            (false, None) => None,
        }
    }

    /// Records the end.
    pub fn finish(mut self, status: u16) {
        self.record(Some(status));
    }

    fn record(&mut self, status: Option<u16>) {
        self.is_finished = true;
        let ended = Instant::now();
        let Recorder {
            instruments, sinks, ..
        } = self.recorder;
        instruments.end_request(&self.endpoint, status, ended - self.wall.instant());
        if self.endpoint.is_traced && sinks.want(self.context.sampled) {
            sinks.send(vec![self.span(status, ended)], self.context.sampled);
        }
    }

    fn span(&self, status: Option<u16>, ended: Instant) -> Span {
        let Endpoint { verb, route, .. } = self.endpoint;
        let mut span = Span {
            trace_id: TraceId(self.context.trace_id),
            span_id: SpanId(self.context.span_id),
            parent_span_id: self.parent.map(SpanId),
            name: format!("{verb} {route}").into(),
            kind: Kind::Server,
            start: self.wall.time(self.wall.instant()),
            end: self.wall.time(ended),
            status: Status::Unset,
            status_message: String::new(),
            attributes: vec![
                (HTTP_METHOD.into(), verb.into()),
                (HTTP_ROUTE.into(), route.into()),
                (URL_PATH.into(), (*self.path).into()),
            ],
            events: Vec::new(),
        };
        let error = match status {
            Some(status) => {
                let code = i64::from(status);
                span.attributes.push((HTTP_STATUS.into(), code.into()));
                // A server's view: what the client did wrong is no failure of the server.
                (status >= 500).then(|| status.to_string())
            }
            None => Some("cancelled".to_owned()),
        };
        if let Some(error) = error {
            span.attributes.push((ERROR_TYPE.into(), (*error).into()));
            span.status = Status::Error;
            span.status_message = error;
        }
        span
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.record(None);
        }
    }
}
