//! What is wrong with a config: all of it, each with place and remedy.

use std::fmt;
use std::path::PathBuf;

/// A place in a config file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file; `None` for the embedded defaults.
    pub file: Option<PathBuf>,
    /// From 1; 0 if unknown.
    pub line: u64,
    /// From 1; 0 if unknown.
    pub column: u64,
    /// The keys that lead there, as in `providers.tool_runtime[0].config.limits`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}", file.display())?;
            if self.line > 0 {
                write!(f, ":{}:{}", self.line, self.column)?;
            }
            f.write_str(": ")?;
        }
        if self.path.is_empty() {
            f.write_str("config")
        } else {
            write!(f, "`{}`", self.path)
        }
    }
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to write or type instead.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    {}", self.place, self.message, self.remedy)
    }
}

/// Everything that is wrong with a config; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(
            f,
            "the config has {count} problem{}:",
            if count == 1 { "" } else { "s" }
        )?;
        for problem in &self.0 {
            writeln!(f, "  {problem}")?;
        }
        Ok(())
    }
}
