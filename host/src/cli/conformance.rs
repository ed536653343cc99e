//! `toolhost conformance`: attacks any host that speaks the tool-runtime API, and judges it.
//!
//! What is tried and what must come of it is the table in `rows.rs`.

mod attacks;
mod canary;
mod export;
mod judge;
mod reply;
mod report;
mod rows;
mod target;
mod trial;

use std::io::{IsTerminal, stderr};

use super::args::{Conformance, ConformanceCommand, ConformanceRun};
use super::exit::Stop;
use super::remote::Host;
use super::tokio_runtime;
use canary::Canary;
use judge::Limits;
use rows::{CONTROL, ROWS, Row};
use target::Target;
use trial::{Outcome, Trial, Verdict};

/// Attacks a host, or writes out what it must have for that.
pub fn conformance(args: &Conformance) -> Result<(), Stop> {
    match &args.command {
        Some(ConformanceCommand::Export(args)) => export::export(&args.folder),
        Some(ConformanceCommand::Run(args)) => run(args),
        None => run(&args.run),
    }
}

/// Runs the rows one after another and prints what came of them.
fn run(args: &ConformanceRun) -> Result<(), Stop> {
    let endpoint = args.endpoint.as_deref().ok_or_else(|| {
        Stop::usage(
            "name a host with `--endpoint URL`\n  it must offer the tools that `toolhost conformance export DIR` writes",
        )
    })?;
    let rows = chosen(&args.only)?;
    let host = Host::at(endpoint, args.api_key.clone());
    let offered = host.tools()?.iter().filter_map(report::bare_name).collect();
    let limits = Limits {
        time: args.timeout,
        memory_bytes: args.memory.as_u64(),
    };
    let outcomes = tokio_runtime()?.block_on(async {
        let trial = Trial {
            target: Target::new(&host)?,
            authority: authority(endpoint)?,
            offered,
            limits,
            canary: Canary::listen().await?,
        };
        run_each(&trial, &rows).await
    })?;
    if args.json {
        report::print_for_programs(endpoint, &limits, &outcomes);
    } else {
        report::print_for_people(&outcomes);
    }
    match report::count(&outcomes, Verdict::Fail) {
        0 => Ok(()),
        failed => Err(Stop::rows(failed, outcomes.len())),
    }
}

async fn run_each(trial: &Trial<'_>, rows: &[&'static Row]) -> Result<Vec<Outcome>, Stop> {
    if !trial.offered.contains(CONTROL) {
        return Err(Stop::usage(format!(
            "the host does not offer `{CONTROL}`\n  load what `toolhost conformance export DIR` writes into it"
        )));
    }
    trial.answers().await.map_err(|trouble| {
        Stop::host(format!(
            "the host does not serve before it is attacked: {trouble}"
        ))
    })?;
    let is_watched = stderr().is_terminal();
    let mut outcomes = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if is_watched {
            // Cut, because what wraps would not be overwritten.
            eprint!(
                "\r\x1b[K{} of {}: {:.60}",
                index + 1,
                rows.len(),
                row.attack
            );
        }
        outcomes.push(trial.run(row).await);
    }
    if is_watched {
        eprint!("\r\x1b[K");
    }
    Ok(outcomes)
}

/// The rows with these numbers, or all.
fn chosen(numbers: &[u8]) -> Result<Vec<&'static Row>, Stop> {
    if let Some(number) = numbers
        .iter()
        .find(|number| !ROWS.iter().any(|row| row.number == **number))
    {
        let known: Vec<String> = ROWS.iter().map(|row| row.number.to_string()).collect();
        let known = known.join(", ");
        return Err(Stop::usage(format!(
            "there is no row {number}; there are {known}"
        )));
    }
    let is_chosen = |row: &&Row| numbers.is_empty() || numbers.contains(&row.number);
    Ok(ROWS.iter().filter(is_chosen).collect())
}

/// Such as `127.0.0.1:8321`.
fn authority(endpoint: &str) -> Result<String, Stop> {
    let url = reqwest::Url::parse(endpoint);
    let named = url.ok().and_then(|url| {
        let port = url.port_or_known_default()?;
        Some(format!("{}:{port}", url.host_str()?))
    });
    named.ok_or_else(|| {
        Stop::usage(format!(
            "`{endpoint}` is no URL; write one like http://127.0.0.1:8321"
        ))
    })
}
