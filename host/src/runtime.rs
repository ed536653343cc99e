//! Compiles components and runs one call in a fresh sandbox.
//!
//! The only room that knows wasmtime. It knows neither HTTP nor metrics nor which tools
//! exist: bytes come in, a `Program` comes out, and each `Program::call` gives a `Run`.
//! Start reading at `Runtime::load`, then `call.rs`.

mod cache;
mod call;
mod describe;
mod docs;
mod engine;
mod fault;
mod limits;
mod log;
mod program;
mod provider;
mod sandbox;
mod ticker;
mod values;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::config;
use cache::Cache;
use sandbox::Sandbox;
use ticker::Ticker;

pub use call::Run;
pub use docs::{Docs, embed as embed_docs};
pub use engine::Allocation;
pub use program::{Function, Program};

/// The engine and what every program shares.
pub struct Runtime {
    engine: Engine,
    linker: Linker<Sandbox>,
    cache: Option<Cache>,
    component_bytes_max: u64,
    slots: Arc<Semaphore>,
    slots_total: u32,
    allocation: Allocation,
    _ticker: Ticker,
}

/// A place in the engine's instance pool. A call consumes one, so no call can start that the
/// pool has no room for.
#[derive(Debug)]
pub struct Slot(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Runtime {
    /// Starts an engine with room for `slots` instances at once.
    pub fn new(config: &config::Runtime, slots: u32) -> Result<Runtime, Error> {
        let (engine, allocation) = engine::build(slots).map_err(Error::Engine)?;
        let cache = config.cache_dir.as_deref().and_then(|dir| match Cache::open(dir, &engine) {
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
            component_bytes_max: config.component_bytes_max,
            slots: Arc::new(Semaphore::new(slots as usize)),
            slots_total: slots,
            allocation,
        })
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

    /// How instances are allocated, for the start-up log.
    pub fn allocation(&self) -> Allocation {
        self.allocation
    }
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

    /// It is no component.
    #[error("{0}")]
    NotAComponent(String),

    /// It imports something that this host does not have.
    #[error("the component imports {}, which this host does not offer", names.join(", "))]
    ForeignImports {
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

    /// Its docs cannot be written or read.
    #[error("{0}")]
    Docs(String),
}
