//! Every key of a config that this host reads: what it takes, its default, what it does.
//!
//! Bounds and defaults are checked and applied from this table, so it cannot drift from
//! what the host does.

mod cases;
mod ceilings;
mod grants;
mod manifest;
mod telemetry;

use std::fmt;

use super::units::Unit;
use crate::policy::BOUNDS;

pub use cases::CASE_KEYS;
pub use manifest::MANIFEST_KEYS;

pub(super) use ceilings::NEVER;

/// One key of a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The keys that lead to it; `[]` stands for an entry of a list, `NAME` for any key.
    pub path: &'static str,
    /// What may be written there.
    pub takes: Takes,
    /// What holds if it is not written: a value as a config writes it, `none`, `required` or
    /// words.
    pub default: &'static str,
    /// What it does, in one sentence without a full stop.
    pub doc: &'static str,
}

impl Key {
    /// The unit, floor and ceiling of the amount that this key takes.
    pub(super) fn bounds(&self) -> (Unit, &'static str, &'static str) {
        let (Takes::Amount(unit, floor, ceiling) | Takes::Amounts(unit, floor, ceiling)) =
            self.takes
        else {
            unreachable!("`{}` is read as an amount, and takes none", self.path)
        };
        (unit, floor, ceiling)
    }

    /// The words that this key takes.
    pub(super) fn words(&self) -> &'static [&'static str] {
        let (Takes::OneOf(words) | Takes::AnyOf(words)) = self.takes else {
            unreachable!("`{}` is read as a word, and takes none", self.path)
        };
        words
    }
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A path; relative ones start at the config file's folder, and `~` is the home folder.
    Path,
    /// A list of texts.
    Texts,
    /// A list of maps.
    Maps,
    /// A map.
    Map,
    /// An amount, from the first to the second text.
    Amount(Unit, &'static str, &'static str),
    /// A list of amounts, each from the first to the second text.
    Amounts(Unit, &'static str, &'static str),
    /// So many per second, minute or hour, such as `10/s`.
    Rate,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of these words.
    AnyOf(&'static [&'static str]),
    /// Any value.
    Value,
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Takes::Text => f.write_str("text"),
            Takes::Flag => f.write_str("`true` or `false`"),
            Takes::Path => f.write_str("path"),
            Takes::Texts => f.write_str("list of texts"),
            Takes::Maps => f.write_str("list of maps"),
            Takes::Map => f.write_str("map"),
            Takes::Amount(unit, floor, ceiling) => write!(f, "{unit}, `{floor}` to `{ceiling}`"),
            Takes::Amounts(unit, floor, ceiling) => {
                write!(f, "list of {unit}s, `{floor}` to `{ceiling}`")
            }
            Takes::Rate => f.write_str("rate, `1/h` to `100000/s`"),
            Takes::OneOf(words) => write!(f, "one of `{}`", words.join("`, `")),
            Takes::AnyOf(words) => write!(f, "list of `{}`", words.join("`, `")),
            Takes::Value => f.write_str("any value"),
        }
    }
}

/// All of them, in the order of the docs.
pub const KEYS: &[Key] = &joined();

const KEYS_LEN: usize =
    GENERAL.len() + telemetry::KEYS.len() + grants::KEYS.len() + ceilings::KEYS.len();

const fn joined() -> [Key; KEYS_LEN] {
    let mut joined = [GENERAL[0]; KEYS_LEN];
    let parts: [&[Key]; 4] = [GENERAL, &telemetry::KEYS, &grants::KEYS, &ceilings::KEYS];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            joined[at] = parts[part][index];
            (at, index) = (at + 1, index + 1);
        }
        part += 1;
    }
    joined
}

