//! Who may call, and how much.
//!
//! Keys are known by their hashes alone. A fast hash is right for them: they are 256 random
//! bits, which no dictionary holds. Nothing here knows about HTTP, waits or looks at a clock:
//! the time is handed in.
//! Start reading at `Keys::identify`, then `Caller::admit`.

mod ledger;
mod mint;

use std::sync::Arc;
use std::time::Instant;

use crate::config::{ApiKey, Auth};
use crate::tool::GroupName;
use ledger::Ledger;

pub use ledger::{Amounts, Exhausted};
pub use mint::{Minted, mint};

/// Longer texts are no keys and are not hashed.
const KEY_BYTES_MAX: usize = 256;

/// The keys that are accepted.
pub struct Keys {
    keys: Vec<Arc<Key>>,
}

/// One key: its rights, and what it has used up.
pub struct Key {
    name: String,
    hash: blake3::Hash,
    groups: Option<Arc<[GroupName]>>,
    is_admin: bool,
    ledger: Ledger,
}

/// Who sends a request.
#[derive(Clone)]
pub enum Caller {
    /// Anybody, on a host without keys.
    Anonymous,
    /// The holder of a key.
    Holder(Arc<Key>),
}

/// No key was presented, or none that is accepted; nobody is told which.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a valid API key is needed")]
pub struct Refused;

impl Keys {
    /// The keys of a config, with nothing used up.
    pub fn new(auth: &Auth) -> Keys {
        let key = |key: &ApiKey| {
            Arc::new(Key {
                name: key.name.clone(),
                hash: blake3::Hash::from_bytes(key.hash),
                groups: key.groups.clone().map(Arc::from),
                is_admin: key.is_admin,
                ledger: Ledger::new(key.budget),
            })
        };
        Keys {
            keys: auth.keys.iter().map(key).collect(),
        }
    }

    /// Whether a caller needs a key.
    pub fn are_needed(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Who presents `key`; anybody, if no key is needed.
    pub fn identify(&self, key: Option<&str>) -> Result<Caller, Refused> {
        if !self.are_needed() {
            return Ok(Caller::Anonymous);
        }
        let key = key
            .filter(|key| key.len() <= KEY_BYTES_MAX)
            .ok_or(Refused)?;
        let hash = blake3::hash(key.as_bytes());
        let mut found = None;
        // All are compared, each in constant time, so that the time says nothing about them.
        for known in &self.keys {
            if known.hash == hash {
                found = Some(known);
            }
        }
        found.cloned().map(Caller::Holder).ok_or(Refused)
    }
}

impl Caller {
    /// The name of the key, for logs.
    pub fn name(&self) -> Option<&str> {
        self.key().map(|key| &*key.name)
    }

    /// The only groups whose tools it may see and call; `None` is all.
    pub fn groups(&self) -> Option<&Arc<[GroupName]>> {
        self.key()?.groups.as_ref()
    }

    /// Whether it may see and call the tools of `group`.
    pub fn may_use(&self, group: &GroupName) -> bool {
        self.groups().is_none_or(|groups| groups.contains(group))
    }

    /// Whether it may register and unregister groups.
    pub fn is_admin(&self) -> bool {
        self.key().is_none_or(|key| key.is_admin)
    }

    /// Takes one call out of its budget, if there is something left of every part.
    pub fn admit(&self, now: Instant) -> Result<Ticket, Box<Exhausted>> {
        let key = self.key();
        if let Some(key) = key {
            key.ledger.admit(now)?;
        }
        Ok(Ticket {
            key: key.cloned(),
            at_risk: 0,
        })
    }

    fn key(&self) -> Option<&Arc<Key>> {
        match self {
            Caller::Anonymous => None,
            Caller::Holder(key) => Some(key),
        }
    }
}

/// A call that was taken out of a budget and not yet paid for.
///
/// Dropped without [`Ticket::settle`], which is what a caller that goes away causes, it costs
/// the fuel at risk: nobody sees what such a call burned, and it must not be a way to burn
/// for nothing.
pub struct Ticket {
    /// `None` once it is paid for, and for a caller without a key.
    key: Option<Arc<Key>>,
    at_risk: u64,
}

impl Ticket {
    /// The most fuel that the call may burn, once its tool is known. 0 until then.
    pub fn risk(&mut self, fuel: u64) {
        self.at_risk = fuel;
    }

