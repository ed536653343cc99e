//! Tools that use up as much as they are told to, and ask for a store that they may or may not
//! have, so that every panel of the dashboard has something to show.

use exports::demo::workload::tools::Guest;
use wasi::keyvalue::store;

wit_bindgen::generate!({
    path: ["../../../wit/keyvalue", "wit"],
    world: "demo:workload/workload",
    generate_all,
});

const PAGE_BYTES: usize = 65_536;

struct Workload;

impl Guest for Workload {
    fn compute(rounds: u64) -> u64 {
        let next = |number: u64, _| {
            std::hint::black_box(
                number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407),
            )
        };
        (0..rounds).fold(1, next)
    }

    fn hold(pages: u32) -> u32 {
        let held = vec![1_u8; pages as usize * PAGE_BYTES];
        u32::try_from(std::hint::black_box(held).len() / PAGE_BYTES).unwrap_or(u32::MAX)
    }

    fn open_store(name: String) -> String {
        match store::open(&name) {
            Ok(_) => "it is opened",
            Err(_) => "it is not mine",
        }
        .to_owned()
    }
}

export!(Workload);
