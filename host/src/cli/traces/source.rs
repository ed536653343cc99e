//! Where traces come from: a file, or a running host. Both give the same answers.

use std::path::{Path, PathBuf};

use crate::cli::args::TracesFrom;
use crate::cli::exit::Stop;
use crate::cli::remote::Host;
use crate::http::viewer::ask::{self, Wrong};
use crate::http::viewer::wire::{Page, Stats, Trace};
use crate::traces::{Error, LIMIT, Observed, Reader, Time, TraceId};

/// What to do about a file that is not there.
const REMEDY: &str =
    "\n  name the file of a host with `--file`, or a running host with `--endpoint`";

/// The parameters of a question, as the viewer's API takes them.
pub type Question = Vec<(&'static str, String)>;

/// Answers questions about traces.
pub enum Source<'a> {
    /// A file, opened anew for each question: a host may begin to write to it at any time. It is
    /// only read.
    File(PathBuf),
    /// A running host.
    Host(Host<'a>),
}

impl<'a> Source<'a> {
    /// What the command line names, or else the file at `default`.
    pub fn of(from: &'a TracesFrom, default: Option<PathBuf>) -> Result<Source<'a>, Stop> {
        if let Some(endpoint) = &from.endpoint {
            return Ok(Source::Host(Host::at(endpoint, from.api_key.clone())));
        }
        let Some(path) = from.file.clone().or(default) else {
            return Err(Stop::usage(format!(
                "no file of traces is configured{REMEDY}"
            )));
        };
        // Whether it is there at all is said before anything else is.
        open(&path)?;
        Ok(Source::File(path))
    }

    /// Calls, the newest first.
    pub fn list(&self, question: &Question) -> Result<Page, Stop> {
        match self {
            Source::Host(host) => host.ask("/v1/toolhost/traces", question),
            Source::File(path) => {
                let filter = ask::list(question.clone(), Time::now()).map_err(wrong)?;
                let found = open(path)?.list(&filter).map_err(|error| failed(&error))?;
                Ok(Page::of(found, filter.limit.unwrap_or(LIMIT)))
            }
        }
    }

    /// A whole trace.
    pub fn trace(&self, id: TraceId) -> Result<Trace, Stop> {
        match self {
            Source::Host(host) => host.ask(&format!("/v1/toolhost/traces/{id}"), &Vec::new()),
            Source::File(path) => {
                let spans = open(path)?.walk(id).map_err(|error| failed(&error))?;
                Trace::of(id, spans).ok_or_else(|| {
                    Stop::usage(format!(
                        "there is no trace `{id}`\n  `toolhost traces list` shows what there is"
                    ))
                })
            }
        }
    }

    /// How tools did.
    pub fn stats(&self, since: &str) -> Result<Stats, Stop> {
        let question = vec![("since", since.to_owned())];
        match self {
            Source::Host(host) => host.ask("/v1/toolhost/stats", &question),
            Source::File(path) => {
                let since = ask::stats(question, Time::now()).map_err(wrong)?;
                Ok(Stats::of(
                    since,
                    open(path)?.stats(since).map_err(|error| failed(&error))?,
                ))
            }
        }
    }

    /// How numbers spread that calls of a tool have as attributes; `None` if only the file says.
    pub fn observed(
        &self,
        tool: &str,
        since: &str,
        attributes: &[String],
    ) -> Result<Option<Vec<Observed>>, Stop> {
        match self {
            Source::Host(_) => Ok(None),
            Source::File(path) => {
                let question = vec![("since", since.to_owned())];
                let since = ask::stats(question, Time::now()).map_err(wrong)?;
                let observed = open(path)?.observed(tool, since, attributes);
                observed.map(Some).map_err(|error| failed(&error))
            }
        }
    }
}

fn open(path: &Path) -> Result<Reader, Stop> {
    let opened = Reader::peek(path);
    opened.map_err(|error| Stop::data(format!("{error}{REMEDY}")))
}

fn wrong(wrong: Wrong) -> Stop {
    let Wrong { field, reason } = wrong;
    let option = match field.as_str() {
        "text" => "search".to_owned(),
        _ => field.replace('_', "-"),
    };
    Stop::usage(format!("`--{option}`: {reason}"))
}

fn failed(error: &Error) -> Stop {
    match error {
        Error::Invalid { .. } => Stop::usage(error.to_string()),
        Error::Open { .. }
        | Error::TooNew(_)
        | Error::Foreign(_)
        | Error::NoDataset(_)
        | Error::DatasetExists(_)
        | Error::Full { .. }
        | Error::Database(_) => Stop::data(error.to_string()),
    }
}
