//! YAML, environment and flags, turned into one checked `Config` or all problems at once.
//!
//! This is the only room that reads the environment and the only one that knows YAML.
//! A `Config` that exists is valid; what it names (component files) is checked by the
//! catalog, which reports with the `Place`s kept here.
//! Every key is listed in `KEYS`. Start reading at `load`; a tool author's manifest is read
//! by `manifest`, a file of golden calls by `cases`, and files of others by `document`.

mod cases;
mod check;
mod env;
mod keys;
mod node;
mod problem;
mod units;
mod update;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::policy::{Grants, Limits, LimitsPatch};
use crate::tool::{GroupName, ProviderName};

pub use cases::{
    Bounds, Case, CaseFile, Expect, Good, Piece, PieceKind, Stub, StubAnswer, StubBody,
};
pub use check::{
    api_key, cases, components, document, embedded, is_key_name, load, load_for_test, manifest,
    no_color, parse, parse_cases, parse_manifest,
};
pub use keys::{CASE_KEYS, KEYS, Key, MANIFEST_KEYS, Takes};
pub use problem::{Place, Problem, Problems};
pub use units::Unit;
pub use update::update_cases;

/// Everything the host was told, checked.
#[derive(Debug)]
pub struct Config {
    /// Where the HTTP server listens and what it accepts.
    pub server: Server,
    /// How components are found, compiled and run.
    pub runtime: Runtime,
    /// How many calls run and wait at once.
    pub admission: Admission,
    /// Where telemetry goes.
    pub telemetry: Telemetry,
    /// The tool-runtime providers, in the order of the file.
    pub providers: Vec<Provider>,
    /// The tool groups to register at start, in the order of the file.
    pub groups: Vec<Group>,
    /// Sections of a Llama Stack config that this host has no use for, such as `inference`.
    pub ignored: Vec<String>,
}

/// What comes from the command line; it wins over environment and file.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    /// `--host`
    pub host: Option<String>,
    /// `--port`; `LLAMA_STACK_PORT` is read here, between flag and file.
    pub port: Option<u16>,
}

/// `server`, and the keys of `toolhost` about requests.
#[derive(Debug, Clone)]
pub struct Server {
    /// `server.host` and `server.port`. Default `127.0.0.1:8321`; port 0 takes any free port.
    pub listen: SocketAddr,
    /// `toolhost.body_bytes_max`: largest request body. Default 4 MiB, ceiling 64 MiB.
    pub body_bytes_max: u64,
    /// `toolhost.connections`: most connections at the same time. Default 1024, ceiling 65536.
    pub connections: u32,
    /// `toolhost.connections_per_address`: those of one client address. Default 512, ceiling
    /// 65536.
    pub connections_per_address: u32,
    /// `toolhost.head_timeout`: from the first byte of a request to the end of its headers.
    /// Default 10 s, ceiling 1 min.
    pub head_timeout: Duration,
    /// `toolhost.idle_timeout`: how long a connection stays open without a request. Default
    /// 75 s, ceiling 10 min.
    pub idle_timeout: Duration,
    /// `toolhost.body_timeout`: how long a request body may take to arrive. Default 30 s,
    /// ceiling 10 min.
    pub body_timeout: Duration,
    /// `toolhost.write_timeout`: how long a client may take for the next 64 KiB of an answer.
    /// Default 30 s, ceiling 10 min.
    pub write_timeout: Duration,
    /// `toolhost.grace`: how long calls in flight may go on after SIGTERM. Default 10 s,
    /// ceiling 10 min.
    pub grace: Duration,
    /// `toolhost.allowed_hosts`: names in lower case, besides loopback ones, that a `Host` or
    /// `Origin` header may carry while the server is bound to loopback. Default none.
    pub allowed_hosts: Vec<String>,
    /// `server.auth`: who may call. Default none, which is whoever reaches the port.
    pub auth: Auth,
}

/// `server.auth`.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    /// `server.auth.keys`, of different names and hashes. Empty means that no key is needed.
    pub keys: Vec<ApiKey>,
}

/// One entry of `server.auth.keys`.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// `name`, for logs.
    pub name: String,
    /// `hash`: BLAKE3 of the key.
    pub hash: [u8; 32],
    /// `groups`: the only tool groups that it may see and call. Default all.
    pub groups: Option<Vec<GroupName>>,
    /// `admin`: whether it may register and unregister groups; never with `groups`. Default
    /// false.
    pub is_admin: bool,
    /// `budget`
    pub budget: Budget,
}

