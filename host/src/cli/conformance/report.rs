//! What came of the rows, for people and for programs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::judge::Limits;
use super::trial::{Outcome, Verdict};
use crate::cli::render::{print, print_json, say, table};

/// The name of a listed tool without its group.
pub fn bare_name(tool: &Value) -> Option<String> {
    let name = tool["name"].as_str().or(tool["identifier"].as_str())?;
    let bare = name.rsplit(['/', ':']).next().unwrap_or(name);
    Some(bare.to_owned())
}

/// How many rows came to this.
pub fn count(outcomes: &[Outcome], verdict: Verdict) -> usize {
    let same = outcomes.iter().filter(|outcome| outcome.verdict == verdict);
    same.count()
}

/// A table and a line that sums it up.
pub fn print_for_people(outcomes: &[Outcome]) {
    let mut rows = table(&["ROW", "ATTACK", "VERDICT", "TIME", "WHAT HAPPENED"]);
    for outcome in outcomes {
        rows.add_row([
            &outcome.row.number.to_string(),
            outcome.row.attack,
            word(outcome.verdict),
            &format!("{:.1}s", outcome.took.as_secs_f64()),
            &outcome.reason,
        ]);
    }
    print(&rows);
    let slowest = outcomes.iter().map(|outcome| outcome.control).max();
    say!(
        "\n{} passed, {} failed, {} skipped; meanwhile a check of health and a good call took {} ms at most",
        count(outcomes, Verdict::Pass),
        count(outcomes, Verdict::Fail),
        count(outcomes, Verdict::Skip),
        slowest.unwrap_or_default().as_millis()
    );
}

/// The same as JSON, with what was expected.
pub fn print_for_programs(endpoint: &str, limits: &Limits, outcomes: &[Outcome]) {
    let rows = outcomes.iter().map(|outcome| {
        let calls = outcome.row.calls.iter();
        let tools: BTreeSet<&str> = calls.map(|call| call.tool).collect();
        json!({
            "row": outcome.row.number,
            "attack": outcome.row.attack,
            "expectation": outcome.row.expectation,
            "tools": tools,
            "verdict": word(outcome.verdict),
            "reason": outcome.reason,
            "duration_ms": millis(outcome.took),
            "control_ms_max": millis(outcome.control),
        })
    });
    print_json(&json!({
        "endpoint": endpoint,
        "limits": {"timeout_ms": millis(limits.time), "memory_bytes": limits.memory_bytes},
        "passed": count(outcomes, Verdict::Pass),
        "failed": count(outcomes, Verdict::Fail),
        "skipped": count(outcomes, Verdict::Skip),
        "rows": rows.collect::<Vec<_>>(),
    }));
}

/// To the tenth of a millisecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Skip => "SKIP",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_known_by_their_bare_names() {
        for (tool, expected) in [
            (json!({"name": "look", "identifier": "x"}), Some("look")),
            (json!({"identifier": "group::look"}), Some("look")),
            (json!({"name": "group/look"}), Some("look")),
            (json!({}), None),
        ] {
            assert_eq!(bare_name(&tool).as_deref(), expected, "{tool}");
        }
    }
}
