//! A whole trace in the order in which people read it.

use std::collections::{HashMap, HashSet};

use super::{Error, Reader, SpanId, StoredSpan, TraceId};

impl Reader {
    /// All spans of a trace with their events, each before those below it, siblings by start;
    /// empty if there is none. At most 50,000.
    pub fn walk(&self, trace: TraceId) -> Result<Vec<StoredSpan>, Error> {
        Ok(depth_first(self.spans_of(trace)?))
    }
}

/// Spans whose parent is not here come first in their trees; those in a circle of parents stand
/// at the end, the earliest of them first.
fn depth_first(mut spans: Vec<StoredSpan>) -> Vec<StoredSpan> {
    spans.sort_by_key(|span| span.start);
    let known: HashSet<SpanId> = spans.iter().map(|span| span.span_id).collect();
    let mut roots = Vec::new();
    let mut children: HashMap<SpanId, Vec<usize>> = HashMap::new();
    for (place, span) in spans.iter().enumerate() {
        match span.parent_span_id.filter(|parent| known.contains(parent)) {
            Some(parent) => children.entry(parent).or_default().push(place),
            None => roots.push(place),
        }
    }
    let places = 0..spans.len();
    let mut left: Vec<_> = spans.into_iter().map(Some).collect();
    let mut found = Vec::with_capacity(left.len());
    // What no root leads to is tried again at the end.
    for first in roots.into_iter().chain(places) {
        let mut next = vec![first];
        while let Some(place) = next.pop() {
            let Some(span) = left[place].take() else {
                continue;
            };
            let below = children.remove(&span.span_id).unwrap_or_default();
            next.extend(below.into_iter().rev());
            found.push(span);
        }
    }
    found
}
