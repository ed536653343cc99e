//! Why a tool could not do what it was asked.

use std::error::Error;
use std::fmt;

/// The error of a tool, as a sentence that the caller reads.
///
/// Any [`Error`] becomes `Failed` by `?`, with its message and those of its sources; choose the
/// others where the caller can do something about it. It is no `Error` itself, for that is what
/// lets `?` take every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolError {
    /// The arguments make no sense; say what to write instead.
    InvalidInput(String),
    /// What was asked for does not exist.
    NotFound(String),
    /// Anything else.
    Failed(String),
}

impl ToolError {
    /// The arguments make no sense.
    pub fn invalid_input(text: impl fmt::Display) -> Self {
        Self::InvalidInput(text.to_string())
    }

    /// What was asked for does not exist.
    pub fn not_found(text: impl fmt::Display) -> Self {
        Self::NotFound(text.to_string())
    }

    /// Anything else.
    pub fn failed(text: impl fmt::Display) -> Self {
        Self::Failed(text.to_string())
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::InvalidInput(text) => ("invalid input", text),
            Self::NotFound(text) => ("not found", text),
            Self::Failed(text) => ("failed", text),
        };
        write!(formatter, "{kind}: {text}")
    }
}

impl<E: Error> From<E> for ToolError {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let cause = error.to_string();
            // Many errors name their source in their own message.
            if !text.ends_with(&cause) {
                text.push_str(": ");
                text.push_str(&cause);
            }
            source = error.source();
        }
        Self::Failed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::num::ParseIntError, bool);

    impl fmt::Display for Outer {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.1 {
                true => write!(formatter, "no size: {}", self.0),
                false => write!(formatter, "no size"),
            }
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn errors_become_failed_with_their_causes_once() {
        let cause = "x".parse::<i32>().unwrap_err();
        let expected = ToolError::failed("no size: invalid digit found in string");
        for repeats in [true, false] {
            assert_eq!(ToolError::from(Outer(cause.clone(), repeats)), expected);
        }
    }
}
