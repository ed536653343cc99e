//! The math tool: `calculate`, exact arithmetic with units.
//!
//! It does no input or output; the work is done in [`calculation`].

mod calculation;

use exports::toolhost::math::math::Guest;
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/math",
    world: "math-tool",
    generate_all,
});

struct Math;

impl Guest for Math {
    fn calculate(expression: String) -> Result<String, ToolError> {
        calculation::calculate(&expression, memory_bytes).map_err(ToolError::InvalidInput)
    }
}

/// How much memory the sandbox has taken so far.
#[cfg(target_arch = "wasm32")]
fn memory_bytes() -> usize {
    const PAGE_BYTES: usize = 65_536;
    core::arch::wasm32::memory_size::<0>() * PAGE_BYTES
}

/// Elsewhere the operating system bounds it.
#[cfg(not(target_arch = "wasm32"))]
fn memory_bytes() -> usize {
    0
}

export!(Math);
