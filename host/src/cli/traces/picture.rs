//! A trace for people: what it is, how it went over time, and what is known of its spans.

use std::collections::BTreeSet;

use super::details::{self, Shows};
use super::rows::{CROSS, date_and_clock};
use super::waterfall;
use crate::cli::amount;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, cut};
use crate::http::viewer::wire::{Span, Trace};
use crate::traces::TOOL;

/// The whole picture.
pub fn lines(trace: &Trace, shows: Shows, screen: Screen) -> Vec<String> {
    let spans = &trace.spans;
    let mut lines = head(trace, screen);
    lines.push(String::new());
    lines.extend(waterfall::lines(spans, screen));
    lines.extend(waterfall::omitted(spans.len()));
    let shown = &spans[..spans.len().min(waterfall::SPANS_MAX)];
    lines.extend(details::lines(shown, shows, screen));
    lines
}

fn head(trace: &Trace, screen: Screen) -> Vec<String> {
    let spans = &trace.spans;
    let end_ms = spans.iter().map(|span| span.offset_ms + span.duration_ms);
    let took = amount::duration(end_ms.fold(0.0, f64::max));
    let began = spans.iter().map(|span| span.start_time).min();
    let began = date_and_clock(began.unwrap_or_default().0);
    let count = match spans.len() {
        1 => "1 span".to_owned(),
        many => format!("{many} spans"),
    };
    let went = match failure(spans) {
        Some(error) => screen.paint(Ink::Red, &format!("{CROSS} {error}")),
        None => "ok".to_owned(),
    };
    let name = cut(&name(spans), screen.columns / 2);
    let id = clean(&trace.trace_id);
    vec![
        format!("{}  {went}  {took}", screen.paint(Ink::Bold, &name)),
        screen.paint(Ink::Dim, &format!("{id}  {began} UTC  {count}")),
    ]
}

/// The tool that was called, if it was only one, or else what the first span did.
fn name(spans: &[Span]) -> String {
    let tools: BTreeSet<&str> = spans.iter().filter_map(tool).collect();
    let tool = tools.first().filter(|_| tools.len() == 1).copied();
    let first = spans.first().map(|span| span.name.as_str());
    clean(tool.or(first).unwrap_or_default())
}

/// Why the first call that failed did, or what the trace began with. A request of a tool may
/// fail without that.
fn failure(spans: &[Span]) -> Option<String> {
    let called = spans.iter().filter(|span| tool(span).is_some());
    let mut all = called.chain(spans.first());
    all.find_map(details::failure)
}

fn tool(span: &Span) -> Option<&str> {
    span.attributes.get(TOOL)?.as_str()
}
