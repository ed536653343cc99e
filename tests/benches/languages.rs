//! One tool in every language: what building, loading and calling it takes.
//!
//! Each project is a copy in a folder of its own, built by `toolhost build`; all components are
//! providers of one config. Held equal: the tool and its answers, which are compared; the
//! arguments; the host and its limits. Languages are called in turn, so that what else the
//! machine does hits all of them. With `UPDATE_DOCS` the table goes into docs/languages.md.
#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toolhost::app::App;
use toolhost::catalog;
use toolhost::config::{self, Config, Overrides};
use toolhost::invocation::{Content, Usage};
use toolhost::runtime::{Load, Runtime};
use toolhost_tests::serving::percentiles;
use toolhost_tests::{Setup, binary, invoke, root};

/// Builds after a change; the median is shown.
const BUILDS: usize = 3;
/// Compilations of each component, and loads of it from the cache; likewise.
const TIMES: usize = 5;
/// Warm calls of each, in so many rounds.
const CALLS: usize = 1_000;
const ROUNDS: usize = 20;
const CALLS_WARM: usize = 50;
/// How the answer begins, in every source.
const ANSWER: &str = "Weather in ";
/// What is measured; the other arguments are for comparing answers.
const CITY: &str = "Tokyo";
const CITIES: [&str; 12] = [
    "Tokyo",
    "Oslo",
    "São Paulo",
    "Zürich",
    "東京",
    "Москва",
    "القاهرة",
    "İstanbul",
    "ŁÓDŹ",
    " Lima ",
    "ß",
    "👩‍🚀",
];
/// What copies leave out, since builds put it there.
const MADE: [&str; 6] = [
    "build",
    "target",
    "node_modules",
    ".venv",
    "__pycache__",
    "Cargo.lock",
];
const BEGIN: &str =
    "<!-- The table of languages, which `UPDATE_DOCS=1 make bench-languages` writes. -->";
const END: &str = "<!-- The end of the table of languages. -->";

/// A tool in a language.
struct Subject {
    /// As the table shows it.
    title: &'static str,
    /// Of its provider and group.
    id: &'static str,
    /// Folders and files of the repository, and what they are in the project.
    parts: &'static [(&'static str, &'static str)],
    /// The source that changes.
    source: &'static str,
}

/// The first is what the others are compared with. Their number is a prime, so that strides
/// reach all of them.
const SUBJECTS: [Subject; 7] = [
    Subject {
        title: "Rust, typed",
        id: "rust-typed",
        parts: &[
            ("tools/weather/src", "src"),
            ("wit/weather", "wit"),
            ("sdk/rust/template-typed/Cargo.toml", "Cargo.toml"),
            ("tools/Cargo.lock", "Cargo.lock"),
        ],
        source: "src/report.rs",
    },
    Subject {
        title: "Rust",
        id: "rust",
        parts: &[
            ("sdk/rust/examples/weather", ""),
            ("sdk/rust/toolhost-sdk", "toolhost-sdk"),
            ("sdk/rust/template/Cargo.toml", "Cargo.toml"),
            ("sdk/rust/Cargo.lock", "Cargo.lock"),
        ],
        source: "src/report.rs",
    },
    Subject {
        title: "C",
        id: "c",
        parts: &[("sdk/c/examples/weather", "")],
        source: "src/report.c",
    },
    Subject {
        title: "Go",
        id: "go",
        parts: &[("sdk/go/examples/weather", "")],
        source: "report.go",
    },
    Subject {
        title: "JavaScript",
        id: "js",
        parts: &[("sdk/js/examples/weather", "")],
        source: "report.js",
    },
    Subject {
        title: "TypeScript",
        id: "ts",
        parts: &[("sdk/js/examples/weather-ts", "")],
        source: "report.ts",
    },
    Subject {
        title: "Python",
        id: "python",
        parts: &[("sdk/python/examples/weather", "")],
        source: "report.py",
    },
];

/// What was measured of one.
#[derive(Default)]
struct Row {
    title: &'static str,
    bytes: u64,
    build_first: Duration,
    build_again: Duration,
    compile: Duration,
    load_again: Duration,
    cold: Duration,
    warm: [Duration; 2],
    usage: Usage,
}

/// Copies what `from` holds, links as what they lead to, without what builds made.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        return;
    }
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        if !MADE.iter().any(|made| name == OsStr::new(made)) {
            copy(&from.join(&name), &to.join(&name));
        }
    }
}

