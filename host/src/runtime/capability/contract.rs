//! The imports of our own contract: what WASI offers too, in plain values, for languages that
//! cannot use its resources.

use wasmtime::component::{HasSelf, Linker};

use crate::runtime::sandbox::Sandbox;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit/tool",
        world: "imports",
        imports: {
            "toolhost:tool/http.fetch": async,
            "toolhost:tool/random.bytes": trappable,
        },
    });
}

pub use bindings::toolhost::tool::{clock, config, http, log, progress, random};

/// Adds `toolhost:tool`'s imports.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    bindings::Imports::add_to_linker::<_, HasSelf<Sandbox>>(linker, |sandbox| {
        sandbox.count_hostcall();
        sandbox
    })
}