/// All but telemetry, grants and what the operator forbids.
const GENERAL: &[Key] = &[
    key(
        "version",
        Takes::Text,
        "2",
        "Version of the config format, `2`",
    ),
    key(
        "image_name",
        Takes::Text,
        "none",
        "Name of the distribution; any text",
    ),
    key(
        "distro_name",
        Takes::Text,
        "none",
        "Newer name of `image_name`",
    ),
    key(
        "apis",
        Takes::Texts,
        "none",
        "APIs that a Llama Stack would serve; accepted without effect",
    ),
    key(
        "providers",
        Takes::Map,
        "none",
        "Providers by API; this host has use for `tool_runtime` and `telemetry`",
    ),
    key(
        "providers.tool_runtime",
        Takes::Maps,
        "none",
        "The providers of tools, one component each",
    ),
    key(
        "providers.tool_runtime[].provider_id",
        Takes::Text,
        "required",
        "Name of the provider; `__disabled__` or a variable that is empty leaves it out",
    ),
    key(
        "providers.tool_runtime[].provider_type",
        Takes::Text,
        "required",
        "`inline::NAME` for a shipped tool or `NAME.wasm` in `toolhost.components_dir`, `inline::wasm` for `config.component`",
    ),
    key(
        "providers.tool_runtime[].config",
        Takes::Map,
        "none",
        "Settings of the provider",
    ),
    key(
        "providers.tool_runtime[].config.component",
        Takes::Path,
        "required for `inline::wasm`",
        "The component file of an `inline::wasm` provider",
    ),
    key(
        "providers.tool_runtime[].config.functions",
        Takes::Texts,
        "none",
        "World-level functions of the component that are tools too, as WIT names them",
    ),
    key(
        "providers.tool_runtime[].config.limits",
        Takes::Map,
        "`toolhost.limits`",
        "Limits of the provider's tools, key by key over `toolhost.limits`",
    ),
    limit("providers.tool_runtime[].config.limits.fuel", 0),
    limit("providers.tool_runtime[].config.limits.memory", 1),
    limit("providers.tool_runtime[].config.limits.timeout", 2),
    limit("providers.tool_runtime[].config.limits.output", 3),
    limit("providers.tool_runtime[].config.limits.log", 4),
    limit("providers.tool_runtime[].config.limits.concurrency", 5),
    limit("providers.tool_runtime[].config.limits.hostcalls", 6),
    limit("providers.tool_runtime[].config.limits.tables", 7),
    limit("providers.tool_runtime[].config.limits.handles", 8),
    limit("providers.tool_runtime[].config.limits.http_requests", 9),
    key(
        "providers.tool_runtime[].config.imports",
        Takes::OneOf(&["lenient", "strict"]),
        "lenient",
        "Whether a component loads that imports what needs a grant and has none: `lenient` denies each use of it, `strict` refuses the component",
    ),
    key(
        "providers.tool_runtime[].config.pin",
        Takes::Map,
        "none",
        "What the component must be; a start with anything else is refused",
    ),
    key(
        "providers.tool_runtime[].config.pin.component",
        Takes::Text,
        "any",
        "`blake3:` and 64 hex digits: the digest of the component file, as `toolhost component inspect` prints it",
    ),
    key(
        "providers.tool_runtime[].config.pin.tools",
        Takes::Text,
        "any",
        "The same of what clients and models read of its tools: names, descriptions and schemas",
    ),
    key(
        "providers.tool_runtime[].config.tools",
        Takes::Map,
        "none",
        "Overrides by the tool's bare name",
    ),
    key(
        "providers.tool_runtime[].config.tools.NAME",
        Takes::Map,
        "none",
        "Overrides of one tool",
    ),
    key(
        "providers.tool_runtime[].config.tools.NAME.description",
        Takes::Text,
        "the component's",
        "Replaces the tool's description",
    ),
    key(
        "providers.tool_runtime[].config.tools.NAME.limits",
        Takes::Map,
        "the provider's",
        "Limits of this tool, key by key over the provider's, with the same keys",
    ),
    key(
        "providers.tool_runtime[].config.tools.NAME.parameters",
        Takes::Map,
        "the component's",
        "Descriptions of parameters by JSON name",
    ),
    key(
        "tool_groups",
        Takes::Maps,
        "none",
        "The tool groups to register at start",
    ),
    key(
        "tool_groups[].toolgroup_id",
        Takes::Text,
        "required",
        "Name of the group; a variable that is empty leaves it out",
    ),
    key(
        "tool_groups[].provider_id",
        Takes::Text,
        "required",
        "The provider whose tools it offers",
    ),
    key(
        "tool_groups[].args",
        Takes::Map,
        "none",
        "Shown to clients as given",
    ),
    key(
        "tool_groups[].mcp_endpoint",
        Takes::Map,
        "none",
        "Only null: groups of this host are components",
    ),
    key(
        "registered_resources",
        Takes::Map,
        "none",
        "Newer home of `tool_groups`",
    ),
    key(
        "registered_resources.tool_groups",
        Takes::Maps,
        "none",
        "As `tool_groups`; both may stand in one config",
    ),
    key(
        "server",
        Takes::Map,
        "none",
        "Where the HTTP server listens",
    ),
    key(
        "server.host",
        Takes::Text,
        "127.0.0.1",
        "Address or name to listen on; `--host` wins over it",
    ),
    key(
        "server.port",
        Takes::Amount(Unit::Count, "0", "65535"),
        "8321",
        "Port to listen on, 0 for any free one; `--port` and then `LLAMA_STACK_PORT` win over it",
    ),
    key(
        "server.auth",
        Takes::Map,
        "none",
        "Who may call; without it, whoever reaches the port",
    ),
    key(
        "server.auth.keys",
        Takes::Maps,
        "required",
        "The keys that are accepted, one at least",
    ),
    key(
        "server.auth.keys[].name",
        Takes::Text,
        "required",
        "Name of the key in logs: 1 to 64 of `A-Z a-z 0-9 _ - .`",
    ),
    key(
        "server.auth.keys[].hash",
        Takes::Text,
        "required",
        "`blake3:` and the key's BLAKE3 hash in 64 hex digits, as `toolhost key new NAME` prints it",
    ),
    key(
        "server.auth.keys[].groups",
        Takes::Texts,
        "all",
        "The only tool groups that the key sees and calls",
    ),
    key(
        "server.auth.keys[].admin",
        Takes::Flag,
        "false",
        "Whether the key may register and unregister tool groups; not together with `groups`",
    ),
    key(
        "server.auth.keys[].budget",
        Takes::Map,
        "none",
        "What the key may use up in each window",
    ),
    key(
        "server.auth.keys[].budget.calls",
        Takes::Amount(Unit::Count, "1", "1000000000"),
        "none",
        "Calls in one window",
    ),
    key(
        "server.auth.keys[].budget.fuel",
        Takes::Amount(Unit::Fuel, "1K", "1000000T"),
        "none",
        "Fuel that the calls of one window may burn",
    ),
    key(
        "server.auth.keys[].budget.bytes",
        Takes::Amount(Unit::Bytes, "1KiB", "1PiB"),
        "none",
        "Bytes of the bodies of requests and answers of the calls of one window",
    ),
    key(
        "server.auth.keys[].budget.window",
        Takes::Amount(Unit::Time, "1s", "7d"),
        "1h",
        "Length of a window, which begins with the first call after the last window",
    ),
    key(
        "toolhost",
        Takes::Map,
        "none",
        "Settings that only this host has",
    ),
    key(
        "toolhost.components_dir",
        Takes::Path,
        "none",
        "Folder searched for `NAME.wasm` of an `inline::NAME` provider that is no shipped tool",
    ),
    key(
        "toolhost.cache_dir",
        Takes::Path,
        "`toolhost` in the user's cache folder",
        "Folder of compiled components, or null for none; `TOOLHOST_CACHE_DIR` wins over it",
    ),
    key(
        "toolhost.data_dir",
        Takes::Path,
        "`toolhost` in the user's data folder",
        "Folder of the key-value stores, or null for none; `TOOLHOST_DATA_DIR` wins over it",
    ),
    key(
        "toolhost.component_bytes_max",
        Takes::Amount(Unit::Bytes, "1KiB", "1GiB"),
        "64MiB",
        "Largest component file",
    ),
    key(
        "toolhost.compile_timeout",
        Takes::Amount(Unit::Time, "1s", "10m"),
        "3m",
        "Longest time that one component may compile",
    ),
    key(
        "toolhost.compile_memory",
        Takes::Amount(Unit::Bytes, "64MiB", "64GiB"),
        "2GiB",
        "Memory that the compilation of one component may take",
    ),
    key(
        "toolhost.compile_workers",
        Takes::Amount(Unit::Count, "1", "64"),
        "2",
        "Components that may compile at the same time",
    ),
    key(
        "toolhost.limits",
        Takes::Map,
        "none",
        "Limits of every tool whose provider states none",
    ),
    limit("toolhost.limits.fuel", 0),
    limit("toolhost.limits.memory", 1),
    limit("toolhost.limits.timeout", 2),
    limit("toolhost.limits.output", 3),
    limit("toolhost.limits.log", 4),
    limit("toolhost.limits.concurrency", 5),
    limit("toolhost.limits.hostcalls", 6),
    limit("toolhost.limits.tables", 7),
    limit("toolhost.limits.handles", 8),
    limit("toolhost.limits.http_requests", 9),
    key(
        "toolhost.body_bytes_max",
        Takes::Amount(Unit::Bytes, "1KiB", "64MiB"),
        "4MiB",
        "Largest request body",
    ),
    key(
        "toolhost.connections",
        Takes::Amount(Unit::Count, "1", "65536"),
        "1024",
        "Connections that may be open at the same time",
    ),
    key(
        "toolhost.connections_per_address",
        Takes::Amount(Unit::Count, "1", "65536"),
        "512",
        "Those of them that one client address may hold; an IPv6 address stands for its /64 network",
    ),
    key(
        "toolhost.head_timeout",
        Takes::Amount(Unit::Time, "100ms", "1m"),
        "10s",
        "Longest time from the first byte of a request to the end of its headers",
    ),
    key(
        "toolhost.idle_timeout",
        Takes::Amount(Unit::Time, "100ms", "10m"),
        "75s",
        "Longest time that a connection stays open without a request",
    ),
    key(
        "toolhost.body_timeout",
        Takes::Amount(Unit::Time, "100ms", "10m"),
        "30s",
        "Longest time for a request body to arrive",
    ),
    key(
        "toolhost.write_timeout",
        Takes::Amount(Unit::Time, "100ms", "10m"),
        "30s",
        "Longest time for a client to take the next 64 KiB of an answer, or the rest of it",
    ),
    key(
        "toolhost.grace",
        Takes::Amount(Unit::Time, "0s", "10m"),
        "10s",
        "How long calls in flight may go on after SIGTERM",
    ),
    key(
        "toolhost.allowed_hosts",
        Takes::Texts,
        "none",
        "Names, besides loopback ones, that a `Host` or `Origin` header may carry while the server is bound to loopback",
    ),
    key(
        "toolhost.concurrency",
        Takes::Amount(Unit::Count, "1", "1024"),
        "64",
        "Calls that may run at the same time, all tools together",
    ),
    key(
        "toolhost.queue",
        Takes::Amount(Unit::Count, "0", "65536"),
        "1024",
        "Calls that may wait for a place, all tools together",
    ),
    key(
        "toolhost.queue_wait",
        Takes::Amount(Unit::Time, "0s", "60s"),
        "1s",
        "Longest wait for a place",
    ),
    key(
        "toolhost.pool",
        Takes::Flag,
        "true",
        "Whether instances take their memory from a pool; `false` maps memory anew for each call, which is slower",
    ),
    key(
        "toolhost.group_concurrency",
        Takes::Amount(Unit::Count, "1", "1024"),
        "64",
        "Calls of one tool group that may run at the same time",
    ),
    key(
        "toolhost.tool_queue",
        Takes::Amount(Unit::Count, "0", "65536"),
        "256",
        "Calls of one tool that may wait for a place",
    ),
];

