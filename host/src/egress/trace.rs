//! One request as a span: its context goes out with it, its end onto the ledger.

use std::sync::Arc;
use std::time::Instant;

use http::HeaderValue;
use http::header::HeaderMap;

use super::error::Error;
use super::ledger::Ledger;
use super::redact::Redactor;
use crate::invocation::Exchange;
use crate::policy::Target;

/// What became of a request that nobody waited for any more: the call ended first.
const ABANDONED: &str = "abandoned";

/// A request on its way. Goes onto the ledger exactly once: in [`Exchanging::end`], or as
/// abandoned when it is dropped.
pub struct Exchanging {
    ledger: Arc<Ledger>,
    exchange: Option<Exchange>,
}

impl Exchanging {
    /// A request to `target` begins.
    pub fn begin(
        ledger: &Arc<Ledger>,
        target: &Target,
        granted: &Arc<str>,
        redactor: &Redactor,
    ) -> Exchanging {
        let url = target.to_string();
        let url = url.split_once(' ').map_or(&*url, |(_, url)| url);
        let exchange = Exchange {
            span_id: rand::random(),
            method: target.method.clone(),
            url: redactor.text(url).into_owned(),
            granted: granted.clone(),
            host: target.host.to_string(),
            port: target.port,
            began: Instant::now(),
            duration: std::time::Duration::ZERO,
            result: Err(ABANDONED),
        };
        Exchanging {
            ledger: ledger.clone(),
            exchange: Some(exchange),
        }
    }

    /// Writes trace context (W3C, `traceparent`), if the call has one. A guest's own was refused.
    pub fn write(&self, headers: &mut HeaderMap) {
        let (Some(trace), Some(exchange)) = (self.ledger.trace, &self.exchange) else {
            return;
        };
        let text = format!(
            "00-{:032x}-{:016x}-{:02x}",
            u128::from_be_bytes(trace.trace_id),
            u64::from_be_bytes(exchange.span_id),
            u8::from(trace.sampled)
        );
        // Hex digits and dashes always are a header's value.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert("traceparent", value);
        }
    }

    /// It has got the head of an answer, or failed.
    pub fn end(mut self, result: Result<u16, &Error>) {
        if let Some(exchange) = &mut self.exchange {
            exchange.result = result.map_err(Error::kind);
        }
    }
}

impl Drop for Exchanging {
    fn drop(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.duration = exchange.began.elapsed();
            self.ledger.exchanged(exchange);
        }
    }
}
