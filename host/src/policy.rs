//! What a tool may use up.
//!
//! Nothing here does I/O, runs a tool or knows where a value came from.
//! Start reading at `Limits`.

mod limits;

pub use limits::{BOUNDS, Bound, Limits, LimitsPatch};
