//! Every key of a config that this host reads: what it takes, its default, what it does.
//!
//! Bounds and defaults are checked and applied from this table, so it cannot drift from
//! what the host does.

use std::fmt;

use super::units::Unit;
use crate::policy::BOUNDS;

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
        match self.takes {
            Takes::Amount(unit, floor, ceiling) => (unit, floor, ceiling),
            Takes::Text | Takes::Path | Takes::Texts | Takes::Maps | Takes::Map => {
                unreachable!("`{}` is read as an amount, and takes none", self.path)
            }
        }
    }
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Text.
    Text,
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
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Takes::Text => f.write_str("text"),
            Takes::Path => f.write_str("path"),
            Takes::Texts => f.write_str("list of texts"),
            Takes::Maps => f.write_str("list of maps"),
            Takes::Map => f.write_str("map"),
            Takes::Amount(unit, floor, ceiling) => write!(f, "{unit}, `{floor}` to `{ceiling}`"),
        }
    }
}

/// All of them, in the order of the docs.
pub const KEYS: &[Key] = &[
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
        "Providers by API; this host has use for `tool_runtime`",
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
    limit(
        "providers.tool_runtime[].config.limits.fuel",
        0,
        Unit::Fuel,
        FUEL,
    ),
    limit(
        "providers.tool_runtime[].config.limits.memory",
        1,
        Unit::Bytes,
        MEMORY,
    ),
    limit(
        "providers.tool_runtime[].config.limits.timeout",
        2,
        Unit::Time,
        TIMEOUT,
    ),
    limit(
        "providers.tool_runtime[].config.limits.output",
        3,
        Unit::Bytes,
        OUTPUT,
    ),
    limit(
        "providers.tool_runtime[].config.limits.concurrency",
        4,
        Unit::Count,
        CONCURRENCY,
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
        "toolhost.component_bytes_max",
        Takes::Amount(Unit::Bytes, "1KiB", "1GiB"),
        "64MiB",
        "Largest component file",
    ),
    key(
        "toolhost.limits",
        Takes::Map,
        "none",
        "Limits of every tool whose provider states none",
    ),
    limit("toolhost.limits.fuel", 0, Unit::Fuel, FUEL),
    limit("toolhost.limits.memory", 1, Unit::Bytes, MEMORY),
    limit("toolhost.limits.timeout", 2, Unit::Time, TIMEOUT),
    limit("toolhost.limits.output", 3, Unit::Bytes, OUTPUT),
    limit("toolhost.limits.concurrency", 4, Unit::Count, CONCURRENCY),
    key(
        "toolhost.body_bytes_max",
        Takes::Amount(Unit::Bytes, "1KiB", "64MiB"),
        "4MiB",
        "Largest request body",
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
];

const FUEL: &str = "Instructions that one call may execute";
const MEMORY: &str = "Linear memory of one call's instance";
const TIMEOUT: &str = "Wall-clock time of one call";
const OUTPUT: &str = "Size of one call's result";
const CONCURRENCY: &str = "Calls of one tool that may run at the same time";

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
pub(super) const REFUSED: &[&str] = &[
    "auth",
    "cors",
    "quota",
    "tls_cafile",
    "tls_certfile",
    "tls_keyfile",
];

/// The row of `path`.
pub(super) fn get(path: &str) -> &'static Key {
    let row = KEYS.iter().find(|key| key.path == path);
    row.expect("check asks only for keys of the table, and each of its lines is tested")
}

/// The keys directly under `path`; under `""`, the top-level ones.
pub(super) fn under(path: &str) -> Vec<&'static str> {
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
    KEYS.iter().filter_map(inner).collect()
}

/// The one of `known` that a person who wrote `text` may have meant.
pub(super) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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

const fn limit(path: &'static str, index: usize, unit: Unit, doc: &'static str) -> Key {
    let bound = BOUNDS[index];
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
        for (index, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS[..index].iter().all(|other| other.path != key.path),
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
                    KEYS.iter().any(|other| other.path == parent),
                    "`{parent}` is missing"
                );
            }
            if let Takes::Amount(unit, floor, ceiling) = key.takes {
                let [floor, value, ceiling] =
                    [floor, key.default, ceiling].map(|text| unit.parse(text).unwrap());
                assert!(floor <= value && value <= ceiling, "{}", key.path);
            }
        }
    }

    #[test]
    fn limits_are_those_of_the_policy() {
        for section in ["toolhost.limits", "providers.tool_runtime[].config.limits"] {
            assert_eq!(under(section), BOUNDS.map(|bound| bound.key));
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
                assert_eq!(amount("concurrency"), u64::from(limits.concurrency));
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
        assert_eq!(under("toolhost.limits").len(), 5);
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