/// The project of a subject below `dir`, standing for itself.
fn project(subject: &Subject, dir: &Path) -> PathBuf {
    let folder = dir.join(subject.id);
    for (from, to) in subject.parts {
        copy(&root().join(from), &folder.join(to));
    }
    // The manifests and WIT of workspaces are those of templates here.
    for (file, from, to) in [
        ("Cargo.toml", "{{name}}", "weather"),
        ("src/lib.rs", "../../wit/weather", "wit"),
    ] {
        let file = folder.join(file);
        if let Ok(text) = fs::read_to_string(&file) {
            fs::write(&file, text.replace(from, to)).expect("written");
        }
    }
    folder
}

/// The binary, as a copy: another build may replace it meanwhile.
struct Builder {
    toolhost: PathBuf,
    /// Where toolchains keep what they built before: empty at the beginning.
    caches: PathBuf,
}

impl Builder {
    fn build(&self, subject: &Subject, folder: &Path, component: &Path) -> Duration {
        let cache = |name: &str| self.caches.join(subject.id).join(name);
        let started = Instant::now();
        let output = Command::new(&self.toolhost)
            .args([OsStr::new("build"), folder.as_os_str()])
            .args([OsStr::new("--output"), component.as_os_str()])
            .env("CARGO_TARGET_DIR", cache("cargo"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("GOCACHE", cache("go"))
            .env("ZIG_GLOBAL_CACHE_DIR", cache("zig"))
            .env("ZIG_LOCAL_CACHE_DIR", cache("zig"))
            .env("XDG_CACHE_HOME", cache("xdg"))
            .output()
            .expect("toolhost starts");
        let took = started.elapsed();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", subject.title);
        took
    }

    /// The first build, and the median of those after the answer's text was changed. What is left
    /// is built of the unchanged source.
    fn measure(&self, subject: &Subject, folder: &Path, component: &Path) -> [Duration; 2] {
        let first = self.build(subject, folder, component);
        let source = folder.join(subject.source);
        let text = fs::read_to_string(&source).expect("a source");
        assert!(text.contains(ANSWER), "{}", source.display());
        let mut again: Vec<Duration> = (0..BUILDS)
            .map(|n| {
                let changed = text.replace(ANSWER, &format!("Weather {n} in "));
                fs::write(&source, changed).expect("written");
                self.build(subject, folder, component)
            })
            .collect();
        fs::write(&source, text).expect("written");
        self.build(subject, folder, component);
        [first, percentiles(&mut again)[0]]
    }
}

/// A config of these components, each on the host's default limits.
fn config(components: &[(&str, PathBuf)], dir: &Path, cache: &Path) -> Config {
    let mut setup = Setup::new();
    for (id, path) in components {
        setup = setup.component(id, path, "{}");
    }
    let file = dir.join("config.yaml");
    fs::write(&file, setup.yaml()).expect("written");
    let config = config::load(&file, &Overrides::default());
    let mut config = config.unwrap_or_else(|error| panic!("{error}"));
    config.telemetry.store = None;
    config.runtime.cache_dir = Some(cache.to_owned());
    config
}

/// How long loading takes without a cache, and with one; the first as the runtime tells it, the
/// second with all that is made around it.
async fn load(config: &Config, toolhost: &Path, cache: &Path) -> [Duration; 2] {
    let load = async || {
        let slots = config.admission.concurrency;
        let runtime = Runtime::new(&config.runtime, slots, Some(toolhost.to_owned()));
        let runtime = Arc::new(runtime.expect("a runtime"));
        let started = Instant::now();
        let loaded = catalog::load(config, &runtime, &[]).await;
        let took = started.elapsed();
        loaded.unwrap_or_else(|error| panic!("{error}"));
        (runtime.take_loads(), took)
    };
    let (mut compiled, mut again) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let _ = fs::remove_dir_all(cache);
        match &load().await.0[..] {
            [Load::Compiled(took)] => compiled.push(*took),
            other => panic!("one component is compiled, and not {other:?}"),
        }
        let (loads, took) = load().await;
        assert_eq!(loads, [Load::Cached]);
        again.push(took);
    }
    [percentiles(&mut compiled)[0], percentiles(&mut again)[0]]
}

async fn call(app: &App, id: &str, args: Value) -> (Result<String, String>, Usage, Duration) {
    let started = Instant::now();
    let answer = invoke(app.router(), &format!("{id}/get_weather"), args).await;
    let took = started.elapsed();
    let outcome = answer.decided.unwrap_or_else(|it| panic!("{id}: {it:?}"));
    let result = match outcome.result {
        Ok(output) => match &output.content[..] {
            [Content::Text(text)] => Ok(text.clone()),
            other => panic!("{id}: {other:?}"),
        },
        Err(failure) => Err(format!("{failure:?}")),
    };
    (result, outcome.usage, took)
}

fn measured() -> Value {
    json!({"city": CITY, "units": "celsius"})
}

/// All must say the same, for good arguments and for one that they refuse.
async fn compare(app: &App) {
    let mut compared = 0;
    for city in CITIES.into_iter().chain(["", "  "]) {
        for units in [None, Some("celsius"), Some("fahrenheit")] {
            let mut args = json!({"city": city});
            if let Some(units) = units {
                args["units"] = json!(units);
            }
            let expected = call(app, SUBJECTS[0].id, args.clone()).await.0;
            assert_eq!(expected.is_err(), city.trim().is_empty(), "{expected:?}");
            for subject in &SUBJECTS[1..] {
                let said = call(app, subject.id, args.clone()).await.0;
                assert_eq!(said, expected, "{}: {args}", subject.title);
                compared += 1;
            }
        }
    }
    println!("{compared} answers are those of {}", SUBJECTS[0].title);
}

/// The first call of each in a new host, several times, then warm calls.
async fn calls(config: impl Fn() -> Config, toolhost: &Path, rows: &mut [Row]) {
    let start = async || {
        let app = App::build(config(), &[], Some(toolhost.to_owned())).await;
        app.unwrap_or_else(|error| panic!("{error}"))
    };
    // It fills the cache.
    drop(start().await);
    let mut cold = vec![Vec::new(); rows.len()];
    // A call pays for what the one before it left behind, and the first one for the host: in each
    // host the languages have another order, and none comes twice behind the same one.
    for stride in 1..SUBJECTS.len() {
        let app = start().await;
        for n in (0..SUBJECTS.len()).map(|n| stride * (n + 1) % SUBJECTS.len()) {
            cold[n].push(call(&app, SUBJECTS[n].id, measured()).await.2);
        }
    }
    let app = start().await;
    compare(&app).await;
    let mut warm = vec![Vec::new(); rows.len()];
    for round in 0..=ROUNDS {
        for (n, subject) in SUBJECTS.iter().enumerate() {
            let (count, counts) = match round {
                0 => (CALLS_WARM, false),
                _ => (CALLS / ROUNDS, true),
            };
            for _ in 0..count {
                let (result, usage, took) = call(&app, subject.id, measured()).await;
                assert!(result.is_ok(), "{result:?}");
                if counts {
                    warm[n].push(took);
                }
                rows[n].usage = usage;
            }
        }
    }
    for (n, row) in rows.iter_mut().enumerate() {
        row.cold = percentiles(&mut cold[n])[0];
        row.warm = percentiles(&mut warm[n]);
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// With three digits or so.
fn short(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..100.0 => format!("{micros:.1} µs"),
        ..1_000.0 => format!("{micros:.0} µs"),
        ..10_000.0 => format!("{:.2} ms", micros / 1e3),
        ..100_000.0 => format!("{:.1} ms", micros / 1e3),
        ..1_000_000.0 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many times the first.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn times(value: u128, first: u128) -> String {
    match value as f64 / first as f64 {
        ratio @ ..10.0 => format!("{ratio:.1}×"),
        ratio => format!("{ratio:.0}×"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn absolute(rows: &[Row]) -> Vec<Vec<String>> {
    let head = [
        "",
        "Component",
        "First build",
        "Build after a change",
        "Compile",
        "Load from the cache",
        "First call",
        "Warm call",
        "p99",
        "Fuel",
        "Peak memory",
    ];
    let line = |row: &Row| {
        vec![
            row.title.to_owned(),
            format!("{} KiB", grouped(row.bytes.div_ceil(1024))),
            seconds(row.build_first),
            seconds(row.build_again),
            short(row.compile),
            short(row.load_again),
            short(row.cold),
            short(row.warm[0]),
            short(row.warm[1]),
            grouped(row.usage.fuel),
            format!(
                "{:.1} MiB",
                row.usage.memory_peak_bytes as f64 / 1024.0 / 1024.0
            ),
        ]
    };
    let mut table = vec![head.map(str::to_owned).to_vec()];
    table.extend(rows.iter().map(line));
    table
}

fn relative(rows: &[Row]) -> Vec<Vec<String>> {
    let head = [
        "",
        "Component",
        "First build",
        "Build after a change",
        "Compile",
        "Load from the cache",
        "First call",
        "Warm call",
        "Fuel",
        "Peak memory",
    ];
    let figures = |row: &Row| {
        [
            u128::from(row.bytes),
            row.build_first.as_micros(),
            row.build_again.as_micros(),
            row.compile.as_micros(),
            row.load_again.as_micros(),
            row.cold.as_nanos(),
            row.warm[0].as_nanos(),
            u128::from(row.usage.fuel),
            u128::from(row.usage.memory_peak_bytes),
        ]
    };
    let first = figures(&rows[0]);
    let mut table = vec![head.map(str::to_owned).to_vec()];
    for row in rows {
        let mut line = vec![row.title.to_owned()];
        line.extend(
            figures(row)
                .into_iter()
                .zip(first)
                .map(|(value, first)| times(value, first)),
        );
        table.push(line);
    }
    table
}

/// A table in Markdown that is one for the eye, too.
fn aligned(table: &[Vec<String>]) -> String {
    let width = |n: usize| table.iter().map(|line| line[n].chars().count()).max();
    let mut text = String::new();
    for (at, line) in table.iter().enumerate() {
        for (n, cell) in line.iter().enumerate() {
            let width = width(n).unwrap_or_default();
            text.push_str(&match n {
                0 => format!("| {cell:<width$} |"),
                _ => format!(" {cell:>width$} |"),
            });
        }
        text.push('\n');
        if at == 0 {
            for n in 0..line.len() {
                let dashes = "-".repeat(width(n).unwrap_or_default() + 1);
                text.push_str(if n == 0 { "|" } else { "" });
                text.push_str(&dashes);
                text.push_str(if n == 0 { "-|" } else { ":|" });
            }
            text.push('\n');
        }
    }
    text
}

/// The line of a file of the system that begins with `key`, without it.
fn line_of(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.unwrap_or("unknown")
        .trim_start_matches([' ', '\t', ':'])
        .trim()
        .to_owned()
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Measured on {cores} cores of {}, Linux {}, load {} when it ended.",
        line_of("/proc/cpuinfo", "model name"),
        line_of("/proc/sys/kernel/osrelease", ""),
        line_of("/proc/loadavg", "")
            .split(' ')
            .next()
            .unwrap_or_default(),
    )
}

fn write_docs(text: &str) {
    let path = root().join("docs/languages.md");
    let docs = fs::read_to_string(&path).expect("docs/languages.md");
    let (before, rest) = docs.split_once(BEGIN).expect("the marker before the table");
    let (_, after) = rest.split_once(END).expect("the marker behind the table");
    fs::write(path, format!("{before}{BEGIN}\n\n{text}\n{END}{after}")).expect("written");
}

fn main() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let toolhost = dir.join("toolhost");
    copy(&binary(), &toolhost);
    let builder = Builder {
        toolhost: toolhost.clone(),
        caches: dir.join("caches"),
    };
    let (mut rows, mut components) = (Vec::new(), Vec::new());
    let tokio = tokio::runtime::Runtime::new().expect("a runtime");
    for subject in &SUBJECTS {
        println!("building and loading {}", subject.title);
        let folder = project(subject, &dir.join("projects"));
        let component = dir.join(format!("{}.wasm", subject.id));
        let [build_first, build_again] = builder.measure(subject, &folder, &component);
        let cache = dir.join("cache-of-one");
        let alone = config(&[(subject.id, component.clone())], dir, &cache);
        let [compile, load_again] = tokio.block_on(load(&alone, &toolhost, &cache));
        rows.push(Row {
            title: subject.title,
            bytes: fs::metadata(&component).expect("a component").len(),
            build_first,
            build_again,
            compile,
            load_again,
            ..Row::default()
        });
        components.push((subject.id, component));
    }
    let config = || config(&components, dir, &dir.join("cache"));
    tokio.block_on(calls(config, &toolhost, &mut rows));
    let text = format!(
        "{}\n{}\nThe same as multiples of the first row:\n\n{}",
        machine(),
        ["", &aligned(&absolute(&rows))].join("\n"),
        aligned(&relative(&rows))
    );
    println!("\n{text}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        write_docs(&text);
    }
}
