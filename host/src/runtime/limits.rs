//! Bounds what an instance may allocate, over all its memories and tables together.

use wasmtime::ResourceLimiter;

use crate::policy::Limits;

/// Core instances of one component instance; componentize-py needs 38.
const INSTANCES_MAX: usize = 64;

/// Counts linear memory and says no at the limit.
///
/// A denied growth is not an error to the guest: `memory.grow` gives −1, and most language
/// runtimes then abort. `denied` remembers it, so that the abort is called what it is.
#[derive(Debug)]
pub struct Limiter {
    /// The most that all memories may hold together, in bytes.
    pub memory_bytes_max: u64,
    memory_bytes: u64,
    table_elements_max: u64,
    table_elements: u64,
    /// The most that all memories held together, in bytes.
    pub memory_peak_bytes: u64,
    /// Whether a growth was refused.
    pub denied: bool,
}

impl Limiter {
    /// A limiter for a fresh store.
    pub fn new(limits: &Limits) -> Limiter {
        Limiter {
            memory_bytes_max: limits.memory_bytes,
            memory_bytes: 0,
            table_elements_max: limits.tables,
            table_elements: 0,
            memory_peak_bytes: 0,
            denied: false,
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = self.memory_bytes + desired.saturating_sub(current) as u64;
        if grown > self.memory_bytes_max {
            self.denied = true;
            return Ok(false);
        }
        // A memory's own declared maximum is the guest's affair, not a limit of ours.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.memory_bytes = grown;
        self.memory_peak_bytes = self.memory_peak_bytes.max(grown);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = self.table_elements + desired.saturating_sub(current) as u64;
        if grown > self.table_elements_max {
            self.denied = true;
            return Ok(false);
        }
        self.table_elements = grown;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }
}
