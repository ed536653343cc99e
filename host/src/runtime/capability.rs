//! What a guest may be given, one file each: linked once, given state for each call.
//!
//! To add one, write its file and a line in [`link`] and in `World`. What [`contract`] offers in
//! plain values stands beside the same of WASI, in the same files where these are small.

pub mod clock;
pub mod config;
pub mod contract;
mod fetch;
pub mod files;
pub mod keyvalue;
mod log;
pub mod network;
mod progress;
pub mod random;
pub mod sockets;

use wasmtime::component::Linker;

use super::sandbox::Sandbox;

/// Characters of a guest's own words that a denial shows.
const SHORT_CHARS: usize = 100;

/// Adds every capability to the linker that all programs share. What is not granted is denied
/// at use.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    // All of WASI 0.2: language runtimes import the whole of it and use none of it (CPython: 25
    // interfaces), so nothing is refused by the name of an import.
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    files::link(linker)?;
    sockets::link(linker)?;
    network::link(linker)?;
    config::link(linker)?;
    contract::link(linker)?;
    keyvalue::link(linker)
}

/// A guest's words, printable and cut.
fn short(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars
        .by_ref()
        .take(SHORT_CHARS)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// A text as a YAML scalar, whatever is in it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
