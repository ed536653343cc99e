//! What can be typed after `toolhost traces` and `toolhost limits`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::http::viewer::ask;
use crate::traces::Time;

/// Most calls that one list shows.
pub const LIST_MAX: u32 = 1000;

#[derive(Debug, Subcommand)]
pub enum TracesCommand {
    /// List what was called, the newest first
    List(TracesList),
    /// Show one trace: what took how long, and what happened in it
    Show(TracesShow),
    /// List what has a text in a name, an attribute, a log line or a denial
    Search(TracesSearch),
    /// Show how tools did: calls, errors, durations, fuel, memory
    Stats(TracesStats),
}

/// Where traces are looked for.
#[derive(Args, Clone)]
pub struct TracesFrom {
    /// The file of a host [default: where `toolhost serve` keeps it]
    #[arg(long, conflicts_with = "endpoint")]
    pub file: Option<PathBuf>,
    /// A running host, such as http://127.0.0.1:8321
    #[arg(long)]
    pub endpoint: Option<String>,
    /// The API key to send to the running host [default: the variable TOOLHOST_API_KEY, which
    /// other users of this machine do not see]
    #[arg(long, requires = "endpoint", value_name = "KEY")]
    pub api_key: Option<String>,
}

impl fmt::Debug for TracesFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key.
        let TracesFrom { file, endpoint, .. } = self;
        f.debug_struct("TracesFrom")
            .field("file", file)
            .field("endpoint", endpoint)
            .finish_non_exhaustive()
    }
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Went {
    Ok,
    Error,
}

#[derive(Debug, Args)]
pub struct TracesList {
    /// Only calls of this tool
    #[arg(long)]
    pub tool: Option<String>,
    /// Only calls that went so
    #[arg(long)]
    pub status: Option<Went>,
    /// Only what began so long ago or later, such as 15m, 1h or 7d; or a time
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub since: Option<String>,
    /// Only what took longer, such as 100ms
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub slower_than: Option<Duration>,
    /// Only what has this text in a name, an attribute, a log line or a denial
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(LIST_MAX)))]
    pub limit: u32,
    /// Go on and show what comes, the newest last, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    #[command(flatten)]
    pub from: TracesFrom,
    /// Print JSON; one line for each call with --follow
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TracesShow {
    /// The trace: its 32 hexadecimal digits, or the first of them, at least 4
    pub trace_id: String,
    /// Leave out attributes; log lines and denials stay
    #[arg(long)]
    pub no_attributes: bool,
    #[command(flatten)]
    pub from: TracesFrom,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TracesSearch {
    /// What to look for; upper and lower case of a to z are the same
    pub text: String,
    /// Only what began so long ago or later, such as 15m, 1h or 7d; or a time
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub since: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(LIST_MAX)))]
    pub limit: u32,
    #[command(flatten)]
    pub from: TracesFrom,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TracesStats {
    /// Only calls that began so long ago or later, such as 15m, 1h or 7d; or a time
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = since)]
    pub since: String,
    /// Only this tool
    #[arg(long)]
    pub tool: Option<String>,
    #[command(flatten)]
    pub from: TracesFrom,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Limits {
    /// The tool: `tool`, `group/tool` or `group::tool`
    pub tool: String,
    /// Only calls that began so long ago or later, such as 15m, 1h or 7d; or a time
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = since)]
    pub since: String,
    /// The config file (YAML) that sets the limits; the shipped tools if left out
    #[arg(long, conflicts_with = "endpoint")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub from: TracesFrom,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn since(text: &str) -> Result<String, String> {
    match ask::since(text, Time::now()) {
        Some(_) => Ok(text.to_owned()),
        None => Err(
            "write how far back, such as 15m, or a time such as 2026-11-20T22:47:53Z".to_owned(),
        ),
    }
}
