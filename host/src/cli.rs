//! Commands, tables and exit codes.
//!
//! The only room that prints. Tables are for people, `--json` is for programs; errors say
//! what to type next.
//! Start reading at `run`.
#![expect(clippy::print_stderr, reason = "printing is what this room is for")]

mod amount;
mod args;
mod check;
mod columns;
mod compile;
mod component;
mod conformance;
mod dev;
mod diff;
mod exit;
mod import;
mod invoke;
mod key;
mod limits;
mod project;
mod remote;
mod render;
mod schemas;
mod screen;
mod serve;
mod test;
mod text;
mod tools;
mod traces;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::app::App;
use crate::catalog::Shipped;
use crate::config::{self, Config, Overrides};
use crate::egress::Network;
use crate::telemetry;
use args::{Cli, Command, ComponentCommand, ImportCommand, KeyCommand, ToolsCommand};
use exit::Stop;

/// Parses the command line, runs the command, and says how it went. `sdk` is the archive of what
/// new projects are made of.
pub fn run(shipped: &[Shipped], sdk: &[u8]) -> ExitCode {
    let cli = Cli::parse();
    let ran = match cli.command {
        Command::Serve(args) => serve::serve(&args, shipped),
        Command::Check(args) => check::check(&args, shipped),
        Command::Tools(ToolsCommand::List(args)) => tools::list(&args, shipped),
        Command::Tools(ToolsCommand::Show(args)) => tools::show(&args, shipped),
        Command::Invoke(args) => invoke::invoke(&args, shipped),
        Command::New(args) => project::new(&args, sdk),
        Command::Build(args) => project::build(&args),
        Command::Dev(args) => dev::dev(&args, shipped),
        Command::Traces(command) => {
            trace_file(None, shipped).and_then(|file| traces::traces(&command, file))
        }
        Command::Limits(args) => propose_limits(&args, shipped),
        Command::Test(args) => test::test(&args, shipped),
        Command::Component(ComponentCommand::Inspect(args)) => component::inspect(&args),
        Command::Component(ComponentCommand::New(args)) => component::new(&args),
        Command::Component(ComponentCommand::EmbedDocs(args)) => component::embed_docs(&args),
        Command::Component(ComponentCommand::EmbedManifest(args)) => {
            component::embed_manifest(&args)
        }
        Command::Import(ImportCommand::Openapi(args)) => import::openapi(&args),
        Command::CompileWorker(args) => compile::work(args),
        Command::Key(KeyCommand::New(args)) => key::new(&args),
        Command::Conformance(args) => conformance::conformance(&args),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{}", stop.message);
            ExitCode::from(stop.code)
        }
    }
}

/// The config of `file`, or of the shipped tools that need none if there is no file.
fn load(file: Option<&Path>, overrides: &Overrides, shipped: &[Shipped]) -> Result<Config, Stop> {
    let config = match file {
        Some(file) => config::load(file, overrides),
        None => {
            let useful = shipped.iter().filter(|tool| !tool.needs_config);
            config::embedded(&useful.map(|tool| tool.name).collect::<Vec<_>>(), overrides)
        }
    };
    config.map_err(|problems| Stop::config(&problems))
}

/// The same for a command that only looks: nothing is sent to a collector.
fn load_to_look(file: Option<&Path>, shipped: &[Shipped]) -> Result<Config, Stop> {
    let mut config = load(file, &Overrides::default(), shipped)?;
    config.telemetry = config::Telemetry {
        traces: None,
        metrics: None,
        logs: None,
        ..config.telemetry
    };
    Ok(config)
}

/// Where `serve` keeps spans with the config of `file`, if anywhere.
fn trace_file(file: Option<&Path>, shipped: &[Shipped]) -> Result<Option<PathBuf>, Stop> {
    let store = load_to_look(file, shipped)?.telemetry.store;
    Ok(store.map(|store| store.file))
}

fn propose_limits(args: &args::Limits, shipped: &[Shipped]) -> Result<(), Stop> {
    let file = trace_file(args.config.as_deref(), shipped)?;
    limits::limits(args, file, |name| {
        let config = load_to_look(args.config.as_deref(), shipped)?;
        with_app(config, shipped, async |app| {
            let catalog = app.router().registry().current();
            let entry = catalog.entry(name);
            let entry = entry.map_err(|rejection| Stop::rejection(&rejection))?;
            Ok(limits::Configured {
                tool: entry.tool.name.to_string(),
                provider: entry.tool.provider.to_string(),
                limits: entry.limits,
            })
        })
    })
}

/// Builds the host in this process and does one thing with it.
fn with_app<T>(
    config: Config,
    shipped: &[Shipped],
    work: impl AsyncFnOnce(&App) -> Result<T, Stop>,
) -> Result<T, Stop> {
    with_app_on(config, shipped, Network::System, work)
}

/// The same with `network` for the servers that tools call.
fn with_app_on<T>(
    mut config: Config,
    shipped: &[Shipped],
    network: Network,
    work: impl AsyncFnOnce(&App) -> Result<T, Stop>,
) -> Result<T, Stop> {
    // One look or call at a time is the business of whoever makes it.
    config.telemetry.store = None;
    telemetry::log_to_stderr(&config::Telemetry {
        log_filter: quiet(&config.telemetry.log_filter),
        ..config.telemetry.clone()
    });
    tokio_runtime()?.block_on(async {
        let app = App::with_network(config, shipped, compiler(), network)
            .await
            .map_err(|error| Stop::start(&error))?;
        let done = work(&app).await;
        app.close().await;
        done
    })
}

/// The program that compiles components: this very binary, even if its file was replaced by
/// another one since it started.
fn compiler() -> Option<PathBuf> {
    match std::env::current_exe() {
        Ok(_) => Some(PathBuf::from("/proc/self/exe")),
        Err(error) => {
            tracing::warn!(%error, "this program does not find itself: components are compiled in its own process, within no bounds of time and memory");
            None
        }
    }
}

/// A command that prints an answer logs only what is wrong, unless it is told otherwise.
fn quiet(filter: &str) -> String {
    if filter == "info" {
        "warn".to_owned()
    } else {
        filter.to_owned()
    }
}

fn tokio_runtime() -> Result<tokio::runtime::Runtime, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| Stop::host(format!("no threads to run on: {error}")))
}
