//! Compiles components and runs one call in a fresh sandbox.
//!
//! The only room that knows wasmtime. It knows neither HTTP nor metrics nor which tools
//! exist: bytes come in, a `Program` comes out, and each `Program::call` gives a `Run`.
//! Start reading at `Runtime::load`, then `call.rs`.

mod cache;
mod call;
mod capability;
mod compile;
mod contract;
mod describe;
mod digest;
mod docs;
mod encode;
mod engine;
mod fault;
mod lanes;
mod limits;
mod log;
mod manifest;
mod program;
mod provider;
mod redact;
mod sandbox;
mod scan;
mod section;
mod size;
mod strip;
mod ticker;
mod values;
mod worker;
mod world;

use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::config;
use crate::egress::{Network, Own};
use crate::keyvalue::Store;
use crate::policy::{Grants, Needs};
use cache::Cache;
use compile::Compiler;
pub use compile::Load;
use lanes::Lanes;
use sandbox::Sandbox;
use ticker::Ticker;

pub use call::{Rights, Run};
pub use digest::digest;
pub use docs::{Docs, embed as embed_docs};
pub use encode::{World as ModuleWorld, componentize};
pub use engine::Allocation;
pub use manifest::{embed_needs, read_needs};
pub use program::{Function, Program, ungranted};
pub use scan::check as scan;
pub use strip::{imports, strip};
pub use values::{lift, lower_args};
pub use worker::{Job, work as compile_worker};
pub use world::World;

/// The database of key-value stores, in `toolhost.data_dir`.
const KEYVALUE_FILE: &str = "keyvalue.db";

/// The engine and what every program shares.
pub struct Runtime {
    engine: Engine,
    linker: Linker<Sandbox>,
    cache: Option<Cache>,
    compiler: Compiler,
    component_bytes_max: u64,
    loads: Mutex<Vec<Load>>,
    slots: Arc<Semaphore>,
    slots_total: u32,
    allocation: Allocation,
    lanes: Arc<Lanes>,
    own: Arc<Own>,
    network: Network,
    data_dir: Option<PathBuf>,
    /// Open as soon as a provider has a grant of a key-value store.
    keyvalue: Mutex<Option<Arc<Store>>>,
    _ticker: Ticker,
}

/// A place in the engine's instance pool. A call consumes one, so no call can start that the
/// pool has no room for.
#[derive(Debug)]
pub struct Slot(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Runtime {
    /// Starts an engine with room for `slots` instances at once. `compiler` is the absolute
    /// path of the `toolhost` binary, which compiles components in processes of its own;
    /// without it they are compiled in this one, within no bounds.
    pub fn new(
        config: &config::Runtime,
        slots: u32,
        compiler: Option<PathBuf>,
    ) -> Result<Runtime, Error> {
        let (engine, allocation) = engine::build(slots, config.pool).map_err(Error::Engine)?;
        let stamp = engine::stamp(&engine);
        let cache = config.cache_dir.as_deref().and_then(|dir| match Cache::open(dir, stamp) {
            Ok(cache) => Some(cache),
            Err(error) => {
                tracing::warn!(dir = %dir.display(), %error, "compiled components are not cached");
                None
            }
        });
        Ok(Runtime {
            linker: sandbox::link(&engine).map_err(Error::Engine)?,
            _ticker: Ticker::start(&engine),
            engine,
            cache,
            compiler: Compiler::new(config, compiler),
            component_bytes_max: config.component_bytes_max,
            loads: Mutex::default(),
            slots: Arc::new(Semaphore::new(slots as usize)),
            slots_total: slots,
            allocation,
            own: Arc::default(),
            network: Network::System,
            data_dir: config.data_dir.clone(),
            keyvalue: Mutex::default(),
            lanes: Arc::new(Lanes::start().map_err(|error| Error::Engine(error.into()))?),
        })
    }

    /// The same with `network` beyond every world made from now on.
    #[must_use]
    pub fn with_network(self, network: Network) -> Runtime {
        Runtime { network, ..self }
    }

    /// Opens what a provider's `grants` name and `needs`, its component's manifest, declares.
    pub fn world(&self, grants: Grants, needs: Option<&Needs>) -> Result<Arc<World>, Error> {
        let store = grants.keyvalue.is_some().then(|| self.keyvalue());
        let world = store.transpose().and_then(|store| {
            let site = (self.own.clone(), self.network.clone());
            World::new(grants, needs, site, store)
        });
        world.map(Arc::new).map_err(Error::World)
    }

    /// The database of all key-value stores. The error is a sentence for people.
    fn keyvalue(&self) -> Result<Arc<Store>, String> {
        let Some(dir) = &self.data_dir else {
            return Err(
                "`grants.keyvalue` needs a folder to keep the store in; set `toolhost.data_dir`"
                    .to_owned(),
            );
        };
        let mut keyvalue = self.keyvalue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*keyvalue {
            return Ok(store.clone());
        }
        // Other users of the machine have no business with what tools keep.
        let mut folder = DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(dir);
        made.map_err(|error| format!("`{}` cannot be made: {error}", dir.display()))?;
        let store = Store::open(&dir.join(KEYVALUE_FILE)).map_err(|error| error.to_string())?;
        Ok(keyvalue.insert(Arc::new(store)).clone())
    }

    /// Says where this host listens: guests never get there, whatever is granted.
    pub fn listens(&self, address: SocketAddr) {
        self.own.add(address);
    }

    /// Waits for a free place in the pool.
    pub async fn slot(&self) -> Slot {
        let permit = self.slots.clone().acquire_owned().await;
        Slot(permit.expect("the pool's semaphore is never closed"))
    }

    /// A free place in the pool, if there is one now.
    pub fn try_slot(&self) -> Option<Slot> {
        self.slots.clone().try_acquire_owned().ok().map(Slot)
    }

    /// Whether no call holds a place in the pool.
    pub fn is_idle(&self) -> bool {
        self.slots.available_permits() == self.slots_total as usize
    }

    /// How many instances can run at once.
    pub fn slots_total(&self) -> u32 {
        self.slots_total
    }

    /// What is in use now, to find leaks by: all zero when no call runs.
    pub fn in_use(&self) -> InUse {
        let pool = self.engine.pooling_allocator_metrics();
        let free = self.slots.available_permits();
        InUse {
            slots: (self.slots_total as usize).saturating_sub(free),
            instances: pool.as_ref().map_or(0, |pool| pool.component_instances()),
            slow_tasks: self.lanes.tasks(),
        }
    }

    /// Bytes that free places of the pool keep in memory, so that the next calls take no page
    /// faults.
    pub fn warm_bytes(&self) -> usize {
        let pool = self.engine.pooling_allocator_metrics();
        pool.map_or(0, |pool| {
            pool.unused_memory_bytes_resident()
                + pool.unused_table_bytes_resident()
                + pool.unused_stack_bytes_resident().unwrap_or(0)
        })
    }

    /// How instances are allocated, for the start-up log.
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }
}

