//! `toolhost serve`

use std::sync::Arc;
use std::time::Instant;

use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::Value;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::Serve;
use super::exit::Stop;
use super::render::say;
use super::{compiler, load, tokio_runtime};
use crate::app::App;
use crate::catalog::{Entry, Shipped};
use crate::config::{Config, Overrides};
use crate::telemetry;

/// Files that may be open besides connections of clients: those of guests, their requests, the
/// pipes of compilers.
const FILES_BESIDE_CONNECTIONS: u64 = 256;

/// Serves until SIGHUP, SIGINT or SIGTERM; a config is read anew by a new start. A second signal ends at once.
pub fn serve(args: &Serve, shipped: &[Shipped]) -> Result<(), Stop> {
    let started = Instant::now();
    let overrides = Overrides {
        host: args.host.clone(),
        port: args.port,
    };
    let config = load(args.config.as_deref(), &overrides, shipped)?;
    telemetry::log_to_stderr(&config.telemetry);
    warn_about_ignored(&config);
    open_many_files(&config);
    tokio_runtime()?.block_on(async {
        let app = App::build(config, shipped, compiler()).await.map_err(|error| Stop::start(&error))?;
        let listener = app.bind().await.map_err(|error| Stop::start(&error))?;
        // Not before there is something to shut down: until then a signal just ends the process.
        let signals = Signals::listen()?;
        let listen = listener.local_addr().map_err(|error| Stop::host(error.to_string()))?;
        tracing::info!(%listen, allocation = %app.runtime().allocation(), slots = app.runtime().slots_total(), took = ?started.elapsed(), "serving");
        greet(&app, &format!("http://{listen}"));
        app.serve(listener, signals.first()).await.map_err(|error| Stop::start(&error))
    })
}

fn warn_about_ignored(config: &Config) {
    if !config.ignored.is_empty() {
        tracing::warn!(
            "these sections of the config are for others and have no effect here: {}",
            config.ignored.join(", ")
        );
    }
}

/// Says what to type next.
pub fn greet(app: &App, url: &str) {
    let catalog = app.router().registry().current();
    say!(
        "toolhost {} serves {} tool(s) on {url}",
        env!("CARGO_PKG_VERSION"),
        catalog.entries().count()
    );
    for entry in catalog.entries() {
        say!("  {}", entry.tool.qualified());
    }
    say!("\nOpen {url}/ui in a browser, or try in another terminal:");
    let named = |entry: &&Arc<Entry>| entry.tool.name.as_str() == "get_weather";
    let weather: Vec<_> = catalog.entries().filter(named).collect();
    if let [entry, others @ ..] = weather.as_slice() {
        let name = match others {
            [] => entry.tool.name.to_string(),
            _ => entry.tool.qualified(),
        };
        say!(
            "  curl -s {url}/v1/tool-runtime/invoke -H 'content-type: application/json' -d '{{\"tool_name\": \"{name}\", \"kwargs\": {{\"city\": \"Tokyo\", \"units\": \"celsius\"}}}}'"
        );
    }
    if let (None, Some(entry)) = (weather.first(), catalog.entries().next()) {
        say!("  {}", invocation(entry, url));
    }
    say!("  curl -s {url}/v1/tools");
    say!("  curl -s {url}/metrics");
}

/// The command that calls a tool of the host at `url`, with a gap for each argument that it needs.
fn invocation(entry: &Entry, url: &str) -> String {
    let mut command = format!("toolhost invoke {} --endpoint {url}", entry.tool.name);
    let needed = entry.tool.input.schema()["required"].as_array();
    for name in needed.into_iter().flatten().filter_map(Value::as_str) {
        command += &format!(" {name}=…");
    }
    command
}

/// Lets this process have as many files open as the system allows it: each connection is one,
/// and the usual soft limit is far below `toolhost.connections`.
fn open_many_files(config: &Config) {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let needed = u64::from(config.server.connections) + FILES_BESIDE_CONNECTIONS;
    if let Some(files) = getrlimit(Resource::Nofile).current
        && files < needed
    {
        tracing::warn!(
            files,
            needed,
            "too few files may be open for `toolhost.connections`; raise the limit (`ulimit -n`), or lower the key"
        );
    }
}

/// SIGHUP, SIGINT and SIGTERM, listened to from the moment this exists.
pub struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to listen.
    pub fn listen() -> Result<Signals, Stop> {
        let listen =
            |kind| signal(kind).map_err(|error| Stop::host(format!("no signals: {error}")));
        Ok(Signals {
            hangup: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for the first one. A second one ends the process.
    pub async fn first(mut self) {
        self.next().await;
        tracing::info!("stopping; calls in flight may finish");
        tokio::spawn(async move {
            self.next().await;
            tracing::warn!("stopped at once by a second signal");
            std::process::exit(130);
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.hangup.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
