//! Names of projects, which become names of crates, modules, packages and tools.

use std::fmt;

use super::Error;

/// Longest name, in characters.
const CHARS_MAX: usize = 64;

/// Words that name a function in none or not all of the languages.
const RESERVED: &[&str] = &[
    "abstract",
    "and",
    "any",
    "as",
    "assert",
    "async",
    "auto",
    "await",
    "become",
    "bool",
    "box",
    "break",
    "build",
    "byte",
    "case",
    "catch",
    "chan",
    "char",
    "class",
    "const",
    "continue",
    "crate",
    "debugger",
    "def",
    "default",
    "defer",
    "del",
    "delete",
    "do",
    "double",
    "elif",
    "else",
    "enum",
    "error",
    "eval",
    "except",
    "export",
    "extends",
    "extern",
    "fallthrough",
    "false",
    "final",
    "finally",
    "float",
    "fn",
    "for",
    "from",
    "func",
    "function",
    "global",
    "go",
    "goto",
    "if",
    "impl",
    "implements",
    "import",
    "in",
    "init",
    "inline",
    "instanceof",
    "int",
    "interface",
    "is",
    "lambda",
    "let",
    "long",
    "loop",
    "macro",
    "main",
    "map",
    "match",
    "mod",
    "move",
    "mut",
    "new",
    "nil",
    "none",
    "nonlocal",
    "not",
    "null",
    "or",
    "override",
    "package",
    "pass",
    "priv",
    "private",
    "protected",
    "pub",
    "public",
    "raise",
    "range",
    "ref",
    "register",
    "restrict",
    "return",
    "select",
    "self",
    "short",
    "signed",
    "sizeof",
    "static",
    "string",
    "struct",
    "super",
    "switch",
    "template",
    "test",
    "this",
    "throw",
    "toolhost",
    "trait",
    "true",
    "try",
    "type",
    "typedef",
    "typeof",
    "union",
    "unsafe",
    "unsigned",
    "unsized",
    "use",
    "var",
    "virtual",
    "void",
    "volatile",
    "where",
    "while",
    "with",
    "yield",
];

/// The name of a project: 1 to 64 of `a-z 0-9`, single `-` between them, a letter first, and no
/// word that one of the languages keeps for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName(String);

impl ProjectName {
    /// Checks `name`.
    ///
    /// # Errors
    ///
    /// [`Error::Name`], which says what is wrong.
    pub fn parse(name: &str) -> Result<ProjectName, Error> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let reason = if name.is_empty() || name.len() > CHARS_MAX {
            "it has none or more than 64 characters"
        } else if name.chars().any(|c| !is_plain(c) && c != '-') {
            "it has other characters"
        } else if name.split('-').any(str::is_empty) {
            "a `-` stands at its edge or beside another one"
        } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            "it does not begin with a letter"
        } else if RESERVED.binary_search(&name).is_ok() {
            "a language keeps this word for itself"
        } else {
            return Ok(ProjectName(name.to_owned()));
        };
        Err(Error::Name {
            name: name.to_owned(),
            reason,
        })
    }

    /// With `_` in place of `-`, as functions are called.
    pub fn snake(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_found() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn names_that_no_language_would_take_are_refused() {
        for good in ["a", "hello", "word-count", "b2b", "match-maker"] {
            assert_eq!(ProjectName::parse(good).unwrap().to_string(), good);
        }
        let long = "x".repeat(CHARS_MAX + 1);
        for bad in [
            "", "-a", "a-", "a--b", "2b", "A", "a_b", "a b", "ä", "../a", "match", "toolhost",
            &long,
        ] {
            assert!(ProjectName::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            ProjectName::parse("word-count").unwrap().snake(),
            "word_count"
        );
    }
}
