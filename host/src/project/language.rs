//! The languages that a project can be in, and what tells them apart.

use std::fmt;
use std::path::Path;

use super::Error;

/// A language that has a template and can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// With `toolhost-sdk`, or `wit-bindgen`.
    Rust,
    /// CPython, by `componentize-py`.
    Python,
    /// QuickJS, by `componentize-qjs`.
    JavaScript,
    /// The same.
    TypeScript,
    /// The plain Go toolchain.
    Go,
    /// By `zig cc` or clang.
    C,
}

/// Which of the two contracts a tool fulfils.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// It describes itself, as tools of the SDKs do.
    Provider,
    /// Its WIT describes it.
    Typed,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 6] = [
        Language::Rust,
        Language::Python,
        Language::JavaScript,
        Language::TypeScript,
        Language::Go,
        Language::C,
    ];

    /// As `--lang` takes it.
    pub fn short(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Python => "python",
            Language::JavaScript => "js",
            Language::TypeScript => "ts",
            Language::Go => "go",
            Language::C => "c",
        }
    }

    /// The file without which no project is in it.
    pub fn sign(self) -> &'static str {
        match self {
            Language::Rust => "Cargo.toml",
            Language::Python => "tool.py",
            Language::JavaScript => "tool.js",
            Language::TypeScript => "tool.ts",
            Language::Go => "go.mod",
            Language::C => "toolhost/toolhost.h",
        }
    }

    /// The signs of all languages, in backticks.
    pub fn signs() -> Vec<String> {
        let signs = Language::ALL.map(|language| format!("`{}`", language.sign()));
        signs.to_vec()
    }

    /// The language of the project in `folder`.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if there is no sign of any.
    pub fn of(folder: &Path) -> Result<Language, Error> {
        let is_in = |language: &Language| folder.join(language.sign()).is_file();
        Language::ALL
            .into_iter()
            .find(is_in)
            .ok_or_else(|| Error::Unknown {
                folder: folder.to_owned(),
            })
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "Rust",
            Language::Python => "Python",
            Language::JavaScript => "JavaScript",
            Language::TypeScript => "TypeScript",
            Language::Go => "Go",
            Language::C => "C",
        })
    }
}
