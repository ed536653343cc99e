//! A tool author's folder: makes it, knows its language, builds its component.
//!
//! What builds a component is the author's own toolchain, which runs with the author's rights;
//! what it built is never run here. Nothing in this room serves or calls tools.
//! Start reading at `create` and `build`.

mod build;
mod c;
mod go;
mod javascript;
mod language;
mod name;
mod python;
mod rust;
mod template;
mod toolchain;
mod watch;
mod world;

use std::path::{Path, PathBuf};

use crate::config::Problems;
use crate::runtime;

pub use build::{Built, build};
pub use language::{Contract, Language};
pub use name::ProjectName;
pub use template::{Created, create};
pub use watch::Watch;

/// The config that a project is served by.
pub const CONFIG: &str = "toolhost.yaml";

/// Why there is no project or no component.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No language makes a project of that name.
    #[error(
        "`{name}` is no name for a tool: {reason}; use 1 to 64 of a-z 0-9 and single - between them, beginning with a letter, such as `word-count`"
    )]
    Name {
        /// What was asked for.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The folder has something in it.
    #[error("`{}` is not empty; choose another name, or remove it", .0.display())]
    NotEmpty(PathBuf),

    /// There is no template.
    #[error(
        "there is no template of typed tools in {language}; leave out `--typed`, or choose `rust`, `python` or `js`"
    )]
    NotTyped {
        /// The language asked for.
        language: Language,
    },

    /// No language is recognised.
    #[error(
        "`{}` is no project that can be built: there is none of {}; `toolhost new NAME` makes one",
        folder.display(), Language::signs().join(", ")
    )]
    Unknown {
        /// The folder.
        folder: PathBuf,
    },

    /// The config does not say what is built.
    #[error(
        "`{}` names {found} component files; give `--output`, or let one provider have a `config.component`",
        config.display()
    )]
    Output {
        /// The config.
        config: PathBuf,
        /// How many it names.
        found: usize,
    },

    /// A program of the toolchain is not there.
    #[error("{language} needs `{program}`, which is not installed; {remedy}")]
    Missing {
        /// The language.
        language: Language,
        /// The program.
        program: &'static str,
        /// How to install it.
        remedy: &'static str,
    },

    /// A program of the toolchain failed; it has said why.
    #[error("`{program}` failed{}", code.map_or_else(String::new, |code| format!(" with exit code {code}")))]
    Toolchain {
        /// What was run.
        program: String,
        /// Its exit code; none if a signal ended it.
        code: Option<i32>,
    },

    /// The toolchain made something else than was asked.
    #[error("`{program}` made no component: {reason}")]
    NothingMade {
        /// What was run.
        program: String,
        /// What is missing.
        reason: String,
    },

    /// A file or folder cannot be read or written.
    #[error("`{}`: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },

    /// No component can be made of what the toolchain built.
    #[error(transparent)]
    Component(#[from] runtime::Error),

    /// The project's config cannot be read.
    #[error("{0}")]
    Config(#[from] Problems),
}

impl Error {
    /// Makes an error of what the system says about `path`.
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |error| Error::File { path, error }
    }
}

/// Looks whether the toolchain of `language` is there for the project in `folder`.
///
/// # Errors
///
/// [`Error::Missing`].
pub fn look(language: Language, folder: &Path) -> Result<(), Error> {
    match language {
        Language::Rust => rust::CARGO.look(folder),
        Language::Python => python::COMPONENTIZE.look(folder),
        Language::JavaScript | Language::TypeScript => javascript::NODE.look(folder),
        Language::Go => go::GO.look(folder),
        Language::C => c::found(folder).map(drop),
    }
}
