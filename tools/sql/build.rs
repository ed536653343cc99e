//! Tells the linker where SQLite takes the local time from.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells the target by the environment alone"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        // The crate of SQLite asks JavaScript for it; `sqlite::clock` has it.
        println!("cargo::rustc-link-arg-cdylib=--wrap=rust_sqlite_wasm_localtime");
    }
}
