//! Why a call brought no answer.

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The arguments make no sense, to this tool or to the server.
    Invalid(String),
    /// There is no such tool, or the server has no such thing.
    NotFound(String),
    /// Anything else.
    Failed(String),
}
