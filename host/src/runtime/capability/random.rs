//! The random bytes that a guest gets.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use wasmtime_wasi::WasiCtxBuilder;

use super::contract;
use crate::policy::Random;
use crate::runtime::sandbox::Sandbox;

/// The most that a guest gets at once, in bytes.
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

impl contract::random::Host for Sandbox {
    fn bytes(&mut self, count: u32) -> wasmtime::Result<Vec<u8>> {
        if u64::from(count) > BYTES_MAX {
            return Err(wasmtime::Error::msg(format!(
                "it asked for {count} random bytes at once; {BYTES_MAX} can be had"
            )));
        }
        let mut bytes = vec![0; count as usize];
        match self.world.grants().random {
            Random::Real => rand::rng().fill_bytes(&mut bytes),
            Random::Seeded => self
                .seeded
                .get_or_insert_with(|| StdRng::seed_from_u64(SEED))
                .fill_bytes(&mut bytes),
        }
        Ok(bytes)
    }
}
