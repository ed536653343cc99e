//! `toolhost traces`: what was called, and what became of it.

mod details;
mod follow;
mod outline;
mod page;
mod pick;
mod picture;
mod rows;
pub mod source;
mod stats;
#[cfg(test)]
mod tests;
mod waterfall;

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::args::{TracesCommand, TracesList, TracesSearch, TracesShow, TracesStats, Went};
use super::exit::Stop;
use super::render::{print_json, say};
use super::screen::Screen;
use super::text::clean;
use crate::http::viewer::wire::Summary;
use crate::traces::Time;
use page::Wanted;
use rows::Columns;
use source::{Question, Source};

pub use rows::date_and_clock;

/// Runs one of the commands; `default` is the file that they read if nothing is named.
pub fn traces(command: &TracesCommand, default: Option<PathBuf>) -> Result<(), Stop> {
    match command {
        TracesCommand::List(args) => list(args, default),
        TracesCommand::Show(args) => show(args, default),
        TracesCommand::Search(args) => search(args, default),
        TracesCommand::Stats(args) => stats(args, default),
    }
}

/// Lists calls.
fn list(args: &TracesList, default: Option<PathBuf>) -> Result<(), Stop> {
    let source = Source::of(&args.from, default)?;
    let question = question(args);
    match (args.follow, args.json) {
        (false, _) => print_page(&source, question, args.limit, args.json),
        (true, true) => {
            let line = |row: &Summary| to_json(row).to_string();
            follow::follow(&source, question, args.limit, line)
        }
        (true, false) => {
            let screen = Screen::stdout();
            let columns = Columns::of_any(screen);
            say!("{}", columns.header(screen));
            let line = |row: &Summary| columns.row(row, Time::now(), screen);
            follow::follow(&source, question, args.limit, line)
        }
    }
}

/// Lists calls with a text in them.
fn search(args: &TracesSearch, default: Option<PathBuf>) -> Result<(), Stop> {
    let source = Source::of(&args.from, default)?;
    let mut question = vec![("text", args.text.clone())];
    question.extend(args.since.clone().map(|since| ("since", since)));
    print_page(&source, question, args.limit, args.json)
}

/// Shows one trace.
fn show(args: &TracesShow, default: Option<PathBuf>) -> Result<(), Stop> {
    let source = Source::of(&args.from, default)?;
    let trace = source.trace(pick::pick(&source, &args.trace_id)?)?;
    if args.json {
        print_json(&to_json(&trace));
        return Ok(());
    }
    let shows = match args.no_attributes {
        true => details::Shows::Events,
        false => details::Shows::Attributes,
    };
    for line in picture::lines(&trace, shows, Screen::stdout()) {
        say!("{line}");
    }
    Ok(())
}

/// Shows how tools did.
fn stats(args: &TracesStats, default: Option<PathBuf>) -> Result<(), Stop> {
    let source = Source::of(&args.from, default)?;
    let mut stats = source.stats(&args.since)?;
    if let Some(tool) = &args.tool {
        stats.data.retain(|of| of.tool == *tool);
    }
    if args.json {
        print_json(&to_json(&stats));
        return Ok(());
    }
    if stats.data.is_empty() {
        let tool = args.tool.as_deref().map(clean);
        let of_tool = tool.map_or(String::new(), |tool| format!(" of `{tool}`"));
        say!(
            "no calls{of_tool} since {} UTC\n  look further back, as with `--since 7d`",
            rows::date_and_clock(stats.since.0)
        );
        return Ok(());
    }
    for line in stats::lines(&stats.data, Screen::stdout()) {
        say!("{line}");
    }
    Ok(())
}

fn question(args: &TracesList) -> Question {
    let status = args.status.map(|went| match went {
        Went::Ok => "ok".to_owned(),
        Went::Error => "error".to_owned(),
    });
    let slower_than = args.slower_than.map(humantime::format_duration);
    let fields = [
        ("tool", args.tool.clone()),
        ("status", status),
        ("since", args.since.clone()),
        ("slower_than", slower_than.map(|time| time.to_string())),
        ("text", args.search.clone()),
    ];
    let given = fields.into_iter();
    given
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

fn print_page(
    source: &Source<'_>,
    mut question: Question,
    limit: u32,
    is_json: bool,
) -> Result<(), Stop> {
    let is_filtered = !question.is_empty();
    question.push(("limit", limit.to_string()));
    let page = source.list(&question)?;
    if is_json {
        print_json(&to_json(&page));
        return Ok(());
    }
    let wanted = Wanted { limit, is_filtered };
    for line in page::lines(&page, wanted, Time::now(), Screen::stdout()) {
        say!("{line}");
    }
    Ok(())
}

fn to_json(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).expect("plain data becomes JSON")
}
