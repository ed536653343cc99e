//! Builds JavaScript and TypeScript with the SDK's own `build.mjs`, which checks types, bundles
//! and puts the engine and the bundle into a component.

use std::path::Path;

use super::language::Language;
use super::toolchain::Program;
use super::{Error, world};

/// What runs it; the packages that it needs it names itself.
pub const NODE: Program = Program {
    name: "node",
    language: Language::JavaScript,
    remedy: "install Node.js 20 or newer with npm, then type `npm install`",
};

/// The component, typed or not: `build.mjs` looks for `wit` itself.
pub fn build(folder: &Path) -> Result<Vec<u8>, Error> {
    let bare = world::made(folder)?.join("bare.wasm");
    let mut node = NODE.command(folder);
    node.args(["toolhost-sdk/build.mjs", "--out"]).arg(&bare);
    NODE.run(&mut node)?;
    std::fs::read(&bare).map_err(Error::file(bare))
}