/// Unit and meaning of each limit, in the order of [`BOUNDS`].
const LIMITS: [(Unit, &str); BOUNDS.len()] = [
    (Unit::Fuel, "Instructions that one call may execute"),
    (Unit::Bytes, "Linear memory of one call's instance"),
    (Unit::Time, "Wall-clock time of one call"),
    (Unit::Bytes, "Size of one call's result"),
    (
        Unit::Bytes,
        "What is kept of one call's stdout and stderr together",
    ),
    (
        Unit::Count,
        "Calls of one tool that may run at the same time",
    ),
    (
        Unit::Number,
        "Calls of host functions that one call may make",
    ),
    (
        Unit::Number,
        "Elements of all tables of one call's instance",
    ),
    (
        Unit::Count,
        "Handles to resources that one call may hold at once",
    ),
    (Unit::Count, "Outgoing HTTP requests of one call"),
];

/// Sections of a Llama Stack config, of any version, that this host has no use for.
pub(super) const FOREIGN: &[&str] = &[
    "batches",
    "benchmarks",
    "connectors",
    "container_image",
    "conversations_store",
    "datasets",
    "external_apis_dir",
    "external_providers_dir",
    "image_type",
    "inference_store",
    "logging",
    "metadata_store",
    "models",
    "prompts",
    "safety",
    "scoring_fns",
    "shields",
    "storage",
    "telemetry",
    "vector_dbs",
    "vector_io",
    "vector_stores",
];

