//! The one place where wasmtime's errors become [`Failure`]s.

use wasmtime::component::ResourceTableError;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;

use super::sandbox::{HostCallsExceeded, Sandbox};
use crate::invocation::Failure;
use crate::policy::Limits;

/// Says what `error` means for the caller. Whatever is our own fault is logged here, once.
pub fn failure(error: &wasmtime::Error, store: &Store<Sandbox>, limits: &Limits) -> Failure {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => return Failure::OutOfFuel { limit: limits.fuel },
        Some(Trap::Interrupt) => {
            return Failure::Timeout {
                limit: limits.timeout,
            };
        }
        _ => {}
    }
    if error.is::<HostCallsExceeded>() {
        return Failure::TooManyHostCalls {
            limit: limits.hostcalls,
        };
    }
    let sandbox = store.data();
    // wasmtime keeps this error's type private.
    let text = error.root_cause().to_string();
    if text.contains("fuel allocated for hostcalls") {
        return Failure::OutputTooLarge {
            limit_bytes: limits.output_bytes,
        };
    }
    let table_is_full = matches!(
        error.downcast_ref::<ResourceTableError>(),
        Some(ResourceTableError::Full)
    );
    if table_is_full || text.contains("store handle limit exceeded") {
        return Failure::TooManyHandles {
            limit: limits.handles,
        };
    }
    // A language runtime that was refused memory aborts, exits or does not even start.
    let aborted = matches!(
        error.downcast_ref::<Trap>(),
        None | Some(Trap::UnreachableCodeReached | Trap::MemoryOutOfBounds)
    );
    if sandbox.limiter.denied && aborted {
        return Failure::OutOfMemory {
            limit_bytes: limits.memory_bytes,
        };
    }
    let stderr = sandbox.stderr.tail();
    if let Some(trap) = error.downcast_ref::<Trap>() {
        let reason = trap
            .to_string()
            .trim_start_matches("wasm trap: ")
            .to_owned();
        return Failure::Trap { reason, stderr };
    }
    if let Some(I32Exit(status)) = error.downcast_ref::<I32Exit>() {
        return Failure::Trap {
            reason: format!("it exited with status {status} and no answer"),
            stderr,
        };
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        tracing::error!(%error, "the instance pool is exhausted although every call holds a slot");
        return Failure::Host;
    }
    // What is left are broken strings, lists and handles from the guest, and host calls that
    // the engine cut off. The texts are wasmtime's own and name no host path.
    Failure::Trap {
        reason: text,
        stderr,
    }
}