/// What a key may use up in each window; a part that is none is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// `calls`. Default none, floor 1.
    pub calls: Option<u64>,
    /// `fuel`. Default none, floor 1000.
    pub fuel: Option<u64>,
    /// `bytes`: bodies of requests and answers. Default none, floor 1 KiB.
    pub bytes: Option<u64>,
    /// `window`. Default 1 h, floor 1 s, ceiling 7 days.
    pub window: Duration,
}

/// The keys of `toolhost` about components.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// `toolhost.components_dir`: folder searched for `NAME.wasm` of an `inline::NAME` provider
    /// that is no shipped tool. Default none.
    pub components_dir: Option<PathBuf>,
    /// `TOOLHOST_CACHE_DIR` or `toolhost.cache_dir`: folder of compiled components. Default
    /// `toolhost` in the user's cache folder; `None` (YAML `cache_dir: null` or no home
    /// folder) compiles anew at each start.
    pub cache_dir: Option<PathBuf>,
    /// `TOOLHOST_DATA_DIR` or `toolhost.data_dir`: folder of the key-value stores. Default
    /// `toolhost` in the user's data folder; `None` (YAML `data_dir: null` or no home folder)
    /// keeps nothing, and no provider has a `keyvalue` grant.
    pub data_dir: Option<PathBuf>,
    /// `toolhost.component_bytes_max`: largest component file. Default 64 MiB, ceiling 1 GiB.
    pub component_bytes_max: u64,
    /// `toolhost.compile_timeout`: longest time that one component may compile. Default 3 min,
    /// from 1 s to 10 min.
    pub compile_timeout: Duration,
    /// `toolhost.compile_memory`: what the compilation of one component may take, in bytes.
    /// Default 2 GiB, from 64 MiB to 64 GiB.
    pub compile_memory_bytes: u64,
    /// `toolhost.compile_workers`: components that may compile at the same time. Default 2,
    /// from 1 to 64.
    pub compile_workers: u32,
    /// `toolhost.pool`: whether instances take their memory from a pool. Default true.
    pub pool: bool,
    /// `toolhost.limits`: limits of every tool whose provider states none.
    pub limits: Limits,
}

/// The keys of `toolhost` about load.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// `toolhost.concurrency`: calls that may run at the same time, all tools together.
    /// Default 64, ceiling 1024.
    pub concurrency: u32,
    /// `toolhost.queue`: calls that may wait for a place, all tools together. Default 1024,
    /// ceiling 65536.
    pub queue: u32,
    /// `toolhost.queue_wait`: longest wait for a place. Default 1 s, ceiling 60 s.
    pub queue_wait: Duration,
    /// `toolhost.group_concurrency`: calls of one tool group that may run at the same time.
    /// Default 64, ceiling 1024.
    pub group_concurrency: u32,
    /// `toolhost.tool_queue`: calls of one tool that may wait for a place. Default 256,
    /// ceiling 65536.
    pub tool_queue: u32,
}

/// Where telemetry goes: `providers.telemetry`, `toolhost.traces` and the variables, which win.
/// The OpenTelemetry SDK itself reads headers, compression and the interval of metrics.
#[derive(Debug, Clone, Default)]
pub struct Telemetry {
    /// Whether each call is a line of the log. Default true.
    pub console: bool,
    /// Where spans are kept, if anywhere (`toolhost.traces`).
    pub store: Option<TraceStore>,
    /// Where spans are sent, if anywhere. Each signal is sent if an endpoint is set for it, if its
    /// exporter is named, or if sinks are named and it is among them.
    pub traces: Option<Exporter>,
    /// Where metrics are sent, if anywhere.
    pub metrics: Option<Exporter>,
    /// Where the log is sent, if anywhere.
    pub logs: Option<Exporter>,
    /// Which traces are sent (`OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`).
    pub sampling: Sampling,
    /// Whether trace context is read from requests and written into those of tools
    /// (`OTEL_PROPAGATORS`). Default true.
    pub propagates: bool,
    /// `toolhost.traces.content`: what spans keep of arguments and of results, in bytes of each.
    /// Default 0, which is nothing of either; at most 64 KiB.
    pub content_bytes: usize,
    /// `OTEL_SERVICE_NAME` or `service.name` of `OTEL_RESOURCE_ATTRIBUTES`; default `toolhost`.
    pub service_name: String,
    /// Log filter in `tracing`'s syntax, from `TOOLHOST_LOG`; default `info`.
    pub log_filter: String,
    /// Whether log lines are JSON (`TOOLHOST_LOG_FORMAT=json`); default false.
    pub log_json: bool,
}

