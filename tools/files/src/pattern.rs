//! Patterns of paths.

use std::path::Path;

use crate::problem::Problem;

const PATTERN_BYTES_MAX: usize = 200;

/// A pattern such as `**/*.md`.
pub(crate) struct Pattern(String);

impl Pattern {
    /// Checks the pattern.
    pub(crate) fn new(pattern: &str) -> Result<Pattern, Problem> {
        let pattern = pattern.trim();
        if pattern.is_empty() || pattern.len() > PATTERN_BYTES_MAX {
            return Err(Problem::Invalid(format!(
                "`pattern` must be 1 to {PATTERN_BYTES_MAX} bytes, such as `*.md` or `**/*.csv`"
            )));
        }
        if pattern.starts_with('/') {
            return Err(Problem::Invalid(format!(
                "`{pattern}` begins with `/`; a pattern is compared with the path within the folder, \
                 so write one such as `**/*.md`"
            )));
        }
        if fast_glob::validate(pattern).is_err() {
            return Err(Problem::Invalid(format!(
                "`{pattern}` is no pattern; write one such as `*.md`, `**/*.csv` or `{{a,b}}*.txt`"
            )));
        }
        Ok(Pattern(pattern.to_owned()))
    }

    /// Whether `path`, which lies in `folder`, fits.
    pub(crate) fn fits(&self, folder: &Path, path: &Path) -> bool {
        let inner = path.strip_prefix(folder).unwrap_or(path);
        fast_glob::glob_match(&self.0, inner.as_os_str().as_encoded_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senseless_patterns_are_refused() {
        for pattern in ["", " ", "/data/*.md", "[a", "{a", &"x".repeat(201)] {
            assert!(Pattern::new(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn hard_patterns_do_not_take_for_ever() {
        let path = "a/".repeat(400);
        for pattern in [
            "**/a*".repeat(30),
            "*a".repeat(90),
            "{a,*a,**/a}".repeat(10),
        ] {
            let Ok(pattern) = Pattern::new(&pattern) else {
                continue;
            };
            pattern.fits(Path::new("/"), Path::new(&format!("/{path}b")));
        }
    }
}
