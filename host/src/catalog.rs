//! Which tools exist, and the program and limits behind each.
//!
//! A `Catalog` never changes; `Registry` swaps whole ones, so a call sees one state from
//! its first step to its last. Nothing here runs a tool or knows about HTTP.
//! Start reading at `Catalog::entry`, then `load.rs`.

mod index;
mod load;
mod pin;
mod registry;

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use crate::policy::Limits;
use crate::runtime::{Function, Program, World};
use crate::tool::{GroupName, ProviderName, Tool};

pub use index::Catalog;
pub use load::{Shipped, load};
pub use registry::{RegisterError, Registration, Registry, UnknownGroup};

/// A configured component.
pub struct Provider {
    /// `provider_id`
    pub name: ProviderName,
    /// `provider_type`
    pub kind: String,
    /// Its config as written; secrets are redacted where it is shown.
    pub config: Map<String, Value>,
    /// Its component.
    pub program: Arc<Program>,
    /// What its tools may reach.
    pub world: Arc<World>,
    /// Its tools, overrides applied.
    pub offers: Vec<Offer>,
}

/// A tool of a provider, in whichever groups it is offered.
#[derive(Clone)]
pub struct Offer {
    /// What runs.
    pub function: Arc<Function>,
    /// What callers read of it, the operator's words first.
    pub description: String,
    /// What it accepts, described in the operator's words first.
    pub input: Arc<crate::tool::Input>,
    /// What each call may use up.
    pub limits: Limits,
    /// How many of its calls run and wait, in all groups that offer the tool.
    pub share: Arc<Share>,
}

/// How many calls of one tool may run and wait.
#[derive(Debug)]
pub struct Share {
    /// As many permits as `limits.concurrency`.
    pub running: Arc<Semaphore>,
    /// As many permits as `toolhost.tool_queue`.
    pub waiting: Semaphore,
}

impl Share {
    fn new(running: u32, waiting: u32) -> Share {
        Share {
            running: Arc::new(Semaphore::new(running as usize)),
            waiting: Semaphore::new(waiting as usize),
        }
    }
}

/// A registered tool group.
pub struct Group {
    /// `toolgroup_id`
    pub name: GroupName,
    /// The provider that runs its tools.
    pub provider: ProviderName,
    /// `args`, shown as given.
    pub args: Option<Map<String, Value>>,
    /// Its tools.
    pub entries: Vec<Arc<Entry>>,
}

/// A tool that can be called.
pub struct Entry {
    /// What callers see.
    pub tool: Tool,
    /// What each call may use up.
    pub limits: Limits,
    /// What a call may reach.
    pub world: Arc<World>,
    /// The component.
    pub program: Arc<Program>,
    /// The function in it.
    pub function: Arc<Function>,
    /// See [`Offer::share`].
    pub share: Arc<Share>,
    /// As many permits as `toolhost.group_concurrency`, shared by all tools of the group.
    pub group_running: Arc<Semaphore>,
}
