//! The time, as coarse as the grant of a clock says.
//!
//! ```
//! let seconds = toolhost_sdk::clock::now() / 1000;
//! # assert_eq!(seconds, 0);
//! ```

use std::time::{Duration, SystemTime};

use crate::host;

/// Milliseconds since 1970 in UTC.
pub fn now() -> u64 {
    host::clock::now()
}

/// The same as the type that crates for dates take.
pub fn system_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(now())
}
