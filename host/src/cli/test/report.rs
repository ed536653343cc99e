//! How the calls went, for people and for programs.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Ran, Tested};
use crate::cli::amount;
use crate::cli::render::say;
use crate::cli::screen::{Ink, Screen};
use crate::cli::text::{clean, pad, width};
use crate::config::Case;
use crate::invocation::Usage;

/// Columns of what is said behind the name of a call.
const COST_COLUMNS: usize = 44;
/// The longest name that is shown whole.
const NAME_MAX: usize = 60;

/// How many calls went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub passed: usize,
    pub updated: usize,
    pub failed: usize,
    files: usize,
    took: Duration,
}

impl Sum {
    pub fn of(tested: &[Tested<'_>]) -> Sum {
        let mut sum = Sum {
            files: tested.len(),
            ..Sum::default()
        };
        for ran in tested.iter().flat_map(|file| &file.ran) {
            sum.took += ran.answer.duration;
            match (ran.passed(), ran.is_updated) {
                (true, _) => sum.passed += 1,
                (false, true) => sum.updated += 1,
                (false, false) => sum.failed += 1,
            }
        }
        sum
    }

    pub fn all(&self) -> usize {
        self.passed + self.updated + self.failed
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed", self.passed)?;
        if self.updated > 0 {
            write!(f, ", {} updated", self.updated)?;
        }
        let files = if self.files == 1 { "file" } else { "files" };
        let took = amount::duration(millis(self.took));
        write!(
            f,
            ", {} failed, {} {files}, {took}",
            self.failed, self.files
        )
    }
}

/// What a call is called: by its file, else by its tool and arguments.
pub fn name(case: &Case) -> String {
    if let Some(name) = &case.name {
        return clean(name);
    }
    let mut name = case.tool.clone();
    for (key, value) in &case.arguments {
        name.push_str(&format!(" {key}={value}"));
    }
    clean(&name)
}

/// Prints the calls of one file.
pub fn print_file(tested: &Tested<'_>, screen: Screen) {
    say!("{}", tested.file.path.display());
    let longest = tested.ran.iter().map(|ran| width(&ran.name)).max();
    let room = NAME_MAX.min(screen.columns.saturating_sub(COST_COLUMNS));
    let columns = longest.unwrap_or_default().min(room);
    for ran in &tested.ran {
        let sign = match (ran.passed(), ran.is_updated) {
            (true, _) => "✓".to_owned(),
            (false, true) => screen.paint(Ink::Bold, "✎"),
            (false, false) => screen.paint(Ink::Red, "✗"),
        };
        let usage = usage(ran);
        let took = amount::duration(millis(ran.answer.duration));
        #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
        let (fuel, memory) = (usage.fuel as f64, usage.memory_peak_bytes as f64);
        let cost = format!(
            "{took:>8}  {:>5} fuel  {:>8}",
            amount::number(fuel),
            amount::bytes(memory)
        );
        let name = pad(&ran.name, columns);
        say!("  {sign} {name}  {}", screen.paint(Ink::Dim, &cost));
        if ran.is_updated {
            continue;
        }
        if !ran.passed() {
            let line = ran.case.place.line;
            say!("      in line {line} of {}", tested.file.path.display());
        }
        for finding in &ran.findings {
            say!("      {}", clean(&finding.message));
            for line in finding.details.lines() {
                say!("        {}", line.trim_end());
            }
        }
    }
    for note in &tested.notes {
        say!("  {}", clean(note));
    }
    say!();
}

/// The same for programs.
pub fn to_json(tested: &[Tested<'_>], sum: &Sum) -> Value {
    let files: Vec<Value> = tested
        .iter()
        .map(|tested| {
            json!({
                "file": tested.file.path.display().to_string(),
                "calls": tested.ran.iter().map(call_json).collect::<Vec<_>>(),
                "notes": tested.notes,
            })
        })
        .collect();
    json!({
        "passed": sum.passed,
        "updated": sum.updated,
        "failed": sum.failed,
        "files": files,
    })
}

fn call_json(ran: &Ran<'_>) -> Value {
    let usage = usage(ran);
    let findings = ran.findings.iter();
    let problems: Vec<Value> = findings
        .map(|finding| json!({"message": finding.message, "details": finding.details}))
        .collect();
    json!({
        "name": ran.name,
        "tool": ran.case.tool,
        "line": ran.case.place.line,
        "passed": ran.passed(),
        "updated": ran.is_updated,
        "duration_ms": millis(ran.answer.duration),
        "fuel_used": usage.fuel,
        "memory_peak_bytes": usage.memory_peak_bytes,
        "output_bytes": usage.output_bytes,
        "hostcalls": usage.hostcalls,
        "http_requests": usage.http_requests,
        "problems": problems,
    })
}

fn usage(ran: &Ran<'_>) -> Usage {
    match &ran.answer.decided {
        Ok(outcome) => outcome.usage,
        Err(_) => Usage::default(),
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
