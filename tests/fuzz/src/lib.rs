//! What must hold for any bytes, as functions that panic when it does not.
//!
//! libFuzzer calls them through `fuzz_targets`, for as long as one likes (`make fuzz`); the
//! test suite calls them through `replay.rs` with the corpora that libFuzzer found and with
//! mutations of these. Start reading at `TARGETS`.

mod bodies;
mod choices;
mod components;
mod config;
mod egress;
mod mutator;
mod values;

pub use bodies::bodies;
pub use components::components;
pub use config::config;
pub use egress::egress;
pub use mutator::Mutator;
pub use values::values;

/// Takes any input, and panics if it finds something.
pub type Target = fn(&[u8]);

/// Every target, by the name that its corpus and its dictionary have too.
pub const TARGETS: [(&str, Target); 5] = [
    ("values", values),
    ("egress", egress),
    ("config", config),
    ("bodies", bodies),
    ("components", components),
];
