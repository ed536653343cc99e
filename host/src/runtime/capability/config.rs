//! `wasi:config/store` and `toolhost:tool/config`: the values of `grants.config`, and no others.

use std::collections::BTreeMap;

use wasmtime::component::{HasData, Linker};

use super::contract;
use crate::runtime::sandbox::Sandbox;

mod bindings {
    wasmtime::component::bindgen!({ path: "../wit/config", world: "imports" });
}

use bindings::wasi::config::store::{self, Error};

/// Adds `wasi:config/store`. Without a grant it is empty.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    store::add_to_linker::<Sandbox, HasValues>(linker, Sandbox::values)
}

struct HasValues;

impl HasData for HasValues {
    type Data<'a> = Values<'a>;
}

struct Values<'a>(&'a BTreeMap<String, String>);

impl Sandbox {
    fn values(&mut self) -> Values<'_> {
        self.count_hostcall();
        Values(&self.world.grants().config)
    }
}

impl store::Host for Values<'_> {
    fn get(&mut self, key: String) -> Result<Option<String>, Error> {
        Ok(self.0.get(&key).cloned())
    }

    fn get_all(&mut self) -> Result<Vec<(String, String)>, Error> {
        let pairs = self.0.iter();
        Ok(pairs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}

impl contract::config::Host for Sandbox {
    fn get(&mut self, key: String) -> Option<String> {
        self.world.grants().config.get(&key).cloned()
    }

    fn all(&mut self) -> Vec<(String, String)> {
        let pairs = self.world.grants().config.iter();
        pairs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}
