//! From a file, the environment and flags to a [`Config`], or to every problem there is.
//!
//! A check never stops at the first problem: what cannot be read becomes its default, and
//! the config is dropped at the end if there was any problem.

mod amount;
mod auth;
mod cases;
mod ceilings;
mod choice;
mod document;
mod files;
mod grants;
mod groups;
mod manifest;
mod network;
mod pin;
mod providers;
mod read;
mod secrets;
mod server;
mod telemetry;
mod toolhost;

pub use auth::is_key_name;
pub use cases::{cases, parse_cases};
pub use document::document;
pub use manifest::{manifest, parse_manifest};

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::env::{self, Environment};
use super::keys::{self, FOREIGN, KEYS, Key};
use super::node::{self, Entry, Kind, Node};
use super::problem::{Place, Problem, Problems};
use super::{Config, Group, Overrides, Provider};
use ceilings::Ceilings;
use read::{Fields, Spot};

/// Variables that say nothing about tools, which a test leaves as they are.
const HOST_VARIABLES: [&str; 5] = [
    "HOME",
    "TOOLHOST_CACHE_DIR",
    "TOOLHOST_LOG",
    "TOOLHOST_LOG_FORMAT",
    "XDG_CACHE_HOME",
];

/// Reads and checks the config at `path`. Reads the environment.
///
/// The problems are all there are, by line.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Config, Problems> {
    let missing =
        "correct the path, or type `toolhost serve` without a file to serve the shipped tools";
    let text = text_of(path, missing).map_err(|problem| Problems(vec![problem]))?;
    parse(&text, path, overrides, &process_variable)
}

/// Reads and checks the config at `path` as for [`load`], for a test: of the environment it finds
/// `variables` and what the host itself goes by, such as where compiled code is cached. Reads the
/// environment.
pub fn load_for_test(
    path: &Path,
    variables: &BTreeMap<String, String>,
) -> Result<Config, Problems> {
    let text = text_of(path, "correct the path").map_err(|problem| Problems(vec![problem]))?;
    let environment = |name: &str| match variables.get(name) {
        Some(value) => Some(value.clone()),
        None if HOST_VARIABLES.contains(&name) => process_variable(name),
        None => None,
    };
    parse(&text, path, &Overrides::default(), &environment)
}

/// The config of a host that was given no file: each tool of `shipped`, with the defaults.
/// Reads the environment.
pub fn embedded(shipped: &[&str], overrides: &Overrides) -> Result<Config, Problems> {
    from_shipped(shipped, overrides, &process_variable)
}