/// What calls hold of a runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// Places in the instance pool.
    pub slots: usize,
    /// Instances alive in the pool, one a store.
    pub instances: u64,
    /// Calls in the slow lane.
    pub slow_tasks: usize,
}

/// Why a component cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine does not start.
    #[error("the WebAssembly engine does not start: {0:#}")]
    Engine(wasmtime::Error),

    /// The file cannot be read.
    #[error("`{}` cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },

    /// The file is larger than the config allows.
    #[error("the component has more than the {limit} bytes of `toolhost.component_bytes_max`")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },

    /// It has more parts of one kind than any tool.
    #[error("the component has more than {limit} {parts}")]
    TooComplex {
        /// In the plural.
        parts: &'static str,
        /// How many are accepted.
        limit: u64,
    },

    /// It takes longer to compile than the config allows.
    #[error("compiling the component takes longer than the {} of `toolhost.compile_timeout`", humantime::format_duration(*limit))]
    CompileTimeout {
        /// For one component.
        limit: Duration,
    },

    /// It takes more memory to compile than the config allows, or than there is.
    #[error(
        "compiling the component takes more than the {limit} bytes of `toolhost.compile_memory`"
    )]
    CompileMemory {
        /// In bytes.
        limit: u64,
    },

    /// The compiler does not start or breaks.
    #[error("the compiler failed: {0}")]
    Compiler(String),

    /// It is no component.
    #[error("{0}")]
    NotAComponent(String),

    /// It is no core module of which a component can be made.
    #[error("no component can be made of it: {0}")]
    Module(String),

    /// It imports something that this host does not have.
    #[error("the component imports {}, which this host does not offer", names.join(", "))]
    ForeignImports {
        /// The import names, in backticks.
        names: Vec<String>,
    },

    /// It is of a version of the contract that is not known.
    #[error(
        "the component is built for `toolhost:tool` {version}; this host speaks {}",
        contract::VERSIONS
    )]
    UnknownContract {
        /// The version that it is built for.
        version: String,
    },

    /// It imports WASI 0.3.
    #[error("the component imports {}; WASI 0.3 is experimental in the engine of this host, which offers WASI 0.2", names.join(", "))]
    Wasi03 {
        /// The import names, in backticks.
        names: Vec<String>,
    },

    /// It imports a WASI interface, or a shape of one, that this host does not have.
    #[error("the component does not link: {0}")]
    Unlinkable(String),

    /// Its tools break the contract; all reasons.
    #[error("{}", .0.join("; "))]
    Contract(Vec<String>),

    /// It offers no tool.
    #[error("the component offers no tool: {0}")]
    NoTools(String),

    /// Its own `list-tools` failed.
    #[error("the component's `list-tools` failed: {0}")]
    ListTools(crate::invocation::Failure),

    /// Something that its provider's grants name cannot be opened.
    #[error("{0}")]
    World(String),

    /// Its manifest cannot be written or read.
    #[error("{0}")]
    Manifest(String),

    /// Its docs cannot be written or read.
    #[error("{0}")]
    Docs(String),
}
