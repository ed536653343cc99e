//! Llama Stack's tool API, as its servers 0.1 to 0.6 had it, for clients 0.1.0 to 0.7.0.
//!
//! One file for each noun of the URLs; `wire` has the types of their bodies.
//! `/v1alpha/admin/…` is the same under later clients' paths.

pub(super) mod content;
pub(super) mod datasets;
pub(super) mod inspect;
pub(super) mod models;
pub(super) mod providers;
pub(super) mod result;
pub(super) mod telemetry;
pub(super) mod tool_runtime;
pub(super) mod toolgroups;
pub(super) mod tools;
pub(super) mod wire;

pub use result::result_json;
