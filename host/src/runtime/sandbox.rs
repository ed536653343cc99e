//! What one call can see of the world: nothing that was not granted, and nothing is granted.

use std::time::Instant;

use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::add_only_http_to_linker_async;
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

use super::limits::Limiter;
use super::log::Log;
use crate::policy::Limits;

/// Handles and resources of one call. RUSTSEC-2026-0020: none of them costs the guest fuel.
const RESOURCES_MAX: usize = 4096;
/// Largest `get-random-bytes`, in bytes.
const RANDOM_BYTES_MAX: u64 = 64 * 1024;
/// What the host copies for one host call or result beyond the output limit, in bytes.
const COPY_SLACK_BYTES: u64 = 256 * 1024;
/// In-memory size of one set of HTTP header fields, in bytes (RUSTSEC-2026-0021).
const FIELDS_BYTES_MAX: usize = 16 * 1024;

/// The data of one call's store.
pub struct Sandbox {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    egress: NoEgress,
    table: ResourceTable,
    /// Bounds memory and tables.
    pub limiter: Limiter,
    /// What the guest wrote to stdout.
    pub stdout: Log,
    /// What the guest wrote to stderr.
    pub stderr: Log,
}

/// Builds the linker that every program shares: all of WASI 0.2 and wasi:http.
///
/// Language runtimes import the whole of WASI and use none of it (CPython: 25 interfaces), so
/// nothing is refused by the name of an import. What is not granted is denied at use.
pub fn link(engine: &Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

/// A fresh store with all limits armed. The guest's fuel and clock start here.
pub fn store(
    engine: &Engine,
    limits: &Limits,
    deadline: Instant,
) -> wasmtime::Result<Store<Sandbox>> {
    let (stdout, stderr) = (Log::default(), Log::default());
    // Closed stdin; no arguments, environment, folders, sockets or name lookup: the defaults.
    let wasi = WasiCtxBuilder::new()
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .max_random_size(RANDOM_BYTES_MAX)
        .build();
    let mut http = WasiHttpCtx::new();
    http.set_field_size_limit(FIELDS_BYTES_MAX);
    let mut table = ResourceTable::new();
    table.set_max_capacity(RESOURCES_MAX);
    let limiter = Limiter::new(limits.memory_bytes);
    let mut store = Store::new(
        engine,
        Sandbox {
            wasi,
            http,
            egress: NoEgress,
            table,
            limiter,
            stdout,
            stderr,
        },
    );
    store.limiter(|sandbox| &mut sandbox.limiter);
    store.set_max_component_handles(RESOURCES_MAX);
    let copied_max = limits.output_bytes.saturating_mul(4) + COPY_SLACK_BYTES;
    store.set_hostcall_fuel(usize::try_from(copied_max).unwrap_or(usize::MAX));
    store.set_fuel(limits.fuel)?;
    // Ticks are no clock (a loaded machine skips them): each one only asks what time it is.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        Ok(if Instant::now() >= deadline {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Yield(1)
        })
    });
    Ok(store)
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Sandbox {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.egress,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Denies every outgoing request before a name is looked up.
struct NoEgress;

type Done = Box<dyn Future<Output = Result<(), HttpError>> + Send>;

impl WasiHttpHooks for NoEgress {
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _processed: Done,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Done), HttpError>> + Send> {
        Box::new(std::future::ready(Err(HttpError::HttpRequestDenied)))
    }
}