/// The component files that the config at `path` names, seen from the current folder. Nothing
/// else of it is checked, so its variables need not be set; a path with variables in it is left
/// out.
pub fn components(path: &Path) -> Result<Vec<PathBuf>, Problems> {
    let missing = "write one with a provider, as `toolhost new` does, or give `--output`";
    let text = text_of(path, missing).map_err(|problem| Problems(vec![problem]))?;
    let root = node::parse(&text, Some(path)).map_err(|problem| Problems(vec![problem]))?;
    let providers = root
        .get("providers")
        .and_then(|node| node.get("tool_runtime"));
    let Some(Kind::List(providers)) = providers.map(|node| &node.kind) else {
        return Ok(Vec::new());
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let component = |provider: &Node| {
        let text = provider.get("config")?.get("component")?.text()?;
        (!text.contains("${")).then(|| folder.join(text))
    };
    Ok(providers.iter().filter_map(component).collect())
}

/// The key that a command sends to a running host, from `TOOLHOST_API_KEY`. Reads the
/// environment.
pub fn api_key() -> Option<String> {
    env::variable(&process_variable, "TOOLHOST_API_KEY")
}

/// Whether people want no colours (`NO_COLOR`). Reads the environment.
pub fn no_color() -> bool {
    env::variable(&process_variable, "NO_COLOR").is_some()
}

/// What a check knows and has found so far.
struct Check<'a> {
    /// The config file, if there is one.
    file: Option<&'a Path>,
    environment: Environment<'a>,
    overrides: &'a Overrides,
    /// The keys that the file may have.
    table: &'static [Key],
    ceilings: Ceilings,
    /// Whether there is a folder for key-value stores.
    keeps_data: bool,
    ignored: Vec<String>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn new(file: Option<&'a Path>, overrides: &'a Overrides, environment: Environment<'a>) -> Self {
        Check {
            file,
            environment,
            overrides,
            table: KEYS,
            ceilings: Ceilings::default(),
            keeps_data: false,
            ignored: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The folder that relative paths in the config start at.
    fn folder(&self) -> &'a Path {
        self.file.and_then(Path::parent).unwrap_or(Path::new(""))
    }

    /// Everything but providers and groups.
    fn settings(&mut self, top: &Fields<'_>) -> Config {
        let toolhost = self.section(top, "toolhost", "toolhost");
        self.forbidden_grants(&toolhost);
        let server = self.server(top, &toolhost);
        let runtime = self.runtime(&toolhost);
        Config {
            server,
            admission: self.admission(&toolhost),
            telemetry: self.telemetry(top, &toolhost, runtime.data_dir.as_deref()),
            runtime,
            providers: Vec::new(),
            groups: Vec::new(),
            ignored: Vec::new(),
        }
    }

    fn finish(mut self, config: Config) -> Result<Config, Problems> {
        let ignored = std::mem::take(&mut self.ignored);
        self.report()?;
        Ok(Config { ignored, ..config })
    }

    /// All problems by line, if there are any.
    fn report(mut self) -> Result<(), Problems> {
        if self.problems.is_empty() {
            return Ok(());
        }
        self.problems
            .sort_by(|left, right| position(&left.place).cmp(&position(&right.place)));
        // A text that cannot be substituted is missing too; the first finding says it best.
        self.problems
            .dedup_by(|later, first| later.place == first.place);
        Err(Problems(self.problems))
    }

    /// Takes sections that this host has no use for out of the tree. Their variables are not
    /// substituted: they may belong to programs that do not run here.
    fn set_aside(&mut self, root: &mut Node) {
        let Kind::Map(entries) = &mut root.kind else {
            return;
        };
        entries.retain(|entry| self.keep(entry, &entry.key, FOREIGN.contains(&&*entry.key)));
        for (section, ours) in [
            ("providers", &["tool_runtime", "telemetry"][..]),
            ("registered_resources", &["tool_groups"]),
        ] {
            let Some(found) = entries.iter_mut().find(|entry| entry.key == section) else {
                continue;
            };
            let Kind::Map(entries) = &mut found.value.kind else {
                continue;
            };
            entries.retain(|entry| {
                let path = node::join(section, &entry.key);
                // A key that looks like ours is a misspelling, and reported as unknown.
                let is_ours = keys::nearest(&entry.key, ours.iter().copied()).is_some();
                self.keep(entry, &path, !is_ours)
            });
        }
    }

    fn keep(&mut self, entry: &Entry, path: &str, is_foreign: bool) -> bool {
        if is_foreign && !entry.value.is_vacant() {
            self.ignored.push(node::shorten(path));
        }
        !is_foreign
    }

    /// `version`, `image_name`, `distro_name` and `apis`, which change nothing here.
    fn formalities(&mut self, top: &Fields<'_>) {
        if let Some(spot) = top.get("version") {
            let is_two = spot.node.kind == Kind::Int(2) || spot.node.text().as_deref() == Some("2");
            if !is_two {
                let message = format!("{} is no version that this host reads", spot.node.shown());
                self.problem(&spot, message, "write `version: 2`");
            }
        }
        self.text(top, "image_name");
        self.text(top, "distro_name");
        self.texts(top, "apis");
    }
}

/// Checks `text` as the config at `file`, which is not opened, with the variables that
/// `environment` finds. Other files that it names are looked at.
///
/// The problems are all there are, by line.
pub fn parse(
    text: &str,
    file: &Path,
    overrides: &Overrides,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Problems> {
    let mut root = node::parse(text, Some(file)).map_err(|problem| Problems(vec![problem]))?;
    let mut check = Check::new(Some(file), overrides, environment);
    check.set_aside(&mut root);
    let start = Place {
        file: Some(file.to_owned()),
        ..Place::default()
    };
    env::resolve(&mut root, &start, environment, &mut check.problems);

    let spot = Spot::root(&root);
    if root.kind == Kind::Null {
        check.problem(
            &spot,
            "the file is empty",
            "write `version: 2` and `providers`, or leave the file out",
        );
    }
    let top = check.fields(spot, "");
    check.formalities(&top);
    // First, because what the operator says in them bounds the providers.
    let settings = check.settings(&top);
    let (providers, declared) = check.providers(&top);
    let groups = check.groups(&top, &declared);
    check.finish(Config {
        providers,
        groups,
        ..settings
    })
}

fn from_shipped(
    shipped: &[&str],
    overrides: &Overrides,
    environment: Environment<'_>,
) -> Result<Config, Problems> {
    let root = Node::null();
    let mut check = Check::new(None, overrides, environment);
    let top = check.fields(Spot::root(&root), "");
    let mut config = check.settings(&top);
    for name in shipped {
        if let Some((provider, group)) = check.shipped(name) {
            config.providers.push(provider);
            config.groups.push(group);
        }
    }
    check.finish(config)
}

impl Check<'_> {
    /// The provider and the group of a shipped tool.
    fn shipped(&mut self, name: &str) -> Option<(Provider, Group)> {
        let kind = format!("inline::{name}");
        let root = Node::null();
        let spot = Spot {
            path: kind.clone(),
            ..Spot::root(&root)
        };
        let provider_name = self.provider_name(&spot, &format!("{name}-runtime"))?;
        let group_name = self.group_name(&spot, name)?;
        let source = self.source(&spot, &kind)?;
        let place = self.place(&spot);
        let group = Group {
            name: group_name,
            provider: provider_name.clone(),
            args: None,
            place: place.clone(),
        };
        let provider = Provider {
            name: provider_name,
            kind,
            source,
            limits: Default::default(),
            grants: Default::default(),
            imports: Default::default(),
            functions: Vec::new(),
            pin: Default::default(),
            tools: Default::default(),
            config: Default::default(),
            place,
        };
        Some((provider, group))
    }
}

fn position(place: &Place) -> (u64, u64, &str) {
    (place.line, place.column, &place.path)
}

/// The text of a config; `missing` is what to do if there is no such file.
fn text_of(path: &Path, missing: &str) -> Result<String, Problem> {
    text_within(path, missing, node::TEXT_BYTES_MAX)
}

fn text_within(path: &Path, missing: &str, bytes_max: usize) -> Result<String, Problem> {
    let problem = |message: String, remedy: &str| {
        let place = Place {
            file: Some(PathBuf::from(path)),
            ..Place::default()
        };
        Problem {
            place,
            message,
            remedy: remedy.to_owned(),
        }
    };
    let mut bytes = Vec::new();
    // One byte too many is enough for `node::parse` to refuse the file.
    let read =
        File::open(path).and_then(|file| file.take(bytes_max as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) if bytes.len() > bytes_max => Err(node::too_large(Some(path), bytes_max)),
        Ok(_) => String::from_utf8(bytes)
            .map_err(|_| problem("the file is not UTF-8".to_owned(), "save it as UTF-8")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(problem("there is no such file".to_owned(), missing))
        }
        Err(error) => Err(problem(
            format!("the file cannot be read: {}", error.kind()),
            "make it a file that this user may read",
        )),
    }
}

/// The only look into the process environment; everything else is handed an [`Environment`].
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn process_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests;