/// How one signal reaches a collector (`OTEL_EXPORTER_OTLP_*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exporter {
    /// The whole URL, without credentials. Default `http://localhost:4318/v1/SIGNAL`, or
    /// `http://localhost:4317` by gRPC.
    pub endpoint: String,
    /// Default [`Protocol::Http`].
    pub protocol: Protocol,
    /// How long the collector may take to answer. Default 10 s, from 1 ms to 1 h.
    pub timeout: Duration,
    /// PEM file of the only certificate authorities trusted (`OTEL_EXPORTER_OTLP_CERTIFICATE`).
    /// Default: those of the system.
    pub ca: Option<PathBuf>,
    /// How spans and log records wait (`OTEL_BSP_*`, `OTEL_BLRP_*`).
    pub batch: Batch,
}

/// How OTLP is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// `http/protobuf`
    #[default]
    Http,
    /// `grpc`
    Grpc,
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// How many may wait; what comes then is dropped and counted. Default 8,192 spans and 2,048
    /// log records.
    pub queue: usize,
    /// How many are sent at once, at most `queue`. Default 128 spans and 512 log records.
    pub size: usize,
    /// How long the first waits for others. Default 1 s.
    pub delay: Duration,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch {
            queue: 2048,
            size: 512,
            delay: Duration::from_secs(1),
        }
    }
}

/// Where spans are kept, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceStore {
    /// `toolhost.traces.file`: the SQLite file. Default `trace_store.db` in `SQLITE_STORE_DIR`,
    /// else in `toolhost.data_dir`.
    pub file: PathBuf,
    /// `toolhost.traces.age`: how long a span is kept. Default 7 days, from 1 min to 10 years.
    pub age: Duration,
    /// `toolhost.traces.bytes`: what the file may grow to. Default 1 GiB, from 1 MiB to 1 TiB.
    pub bytes: u64,
}

/// Which traces are sent to a collector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// The share of the traces that begin here, from 0 to 1.
    pub ratio: f64,
    /// Whether a trace that begins elsewhere is sent if its caller keeps it.
    pub follows_parent: bool,
}

impl Default for Sampling {
    /// All that begin here, and what callers keep (`parentbased_always_on`).
    fn default() -> Sampling {
        Sampling {
            ratio: 1.0,
            follows_parent: true,
        }
    }
}

/// One entry of `providers.tool_runtime`.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `provider_id`
    pub name: ProviderName,
    /// `provider_type`, such as `inline::weather`.
    pub kind: String,
    /// Where its component comes from.
    pub source: Source,
    /// Its own limits over [`Runtime::limits`]; none is above `toolhost.limits.max`.
    pub limits: LimitsPatch,
    /// What its tools may reach (`config.grants`). Default nothing.
    pub grants: Grants,
    /// `config.imports`: what becomes of an import without its grant. Default lenient.
    pub imports: Imports,
    /// World-level functions that are tools too (`config.functions`), as WIT names them.
    pub functions: Vec<String>,
    /// What its component was when it was approved (`config.pin`). Default anything.
    pub pin: Pin,
    /// Per-tool overrides (`config.tools.NAME`), by the tool's bare name.
    pub tools: BTreeMap<String, ToolOverride>,
    /// `config` as data, after substitution; for `GET /v1/providers`, which redacts it. Of a
    /// secret it holds where the value comes from, never the value.
    pub config: Map<String, Value>,
    /// Where it stands.
    pub place: Place,
}

/// What becomes of a component that imports what needs a grant and has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Imports {
    /// It loads, and each use of the import is denied.
    #[default]
    Lenient,
    /// It is refused.
    Strict,
}

/// `config.pin` of a provider: digests in 64 lower-case hex digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pin {
    /// `component`: of the component file. Default any.
    pub component: Option<String>,
    /// `tools`: of what clients and models read of its tools. Default any.
    pub tools: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// Where a provider's component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `inline::NAME`: a shipped tool, or `NAME.wasm` in [`Runtime::components_dir`].
    Named(String),
    /// `inline::wasm` with `config.component`; relative to the config file's folder.
    File(PathBuf),
}

/// `config.tools.NAME` of a provider.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolOverride {
    /// Replaces the component's own description.
    pub description: Option<String>,
    /// Limits over the provider's.
    pub limits: LimitsPatch,
    /// Descriptions of parameters by JSON name, replacing the component's own.
    pub parameters: BTreeMap<String, String>,
    /// Where it stands.
    pub place: Place,
}

/// One entry of `tool_groups`.
#[derive(Debug, Clone)]
pub struct Group {
    /// `toolgroup_id`
    pub name: GroupName,
    /// `provider_id`
    pub provider: ProviderName,
    /// `args`, shown to clients as given.
    pub args: Option<Map<String, Value>>,
    /// Where it stands.
    pub place: Place,
}
