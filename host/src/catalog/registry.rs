//! The catalog that is in force, and how groups come and go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::{Catalog, Entry, Group, Provider};
use crate::tool::{GroupName, ProviderName, Tool};

/// Group ids that clients may make up in the life of a host. Each becomes a metric label, so
/// the bound also counts groups that are gone.
const REGISTERED_MAX: usize = 256;
/// Tools in those groups, all together, for the same reason.
const REGISTERED_TOOLS_MAX: usize = 2048;

/// Holds the catalog in force. Reading it takes no lock.
pub struct Registry {
    current: ArcSwap<Catalog>,
    group_concurrency: u32,
    /// Every id that a client ever registered, with its number of tools. The lock admits one
    /// writer at a time, so that no change is lost.
    registered: Mutex<HashMap<GroupName, usize>>,
}

/// A request to offer a provider's tools as a group.
#[derive(Debug)]
pub struct Registration {
    /// The group's id.
    pub name: GroupName,
    /// Its provider; `None` means the only one there is.
    pub provider: Option<ProviderName>,
    /// Shown to clients as given.
    pub args: Option<Map<String, Value>>,
}

/// Why a group is not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// No such provider.
    #[error("Provider `{name}` not found; known are {}", known.join(", "))]
    UnknownProvider {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Several providers, and the request names none.
    #[error("a provider_id is needed; known are {}", known.join(", "))]
    NeedsProvider {
        /// What there is.
        known: Vec<String>,
    },
    /// The id stands for another group already.
    #[error(
        "Object of type 'tool_group' and identifier '{group}' already exists. Unregister it first if you want to replace it."
    )]
    AlreadyExists {
        /// The id.
        group: String,
    },
    /// Clients made up too many ids.
    #[error(
        "clients have registered {REGISTERED_MAX} different tool group ids; use one of them again, or restart the host"
    )]
    TooMany,
}

/// No group of that id.
#[derive(Debug, thiserror::Error)]
#[error(
    "Tool Group '{name}' not found. Use 'client.toolgroups.list()' to list available Tool Groups."
)]
pub struct UnknownGroup {
    /// The id that was asked for.
    pub name: String,
}

impl Registry {
    /// A registry with `catalog` in force. Of a group that is registered later,
    /// `group_concurrency` calls may run at once.
    pub fn new(catalog: Catalog, group_concurrency: u32) -> Registry {
        Registry {
            group_concurrency,
            current: ArcSwap::from_pointee(catalog),
            registered: Mutex::default(),
        }
    }

    /// The catalog in force. Keep it for the whole of one call.
    pub fn current(&self) -> Arc<Catalog> {
        self.current.load_full()
    }

    /// Puts `catalog` in force in place of all there was, groups that clients registered
    /// included. Calls under way finish as they began.
    pub fn replace(&self, catalog: Catalog) {
        let _one_writer = self
            .registered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.current.store(Arc::new(catalog));
    }

    /// Registers a group. Registering the same again changes nothing and succeeds.
    pub fn register(&self, registration: Registration) -> Result<Arc<Group>, RegisterError> {
        let mut registered = self
            .registered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let catalog = self.current();
        let provider = find_provider(&catalog, registration.provider.as_ref())?;
        if let Some(group) = catalog.group(registration.name.as_str()) {
            return if group.provider == provider.name && group.args == registration.args {
                Ok(group.clone())
            } else {
                Err(RegisterError::AlreadyExists {
                    group: registration.name.to_string(),
                })
            };
        }
        let tools: usize = registered.values().sum::<usize>() + provider.offers.len();
        let is_too_many = registered.len() >= REGISTERED_MAX || tools > REGISTERED_TOOLS_MAX;
        if is_too_many && !registered.contains_key(&registration.name) {
            return Err(RegisterError::TooMany);
        }
        registered.insert(registration.name.clone(), provider.offers.len());
        let (name, args) = (registration.name, registration.args);
        let group = Arc::new(group(name, provider, args, self.group_concurrency));
        let mut groups = catalog.groups().to_vec();
        groups.push(group.clone());
        self.current
            .store(Arc::new(Catalog::new(catalog.providers().to_vec(), groups)));
        Ok(group)
    }

    /// Forgets a group. Calls under way finish.
    pub fn unregister(&self, name: &str) -> Result<(), UnknownGroup> {
        let _one_writer = self
            .registered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let catalog = self.current();
        if catalog.group(name).is_none() {
            return Err(UnknownGroup {
                name: name.to_owned(),
            });
        }
        let groups = catalog
            .groups()
            .iter()
            .filter(|group| group.name.as_str() != name)
            .cloned()
            .collect();
        self.current
            .store(Arc::new(Catalog::new(catalog.providers().to_vec(), groups)));
        Ok(())
    }
}

fn find_provider<'a>(
    catalog: &'a Catalog,
    name: Option<&ProviderName>,
) -> Result<&'a Arc<Provider>, RegisterError> {
    let known = || {
        catalog
            .providers()
            .iter()
            .map(|provider| provider.name.to_string())
            .collect()
    };
    match (name, catalog.providers()) {
        (Some(name), _) => {
            catalog
                .provider(name.as_str())
                .ok_or_else(|| RegisterError::UnknownProvider {
                    name: name.to_string(),
                    known: known(),
                })
        }
        (None, [only]) => Ok(only),
        (None, _) => Err(RegisterError::NeedsProvider { known: known() }),
    }
}

/// The group that offers all tools of `provider`.
pub(super) fn group(
    name: GroupName,
    provider: &Provider,
    args: Option<Map<String, Value>>,
    concurrency: u32,
) -> Group {
    let running = Arc::new(Semaphore::new(concurrency as usize));
    let entry = |offer: &super::Offer| {
        Arc::new(Entry {
            tool: Tool {
                name: offer.function.name.clone(),
                group: name.clone(),
                provider: provider.name.clone(),
                description: offer.description.clone(),
                input: offer.input.clone(),
                output_schema: offer.function.output_schema.clone(),
                hints: offer.function.hints.clone(),
            },
            limits: offer.limits,
            world: provider.world.clone(),
            program: provider.program.clone(),
            function: offer.function.clone(),
            share: offer.share.clone(),
            group_running: running.clone(),
        })
    };
    let entries = provider.offers.iter().map(entry).collect();
    Group {
        name,
        provider: provider.name.clone(),
        args,
        entries,
    }
}
