//! `toolhost test`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Test {
    /// The folder of the project, which has `toolhost.yaml` and `tests/*.yaml` [default: this one]
    pub project: Option<PathBuf>,
    /// Make only the calls that have this in their name or tool
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Write what came back into the files, in the place of what was expected and did not come
    #[arg(long)]
    pub update: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
