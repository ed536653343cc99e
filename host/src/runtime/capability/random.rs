//! The random bytes that a guest gets.

use rand::SeedableRng;
use rand::rngs::StdRng;
use wasmtime_wasi::WasiCtxBuilder;

use crate::policy::Random;

/// Largest `get-random-bytes`, in bytes.
const BYTES_MAX: u64 = 64 * 1024;
/// Any number will do, as long as it stays: it decides what every seeded tool gets.
const SEED: u64 = 0x746f_6f6c_686f_7374;

/// Gives the guest the source that was granted; the system's own is the default.
pub fn set(wasi: &mut WasiCtxBuilder, random: Random) {
    wasi.max_random_size(BYTES_MAX);
    match random {
        Random::Real => {}
        Random::Seeded => {
            wasi.secure_random(StdRng::seed_from_u64(SEED))
                .insecure_random(StdRng::seed_from_u64(SEED))
                .insecure_random_seed(u128::from(SEED));
        }
    }
}
