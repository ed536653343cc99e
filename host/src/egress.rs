//! Sends a guest's HTTP requests, if policy lets them go.
//!
//! The only room that opens connections for guests. It decides nothing itself: `policy` says
//! where a request may go, by name and again by address; this room resolves, connects to the
//! very address that was vetted, adds credentials on the way out and removes them from what
//! comes back. It never follows a redirect: the guest's next request is decided anew. It reads
//! no proxy from the environment and keeps no cookies.
//! Start reading at `Gate::send`.

mod body;
mod connect;
mod credential;
mod error;
mod gate;
mod ledger;
mod network;
mod own;
mod rate;
mod redact;
mod request;
mod response;
mod spellings;
mod tls;
mod trace;

#[cfg(test)]
mod tests;

pub use body::Body;
pub use error::Error;
pub use gate::{Gate, Patience};
pub use ledger::{Entries, Ledger, Traffic};
pub use network::{Network, Stubbed, Stubs};
pub use own::Own;
pub use redact::{Redactor, StreamRedactor};
