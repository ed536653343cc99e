//! What one provider's tools may reach, made ready once so that a call only takes it.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use super::capability::files::Mounts;
use super::capability::{clock, random};
use super::log::Log;
use crate::egress::{Gate, Network, Own, Redactor};
use crate::keyvalue::Store;
use crate::policy::{Grants, KeyvalueGrant, Needs};

/// A provider's grants, with everything opened that they name.
pub struct World {
    grants: Grants,
    gate: Arc<Gate>,
    mounts: Mounts,
    store: Option<Arc<Store>>,
}

impl World {
    /// Opens what `grants` names and `needs`, the component's manifest, declares. `store` is
    /// for a grant of a key-value store. The error is a sentence for people.
    pub fn new(
        grants: Grants,
        needs: Option<&Needs>,
        (own, network): (Arc<Own>, Network),
        store: Option<Arc<Store>>,
    ) -> Result<World, String> {
        let grants = match needs {
            Some(needs) => needs.narrow(grants),
            None => grants,
        };
        let gate = Gate::with_network(&grants, needs, own, network)?;
        Ok(World {
            gate: Arc::new(gate),
            mounts: Mounts::open(&grants.files)?,
            store,
            grants,
        })
    }

    /// What was granted, and declared if the component has a manifest.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The folders granted.
    pub(super) fn mounts(&self) -> &Mounts {
        &self.mounts
    }

    /// The key-value store granted, and where it is kept.
    pub(super) fn keyvalue(&self) -> Option<(&KeyvalueGrant, &Arc<Store>)> {
        self.grants.keyvalue.as_ref().zip(self.store.as_ref())
    }

    /// The way out for requests.
    pub(super) fn gate(&self) -> Arc<Gate> {
        self.gate.clone()
    }

    /// Takes secrets out of what a guest wrote or answered.
    pub(super) fn redactor(&self) -> &Redactor {
        self.gate.redactor()
    }

    /// Takes the provider's secrets out of `value`.
    pub fn redact(&self, value: &mut Value) {
        self.redactor().value(value);
    }

    /// A fresh WASI context: closed stdin; no arguments, sockets or name lookup; environment,
    /// clocks and random bytes as granted.
    pub(super) fn wasi(&self, stdout: Log, stderr: Log) -> WasiCtx {
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(stdout).stderr(stderr);
        for (name, value) in &self.grants.env {
            wasi.env(name, value);
        }
        clock::set(&mut wasi, self.grants.clock);
        random::set(&mut wasi, self.grants.random);
        wasi.build()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("grants", &self.grants)
            .finish_non_exhaustive()
    }
}
