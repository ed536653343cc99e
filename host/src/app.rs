//! Builds everything from a `Config`, in order, and shuts it down in reverse.
//!
//! The composition root: it defines nothing that other rooms need.

use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};

use crate::access::Keys;
use crate::catalog::{self, Registry, Shipped};
use crate::config::{Config, Problems};
use crate::egress::Network;
use crate::http;
use crate::router::{Admission, Router};
use crate::runtime::{Load, Runtime};
use crate::telemetry::{ACTIVE, CONNECTIONS, INSTANCES, POOL, QUEUED, Scrape, TASKS, Telemetry};

/// Connections that wait to be accepted, as far as the kernel allows it: as many as may come
/// while this process waits for a core. One more would be tried again after a second.
const BACKLOG: u32 = 4096;
/// How long calls that are overdue may take to end; the slowest are at a tick of the engine.
const END_MAX: Duration = Duration::from_millis(500);

/// Why the host does not start or stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config, or a component that it names, is wrong.
    #[error("{0}")]
    Config(#[from] Problems),
    /// The engine or telemetry does not start.
    #[error("the host does not start: {0:#}")]
    Start(#[from] anyhow::Error),
    /// The port cannot be had.
    #[error("cannot listen on {listen}: {error}; choose another with `--port`")]
    Listen {
        /// The address asked for.
        listen: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// The server broke.
    #[error("the server stopped: {0}")]
    Serve(std::io::Error),
}

/// A host, ready to serve.
pub struct App {
    config: Config,
    runtime: Arc<Runtime>,
    router: Arc<Router>,
    connections: Arc<http::Connections>,
    telemetry: Telemetry,
}

impl App {
    /// Loads every component. All problems are reported at once. `compiler` is the absolute
    /// path of the `toolhost` binary; see [`Runtime::new`].
    pub async fn build(
        config: Config,
        shipped: &[Shipped],
        compiler: Option<PathBuf>,
    ) -> Result<App, Error> {
        App::with_network(config, shipped, compiler, Network::System).await
    }

    /// The same with `network` for the servers that tools call.
    pub async fn with_network(
        config: Config,
        shipped: &[Shipped],
        compiler: Option<PathBuf>,
        network: Network,
    ) -> Result<App, Error> {
        let telemetry_config = config.telemetry.clone();
        // The OTLP exporter's HTTP client blocks while it is built.
        let telemetry =
            tokio::task::spawn_blocking(move || Telemetry::new(&telemetry_config)).await;
        let telemetry = telemetry
            .map_err(anyhow::Error::new)?
            .map_err(anyhow::Error::new)?;
        let runtime = Runtime::new(&config.runtime, config.admission.concurrency, compiler)
            .map_err(anyhow::Error::new)?;
        let runtime = Arc::new(runtime.with_network(network));
        let catalog = catalog::load(&config, &runtime, shipped).await?;
        let registry = Registry::new(catalog, config.admission.group_concurrency);
        for load in runtime.take_loads() {
            telemetry.recorder().record_load(match load {
                Load::Cached => None,
                Load::Compiled(took) => Some(took),
            });
        }
        let admission = Admission::new(runtime.clone(), &config.admission);
        let router = Arc::new(Router::new(registry, admission, telemetry.recorder()));
        let connections = http::Connections::new(&config.server);
        observe(&telemetry, &runtime, &connections);
        let (waiting, places) = (router.clone(), runtime.clone());
        telemetry.gauge(&QUEUED, move || waiting.waiting() as u64);
        telemetry.gauge(&POOL, move || u64::from(places.slots_total()));
        Ok(App {
            connections,
            config,
            runtime,
            router,
            telemetry,
        })
    }

    /// The door to all tools.
    pub fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// What it was built from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The engine.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// The connections that clients hold.
    pub fn connections(&self) -> &Arc<http::Connections> {
        &self.connections
    }

    /// What `/metrics` shows.
    pub fn scrape(&self) -> Scrape {
        self.telemetry.scrape()
    }

    /// The whole HTTP API, for a server that listens on `listen`.
    pub fn routes(&self, listen: SocketAddr) -> http::Routes {
        http::routes(http::State {
            router: self.router.clone(),
            recorder: self.telemetry.recorder(),
            traces: self.telemetry.store(),
            scrape: self.telemetry.scrape(),
            keys: Keys::new(&self.config.server.auth),
            server: self.config.server.clone(),
            listen,
        })
    }

    /// Takes the configured address.
    pub async fn bind(&self) -> Result<TcpListener, Error> {
        let listen = self.config.server.listen;
        listener(listen).map_err(|error| Error::Listen { listen, error })
    }

    /// Serves until `shutdown`, then lets calls in flight finish within the grace period and
    /// sends off the last telemetry.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        let listen = listener.local_addr().map_err(Error::Serve)?;
        self.runtime.listens(listen);
        let routes = self.routes(listen);
        let (stopping, stopped) = tokio::sync::oneshot::channel();
        let router = self.router.clone();
        let grace = self.config.server.grace;
        let signal = async move {
            shutdown.await;
            router.drain();
            // The receiver is gone only if the server is.
            let _ = stopping.send(());
            // While calls run, the port stays open and says that it is not ready.
            router.idle().await;
        };
        let overdue = async {
            match stopped.await {
                Ok(()) => tokio::time::sleep(grace).await,
                Err(_) => pending().await,
            }
        };
        tokio::select! {
            () = http::serve(listener, routes, self.connections.clone(), signal) => {}
            () = overdue => {
                tracing::warn!(?grace, "calls were still running at the end of the grace period");
            }
        }
        // Their connections are closing; what ends with them is still to be recorded.
        let ended = self.router.idle();
        if tokio::time::timeout(END_MAX, ended).await.is_err() {
            tracing::warn!("calls did not end; their spans are lost");
        }
        self.close().await;
        Ok(())
    }

    /// Sends off the last telemetry.
    pub async fn close(self) {
        let telemetry = self.telemetry;
        let flushed = tokio::task::spawn_blocking(move || telemetry.shutdown()).await;
        if let Err(error) = flushed {
            tracing::error!(%error, "telemetry did not shut down");
        }
    }
}

/// As [`TcpListener::bind`], which has a backlog of 128.
fn listener(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match listen {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // The port of a host that just ended is free.
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    socket.listen(BACKLOG)
}

/// Exports what is in use.
fn observe(telemetry: &Telemetry, runtime: &Arc<Runtime>, connections: &Arc<http::Connections>) {
    let calls = runtime.clone();
    telemetry.gauge(&ACTIVE, move || calls.in_use().slots as u64);
    let instances = runtime.clone();
    telemetry.gauge(&INSTANCES, move || instances.in_use().instances);
    let (lanes, tasks) = (runtime.clone(), tokio::runtime::Handle::current());
    telemetry.gauge(&TASKS, move || {
        (tasks.metrics().num_alive_tasks() + lanes.in_use().slow_tasks) as u64
    });
    let connections = connections.clone();
    telemetry.gauge(&CONNECTIONS, move || connections.open() as u64);
}
