//! A host that runs AI tools as WebAssembly components, each call in a fresh sandbox.
//!
//! The rooms below stand in dependency order: each may import only those above it.
//! To follow one call, read `http::v1::tool_runtime`, `router`, `runtime::call`; what comes
//! back is an `invocation::Answer`.

/// What a tool may reach and use up. Pure data and decisions, no I/O.
pub mod policy;

/// Names, types, schemas and argument checks of tools.
pub mod tool;

/// One call as data, from request to answer.
pub mod invocation;

/// YAML, environment and flags, turned into one checked `Config` or all problems at once.
pub mod config;

/// Keeps finished spans in SQLite, bounded, and answers questions about them.
pub mod traces;

/// Logs, spans and metrics; owns every instrument.
pub mod telemetry;

/// Keeps what tools store, in SQLite, by group.
pub mod keyvalue;

/// Sends a guest's HTTP requests, if policy lets them go.
pub mod egress;

/// Compiles components and runs one call in a fresh sandbox.
pub mod runtime;

/// A tool author's folder: makes it, knows its language, builds its component.
pub mod project;

/// Which tools exist, and the program and limits behind each.
pub mod catalog;

/// The only door to a run: look up, check, admit, run, time, record.
pub mod router;

/// API keys: who may call, and how much.
pub mod access;

/// Llama Stack's HTTP API: routes, wire types, error bodies.
pub mod http;

/// Builds everything from a `Config`, in order, and shuts it down in reverse.
pub mod app;

/// Commands, tables and exit codes.
pub mod cli;
