//! How tools did, in two tables.

use super::rows::CROSS;
use crate::cli::amount::{bytes, duration, number};
use crate::cli::columns::align;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, cut, wrap};
use crate::http::viewer::wire::{Spread, ToolStats};

/// Longest name of a tool that is shown whole.
const NAME_WIDTH_MAX: usize = 32;
const NONE: &str = "-";
const INDENT: &str = "  ";
/// A space at which no line ends.
const UNBROKEN: char = '\u{a0}';
/// Above the numbers behind a tool's name.
const CALLS: [&str; 6] = ["CALLS", "ERRORS", "P50", "P95", "P99", "MAX"];
const USAGE: [&str; 6] = ["FUEL P50", "P99", "MAX", "MEMORY P50", "P99", "MAX"];

/// Calls and durations of each tool, then what they used up, then their errors by kind.
pub fn lines(stats: &[ToolStats], screen: Screen) -> Vec<String> {
    let header = |of: [&str; 6]| ("TOOL".to_owned(), of.map(str::to_owned));
    let (mut calls, mut usage) = (vec![header(CALLS)], vec![header(USAGE)]);
    let mut errors = Vec::new();
    for tool in stats {
        let name = cut(&clean(&tool.tool), NAME_WIDTH_MAX);
        let failed: u64 = tool.errors.values().sum();
        let of = tool.duration_ms;
        let [p50, p95, p99, max] = [of.p50, of.p95, of.p99, of.max].map(duration);
        let (count, failed) = (tool.calls.to_string(), share(failed, tool.calls));
        calls.push((name.clone(), [count, failed, p50, p95, p99, max]));
        let [p50, p99, max] = three(tool.fuel, number);
        let [bytes_p50, bytes_p99, bytes_max] = three(tool.memory_bytes, bytes);
        let numbers = [p50, p99, max, bytes_p50, bytes_p99, bytes_max];
        usage.push((name.clone(), numbers));
        errors.extend(kinds(&name, tool, screen));
    }
    let mut lines = Vec::new();
    for table in [calls, usage] {
        let mut table = align(&table, screen.columns);
        table[0] = screen.paint(Ink::Dim, &table[0]);
        lines.append(&mut table);
        lines.push(String::new());
    }
    match errors.is_empty() {
        true => drop(lines.pop()),
        false => lines.append(&mut errors),
    }
    lines
}

/// `✗ add: timeout 3, out_of_fuel 1`, the most frequent first.
fn kinds(name: &str, tool: &ToolStats, screen: Screen) -> Vec<String> {
    if tool.errors.is_empty() {
        return Vec::new();
    }
    let mut kinds: Vec<_> = tool.errors.iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let kinds = kinds
        .into_iter()
        .map(|(kind, count)| format!("{}{UNBROKEN}{count}", clean(kind)));
    let head = format!("{CROSS} {name}:");
    let kinds = format!("{head} {}", kinds.collect::<Vec<_>>().join(", "));
    let mut lines = wrap(&kinds, screen.columns - INDENT.len(), 3);
    for (place, line) in lines.iter_mut().enumerate() {
        *line = line.replace(UNBROKEN, " ");
        *line = match place {
            0 => line.replacen(&head, &screen.paint(Ink::Red, &head), 1),
            _ => format!("{INDENT}{line}"),
        };
    }
    lines
}

/// `4 (2%)`; nothing is said of a share that is none.
fn share(part: u64, all: u64) -> String {
    if part == 0 || all == 0 {
        return part.to_string();
    }
    let per_cent = part as f64 * 100.0 / all as f64;
    match per_cent {
        small if small < 0.95 => format!("{part} (<1%)"),
        _ => format!("{part} ({per_cent:.0}%)"),
    }
}

fn three(spread: Option<Spread>, text: fn(f64) -> String) -> [String; 3] {
    match spread {
        Some(spread) => [spread.p50, spread.p99, spread.max].map(text),
        None => [NONE; 3].map(str::to_owned),
    }
}