    /// Pays for a call that came to its end.
    pub fn settle(mut self, fuel: u64, bytes: u64) {
        if let Some(key) = self.key.take() {
            key.ledger.charge(fuel, bytes);
        }
    }

    /// Gives the call back: the host had no place for it.
    pub fn refund(mut self) {
        if let Some(key) = self.key.take() {
            key.ledger.refund();
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            key.ledger.charge(self.at_risk, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Budget;

    fn key(name: &str, text: &str) -> ApiKey {
        ApiKey {
            name: name.to_owned(),
            hash: *blake3::hash(text.as_bytes()).as_bytes(),
            groups: None,
            is_admin: false,
            budget: Budget {
                calls: None,
                fuel: Some(100),
                bytes: None,
                window: Duration::from_secs(60),
            },
        }
    }

    fn keys(keys: Vec<ApiKey>) -> Keys {
        Keys::new(&Auth { keys })
    }

    #[test]
    fn only_the_whole_key_identifies_its_holder() {
        let keys = keys(vec![key("a", "secret-a"), key("b", "secret-b")]);
        for (presented, name) in [("secret-a", "a"), ("secret-b", "b")] {
            let caller = keys.identify(Some(presented)).ok().unwrap();
            assert_eq!(caller.name(), Some(name));
        }
        let hash = blake3::hash(b"secret-a").to_hex();
        for presented in [
            None,
            Some(""),
            Some("secret-"),
            Some("secret-a "),
            Some("Secret-a"),
            Some(hash.as_str()),
            Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."),
            Some(&"x".repeat(100_000)),
        ] {
            assert_eq!(
                keys.identify(presented).err(),
                Some(Refused),
                "{presented:?}"
            );
        }
    }

    #[test]
    fn a_host_without_keys_serves_anybody_everything() {
        let keys = keys(Vec::new());
        assert!(!keys.are_needed());
        for presented in [None, Some("whatever")] {
            let caller = keys.identify(presented).ok().unwrap();
            assert!(caller.name().is_none() && caller.is_admin());
            assert!(caller.may_use(&GroupName::parse("any").unwrap()));
            caller
                .admit(Instant::now())
                .ok()
                .unwrap()
                .settle(u64::MAX, u64::MAX);
            assert!(caller.admit(Instant::now()).is_ok());
        }
    }

    #[test]
    fn rights_are_those_of_the_key() {
        let [only, other] = ["only", "other"].map(|name| GroupName::parse(name).unwrap());
        let limited = ApiKey {
            groups: Some(vec![only.clone()]),
            ..key("limited", "1")
        };
        let none = ApiKey {
            groups: Some(Vec::new()),
            ..key("none", "2")
        };
        let admin = ApiKey {
            is_admin: true,
            ..key("admin", "3")
        };
        let keys = keys(vec![limited, none, admin]);
        for (presented, may_only, may_other, is_admin) in [
            ("1", true, false, false),
            ("2", false, false, false),
            ("3", true, true, true),
        ] {
            let caller = keys.identify(Some(presented)).ok().unwrap();
            let rights = (
                caller.may_use(&only),
                caller.may_use(&other),
                caller.is_admin(),
            );
            assert_eq!(rights, (may_only, may_other, is_admin), "{presented}");
        }
    }

    #[test]
    fn a_call_that_is_abandoned_costs_what_it_might_have_burned() {
        let keys = keys(vec![key("a", "secret")]);
        let caller = keys.identify(Some("secret")).ok().unwrap();
        let now = Instant::now();
        let mut ticket = caller.admit(now).ok().unwrap();
        ticket.risk(99);
        drop(ticket);
        let left = |amount: u64| caller.admit(now).map(|ticket| ticket.settle(amount, 0));
        assert!(left(0).is_ok(), "99 of 100 are used up");
        assert!(left(1).is_ok());
        let exhausted = left(0).err().unwrap();
        assert_eq!(exhausted.remaining.fuel, Some(0));
    }

    #[test]
    fn holders_do_not_share_a_budget() {
        let keys = keys(vec![key("a", "1"), key("b", "2")]);
        let now = Instant::now();
        let [a, b] = ["1", "2"].map(|text| keys.identify(Some(text)).ok().unwrap());
        a.admit(now).ok().unwrap().settle(1000, 0);
        assert!(a.admit(now).is_err());
        assert!(b.admit(now).is_ok());
        // The budget belongs to the key, not to one request that presents it.
        assert!(keys.identify(Some("1")).ok().unwrap().admit(now).is_err());
    }
}
