//! The components that attack, as the build script encoded them.

/// A component that attacks. Its tools are named `hostile_NAME_…`.
#[derive(Debug)]
pub struct Attack {
    /// Also the names of its files.
    pub name: &'static str,
    /// The component.
    pub wasm: &'static [u8],
    /// The same as text.
    pub wat: &'static str,
    /// Limits besides those that all attacks have, in YAML's flow style.
    pub limits: Option<&'static str>,
}

macro_rules! attack {
    ($name:literal) => {
        attack!($name, None)
    };
    ($name:literal, $limits:expr) => {
        Attack {
            name: $name,
            wasm: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
            wat: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".wat")),
            limits: $limits,
        }
    };
}

/// What a host loads, each component on its own, so that one that it cannot load costs only
/// the rows of that one.
pub const LOADED: &[Attack] = &[
    attack!("control"),
    // Fuel for more than its time, so that the clock is what ends it.
    attack!("spins", Some("{ fuel: 1T }")),
    attack!("start_loops"),
    attack!("swells"),
    attack!("floods"),
    attack!("deep_types"),
    attack!("fetches"),
    attack!("connects"),
    attack!("peeks"),
    attack!("residue"),
    attack!("lies"),
];

/// What a host must refuse to load, or else must fail every call of.
pub const REFUSED: &[Attack] = &[attack!("declares_memory"), attack!("declares_table")];
