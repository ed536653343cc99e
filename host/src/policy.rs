//! What a tool may reach and use up.
//!
//! Pure data and decisions: nothing here does I/O, runs a tool or knows where a value came
//! from. Start reading at `Limits`, `Grants`, then `decide` in `network.rs`.

mod address;
mod denial;
pub mod excess;
mod grants;
mod header;
mod hidden;
mod host;
mod limits;
mod needs;
mod network;
mod path;
mod reach;
mod secret;
mod special;
mod yaml;

#[cfg(test)]
mod tests;

pub use address::{admit, is_public};
pub use denial::{Denial, Denials, Rule};
pub use grants::{
    Access, Clock, FileGrant, Grants, KeyvalueGrant, NetworkGrant, Random, Rate, Scheme,
    SecretGrant,
};
pub use header::{header_is_refused, header_refusal};
pub use hidden::hide_secrets;
pub use host::{Host, HostPattern};
pub use limits::{BOUNDS, Bound, Limits, LimitsPatch};
pub use needs::{FileNeed, Missing, Needs, NetworkNeed};
pub use network::{Target, decide, method_is_refused};
pub use path::PathPattern;
pub use secret::Secret;
pub use yaml::quote;
