//! `toolhost test`: makes the calls in a project's `tests/*.yaml`, without a network, and
//! compares what comes back.
//!
//! The calls take the way of every call; what is other than when the project is served is said
//! in `prepared`.
//! Start reading at `test`, then `run`.

mod judge;
mod project;
mod report;
mod stubs;
mod written;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::exit::Stop;
use super::render::{print_json, say};
use super::screen::Screen;
use super::{args, with_app_on};
use crate::app::App;
use crate::catalog::Shipped;
use crate::config::{self, Case, Config, Expect};
use crate::egress::Network;
use crate::invocation::{Answer, Invocation};
use crate::policy::{Clock, Random, Rate};
use judge::Finding;
use project::{Project, Scratch};
use stubs::Table;

/// Requests follow each other faster than those of any caller, so that the rate of a grant is no
/// measure here.
const RATE: Rate = Rate {
    count: 100_000,
    per: Duration::from_secs(1),
};

/// One file, and what became of its calls.
struct Tested<'f> {
    file: &'f project::TestFile,
    ran: Vec<Ran<'f>>,
    /// What is to be said of the file as a whole.
    notes: Vec<String>,
}

/// One call, and what became of it.
struct Ran<'f> {
    case: &'f Case,
    name: String,
    answer: Answer,
    findings: Vec<Finding>,
    is_updated: bool,
}

impl Ran<'_> {
    fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Makes the calls and says how they went.
pub fn test(args: &args::Test, shipped: &[Shipped]) -> Result<(), Stop> {
    let project = Project::open(args.project.as_deref())?;
    let scratch = Scratch::make()?;
    let mut tested = Vec::new();
    for file in &project.files {
        let cases = file.cases.cases.iter().enumerate();
        let cases: Vec<(usize, &Case)> = cases.filter(|(_, case)| is_meant(args, case)).collect();
        if cases.is_empty() {
            continue;
        }
        let config = prepared(&project, file, &scratch.folder(tested.len()))?;
        let mut done = run(file, &cases, config, shipped)?;
        if args.filter.is_some() {
            // Whether a stub is of use can be said only when all calls were made.
            done.notes.clear();
        }
        if args.update {
            update(&mut done, &cases)?;
        }
        if !args.json {
            report::print_file(&done, Screen::stdout());
        }
        tested.push(done);
    }
    if tested.is_empty() {
        let text = args.filter.as_deref().unwrap_or_default();
        return Err(Stop::usage(format!(
            "no call has `{text}` in its name or tool; leave `--filter` out to make all"
        )));
    }
    let sum = report::Sum::of(&tested);
    if args.json {
        print_json(&report::to_json(&tested, &sum));
    } else {
        say!("{sum}");
    }
    match sum.failed {
        0 => Ok(()),
        failed => Err(Stop::calls(failed, sum.all())),
    }
}

fn is_meant(args: &args::Test, case: &Case) -> bool {
    let text = args.filter.as_deref().unwrap_or_default();
    case.tool.contains(text) || report::name(case).contains(text)
}

/// The project's config for one file of tests: its variables and values, its own empty folder
/// for key-value stores, nothing that is sent to collectors.
fn prepared(project: &Project, file: &project::TestFile, folder: &Path) -> Result<Config, Stop> {
    let cases = &file.cases;
    let mut config = project.config(cases, folder)?;
    for provider in &mut config.providers {
        let grants = &mut provider.grants;
        for network in &mut grants.network {
            network.rate = RATE;
        }
        for (key, (value, _)) in &cases.config {
            if let Some(granted) = grants.config.get_mut(key) {
                granted.clone_from(value);
            }
        }
        if let Some(time) = cases.clock {
            grants.clock = Clock::At(time);
        }
        if cases.is_seeded {
            grants.random = Random::Seeded;
        }
    }
    let telemetry = &mut config.telemetry;
    telemetry.console = false;
    (telemetry.traces, telemetry.metrics, telemetry.logs) = (None, None, None);
    if telemetry.log_filter == "info" {
        // What a tool is denied stands in the report.
        telemetry.log_filter = "error".to_owned();
    }
    Ok(config)
}

/// Makes the calls of one file, one after the other, on a host of their own.
fn run<'f>(
    file: &'f project::TestFile,
    cases: &[(usize, &'f Case)],
    config: Config,
    shipped: &[Shipped],
) -> Result<Tested<'f>, Stop> {
    let table = Arc::new(Table::new(&file.cases.stubs));
    let stubs = table.clone();
    let network = Network::Stubs(Arc::new(move |request| stubs.answer(request)));
    with_app_on(config, shipped, network, async |app| {
        let mut ran = Vec::new();
        for (_, case) in cases {
            ran.push(call(app, case, &table).await);
        }
        let notes = table.unused();
        Ok(Tested { file, ran, notes })
    })
}

async fn call<'f>(app: &App, case: &'f Case, table: &Table) -> Ran<'f> {
    table.begin(&case.stubs);
    let invocation = Invocation::new(case.tool.as_str(), case.arguments.clone());
    let answer = app.router().invoke(invocation).await;
    let mut findings = judge::judge(case, &answer);
    findings.extend(table.end());
    Ran {
        case,
        name: report::name(case),
        answer,
        findings,
        is_updated: false,
    }
}

/// Writes what came back into the file, for calls of which nothing else is wrong.
fn update(tested: &mut Tested<'_>, cases: &[(usize, &Case)]) -> Result<(), Stop> {
    let mut changes: Vec<(usize, Expect)> = Vec::new();
    for (ran, (index, case)) in tested.ran.iter_mut().zip(cases) {
        ran.is_updated = !ran.passed() && ran.findings.iter().all(|finding| finding.is_expectation);
        if ran.is_updated {
            changes.push((*index, written::expect(case.expect.as_ref(), &ran.answer)));
        }
    }
    if changes.is_empty() {
        return Ok(());
    }
    let path = &tested.file.path;
    match config::update_cases(&tested.file.text, &changes, &project::errors()) {
        Ok(text) => std::fs::write(path, text).map_err(|error| {
            Stop::data(format!("`{}` cannot be written: {error}", path.display()))
        }),
        Err(reason) => {
            tested
                .notes
                .push(format!("the file was not updated: {reason}"));
            for ran in &mut tested.ran {
                ran.is_updated = false;
            }
            Ok(())
        }
    }
}
