//! The `toolhost` binary: the shipped tools and the command line.

use std::process::ExitCode;

use toolhost::catalog::Shipped;

/// A tool in `tools/`, with its docs embedded; `make build` puts it there.
macro_rules! shipped {
    ($name:literal, needs_grants: $needs_grants:literal) => {
        Shipped {
            name: $name,
            wasm: include_bytes!(concat!("../../target/tools/", $name, ".wasm")),
            needs_grants: $needs_grants,
        }
    };
}

const SHIPPED: &[Shipped] = &[
    shipped!("fetch", needs_grants: true),
    shipped!("files", needs_grants: true),
    shipped!("json", needs_grants: false),
    shipped!("math", needs_grants: false),
    shipped!("memory", needs_grants: true),
    shipped!("text", needs_grants: false),
    shipped!("time", needs_grants: false),
    shipped!("weather", needs_grants: false),
];

fn main() -> ExitCode {
    toolhost::cli::run(SHIPPED)
}
