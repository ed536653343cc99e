//! Lines for whoever looks into a call. They count against its `log` limit.
//!
//! ```
//! toolhost_sdk::log::warn(format!("{} rows were skipped", 3));
//! ```

use crate::bindings::toolhost::tool::log::Level;
use crate::host;

/// Writes a line that matters to the author alone.
pub fn debug(message: impl AsRef<str>) {
    host::log::log(Level::Debug, message.as_ref());
}

/// Writes a line that says what is done.
pub fn info(message: impl AsRef<str>) {
    host::log::log(Level::Info, message.as_ref());
}

/// Writes a line about what may be wrong.
pub fn warn(message: impl AsRef<str>) {
    host::log::log(Level::Warn, message.as_ref());
}

/// Writes a line about what is wrong.
pub fn error(message: impl AsRef<str>) {
    host::log::log(Level::Error, message.as_ref());
}
