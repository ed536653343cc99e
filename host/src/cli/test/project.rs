//! A tool project: its config, its files of tests, and where its stores are while they run.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process;

use crate::cli::exit::Stop;
use crate::config::{self, CaseFile, Config, Problem, Problems, Source};
use crate::invocation;

/// The config of a project.
const CONFIG: &str = "toolhost.yaml";

/// A folder with [`CONFIG`] and `tests/*.yaml`.
pub struct Project {
    config: PathBuf,
    /// By name, and at least one.
    pub files: Vec<TestFile>,
}

/// One file of `tests/`.
pub struct TestFile {
    pub path: PathBuf,
    /// As it stands on the disk.
    pub text: String,
    pub cases: CaseFile,
}

/// Every word that `expect.error` may be: what a tool says itself, and what stops or refuses a
/// call.
pub fn errors() -> Vec<&'static str> {
    let own = ["invalid_input", "not_found", "failed"];
    own.into_iter().chain(invocation::KINDS).collect()
}

impl Project {
    /// The project in `folder`, else in the current one.
    pub fn open(folder: Option<&Path>) -> Result<Project, Stop> {
        let folder = folder.unwrap_or(Path::new(""));
        let config = folder.join(CONFIG);
        if !config.is_file() {
            return Err(Stop::usage(format!(
                "there is no `{}`; type `toolhost test FOLDER` with the folder of a tool's project",
                config.display()
            )));
        }
        let tests = folder.join("tests");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&tests)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
            .collect();
        paths.sort();
        if paths.is_empty() {
            return Err(Stop::usage(format!(
                "there are no calls to test; write some into `{}`, such as\n  - call: hello\n    arguments: {{ name: Ada }}\n    expect: {{ text: \"Hello, Ada!\" }}",
                tests.join("NAME.yaml").display()
            )));
        }
        let files = read(paths)?;
        Ok(Project { config, files })
    }

    /// The config with what `cases` says; stores are kept in `folder`.
    pub fn config(&self, cases: &CaseFile, folder: &Path) -> Result<Config, Stop> {
        let mut variables = cases.env.clone();
        let folder = folder.display().to_string();
        variables.insert("TOOLHOST_DATA_DIR".to_owned(), folder);
        let config = config::load_for_test(&self.config, &variables).map_err(|problems| {
            let hint = "  a test finds no variables but those under `env` in its file";
            Stop::config_with(&problems, hint)
        })?;
        let components = config
            .providers
            .iter()
            .filter_map(|provider| match &provider.source {
                Source::File(path) => Some(path),
                Source::Named(_) => None,
            });
        for component in components {
            if !component.exists() {
                return Err(Stop::data(format!(
                    "`{}` is not built; type `toolhost build`",
                    component.display()
                )));
            }
        }
        let is_granted = |key: &String| {
            let mut grants = config.providers.iter().map(|provider| &provider.grants);
            grants.any(|grants| grants.config.contains_key(key))
        };
        let strangers = cases.config.iter().filter(|(key, _)| !is_granted(key));
        let problems = strangers.map(|(key, (_, place))| Problem {
            place: place.clone(),
            message: format!("no provider of `{CONFIG}` has `{key}` under `grants.config`"),
            remedy: format!("grant it in `{CONFIG}`, or remove it here"),
        });
        let problems: Vec<Problem> = problems.collect();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Stop::tests(&Problems(problems)))
        }
    }
}

/// All files, or all problems of all of them.
fn read(paths: Vec<PathBuf>) -> Result<Vec<TestFile>, Stop> {
    let errors = errors();
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match config::cases(&path, &errors) {
            Ok((text, cases)) => files.push(TestFile { path, text, cases }),
            Err(Problems(found)) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(files)
    } else {
        Err(Stop::tests(&Problems(problems)))
    }
}

/// A folder that is gone when the tests are over.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new one that no other user can read.
    pub fn make() -> Result<Scratch, Stop> {
        let path = std::env::temp_dir().join(format!("toolhost-test-{}", process::id()));
        // An existing one may be another user's trap, and is an error.
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| Stop::host(format!("`{}` cannot be made: {error}", path.display())))?;
        Ok(Scratch(path))
    }

    /// A part of it.
    pub fn folder(&self, index: usize) -> PathBuf {
        self.0.join(index.to_string())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in a folder for temporary files does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
