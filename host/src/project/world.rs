//! The contract as files, which toolchains and `componentize` read.

use std::path::{Path, PathBuf};

use super::Error;
use crate::runtime::{self, ModuleWorld};

/// The contract that components are built for.
const CONTRACT: &str = include_str!("../../../wit/tool/tool.wit");
/// The world of a component that describes its tools itself; of its imports stay those that are
/// used.
pub const PROVIDER: &str = "tool-provider-with-imports";

/// Writes the contract into the project's `build/wit`, and returns that folder.
pub fn write(folder: &Path) -> Result<PathBuf, Error> {
    let wit = made(folder)?.join("wit");
    std::fs::create_dir_all(&wit).map_err(Error::file(&wit))?;
    let file = wit.join("tool.wit");
    std::fs::write(&file, CONTRACT).map_err(Error::file(&file))?;
    Ok(wit)
}

/// The project's folder for what is built.
pub fn made(folder: &Path) -> Result<PathBuf, Error> {
    let made = folder.join("build");
    std::fs::create_dir_all(&made).map_err(Error::file(&made))?;
    // Programs get it that run in the project's folder.
    std::path::absolute(&made).map_err(Error::file(made))
}

/// Makes a provider's component of the core module at `module`.
pub fn componentize(folder: &Path, module: &Path) -> Result<Vec<u8>, Error> {
    let core = std::fs::read(module).map_err(Error::file(module))?;
    let wit = write(folder)?;
    let world = ModuleWorld {
        wit: &wit,
        name: Some(PROVIDER),
    };
    Ok(runtime::componentize(&core, Some(world))?)
}
