//! The keys with which the operator bounds what any provider may have.

use super::{Key, LIMITS, Takes, key};
use crate::policy::BOUNDS;

/// What `toolhost.grants.never` may name.
pub(in crate::config) const NEVER: [&str; 11] = [
    "network",
    "network.http",
    "network.private",
    "files",
    "files.write",
    "env",
    "secrets",
    "config",
    "keyvalue",
    "clock",
    "random",
];

pub(super) const KEYS: [Key; 13] = [
    key(
        "toolhost.limits.max",
        Takes::Map,
        "none",
        "The most that a provider or tool of this config may state",
    ),
    most("toolhost.limits.max.fuel", 0),
    most("toolhost.limits.max.memory", 1),
    most("toolhost.limits.max.timeout", 2),
    most("toolhost.limits.max.output", 3),
    most("toolhost.limits.max.log", 4),
    most("toolhost.limits.max.concurrency", 5),
    most("toolhost.limits.max.hostcalls", 6),
    most("toolhost.limits.max.tables", 7),
    most("toolhost.limits.max.handles", 8),
    most("toolhost.limits.max.http_requests", 9),
    key(
        "toolhost.grants",
        Takes::Map,
        "none",
        "What the operator says about the grants of all providers",
    ),
    key(
        "toolhost.grants.never",
        Takes::AnyOf(&NEVER),
        "none",
        "What no provider of this config may be granted",
    ),
];

const fn most(path: &'static str, index: usize) -> Key {
    let (bound, (unit, doc)) = (BOUNDS[index], LIMITS[index]);
    key(
        path,
        Takes::Amount(unit, bound.floor, bound.ceiling),
        bound.ceiling,
        doc,
    )
}
