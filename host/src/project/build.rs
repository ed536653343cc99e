//! From the source of a project to a component that a host can serve.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::language::{Contract, Language};
use super::{CONFIG, Error, c, go, javascript, python, rust};
use crate::config;
use crate::runtime::{self, Docs};

/// What an author declares that the tool needs, if it is there.
const MANIFEST: &str = "tool.yaml";
/// The author's own WIT, which makes a project a typed one.
pub const WIT: &str = "wit";

/// A component that was built.
#[derive(Debug)]
pub struct Built {
    /// Where it is.
    pub file: PathBuf,
    /// What it was written in.
    pub language: Language,
    /// Which contract it fulfils.
    pub contract: Contract,
    /// Its size.
    pub bytes: u64,
    /// How many functions have docs in it.
    pub docs: usize,
    /// What it imports, sorted.
    pub imports: Vec<String>,
    /// How long all of it took.
    pub took: Duration,
}

/// Builds the project in `folder` with its language's toolchain, writes into the component what
/// its WIT and its manifest say, and takes names for debuggers out. It is put at `output`, or
/// else where the project's config looks for it.
///
/// # Errors
///
/// Any but those of making a project; what the toolchain says is on stderr then.
pub fn build(folder: &Path, output: Option<&Path>) -> Result<Built, Error> {
    let started = Instant::now();
    let language = Language::of(folder)?;
    let file = match output {
        Some(file) => file.to_owned(),
        None => named_by_config(folder)?,
    };
    let contract = contract(folder);
    let wasm = match language {
        Language::Rust => rust::build(folder)?,
        Language::Python => python::build(folder, contract)?,
        Language::JavaScript | Language::TypeScript => javascript::build(folder)?,
        Language::Go => go::build(folder)?,
        Language::C => c::build(folder)?,
    };
    let mut wasm = runtime::strip(&wasm)?;
    let mut docs = Docs::default();
    if contract == Contract::Typed {
        (wasm, docs) = runtime::embed_docs(&folder.join(WIT), &wasm)?;
    }
    let manifest = folder.join(MANIFEST);
    if manifest.is_file() {
        wasm = runtime::embed_needs(&wasm, &config::manifest(&manifest)?)?;
    }
    let imports = runtime::imports(&wasm)?;
    put(&file, &wasm)?;
    Ok(Built {
        file,
        language,
        contract,
        bytes: wasm.len() as u64,
        docs: docs.count(),
        imports,
        took: started.elapsed(),
    })
}

fn contract(folder: &Path) -> Contract {
    if folder.join(WIT).is_dir() {
        Contract::Typed
    } else {
        Contract::Provider
    }
}

/// The one component file of the project's config.
fn named_by_config(folder: &Path) -> Result<PathBuf, Error> {
    let config = folder.join(CONFIG);
    let mut components = config::components(&config)?;
    match (components.len(), components.pop()) {
        (1, Some(component)) => Ok(component),
        (found, _) => Err(Error::Output { config, found }),
    }
}

/// Writes the whole file or nothing: a host may be reading it.
fn put(file: &Path, wasm: &[u8]) -> Result<(), Error> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let new = file.with_extension("wasm.new");
    std::fs::write(&new, wasm).map_err(Error::file(&new))?;
    std::fs::rename(&new, file).map_err(Error::file(file))
}
