//! Rules that good intentions do not hold: the order of rooms, the homes of third-party
//! worlds, what every file begins with, and docs that list what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toolhost::config::{Key, Takes};
use toolhost::{config, invocation, policy, telemetry};
use toolhost_tests::root;

#[path = "tidy/attacks.rs"]
mod attacks;

/// Crates that only one room may name.
const HOMES: &[(&str, &[&str])] = &[
    ("wasmtime", &["runtime"]),
    ("wasmtime_wasi", &["runtime"]),
    ("wasmtime_wasi_http", &["runtime"]),
    ("wasm_encoder", &["runtime"]),
    ("wit_parser", &["runtime"]),
    ("wit_component", &["runtime"]),
    ("wasi_preview1_component_adapter_provider", &["runtime"]),
    ("cap_std", &["runtime"]),
    ("blake3", &["runtime", "access"]),
    ("wasmparser", &["runtime"]),
    ("thread_priority", &["telemetry", "runtime"]),
    ("rustix", &["runtime", "cli"]),
    ("rusqlite", &["traces", "keyvalue"]),
    ("hyper", &["telemetry", "egress", "http"]),
    ("hyper_util", &["telemetry", "egress", "http"]),
    ("hyper_rustls", &["telemetry", "egress"]),
    ("rustls", &["telemetry", "egress"]),
    ("rustls_native_certs", &["telemetry", "egress"]),
    ("ipnet", &["policy", "config"]),
    ("url", &["policy", "egress", "runtime", "http"]),
    ("axum", &["http"]),
    ("utoipa", &["http"]),
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("reqwest", &["cli"]),
    ("opentelemetry", &["telemetry"]),
    ("opentelemetry_sdk", &["telemetry"]),
    ("opentelemetry_appender_tracing", &["telemetry"]),
    ("opentelemetry_http", &["telemetry"]),
    ("opentelemetry_otlp", &["telemetry"]),
    ("tracing_subscriber", &["telemetry"]),
    ("serde_saphyr", &["config"]),
    ("jsonschema", &["tool"]),
    ("tar", &["project"]),
    ("similar", &["cli"]),
];

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let src = root().join("host/src");
    let mut paths = Vec::new();
    rust_files(&src, &mut paths);
    let source = |path: PathBuf| {
        let inside = path
            .strip_prefix(&src)
            .expect("inside")
            .components()
            .next()
            .expect("a part");
        let room = inside
            .as_os_str()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        Source {
            text: std::fs::read_to_string(&path).expect("UTF-8"),
            room,
            path,
        }
    };
    paths.into_iter().map(source).collect()
}

fn rooms() -> Vec<String> {
    let lib = std::fs::read_to_string(root().join("host/src/lib.rs")).expect("lib.rs");
    lib.lines()
        .filter_map(|line| {
            line.strip_prefix("pub mod ")?
                .strip_suffix(';')
                .map(str::to_owned)
        })
        .collect()
}

/// The text without comments, so that prose may mention what code may not.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

/// Which rooms a file names as `crate::room`, also inside braces.
fn named_rooms(text: &str, rooms: &[String]) -> BTreeSet<String> {
    let code: String = code(text).collect::<Vec<_>>().join("\n");
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if rooms.contains(&name) {
                named.insert(name);
            }
        }
    }
    named
}

fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let rooms = rooms();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let named = named_rooms(&source.text, &rooms);
        arrows
            .entry(source.room.clone())
            .or_default()
            .extend(named.into_iter().filter(|room| *room != source.room));
    }
    arrows
}

#[test]
fn a_room_imports_only_rooms_above_it() {
    let rooms = rooms();
    assert_eq!(rooms.len(), 16, "{rooms:?}");
    for (index, room) in rooms.iter().enumerate() {
        for named in &arrows()[room] {
            let above = rooms
                .iter()
                .position(|other| other == named)
                .expect("a room");
            assert!(
                above < index,
                "`{room}` imports `{named}`, which stands below it in lib.rs"
            );
        }
    }
}

#[test]
fn the_architecture_shows_the_rooms_and_arrows_as_they_are() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = text
        .split("| Room | Imports | What it does |")
        .nth(1)
        .expect("the table of rooms");
    let rows: Vec<(String, BTreeSet<String>)> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let names = cells[2]
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect();
            (cells[1].trim_matches('`').to_owned(), names)
        })
        .collect();
    let arrows = arrows();
    let measured: Vec<_> = rooms()
        .into_iter()
        .map(|room| (room.clone(), arrows[&room].clone()))
        .collect();
    assert_eq!(rows, measured);
}

#[test]
fn each_third_party_world_has_one_home() {
    for source in sources() {
        for &(world, homes) in HOMES {
            let names_it = code(&source.text).any(|line| {
                line.match_indices(world).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    let after = &line[at + world.len()..];
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"')
                        && after.starts_with("::")
                })
            });
            assert!(
                !names_it || homes.contains(&source.room.as_str()),
                "{} names `{world}`, whose home is {homes:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let mut paths = Vec::new();
    for folder in ["host", "tests", "tools"] {
        rust_files(&root().join(folder), &mut paths);
    }
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        assert!(
            text.starts_with("//! "),
            "{} does not begin with `//! `",
            path.display()
        );
    }
}

