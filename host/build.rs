//! Encodes the attacks that are written as text, which `toolhost conformance export` writes out.

use std::path::{Path, PathBuf};
use std::{env, error, fs};

/// Each becomes `NAME.wasm` and, as it was encoded, `NAME.wat`.
const ATTACKS: &str = "../tests/hostile/wat";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={ATTACKS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for entry in fs::read_dir(ATTACKS)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "wat") {
            encode(&path, &out).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

fn encode(path: &Path, out: &Path) -> Result<(), Box<dyn error::Error>> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = with_long_names(&fs::read_to_string(path)?, &name);
    fs::write(out.join(format!("{name}.wasm")), wat::parse_str(&text)?)?;
    fs::write(out.join(format!("{name}.wat")), text)?;
    Ok(())
}

/// The text with its name in the names of its tools, which so are no other tool's on any host:
/// `(export "look" (func $look))` of `residue` becomes `(export "hostile-residue-look" …`.
fn with_long_names(text: &str, name: &str) -> String {
    const EXPORT: &str = "(export \"";
    // The instance that holds the tools stands at the end.
    let Some(at) = text.find("(instance $attacks") else {
        return text.to_owned();
    };
    let (before, tools) = text.split_at(at);
    let mut parts = tools.split(EXPORT);
    let first = parts.next().unwrap_or_default();
    let mut long = format!("{before}{first}");
    for part in parts {
        let is_tool = part
            .split_once('"')
            .is_some_and(|(_, rest)| rest.starts_with(" (func"));
        long += EXPORT;
        if is_tool {
            long += &format!("hostile-{}-", name.replace('_', "-"));
        }
        long += part;
    }
    long
}
