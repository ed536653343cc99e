//! The one engine: pooling allocator, copy-on-write images, fuel and epochs.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::policy::Limits;

/// Core instances of one component: componentize-py needs 38, everything else at most 13.
const CORE_INSTANCES_PER_SLOT: u32 = 40;
const MEMORIES_PER_SLOT: u32 = 3;
const TABLES_PER_SLOT: u32 = 6;
/// Left mapped when a slot is reused, so that a short call takes no page fault.
const MEMORY_KEEP_RESIDENT: usize = 256 << 10;
const TABLE_KEEP_RESIDENT: usize = 64 << 10;
/// What a guest may nest. Interpreters need several times that much of what compiled code does:
/// at the engine's own 512 KiB a recursion in Python or JavaScript traps at a few hundred calls.
const WASM_STACK_BYTES: usize = 2 << 20;
/// What is left for host functions on the stack of a call, as the engine's own sizes leave it.
const HOST_STACK_BYTES: usize = (2 << 20) - (512 << 10);

/// How instances get their memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// From a pool; dirty pages are found by the kernel's page-map scan and written over.
    PoolScan,
    /// From a pool; dirty pages are given back in batches. Chosen where memory may be
    /// swapped out: the scan of wasmtime 48 overlooks a dirty page that is in swap, and the
    /// next instance would read it (fixed in wasmtime 50, PR 14357).
    PoolBatch,
    /// Mapped for each instance: asked for, or address space is too small for a pool.
    OnDemand,
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Allocation::PoolScan => "pool with page-map scan",
            Allocation::PoolBatch => "pool with batched decommit",
            Allocation::OnDemand => "on demand",
        })
    }
}

/// Builds the engine, with the fastest allocation that is safe and possible here; without
/// `pooled`, on demand.
pub fn build(slots: u32, pooled: bool) -> wasmtime::Result<(Engine, Allocation)> {
    let on_demand = || Engine::new(&features()).map(|engine| (engine, Allocation::OnDemand));
    if !pooled {
        return on_demand();
    }
    let pool = if swap_is_possible() {
        Allocation::PoolBatch
    } else {
        Allocation::PoolScan
    };
    let mut config = features();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling(slots, pool)));
    match Engine::new(&config) {
        Ok(engine) => Ok((engine, pool)),
        Err(error) => {
            tracing::warn!(%error, "no instance pool; every call maps its own memory");
            on_demand()
        }
    }
}

/// Builds an engine that only compiles, for engines of [`build`]: it reserves no memory for
/// instances, and has the same [`stamp`], since how instances are allocated is no part of it.
pub fn compiler() -> wasmtime::Result<Engine> {
    Engine::new(&features())
}

/// What compiled code depends on, as one word: settings, target, CPU features and the exact
/// version of wasmtime.
///
/// wasmtime itself checks the version by its first number alone when it loads code.
pub fn stamp(engine: &Engine) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn features() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        // Costs 2 µs a call and serves only component-model async, which tools may not use.
        .concurrency_support(false)
        .wasm_component_model_map(true)
        .wasm_component_model_fixed_length_lists(true)
        // 64-bit memories need bounds checks, and no tool toolchain makes them.
        .wasm_memory64(false)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(WASM_STACK_BYTES + HOST_STACK_BYTES)
        .relaxed_simd_deterministic(true)
        .wasm_backtrace_max_frames(None)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}

fn pooling(slots: u32, allocation: Allocation) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_core_instances(slots * CORE_INSTANCES_PER_SLOT)
        .total_memories(slots * MEMORIES_PER_SLOT)
        .total_tables(slots * TABLES_PER_SLOT)
        .total_stacks(slots)
        .max_core_instances_per_component(CORE_INSTANCES_PER_SLOT)
        .max_memories_per_component(MEMORIES_PER_SLOT)
        .max_tables_per_component(TABLES_PER_SLOT)
        .max_memories_per_module(MEMORIES_PER_SLOT)
        .max_tables_per_module(TABLES_PER_SLOT)
        .max_core_instance_size(4 << 20)
        .max_component_instance_size(8 << 20)
        .table_elements(usize::try_from(Limits::CEILING.tables).unwrap_or(usize::MAX))
        .max_memory_size(usize::try_from(Limits::CEILING.memory_bytes).unwrap_or(usize::MAX))
        .max_unused_warm_slots(slots);
    if allocation == Allocation::PoolScan {
        pool.pagemap_scan(Enabled::Auto)
            .linear_memory_keep_resident(MEMORY_KEEP_RESIDENT)
            .table_keep_resident(TABLE_KEEP_RESIDENT);
    } else {
        pool.decommit_batch_size(32);
    }
    pool
}

/// Whether the kernel may move our pages to swap. Anything unreadable counts as yes.
fn swap_is_possible() -> bool {
    std::fs::read_to_string("/proc/swaps").map_or(true, |text| text.lines().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_compiles_has_the_stamp_of_one_that_runs() {
        let (pooled, allocation) = build(1, true).unwrap();
        assert_ne!(allocation, Allocation::OnDemand);
        assert_eq!(stamp(&compiler().unwrap()), stamp(&pooled));
        let mut without_fuel = features();
        without_fuel.consume_fuel(false);
        assert_ne!(stamp(&Engine::new(&without_fuel).unwrap()), stamp(&pooled));
    }
}
