//! The keys of a manifest, in which a tool's author declares what the tool needs.

use super::{Key, Takes, key};
use crate::config::units::Unit;

/// Every key of a manifest, in the order of the docs.
pub const MANIFEST_KEYS: &[Key] = &[
    key(
        "network",
        Takes::Maps,
        "none",
        "Requests that the tool makes",
    ),
    key(
        "network[].host",
        Takes::Text,
        "required",
        "A name, an address, or `*.` and a domain for every name under it",
    ),
    key(
        "network[].schemes",
        Takes::AnyOf(&["https", "http"]),
        "[https]",
        "Schemes of URLs",
    ),
    key(
        "network[].methods",
        Takes::Texts,
        "[GET, HEAD]",
        "Methods, in upper case",
    ),
    key(
        "network[].path",
        Takes::Text,
        "/**",
        "Pattern over the path: `*` is one segment, `**` at the end any number",
    ),
    key(
        "network[].ports",
        Takes::Amounts(Unit::Count, "1", "65535"),
        "the standard port of each scheme",
        "Ports",
    ),
    key("files", Takes::Maps, "none", "Folders that the tool uses"),
    key(
        "files[].guest",
        Takes::Text,
        "required",
        "Where the tool looks for the folder: an absolute path without `.` and `..`",
    ),
    key(
        "files[].access",
        Takes::OneOf(&["read", "write"]),
        "read",
        "What the tool does there; `write` includes reading",
    ),
    key(
        "env",
        Takes::Texts,
        "none",
        "Environment variables that the tool reads",
    ),
    key(
        "secrets",
        Takes::Texts,
        "none",
        "Names of the secrets that the hosts it calls want",
    ),
    key(
        "config",
        Takes::Texts,
        "none",
        "Keys of `wasi:config/store` that the tool reads",
    ),
    key(
        "keyvalue",
        Takes::Text,
        "none",
        "The store of `wasi:keyvalue` that the tool opens",
    ),
];