/// Keys under `server` that protect a Llama Stack; dropping one in silence would expose it.
pub(super) const REFUSED: &[&str] = &["cors", "quota", "tls_cafile", "tls_certfile", "tls_keyfile"];

/// Keys under `server.auth` that protect a Llama Stack, of any version, and have no
/// equivalent here.
pub(super) const REFUSED_AUTH: &[&str] = &[
    "access_policy",
    "config",
    "provider_config",
    "provider_type",
    "route_policy",
];

/// The row of `path` in [`KEYS`].
pub(super) fn get(path: &str) -> &'static Key {
    row(KEYS, path)
}

/// The row of `path` in `table`.
pub(super) fn row(table: &'static [Key], path: &str) -> &'static Key {
    let row = table.iter().find(|key| key.path == path);
    row.expect("check asks only for keys of the table, and each of its lines is tested")
}

/// The keys of `table` directly under `path`; under `""`, the top-level ones.
pub(super) fn under(table: &'static [Key], path: &str) -> Vec<&'static str> {
    let inner = |key: &Key| {
        let rest = key.path.strip_prefix(path)?;
        let rest = if path.is_empty() {
            rest
        } else {
            rest.strip_prefix('.')?
        };
        (!rest.contains(['.', '['])).then_some(())?;
        Some(&key.path[key.path.len() - rest.len()..])
    };
    table.iter().filter_map(inner).collect()
}

/// Longest text that is compared with known ones, in bytes; ids have at most as many.
const LIKE_BYTES_MAX: usize = 256;

/// The one of `known` that a person who wrote `text` may have meant.
pub(super) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A comparison takes longer than either text is long, and a text of a megabyte is no typo.
    if text.len() > LIKE_BYTES_MAX {
        return None;
    }
    let scored = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(text, name), name));
    let best = scored.max_by(|(left, _), (right, _)| left.total_cmp(right));
    best.filter(|&(score, _)| score > 0.85)
        .map(|(_, name)| name)
}

