//! What one call can see of the world: nothing that was not granted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::call::Rights;
use super::capability;
use super::capability::files::Files;
use super::capability::network::Network;
use super::lanes::Ticks;
use super::limits::Limiter;
use super::log::Log;
use super::world::World;
use crate::egress::Ledger;
use crate::invocation::Progress;
use crate::tool::GroupName;

/// What the host copies for one host call or result beyond the output limit, in bytes.
const COPY_SLACK_BYTES: u64 = 256 * 1024;

/// The data of one call's store.
pub struct Sandbox {
    wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) network: Network,
    pub(super) files: Files,
    pub(super) world: Arc<World>,
    /// The tool group that the call came through; `None` while the component is loaded.
    pub(super) group: Option<GroupName>,
    /// Bounds memory and tables.
    pub limiter: Limiter,
    /// What the guest wrote to stdout.
    pub stdout: Log,
    /// What the guest wrote to stderr.
    pub stderr: Log,
    /// How far it has come, as it says.
    pub progress: Vec<Progress>,
    /// The moment at which its clock was stopped, if it was and was looked at.
    pub(super) frozen: Option<Duration>,
    /// The source of its random bytes, if that is a seeded one and was used.
    pub(super) seeded: Option<StdRng>,
    /// When the instance was ready.
    pub instantiated: Option<Instant>,
    /// Calls of host functions so far.
    pub hostcalls: u64,
    hostcalls_max: u64,
    pub(super) account: Arc<Account>,
    engine: Engine,
}

/// What a call's owner keeps of it, to read when it is over or gone.
#[derive(Debug)]
pub struct Account {
    /// When the sandbox was made; the call's clock starts here.
    pub began: Instant,
    /// Requests and denials.
    pub ledger: Arc<Ledger>,
    /// How long it computed.
    pub ticks: Ticks,
}

impl Account {
    /// An empty account of a call with `rights`.
    pub fn new(rights: &Rights<'_>) -> Arc<Account> {
        let began = Instant::now();
        let Rights { limits, trace, .. } = rights;
        Arc::new(Account {
            began,
            ledger: Ledger::new(began + limits.timeout, limits.http_requests, *trace),
            ticks: Ticks::default(),
        })
    }
}

/// The guest called host functions more often than it may.
#[derive(Debug, thiserror::Error)]
#[error("too many host calls")]
pub struct HostCallsExceeded;

/// Builds the linker that every program shares.
pub fn link(engine: &Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    capability::link(&mut linker)?;
    Ok(linker)
}

/// A fresh store with all limits armed. The guest's fuel and clock start here.
pub fn store(
    engine: &Engine,
    rights: Rights<'_>,
    account: &Arc<Account>,
) -> wasmtime::Result<Store<Sandbox>> {
    let Rights {
        limits,
        world,
        group,
        trace: _,
    } = rights;
    let (stdout, stderr) = Log::pair(limits.log_bytes);
    let handles_max = limits.handles as usize;
    let mut table = ResourceTable::new();
    // RUSTSEC-2026-0020: neither handles nor resources cost the guest fuel.
    table.set_max_capacity(handles_max);
    let sandbox = Sandbox {
        wasi: world.wasi(stdout.clone(), stderr.clone()),
        table,
        network: Network::new(world.gate(), account.ledger.clone()),
        files: Files::default(),
        world: world.clone(),
        group: group.cloned(),
        limiter: Limiter::new(limits),
        stdout,
        stderr,
        progress: Vec::new(),
        frozen: None,
        seeded: None,
        instantiated: None,
        hostcalls: 0,
        hostcalls_max: limits.hostcalls,
        account: account.clone(),
        engine: engine.clone(),
    };
    let mut store = Store::new(engine, sandbox);
    store.limiter(|sandbox| &mut sandbox.limiter);
    store.set_max_component_handles(handles_max);
    let copied_max = limits.output_bytes.saturating_mul(4) + COPY_SLACK_BYTES;
    store.set_hostcall_fuel(usize::try_from(copied_max).unwrap_or(usize::MAX));
    store.set_fuel(limits.fuel)?;
    // Ticks are no clock (a loaded machine skips them): each one only asks what time it is.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| {
        let sandbox = store.data();
        if sandbox.hostcalls > sandbox.hostcalls_max {
            return Err(wasmtime::Error::new(HostCallsExceeded));
        }
        sandbox.account.ticks.add();
        Ok(if Instant::now() >= sandbox.deadline() {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Yield(1)
        })
    });
    Ok(store)
}

impl Sandbox {
    /// When the call ends.
    pub fn deadline(&self) -> Instant {
        self.account.ledger.deadline
    }

    /// Counts a call of a host function. Every one of them takes its view of the sandbox first
    /// and counts there; what it cannot do there is fail, so past the budget it makes the
    /// guest look up at once.
    pub(super) fn count_hostcall(&mut self) {
        self.hostcalls += 1;
        if self.hostcalls > self.hostcalls_max {
            self.engine.increment_epoch();
        }
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.count_hostcall();
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
