//! The `toolhost` binary: the shipped tools and the command line.

use std::process::ExitCode;

use toolhost::catalog::Shipped;

/// A tool in `tools/`, with its docs embedded; `make build` puts it there.
macro_rules! shipped {
    ($name:literal, needs_config: $needs_config:literal) => {
        Shipped {
            name: $name,
            wasm: include_bytes!(concat!("../../target/tools/", $name, ".wasm")),
            needs_config: $needs_config,
        }
    };
}

const SHIPPED: &[Shipped] = &[
    shipped!("fetch", needs_config: true),
    shipped!("files", needs_config: true),
    shipped!("json", needs_config: false),
    shipped!("math", needs_config: false),
    shipped!("memory", needs_config: true),
    shipped!("text", needs_config: false),
    shipped!("time", needs_config: false),
    shipped!("weather", needs_config: false),
];

fn main() -> ExitCode {
    toolhost::cli::run(SHIPPED)
}
