//! Arguments of `new`, `build` and `dev`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::project::Language;

#[derive(Debug, Args)]
pub struct New {
    /// The folder to make; its name is the tool's
    #[arg(value_name = "NAME")]
    pub folder: PathBuf,
    /// The language to write it in
    #[arg(long, value_parser = languages())]
    pub lang: Language,
    /// Describe the tool in WIT; its types are the schema
    #[arg(long, conflicts_with = "provider")]
    pub typed: bool,
    /// Describe the tool in the language itself, by its SDK; the same as neither of both
    #[arg(long)]
    pub provider: bool,
}

#[derive(Debug, Args)]
pub struct Build {
    /// The tool's folder
    #[arg(default_value = ".")]
    pub project: PathBuf,
    /// The component file to write [default: the one that `toolhost.yaml` names]
    #[arg(short, long)]
    pub output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Dev {
    /// The tool's folder, with its `toolhost.yaml`
    #[arg(default_value = ".")]
    pub project: PathBuf,
    /// The port to listen on, as for `serve` [default: 8321]
    #[arg(long)]
    pub port: Option<u16>,
}

fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::short)).try_map(|short| {
        let named = |language: &Language| language.short() == short;
        Language::ALL.into_iter().find(named).ok_or("no language")
    })
}
