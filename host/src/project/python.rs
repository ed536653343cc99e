//! Builds Python with `componentize-py`, by way of the SDK's own `build.py`.

use std::path::Path;

use super::language::{Contract, Language};
use super::toolchain::Program;
use super::{Error, world};

/// What puts the interpreter and the sources into a component.
pub const COMPONENTIZE: Program = Program {
    name: "componentize-py",
    language: Language::Python,
    remedy: "install it by `python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1`",
};

/// What runs the SDK's `build.py`, which finds what the sources import.
const PYTHON: Program = Program {
    name: "python3",
    language: Language::Python,
    remedy: "install Python 3.10 or newer with `venv`",
};

/// The component.
pub fn build(folder: &Path, contract: Contract) -> Result<Vec<u8>, Error> {
    COMPONENTIZE.look(folder)?;
    let made = world::made(folder)?;
    let bare = made.join("bare.wasm");
    match contract {
        Contract::Provider => {
            let mut build = PYTHON.command(folder);
            build.args(["-m", "toolhost_sdk.build", "-o"]).arg(&bare);
            let program = COMPONENTIZE.command(folder);
            build.arg("--componentize-py").arg(program.get_program());
            PYTHON.run(&mut build)?;
        }
        Contract::Typed => {
            let mut build = COMPONENTIZE.command(folder);
            build.args(["-q", "-d", "wit", "componentize", "-p", "."]);
            if folder.join("deps").is_dir() {
                build.args(["-p", "deps"]);
            }
            build.arg("-o").arg(&bare).arg("tool");
            // An environment without packages, so that none of this machine get in.
            let none = made.join("none");
            let packages = none.join("lib/python3/site-packages");
            std::fs::create_dir_all(&packages).map_err(Error::file(packages))?;
            build.env("VIRTUAL_ENV", none).env("RUST_BACKTRACE", "0");
            COMPONENTIZE.run(&mut build)?;
        }
    }
    std::fs::read(&bare).map_err(Error::file(bare))
}
