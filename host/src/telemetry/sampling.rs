//! Which traces are sent to a collector. The embedded store keeps all.

use opentelemetry::trace::{SpanKind, TraceId};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, ShouldSample};

use crate::config;
use crate::invocation::TraceParent;

/// The decision of `OTEL_TRACES_SAMPLER`.
#[derive(Debug)]
pub struct Sampling {
    follows_parent: bool,
    of_roots: Sampler,
}

impl Sampling {
    /// As configured.
    pub fn new(config: &config::Sampling) -> Sampling {
        Sampling {
            follows_parent: config.follows_parent,
            of_roots: match config.ratio {
                ratio if ratio >= 1.0 => Sampler::AlwaysOn,
                ratio if ratio <= 0.0 => Sampler::AlwaysOff,
                ratio => Sampler::TraceIdRatioBased(ratio),
            },
        }
    }

    /// Whether the trace that begins or goes on here is sent.
    pub fn keeps(&self, parent: Option<&TraceParent>, trace_id: [u8; 16]) -> bool {
        if let Some(parent) = parent
            && self.follows_parent
        {
            return parent.sampled;
        }
        let trace_id = TraceId::from_bytes(trace_id);
        let sampled =
            self.of_roots
                .should_sample(None, trace_id, "", &SpanKind::Internal, &[], &[]);
        sampled.decision == SamplingDecision::RecordAndSample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(ratio: f64, follows_parent: bool, parent: Option<bool>) -> usize {
        let sampling = Sampling::new(&config::Sampling {
            ratio,
            follows_parent,
        });
        let keeps = |index: &u64| {
            let mut trace_id = [7; 16];
            trace_id[8..].copy_from_slice(&(index << 54).to_be_bytes());
            let parent = parent.map(|sampled| TraceParent {
                trace_id,
                span_id: [1; 8],
                sampled,
            });
            sampling.keeps(parent.as_ref(), trace_id)
        };
        (0..1000).filter(keeps).count()
    }

    #[test]
    fn a_share_of_traces_is_kept_unless_the_caller_decided() {
        assert_eq!(kept(1.0, true, None), 1000);
        assert_eq!(kept(0.0, true, None), 0);
        assert!((200..300).contains(&kept(0.25, true, None)));
        assert_eq!(kept(0.0, true, Some(true)), 1000);
        assert_eq!(kept(1.0, true, Some(false)), 0);
        assert_eq!(kept(1.0, false, Some(false)), 1000);
        assert_eq!(kept(0.0, false, Some(true)), 0);
    }
}
