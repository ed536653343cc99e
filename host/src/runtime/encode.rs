//! Makes a component of a core module, which is what the linkers of C, Go and others write.

use std::path::Path;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::Error;

/// A world that a core module is of.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The WIT package: its folder or file.
    pub wit: &'a Path,
    /// Its name in there; may be left out if there is one only.
    pub name: Option<&'a str>,
}

/// Makes a component of `module`. A module that does not say of which world it is, as those do
/// that `wit-bindgen` had a hand in, needs `world`. What it wants of WASI's first preview, as
/// modules of C and Go do, it gets by way of the adapter of the engine's makers.
///
/// # Errors
///
/// [`Error::Module`] if `module` is none, does not fit its world, or imports something else.
pub fn componentize(module: &[u8], world: Option<World<'_>>) -> Result<Vec<u8>, Error> {
    if world.is_none() && !knows_its_world(module) {
        return Err(Error::Module(
            "it does not say of which world it is; add `--wit`".to_owned(),
        ));
    }
    encode(module, world).map_err(|error| Error::Module(format!("{error:#}")))
}

/// Whether `module` has a section in which bindings say what they bind.
fn knows_its_world(module: &[u8]) -> bool {
    let payloads = Parser::new(0).parse_all(module);
    payloads.map_while(Result::ok).any(|payload| {
        matches!(payload, Payload::CustomSection(section) if section.name().starts_with("component-type"))
    })
}

fn encode(module: &[u8], world: Option<World<'_>>) -> anyhow::Result<Vec<u8>> {
    let mut module = module.to_vec();
    if let Some(World { wit, name }) = world {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_path(wit)?;
        let world = resolve.select_world(&[package], name)?;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    }
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}
