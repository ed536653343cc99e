//! The harness: a host with the tools a test asks for, in this process, on any free port.

pub mod bombs;
pub mod collector;
pub mod servers;
pub mod serving;

use std::collections::BTreeSet;
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use toolhost::app::{self, App};
use toolhost::catalog::Shipped;
use toolhost::config::{self, Overrides};
use toolhost::egress::Network;
use toolhost::http::Connections;
use toolhost::invocation::{Answer, Failure, Invocation, Outcome, Output, Rejection};
use toolhost::router::Router;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("`tests` is a folder of the repository")
        .to_owned()
}

/// A test guest's component; `make guests` builds them.
pub fn guest(name: &str) -> PathBuf {
    root().join(format!(
        "tests/guests/target/wasm32-wasip2/release/{name}.wasm"
    ))
}

/// The component of a guest that attacks; `make guests` builds them.
pub fn hostile(name: &str) -> PathBuf {
    root().join(format!(
        "tests/hostile/target/wasm32-wasip2/release/{name}.wasm"
    ))
}

/// The component of the guest in a language other than Rust; `make guests` builds it where that
/// language is installed. Elsewhere it is `None`, which is said on stderr.
pub fn language(name: &str) -> Option<PathBuf> {
    let path = root().join(format!("target/languages/{name}.wasm"));
    if path.exists() {
        return Some(path);
    }
    let find = Command::new(root().join("tests/languages/find"))
        .arg(name)
        .output()
        .unwrap_or_else(|error| panic!("tests/languages/find: {error}"));
    assert!(
        !find.status.success(),
        "{} is missing; run `make guests`",
        path.display()
    );
    // Not printed: what a test prints is shown only if it fails.
    let _ = writeln!(
        std::io::stderr(),
        "{name} is not installed here: not tested"
    );
    None
}

/// Whether a program of others, which `make TASK` installs, is at `path`. If it is not, that is said
/// on stderr, and with `TOOLHOST_CLIENTS=all` the test fails.
pub fn is_installed(path: &Path, what: &str, task: &str) -> bool {
    let found = path.exists();
    let all = std::env::vars().any(|(key, value)| key == "TOOLHOST_CLIENTS" && value == "all");
    assert!(found || !all, "{what} is not installed; run `make {task}`");
    if !found {
        let _ = writeln!(
            std::io::stderr(),
            "{what} is not installed here: not tested"
        );
    }
    found
}

/// An address on loopback that nobody listens on now.
pub fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").to_string()
}

/// The component of an attack that is written as text, encoded once a run.
pub fn wat(name: &str) -> PathBuf {
    static ENCODED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let folder = root().join("target/test-wat");
    let path = folder.join(format!("{name}.wasm"));
    let mut encoded = ENCODED.lock().unwrap_or_else(PoisonError::into_inner);
    if encoded.insert(name.to_owned()) {
        let wasm = ::wat::parse_file(text_of(name)).unwrap_or_else(|error| panic!("{error}"));
        // Another process may be reading the file: it must see the old one or the new one.
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            file.write_all(&wasm)?;
            file.persist(&path)?;
            Ok(())
        };
        write().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    path
}

fn text_of(name: &str) -> PathBuf {
    root().join(format!("tests/hostile/wat/{name}.wat"))
}

/// The shipped tools as the binary carries them, read once.
pub fn shipped() -> &'static [Shipped] {
    static SHIPPED: OnceLock<Vec<Shipped>> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let folder = root().join("target/tools");
        let files = std::fs::read_dir(&folder);
        let files =
            files.unwrap_or_else(|error| panic!("{}: {error}; run `make build`", folder.display()));
        let paths = files.map(|file| file.expect("an entry").path());
        let components = paths.filter(|path| path.extension().is_some_and(|end| end == "wasm"));
        let shipped = components.filter_map(|path| {
            let wasm = std::fs::read(&path).expect("a component");
            let name = path.file_stem().expect("a name").to_string_lossy();
            // Where its language is missing it is an empty file, which the binary leaves out.
            (!wasm.is_empty()).then(|| Shipped {
                name: name.into_owned().leak(),
                wasm: wasm.leak(),
                needs_config: false,
            })
        });
        shipped.collect()
    })
}

/// The `toolhost` binary; `make build` builds it.
pub fn binary() -> PathBuf {
    root().join("target/release/toolhost")
}

/// What the next host is made of.
#[derive(Default)]
pub struct Setup {
    providers: String,
    groups: String,
    host: String,
    server: String,
    network: Network,
    collector: Option<String>,
    keeps_spans: bool,
}

impl Setup {
    /// No tools at all.
    pub fn new() -> Setup {
        Setup::default()
    }

