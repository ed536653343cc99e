//! Random bytes, of the source that is granted.
//!
//! ```
//! let [red, green, blue] = toolhost_sdk::random::array();
//! # let _: [u8; 3] = [red, green, blue];
//! ```

use crate::host;

/// The most that the host gives at once.
const BYTES_MAX: usize = 65_536;

/// So many random bytes.
pub fn bytes(count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let part = (count - bytes.len()).min(BYTES_MAX);
        bytes.extend(host::random::bytes(part as u32));
    }
    bytes
}

/// An array of random bytes, such as for `u64::from_le_bytes`.
pub fn array<const N: usize>() -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes(N));
    array
}