const fn key(path: &'static str, takes: Takes, default: &'static str, doc: &'static str) -> Key {
    Key {
        path,
        takes,
        default,
        doc,
    }
}

const fn limit(path: &'static str, index: usize) -> Key {
    let (bound, (unit, doc)) = (BOUNDS[index], LIMITS[index]);
    key(
        path,
        Takes::Amount(unit, bound.floor, bound.ceiling),
        bound.default,
        doc,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Limits;

    #[test]
    fn the_table_is_whole() {
        for table in [KEYS, MANIFEST_KEYS, CASE_KEYS] {
            check(table);
        }
    }

    fn check(table: &[Key]) {
        for (index, key) in table.iter().enumerate() {
            assert!(
                table[..index].iter().all(|other| other.path != key.path),
                "`{}` twice",
                key.path
            );
            assert!(
                !key.doc.is_empty() && !key.doc.ends_with('.'),
                "{}",
                key.path
            );
            if let Some((parent, _)) = key.path.rsplit_once('.') {
                let parent = parent.trim_end_matches("[]");
                assert!(
                    table.iter().any(|other| other.path == parent),
                    "`{parent}` is missing"
                );
            }
            if let Takes::Amount(unit, floor, ceiling) = key.takes {
                let [floor, ceiling] = [floor, ceiling].map(|text| unit.parse(text).unwrap());
                assert!(floor <= ceiling, "{}", key.path);
                if key.default != "none" {
                    let value = unit.parse(key.default).unwrap();
                    assert!(floor <= value && value <= ceiling, "{}", key.path);
                }
            }
            if let Takes::OneOf(words) = key.takes {
                assert!(words.contains(&key.default), "{}", key.path);
            }
        }
    }

    #[test]
    fn limits_are_those_of_the_policy() {
        for section in ["toolhost.limits", "providers.tool_runtime[].config.limits"] {
            let mut known = under(KEYS, section);
            known.retain(|name| *name != "max");
            assert_eq!(known, BOUNDS.map(|bound| bound.key));
            for (at, limits) in [Limits::FLOOR, Limits::DEFAULT, Limits::CEILING]
                .into_iter()
                .enumerate()
            {
                let amount = |name: &str| {
                    let key = get(&format!("{section}.{name}"));
                    let (unit, floor, ceiling) = key.bounds();
                    unit.parse([floor, key.default, ceiling][at]).unwrap()
                };
                assert_eq!(amount("fuel"), limits.fuel);
                assert_eq!(amount("memory"), limits.memory_bytes);
                assert_eq!(u128::from(amount("timeout")), limits.timeout.as_nanos());
                assert_eq!(amount("output"), limits.output_bytes);
                assert_eq!(amount("log"), limits.log_bytes);
                assert_eq!(amount("concurrency"), u64::from(limits.concurrency));
                assert_eq!(amount("hostcalls"), limits.hostcalls);
                assert_eq!(amount("tables"), limits.tables);
                assert_eq!(amount("handles"), u64::from(limits.handles));
                assert_eq!(amount("http_requests"), u64::from(limits.http_requests));
            }
        }
    }

    #[test]
    fn a_misspelt_key_is_near_to_what_was_meant() {
        for (written, meant) in [
            ("time_out", "timeout"),
            ("memory_bytes", "memory"),
            ("toolgroups", "tool_groups"),
        ] {
            let known = ["timeout", "memory", "fuel", "tool_groups"];
            assert_eq!(nearest(written, known), Some(meant));
        }
        assert_eq!(nearest("models", ["timeout", "fuel"]), None);
        let long = "fuel".repeat(100);
        assert_eq!(nearest(&long, [&*long]), None);
    }

    #[test]
    fn no_api_of_llama_stack_is_near_to_ours() {
        for api in [
            "agents",
            "batches",
            "datasetio",
            "datasets",
            "eval",
            "files",
            "inference",
            "interactions",
            "messages",
            "models",
            "post_training",
            "prompts",
            "responses",
            "safety",
            "scoring",
            "telemetry",
            "vector_io",
            "benchmarks",
            "connectors",
            "scoring_fns",
            "shields",
            "vector_dbs",
            "vector_stores",
        ] {
            assert_eq!(nearest(api, ["tool_runtime", "tool_groups"]), None, "{api}");
        }
    }
}
