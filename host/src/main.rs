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
    shipped!("javascript", needs_config: true),
    shipped!("json", needs_config: false),
    shipped!("math", needs_config: false),
    shipped!("memory", needs_config: true),
    shipped!("openapi", needs_config: true),
    shipped!("python", needs_config: true),
    shipped!("sql", needs_config: false),
    shipped!("text", needs_config: false),
    shipped!("time", needs_config: false),
    shipped!("weather", needs_config: false),
    shipped!("weather-live", needs_config: true),
];

/// Templates and libraries of the SDKs, of which `toolhost new` gives each project copies;
/// `make build` puts them there.
const SDK: &[u8] = include_bytes!("../../target/sdk.tar");

fn main() -> ExitCode {
    // The interpreters are empty where the machine that built this had no Python or Node.js.
    let built = SHIPPED.iter().filter(|tool| !tool.wasm.is_empty());
    let shipped: Vec<Shipped> = built.copied().collect();
    toolhost::cli::run(&shipped, SDK)
}
