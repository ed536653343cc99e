//! Proposals for people, for programs and for a config.

use serde_json::{Value, json};

use super::Configured;
use super::observe::Observations;
use super::propose::{Advice, CALLS_MIN, Proposal, Resource};
use super::written::write;
use crate::cli::amount;
use crate::cli::columns::align;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, wrap};
use crate::cli::traces::date_and_clock;
use crate::config::Unit;
use crate::policy::quote;

const NONE: &str = "-";
/// Above the numbers behind a limit's name.
const HEADER: [&str; 5] = ["CONFIGURED", "P50", "P99", "MAX", "PROPOSED"];

/// A table, what it does not say, and the lines for the config.
pub fn lines(
    tool: &Configured,
    seen: &Observations,
    proposals: &[Proposal],
    screen: Screen,
) -> Vec<String> {
    let calls = seen.usage.calls;
    let mut lines = vec![format!(
        "{}: {calls} calls since {} UTC",
        screen.paint(Ink::Bold, &clean(&tool.tool)),
        date_and_clock(seen.since.0)
    )];
    if !proposals.is_empty() {
        lines.push(String::new());
        let mut rows = vec![("LIMIT".to_owned(), HEADER.map(str::to_owned))];
        rows.extend(proposals.iter().map(row));
        let mut table = align(&rows, screen.columns);
        table[0] = screen.paint(Ink::Dim, &table[0]);
        lines.append(&mut table);
    }
    let notes = notes(seen, proposals);
    if !notes.is_empty() {
        lines.push(String::new());
    }
    lines.extend(notes.iter().flat_map(|note| wrap(note, screen.columns, 3)));
    let yaml = yaml(tool, proposals);
    if !yaml.is_empty() {
        lines.push(String::new());
        lines.push(format!(
            "Put this under `config` of the provider `{}` in the config:",
            clean(&tool.provider)
        ));
        lines.push(String::new());
        lines.extend(yaml);
    } else if proposals
        .iter()
        .any(|of| matches!(of.advice, Advice::Set(_)))
    {
        lines.push(String::new());
        lines.push("The limits fit what was seen; there is nothing to change.".to_owned());
    }
    lines
}

/// The same for programs.
pub fn to_json(tool: &Configured, seen: &Observations, proposals: &[Proposal]) -> Value {
    let limit = |of: &Proposal| {
        let unit = of.resource.unit();
        let missing = match of.advice {
            Advice::TooFew(missing) => Some(missing),
            Advice::Set(_) | Advice::Raise(_) | Advice::AtCeiling | Advice::Unknown => None,
        };
        json!({
            "limit": of.resource.key(),
            "configured": write(of.configured, unit),
            "p50": of.seen.map(|seen| seen.p50),
            "p99": of.seen.map(|seen| seen.p99),
            "max": of.seen.map(|seen| seen.max),
            "unit": match unit {
                Unit::Time => "ns",
                Unit::Bytes => "bytes",
                Unit::Count | Unit::Number | Unit::Fuel => "1",
            },
            "hits": of.hits,
            "proposed": value(of.advice).map(|value| write(value, unit)),
            "calls_missing": missing,
        })
    };
    json!({
        "tool": tool.tool,
        "provider_id": tool.provider,
        "since": seen.since,
        "calls": seen.usage.calls,
        "errors": seen.usage.errors,
        "limits": proposals.iter().map(limit).collect::<Vec<_>>(),
        "yaml": yaml(tool, proposals).join("\n"),
    })
}

/// What of it a config would have to say; empty if nothing has to change.
fn yaml(tool: &Configured, proposals: &[Proposal]) -> Vec<String> {
    let changed = proposals.iter().filter_map(|of| {
        let value = value(of.advice).filter(|value| *value != of.configured)?;
        let text = write(value, of.resource.unit());
        Some(format!("      {}: {text}", of.resource.key()))
    });
    let changed: Vec<String> = changed.collect();
    if changed.is_empty() {
        return changed;
    }
    let mut yaml = vec![
        "tools:".to_owned(),
        format!("  {}:", quote(&tool.tool)),
        "    limits:".to_owned(),
    ];
    yaml.extend(changed);
    yaml
}

fn row(of: &Proposal) -> (String, [String; 5]) {
    let unit = of.resource.unit();
    let seen = |value: Option<f64>| value.map_or(NONE.to_owned(), |value| shown(of, value));
    let proposed = match of.advice {
        Advice::Set(value) if value == of.configured => "the same".to_owned(),
        Advice::Set(value) | Advice::Raise(value) => write(value, unit),
        Advice::AtCeiling => "the most".to_owned(),
        Advice::TooFew(_) | Advice::Unknown => NONE.to_owned(),
    };
    let numbers = [
        write(of.configured, unit),
        seen(of.seen.map(|seen| seen.p50)),
        seen(of.seen.map(|seen| seen.p99)),
        seen(of.seen.map(|seen| seen.max)),
        proposed,
    ];
    (of.resource.key().to_owned(), numbers)
}

fn shown(of: &Proposal, value: f64) -> String {
    match of.resource.unit() {
        Unit::Time => amount::duration(value / 1e6),
        Unit::Bytes => amount::bytes(value),
        Unit::Count | Unit::Number | Unit::Fuel => amount::number(value),
    }
}

fn notes(seen: &Observations, proposals: &[Proposal]) -> Vec<String> {
    let mut notes: Vec<String> = proposals.iter().filter_map(reached).collect();
    let calls = seen.usage.calls;
    if calls < CALLS_MIN {
        let missing = CALLS_MIN - calls;
        notes.push(format!(
            "{missing} more calls are needed for a proposal; `--since 30d` may find some."
        ));
        return notes;
    }
    if !seen.untold.is_empty() {
        let keys = keys(&seen.untold);
        notes.push(format!(
            "{keys}: a running host does not tell; ask its file, with `--file`."
        ));
    }
    notes.push("`concurrency`, `tables` and `handles` are not measured.".to_owned());
    notes
}

/// What is to be said of a limit that calls reach.
fn reached(of: &Proposal) -> Option<String> {
    let key = of.resource.key();
    let calls = match of.hits {
        1 => "1 call".to_owned(),
        many => format!("{many} calls"),
    };
    if of.was_lower() {
        let limit = of.seen.map_or(0.0, |seen| seen.max);
        let limit = shown(of, limit);
        return Some(format!(
            "`{key}`: {calls} failed when the limit was lower, about {limit}."
        ));
    }
    let limit = write(of.configured, of.resource.unit());
    let what = match (of.resource, of.hits) {
        (_, 1..) => format!("`{key}`: {calls} failed at {limit}"),
        (Resource::Log, 0) => format!("`{key}`: lines behind {limit} were dropped"),
        (_, 0) => format!("`{key}`: calls used all of {limit}"),
    };
    match of.advice {
        Advice::Raise(_) => Some(format!("{what}; the proposal raises it.")),
        Advice::AtCeiling => Some(format!("{what}, and no config allows more.")),
        Advice::TooFew(_) if of.hits > 0 => Some(format!("{what}.")),
        Advice::Set(_) | Advice::TooFew(_) | Advice::Unknown => None,
    }
}

fn value(advice: Advice) -> Option<u64> {
    match advice {
        Advice::Set(value) | Advice::Raise(value) => Some(value),
        Advice::AtCeiling | Advice::TooFew(_) | Advice::Unknown => None,
    }
}

fn keys(resources: &[Resource]) -> String {
    let keys = resources.iter().map(|of| format!("`{}`", of.key()));
    keys.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
