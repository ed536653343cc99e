//! `wasi:keyvalue`: one store for a provider, of which each tool group has its own.

use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};

use super::{quoted, short};
use crate::egress::Ledger;
use crate::keyvalue::{Error as StoreError, Shelf, Store};
use crate::policy::{Denial, KeyvalueGrant, Rule};
use crate::runtime::sandbox::Sandbox;
use crate::runtime::world::World;
use crate::tool::GroupName;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/keyvalue",
        world: "imports",
        imports: { default: async | trappable },
        with: { "wasi:keyvalue/store.bucket": super::Bucket },
    });
}

use bindings::wasi::keyvalue::atomics;
use bindings::wasi::keyvalue::store::{self, Error, KeyResponse};

/// Largest `bytes` that a grant may have.
const BYTES_CEILING: u64 = 1 << 30;

/// An open store. What is behind it follows from the call: there is one at most.
pub struct Bucket;

/// Adds `wasi:keyvalue/store` and `wasi:keyvalue/atomics`.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    store::add_to_linker::<Sandbox, HasBuckets>(linker, Sandbox::buckets)?;
    atomics::add_to_linker::<Sandbox, HasBuckets>(linker, Sandbox::buckets)
}

struct HasBuckets;

impl HasData for HasBuckets {
    type Data<'a> = Buckets<'a>;
}

/// One host call's view of what it may reach.
struct Buckets<'a> {
    world: &'a World,
    group: &'a str,
    ledger: &'a Arc<Ledger>,
    table: &'a mut ResourceTable,
}

impl Sandbox {
    fn buckets(&mut self) -> Buckets<'_> {
        self.count_hostcall();
        Buckets {
            world: &self.world,
            group: self.group.as_ref().map_or("", GroupName::as_str),
            ledger: &self.account.ledger,
            table: &mut self.table,
        }
    }
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl Buckets<'_> {
    /// The grant of a store called `identifier`, and the database behind it.
    fn granted(&self) -> Option<(&KeyvalueGrant, &Arc<Store>)> {
        // A component that is being loaded is in no group yet.
        if self.group.is_empty() {
            return None;
        }
        self.world.keyvalue()
    }

    fn refuse(&self, identifier: &str) -> Error {
        let reason = match self.granted() {
            _ if self.group.is_empty() => "nothing is kept while a component is loaded".to_owned(),
            Some((grant, _)) => format!("the only store granted is `{}`", grant.store),
            None => "no store is granted".to_owned(),
        };
        let name = short(identifier);
        self.ledger.deny(Denial {
            rule: Rule::Keyvalue,
            target: format!("open store {name}"),
            reason,
            grant: (!self.group.is_empty()).then(|| yaml(&name, None)),
        });
        Error::AccessDenied
    }

    /// Runs `work` where it may block. It cannot be stopped halfway, but it is short, and the
    /// call does not wait for it beyond its end.
    async fn run<T, F>(&mut self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&Store, &Shelf, u64) -> Result<T, StoreError> + Send + 'static,
    {
        let Some((grant, store)) = self.granted() else {
            // No bucket is open without a grant.
            return Ok(Err(Error::AccessDenied));
        };
        let (grant, store) = (grant.clone(), store.clone());
        let shelf = Shelf {
            group: self.group.to_owned(),
            store: grant.store.clone(),
        };
        let bytes_max = grant.bytes;
        let done = tokio::task::spawn_blocking(move || work(&store, &shelf, bytes_max)).await?;
        Ok(done.map_err(|error| self.failed(&error, &grant)))
    }

    /// What the guest reads of a failure.
    fn failed(&self, error: &StoreError, grant: &KeyvalueGrant) -> Error {
        match error {
            &StoreError::Full { limit } => {
                let twice = limit.saturating_mul(2).min(BYTES_CEILING);
                self.ledger.deny(Denial {
                    rule: Rule::KeyvalueQuota,
                    target: format!("add to store {}", grant.store),
                    reason: format!("it holds as much of the {limit} bytes granted as fits"),
                    grant: (limit < BYTES_CEILING).then(|| yaml(&grant.store, Some(twice))),
                });
                Error::Other("the store is full".to_owned())
            }
            StoreError::KeyTooLong | StoreError::NotANumber => Error::Other(error.to_string()),
            StoreError::Database(_) | StoreError::Open { .. } | StoreError::TooNew(_) => {
                tracing::error!(%error, group = self.group, "what tools keep cannot be read or written");
                Error::Other("the store does not work".to_owned())
            }
        }
    }
}

fn yaml(store: &str, bytes: Option<u64>) -> String {
    let bytes = bytes.map_or(String::new(), |bytes| format!("\n    bytes: {bytes}"));
    format!("grants:\n  keyvalue:\n    store: {}{bytes}", quoted(store))
}

impl store::Host for Buckets<'_> {
    async fn open(&mut self, identifier: String) -> Answer<Resource<Bucket>> {
        match self.granted() {
            Some((grant, _)) if grant.store == identifier => Ok(Ok(self.table.push(Bucket)?)),
            _ => Ok(Err(self.refuse(&identifier))),
        }
    }
}

impl store::HostBucket for Buckets<'_> {
    async fn get(&mut self, _: Resource<Bucket>, key: String) -> Answer<Option<Vec<u8>>> {
        self.run(move |store, shelf, _| store.get(shelf, &key))
            .await
    }

    async fn set(&mut self, _: Resource<Bucket>, key: String, value: Vec<u8>) -> Answer<()> {
        self.run(move |store, shelf, bytes_max| store.set(shelf, &key, &value, bytes_max))
            .await
    }

    async fn delete(&mut self, _: Resource<Bucket>, key: String) -> Answer<()> {
        self.run(move |store, shelf, _| store.delete(shelf, &key))
            .await
    }

    async fn exists(&mut self, _: Resource<Bucket>, key: String) -> Answer<bool> {
        self.run(move |store, shelf, _| store.exists(shelf, &key))
            .await
    }

    async fn list_keys(&mut self, _: Resource<Bucket>, cursor: Option<u64>) -> Answer<KeyResponse> {
        let page = self.run(move |store, shelf, _| store.list(shelf, cursor.unwrap_or(0)));
        Ok(page.await?.map(|page| KeyResponse {
            keys: page.keys,
            cursor: page.next,
        }))
    }

    async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl atomics::Host for Buckets<'_> {
    async fn increment(&mut self, _: Resource<Bucket>, key: String, delta: u64) -> Answer<u64> {
        self.run(move |store, shelf, bytes_max| store.increment(shelf, &key, delta, bytes_max))
            .await
    }
}
