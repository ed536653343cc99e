//! Holds a provider's component to what was approved.

use crate::config::{Problem, Provider, Source};
use crate::runtime::{Program, digest};

/// Refuses a file that is not the one of `config.pin.component`. Asked before it is compiled.
pub(super) fn check_file(section: &Provider, wasm: &[u8]) -> Result<(), Problem> {
    check(
        section,
        ("component", &section.pin.component),
        "the component is not the one that was approved",
        || digest(wasm),
    )
}

/// Refuses tools that say of themselves something else than those of `config.pin.tools`.
pub(super) fn check_tools(section: &Provider, program: &Program) -> Result<(), Problem> {
    check(
        section,
        ("tools", &section.pin.tools),
        "the names, descriptions or schemas of the tools are not those that were approved",
        || program.tools_digest(),
    )
}

fn check(
    section: &Provider,
    (key, pinned): (&str, &Option<String>),
    what: &str,
    found: impl FnOnce() -> String,
) -> Result<(), Problem> {
    let Some(pinned) = pinned else {
        return Ok(());
    };
    let found = found();
    if found == *pinned {
        return Ok(());
    }
    let mut place = section.pin.place.clone();
    place.path = format!("{}.{key}", place.path);
    let look = match &section.source {
        Source::File(path) => format!("`toolhost component inspect {}`", path.display()),
        Source::Named(name) => format!(
            "`toolhost component inspect {name}.wasm`, or `toolhost tools list --json` if it is shipped"
        ),
    };
    Err(Problem {
        place,
        message: format!("{what}: blake3:{found} is here, blake3:{pinned} is pinned"),
        remedy: format!("look at it with {look}; if you approve, write `{key}: blake3:{found}`"),
    })
}
