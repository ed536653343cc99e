//! `toolhost dev`

use std::path::PathBuf;
use std::sync::Arc;

use super::args::Dev;
use super::exit::Stop;
use super::project::report;
use super::render::say;
use super::serve::{Signals, greet};
use super::{compiler, load, schemas, tokio_runtime};
use crate::app::App;
use crate::catalog::{self, Shipped};
use crate::config::{self, Overrides};
use crate::project::{self, Built, CONFIG, Watch};
use crate::router::Router;
use crate::runtime::Runtime;
use crate::telemetry;

/// Builds a project, serves it, and does both again whenever a file changes.
pub fn dev(args: &Dev, shipped: &[Shipped]) -> Result<(), Stop> {
    let overrides = Overrides {
        host: None,
        port: args.port,
    };
    let watch = Watch::new(&args.project);
    let built = project::build(&args.project, None).map_err(|error| Stop::project(&error))?;
    report(&built);
    let config = load(Some(&args.project.join(CONFIG)), &overrides, shipped)?;
    telemetry::log_for_authors(&config.telemetry);
    tokio_runtime()?.block_on(async {
        let app = App::build(config, shipped, compiler()).await;
        let app = app.map_err(|error| Stop::start(&error))?;
        let listener = app.bind().await.map_err(|error| Stop::start(&error))?;
        let signals = Signals::listen()?;
        let listen = listener.local_addr();
        let listen = listen.map_err(|error| Stop::host(error.to_string()))?;
        greet(&app, &format!("http://{listen}"));
        say!("\nwatching {}; Ctrl-C ends it", args.project.display());
        let bench = Bench {
            folder: args.project.clone(),
            overrides,
            router: app.router().clone(),
            runtime: app.runtime().clone(),
        };
        tokio::select! {
            served = app.serve(listener, signals.first()) => served.map_err(|error| Stop::start(&error)),
            never = bench.follow(watch, shipped) => match never {},
        }
    })
}

/// What is needed to serve a project anew.
struct Bench {
    folder: PathBuf,
    overrides: Overrides,
    router: Arc<Router>,
    runtime: Arc<Runtime>,
}

impl Bench {
    /// Builds and reloads after every change. What does not build or load changes nothing.
    async fn follow(&self, mut watch: Watch, shipped: &[Shipped]) -> std::convert::Infallible {
        loop {
            let changed = watch.changed().await;
            say!("\nchanged: {}", list(&changed));
            match self.renew(shipped).await {
                Ok(()) => {}
                Err(stop) => say!("{}\nwhat was served before is served on", stop.message),
            }
        }
    }

    async fn renew(&self, shipped: &[Shipped]) -> Result<(), Stop> {
        let folder = self.folder.clone();
        let built = tokio::task::spawn_blocking(move || project::build(&folder, None)).await;
        let built: Built = built
            .map_err(|error| Stop::host(error.to_string()))?
            .map_err(|error| Stop::project(&error))?;
        report(&built);
        let config = config::load(&self.folder.join(CONFIG), &self.overrides);
        let config = config.map_err(|problems| Stop::config(&problems))?;
        let loaded = catalog::load(&config, &self.runtime, shipped).await;
        let catalog = loaded.map_err(|problems| Stop::config(&problems))?;
        let before = schemas::of(&self.router.registry().current());
        let after = schemas::of(&catalog);
        self.router.reload(catalog);
        let differences = schemas::differences(&before, &after);
        if differences.is_empty() {
            say!("reloaded; callers see the same tools");
        } else {
            say!("reloaded; callers see");
            for line in differences {
                say!("  {line}");
            }
        }
        Ok(())
    }
}

/// The first of them, and how many more there are.
fn list(changed: &[PathBuf]) -> String {
    const SHOWN: usize = 3;
    let shown = changed
        .iter()
        .take(SHOWN)
        .map(|path: &PathBuf| path.display().to_string());
    let mut shown: Vec<String> = shown.collect();
    if changed.len() > SHOWN {
        shown.push(format!("and {} more", changed.len() - SHOWN));
    }
    shown.join(", ")
}
