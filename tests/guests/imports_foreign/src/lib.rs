//! Needs an interface from outside WASI, `toolhost-test:foreign/host`.
//!
//! The host must refuse it at load and name the interface.

use exports::toolhost_test::imports_foreign::asking::Guest;
use toolhost_test::foreign::host;

wit_bindgen::generate!({ generate_all });

struct ImportsForeign;

impl Guest for ImportsForeign {
    fn ask_host() -> String {
        host::ask()
    }
}

export!(ImportsForeign);
