//! `toolhost key new`

use serde_json::json;

use super::args::NewKey;
use super::exit::Stop;
use super::render::{print_json, say};
use crate::access::mint;
use crate::config::is_key_name;

/// Prints a new key and what a config says of it. Nothing keeps the key.
pub fn new(args: &NewKey) -> Result<(), Stop> {
    let name = &args.name;
    if !is_key_name(name) {
        return Err(Stop::usage(format!(
            "`{}` is no name of a key; use 1 to 64 of A-Z a-z 0-9 _ - .",
            name.escape_debug()
        )));
    }
    let minted = mint();
    if args.json {
        print_json(&json!({"name": name, "key": minted.key, "hash": minted.hash}));
        return Ok(());
    }
    say!("The key, which is shown only now:\n\n  {}\n", minted.key);
    say!("The config, to which `groups`, `admin` and `budget` may be added:\n");
    say!("server:");
    say!("  auth:");
    say!("    keys:");
    say!("      - name: {name}");
    say!("        hash: {}", minted.hash);
    Ok(())
}
