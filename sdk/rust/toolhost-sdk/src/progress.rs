//! How far a long call has come.
//!
//! ```
//! toolhost_sdk::progress::report(3.0, Some(10.0), Some("reading pages"));
//! ```

use crate::host;

/// `done` of `total`, in whatever unit; `message` says what is being done.
pub fn report(done: f64, total: Option<f64>, message: Option<&str>) {
    host::progress::report(done, total, message);
}
