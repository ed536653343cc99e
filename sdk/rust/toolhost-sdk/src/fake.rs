//! What stands in for the host in tests on the machine that builds. Not there on wasm32.
//!
//! Each thread, and so each test, has its own: no keys, the time 0, no server.
//!
//! ```
//! use toolhost_sdk::http::{self, Response};
//! use toolhost_sdk::{clock, config, fake};
//!
//! fake::config([("region", "eu")]);
//! fake::now(1_000);
//! fake::http(|request| {
//!     assert_eq!(request.url, "https://api.example.com/");
//!     Ok(Response { status: 200, headers: Vec::new(), body: b"hello".to_vec() })
//! });
//!
//! assert_eq!(config::get("region").as_deref(), Some("eu"));
//! assert_eq!(clock::now(), 1_000);
//! assert_eq!(http::get("https://api.example.com/").unwrap().text(), "hello");
//! ```

use std::cell::RefCell;

use crate::http::{Error, Request, Response};

type Server = Box<dyn Fn(&Request) -> Result<Response, Error>>;

#[derive(Default)]
struct Fake {
    config: Vec<(String, String)>,
    now: u64,
    server: Option<Server>,
    seed: u64,
    lines: Vec<String>,
}

thread_local! {
    static FAKE: RefCell<Fake> = RefCell::default();
}

/// Sets what `config` has; other keys are gone.
pub fn config<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    FAKE.with_borrow_mut(|fake| fake.config = values.into_iter().map(owned).collect());
}

/// Sets the time, in milliseconds since 1970.
pub fn now(ms: u64) {
    FAKE.with_borrow_mut(|fake| fake.now = ms);
}

/// Sets what answers requests.
pub fn http(server: impl Fn(&Request) -> Result<Response, Error> + 'static) {
    FAKE.with_borrow_mut(|fake| fake.server = Some(Box::new(server)));
}

/// Takes the lines that were logged, such as `WARN 3 rows were skipped`, and the progress that
/// was reported, such as `PROGRESS 3 of 10: reading pages`.
pub fn lines() -> Vec<String> {
    FAKE.with_borrow_mut(|fake| std::mem::take(&mut fake.lines))
}

/// The functions of the host, with the names and types that they have on wasm32.
pub(crate) mod host {
    pub(crate) mod log {
        use crate::bindings::toolhost::tool::log::Level;

        pub(crate) fn log(level: Level, message: &str) {
            let level = match level {
                Level::Debug => "DEBUG",
                Level::Info => "INFO",
                Level::Warn => "WARN",
                Level::Error => "ERROR",
            };
            super::super::write(format!("{level} {message}"));
        }
    }

    pub(crate) mod progress {
        pub(crate) fn report(done: f64, total: Option<f64>, message: Option<&str>) {
            let total = total
                .map(|total| format!(" of {total}"))
                .unwrap_or_default();
            let message = message
                .map(|message| format!(": {message}"))
                .unwrap_or_default();
            super::super::write(format!("PROGRESS {done}{total}{message}"));
        }
    }

    pub(crate) mod clock {
        pub(crate) fn now() -> u64 {
            super::super::FAKE.with_borrow(|fake| fake.now)
        }
    }

    pub(crate) mod random {
        pub(crate) fn bytes(count: u32) -> Vec<u8> {
            (0..count).map(|_| super::super::byte()).collect()
        }
    }

    pub(crate) mod config {
        pub(crate) fn get(key: &str) -> Option<String> {
            let mut all = all().into_iter();
            all.find_map(|(found, value)| (found == key).then_some(value))
        }

        pub(crate) fn all() -> Vec<(String, String)> {
            super::super::FAKE.with_borrow(|fake| fake.config.clone())
        }
    }

    pub(crate) mod http {
        use crate::bindings::toolhost::tool::http::Error as WitError;
        use crate::http::{Error, Request, Response};

        pub(crate) fn fetch(request: &Request) -> Result<Response, WitError> {
            super::super::FAKE.with_borrow(|fake| match &fake.server {
                Some(server) => server(request).map_err(to_wit),
                None => Err(WitError::Denied("no `fake::http` is set".to_owned())),
            })
        }

        fn to_wit(error: Error) -> WitError {
            match error {
                Error::InvalidRequest(text) => WitError::InvalidRequest(text),
                Error::Denied(text) => WitError::Denied(text),
                Error::Timeout(text) => WitError::Timeout(text),
                Error::TooLarge(text) => WitError::TooLarge(text),
                Error::Unreachable(text) => WitError::Unreachable(text),
            }
        }
    }
}

fn write(line: String) {
    FAKE.with_borrow_mut(|fake| fake.lines.push(line));
}

/// SplitMix64 from the seed 0: the same bytes in every test, and all different.
fn byte() -> u8 {
    FAKE.with_borrow_mut(|fake| {
        fake.seed = fake.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (fake.seed ^ (fake.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 56) as u8
    })
}
