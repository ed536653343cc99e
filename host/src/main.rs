//! The `toolhost` binary: the shipped tools and the command line.

use std::process::ExitCode;

use toolhost::catalog::Shipped;

/// Every tool in `tools/`, with its docs embedded; `make build` puts them there.
const SHIPPED: &[Shipped] = &[Shipped {
    name: "weather",
    wasm: include_bytes!("../../target/tools/weather.wasm"),
}];

fn main() -> ExitCode {
    toolhost::cli::run(SHIPPED)
}
