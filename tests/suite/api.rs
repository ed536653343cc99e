//! The HTTP API on the wire: what clients of any version send, and what they read.
//!
//! What a call does is tested with the router; here it is statuses, headers and bodies.

mod bodies;
mod connections;
mod deviations;
mod documents;
mod failures;
mod groups;
mod hosts;
mod inspecting;
mod invoking;
mod keys;
mod listings;
mod load;
mod paths;
mod recordings;
mod replay;
mod shapes;
pub(crate) mod sockets;
mod telemetry;
mod types;
mod viewer;
pub(crate) mod wire;
