//! Why there is no page.

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The arguments make no sense.
    Invalid(String),
    /// The server has no such page.
    NotFound(String),
    /// Anything else.
    Failed(String),
}