    /// A guest as provider and group of its own name, on the default limits.
    #[must_use]
    pub fn guest(self, name: &str) -> Setup {
        self.guest_with(name, "{}")
    }

    /// A guest with further config, in YAML's flow style: `{limits: {fuel: 1M}}`.
    #[must_use]
    pub fn guest_with(self, name: &str, config: &str) -> Setup {
        self.component(name, &guest(name), config)
    }

    /// An attack, built or written as text, likewise.
    #[must_use]
    pub fn hostile(self, name: &str, config: &str) -> Setup {
        let path = if text_of(name).exists() {
            wat(name)
        } else {
            hostile(name)
        };
        self.component(name, &path, config)
    }

    /// A component as provider and group of a name, with further config in flow style.
    #[must_use]
    pub fn component(self, name: &str, path: &Path, config: &str) -> Setup {
        let inner = config
            .trim()
            .strip_prefix('{')
            .and_then(|config| config.strip_suffix('}'));
        let inner = inner.expect("a map in flow style");
        let comma = if inner.trim().is_empty() { "" } else { ", " };
        let config = format!("{{component: \"{}\"{comma}{inner}}}", path.display());
        self.provider(name, "inline::wasm", &config)
            .group(name, name)
    }

    /// The shipped weather tool as group `weather`.
    #[must_use]
    pub fn weather(self) -> Setup {
        self.provider("weather-runtime", "inline::weather", "{}")
            .group("weather", "weather-runtime")
    }

    /// A provider.
    #[must_use]
    pub fn provider(mut self, id: &str, kind: &str, config: &str) -> Setup {
        self.providers +=
            &format!("    - {{provider_id: {id}, provider_type: \"{kind}\", config: {config}}}\n");
        self
    }

    /// A group of all tools of a provider.
    #[must_use]
    pub fn group(mut self, id: &str, provider: &str) -> Setup {
        self.groups += &format!("  - {{toolgroup_id: \"{id}\", provider_id: {provider}}}\n");
        self
    }

    /// One line under `toolhost:`.
    #[must_use]
    pub fn host(mut self, line: &str) -> Setup {
        self.host += &format!("  {line}\n");
        self
    }

    /// One more key under `server:`, in YAML's flow style: `auth: {keys: []}`.
    #[must_use]
    pub fn server(mut self, key: &str) -> Setup {
        self.server += &format!(", {key}");
        self
    }

    /// Names that tools call resolve to what `names` says, anew for each connection.
    #[must_use]
    pub fn names(mut self, names: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Setup {
        self.network = Network::Names(Arc::new(names));
        self
    }

    /// Spans and metrics go to an OTLP collector at `url`.
    #[must_use]
    pub fn collector(mut self, url: &str) -> Setup {
        self.collector = Some(url.to_owned());
        self
    }

    /// Spans are kept in a file beside the config; without this, in none.
    #[must_use]
    pub fn keeping_spans(mut self) -> Setup {
        self.keeps_spans = true;
        self
    }

    /// The value of `TELEMETRY_SINKS` that says the same to a process.
    pub(crate) fn sinks(&self) -> &'static str {
        if self.keeps_spans {
            "console,sqlite"
        } else {
            "console"
        }
    }

    /// The config as a file would have it.
    pub fn yaml(&self) -> String {
        let list = |text: &str| {
            if text.is_empty() {
                " []\n".to_owned()
            } else {
                format!("\n{text}")
            }
        };
        let cache = root().join("target/test-cache");
        // Stores of a test are its own, in the folder of its config.
        let data = match self.host.contains("data_dir:") {
            true => "",
            false => "  data_dir: data\n",
        };
        format!(
            "version: 2\nserver: {{port: 0{}}}\nproviders:\n  tool_runtime:{}tool_groups:{}toolhost:\n{}  cache_dir: \"{}\"\n{}",
            self.server,
            list(&self.providers),
            list(&self.groups),
            data,
            cache.display(),
            self.host
        )
    }

    /// Loads everything.
    pub async fn build(&self) -> Result<TestHost, app::Error> {
        TestHost::load(&self.yaml(), self).await
    }

    /// Loads everything, which must succeed.
    pub async fn start(&self) -> TestHost {
        self.build()
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", self.yaml()))
    }

    /// Loads everything, which must fail; the text says why.
    pub async fn refused(&self) -> String {
        match self.build().await {
            Ok(_) => panic!("it starts:\n{}", self.yaml()),
            Err(error) => error.to_string(),
        }
    }
}