#[test]
fn every_guest_is_used_by_a_test() {
    let mut paths = Vec::new();
    rust_files(&root().join("tests/suite"), &mut paths);
    let suites: String = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("UTF-8"))
        .collect();
    for folder in ["guests", "hostile", "hostile/wat", "languages"] {
        let entries = std::fs::read_dir(root().join("tests").join(folder)).expect("the guests");
        for entry in entries {
            let path = entry.expect("an entry").path();
            let is_text = path.extension().is_some_and(|ending| ending == "wat");
            if is_text || path.join("Cargo.toml").exists() || path.join("wit").exists() {
                let name = path.file_stem().expect("a name").to_string_lossy();
                assert!(
                    suites.contains(&format!("\"{name}\"")),
                    "no test uses the guest `{name}` of tests/{folder}"
                );
            }
        }
    }
}

#[test]
fn every_attack_written_as_text_says_what_must_happen() {
    for entry in std::fs::read_dir(root().join("tests/hostile/wat")).expect("the attacks") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        assert!(
            text.starts_with(";; "),
            "{} does not begin with `;; `",
            path.display()
        );
    }
}

fn docs(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name))
        .unwrap_or_else(|error| panic!("docs/{name}: {error}"))
}

/// Whether a document has the row of `key`: what it takes, its default, what it does.
fn lists(text: &str, key: &Key) -> bool {
    let begin = format!("| `{}` | {} | ", key.path, key.takes);
    let end = format!(" | {}. |", key.doc);
    text.lines()
        .filter_map(|line| line.strip_prefix(&begin)?.strip_suffix(&end))
        .map(|default| default.trim_matches('`'))
        // A provider's limit is the host's, whatever that is.
        .any(|default| default == key.default.trim_matches('`') || default == "toolhost.limits")
}

#[test]
fn the_docs_list_every_config_key_as_it_is() {
    let text = docs("config.md");
    for key in config::KEYS.iter().chain(config::MANIFEST_KEYS) {
        assert!(
            lists(&text, key),
            "docs/config.md does not list `{}`, which takes {}, by default {}: {}",
            key.path,
            key.takes,
            key.default,
            key.doc
        );
    }
}

#[test]
fn the_docs_list_every_key_of_golden_calls_as_it_is() {
    let text = docs("testing.md");
    for key in config::CASE_KEYS {
        assert!(
            lists(&text, key),
            "docs/testing.md does not list `{}`, which takes {}, by default {}: {}",
            key.path,
            key.takes,
            key.default,
            key.doc
        );
    }
}

#[test]
fn the_docs_list_every_limit_with_its_bounds() {
    let text = docs("config.md");
    let limits = policy::BOUNDS.map(|bound| (bound.key, bound.default, bound.floor, bound.ceiling));
    // Of the host and of grants; those of one call are above, and `limits.max` has no effect of
    // its own.
    let others = config::KEYS.iter().filter_map(|key| match key.takes {
        Takes::Amount(_, floor, ceiling) if !key.path.contains(".limits.") => {
            let path = key.path.strip_prefix("providers.tool_runtime[].config.");
            Some((path.unwrap_or(key.path), key.default, floor, ceiling))
        }
        _ => None,
    });
    for (key, default, floor, ceiling) in limits.into_iter().chain(others) {
        let default = match default {
            "none" => default.to_owned(),
            default => format!("`{default}`"),
        };
        let row = format!("| `{key}` | {default} | `{floor}` | `{ceiling}` |");
        assert!(
            key == "server.port" || text.contains(&row),
            "docs/config.md does not say {row}"
        );
    }
}

#[test]
fn the_docs_list_every_rule_of_policy() {
    let text = docs("security.md");
    for rule in policy::Rule::ALL {
        assert!(
            text.contains(&format!("| `{rule}` |")),
            "docs/security.md does not list `{rule}`"
        );
    }
}

#[test]
fn the_docs_list_every_metric_with_its_help() {
    let text = docs("metrics.md");
    for metric in telemetry::METRICS {
        for words in [metric.name, metric.prometheus, metric.help] {
            assert!(
                text.contains(words),
                "docs/metrics.md does not say `{words}`"
            );
        }
    }
}

#[test]
fn the_docs_list_every_kind_of_failure() {
    let text = docs("failures.md");
    for kind in invocation::KINDS {
        assert!(
            text.contains(&format!("`{kind}`")),
            "docs/failures.md does not list `{kind}`"
        );
    }
}

#[test]
fn the_docs_list_every_route() {
    let text = docs("http-api.md");
    let routes =
        std::fs::read_to_string(root().join("host/src/http/routes.rs")).expect("routes.rs");
    let routes = routes.split("#[cfg(test)]").next().expect("the first part");
    let paths: BTreeSet<&str> = code(routes)
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|text| text.starts_with('/'))
        .collect();
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        assert!(
            text.contains(&format!("`{path}`")),
            "docs/http-api.md does not list `{path}`"
        );
    }
}

#[test]
fn the_docs_name_the_toolchains_that_build_the_guests() {
    let text = docs("tools.md");
    let makefile = std::fs::read_to_string(root().join("Makefile")).expect("the Makefile");
    let pins = makefile
        .lines()
        .filter(|line| line.starts_with("COMPONENTIZE_"))
        .filter_map(|line| line.split(" := ").nth(1)?.rsplit_once('-'));
    let mut seen = 0;
    for (name, version) in pins {
        seen += 1;
        let pinned = ["==", "@"].map(|sign| format!(" install {name}{sign}{version}\n"));
        assert!(
            pinned.iter().any(|command| text.contains(command))
                && text.contains(&format!("`{name}` {version}")),
            "docs/tools.md does not name `{name}` {version}"
        );
    }
    assert_eq!(seen, 2);
}
