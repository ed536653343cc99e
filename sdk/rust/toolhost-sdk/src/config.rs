//! Values that the operator granted.
//!
//! ```
//! # toolhost_sdk::fake::config([("greeting", "Hello")]);
//! use toolhost_sdk::config;
//!
//! assert_eq!(config::get("greeting").as_deref(), Some("Hello"));
//! assert!(config::require("region").is_err());
//! ```

use crate::{ToolError, host};

/// The value of a key, if it has one.
pub fn get(key: &str) -> Option<String> {
    host::config::get(key)
}

/// The value of a key that the tool cannot do without.
///
/// # Errors
///
/// `Failed`, which says what the operator has to grant.
pub fn require(key: &str) -> Result<String, ToolError> {
    let missing = || ToolError::failed(format!("`{key}` is not set; set it under `grants.config`"));
    get(key).ok_or_else(missing)
}

/// Every key with its value.
pub fn all() -> Vec<(String, String)> {
    host::config::all()
}