fn exporter(url: &str, signal: &str) -> config::Exporter {
    config::Exporter {
        endpoint: format!("{url}/v1/{signal}"),
        protocol: config::Protocol::Http,
        timeout: Duration::from_secs(10),
        ca: None,
        batch: config::Batch::default(),
    }
}

/// A host in this process.
pub struct TestHost {
    app: App,
    _dir: TempDir,
}

impl TestHost {
    /// A host from the text of a config file.
    pub async fn from_yaml(yaml: &str) -> Result<TestHost, app::Error> {
        TestHost::load(yaml, &Setup::new()).await
    }

    /// The same with what `setup` has beside its config.
    async fn load(yaml: &str, setup: &Setup) -> Result<TestHost, app::Error> {
        let dir = tempfile::tempdir().map_err(anyhow::Error::from)?;
        let file = dir.path().join("config.yaml");
        std::fs::write(&file, yaml).map_err(anyhow::Error::from)?;
        let mut config = config::load(&file, &Overrides::default())?;
        if let Some(url) = &setup.collector {
            config.telemetry.traces = Some(exporter(url, "traces"));
            config.telemetry.metrics = Some(exporter(url, "metrics"));
        }
        if !setup.keeps_spans {
            config.telemetry.store = None;
        }
        let network = setup.network.clone();
        Ok(TestHost {
            app: App::with_network(config, shipped(), Some(binary()), network).await?,
            _dir: dir,
        })
    }

    /// The door to all tools.
    pub fn router(&self) -> &Arc<Router> {
        self.app.router()
    }

    /// The host itself.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Calls a tool with a JSON object of arguments.
    pub async fn invoke(&self, tool: &str, args: Value) -> Answer {
        invoke(self.router(), tool, args).await
    }

    /// Calls a tool that must answer well.
    pub async fn good(&self, tool: &str, args: Value) -> Output {
        let answer = self.invoke(tool, args).await;
        match answer.decided {
            Ok(Outcome {
                result: Ok(output), ..
            }) => output,
            other => panic!("{tool}: {other:?}"),
        }
    }

    /// Calls a tool whose run must fail.
    pub async fn fails(&self, tool: &str, args: Value) -> Failure {
        let answer = self.invoke(tool, args).await;
        match answer.decided {
            Ok(Outcome {
                result: Err(failure),
                ..
            }) => failure,
            other => panic!("{tool}: {other:?}"),
        }
    }

    /// Calls a tool that must not run.
    pub async fn rejects(&self, tool: &str, args: Value) -> Rejection {
        match self.invoke(tool, args).await.decided {
            Err(rejection) => rejection,
            other => panic!("{tool}: {other:?}"),
        }
    }

    /// Serves it over HTTP on a free port.
    pub async fn serve(self) -> anyhow::Result<TestServer> {
        let listener = self.app.bind().await?;
        self.serve_on(listener)
    }

    /// Serves it over HTTP on a listener of the test's own.
    pub fn serve_on(self, listener: TcpListener) -> anyhow::Result<TestServer> {
        let address = listener.local_addr()?;
        // The first thing that serving does; a test may call tools before that has begun.
        self.app.runtime().listens(address);
        let url = format!("http://{address}");
        let (stop, stopped) = oneshot::channel();
        let router = self.app.router().clone();
        let connections = self.app.connections().clone();
        let TestHost { app, _dir } = self;
        let serving = tokio::spawn(async move {
            let _dir = _dir;
            app.serve(listener, async {
                // A dropped sender stops the server too.
                let _ = stopped.await;
            })
            .await
        });
        Ok(TestServer {
            url,
            router,
            connections,
            stop: Some(stop),
            serving,
        })
    }
}

/// Calls a tool with a JSON object of arguments.
pub async fn invoke(router: &Router, tool: &str, args: Value) -> Answer {
    let args: Map<String, Value> = args.as_object().cloned().expect("arguments are an object");
    router.invoke(Invocation::new(tool, args)).await
}

/// Waits until as many calls of a tool run as its `concurrency` admits.
pub async fn until_full(router: &Router, tool: &str) {
    let catalog = router.registry().current();
    let entry = catalog.entry(tool).expect("the tool exists");
    while entry.share.running.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
}

/// A host that listens.
pub struct TestServer {
    /// Such as `http://127.0.0.1:34567`.
    pub url: String,
    /// The door to all tools.
    pub router: Arc<Router>,
    /// The connections that clients hold.
    pub connections: Arc<Connections>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), app::Error>>,
}

impl TestServer {
    /// Says that it should stop, without waiting.
    pub fn signal(&mut self) {
        self.stop.take();
    }

    /// Stops it and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.signal();
        self.serving
            .await
            .context("the server panicked")?
            .context("the server failed")
    }
}
