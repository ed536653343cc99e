//! `toolhost conformance export`

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::attacks::{Attack, LOADED, REFUSED};
use super::rows::ROWS;
use crate::cli::exit::Stop;
use crate::cli::render::{bytes, say};

const TOOLS_HEAD: &str = "\
# Tools that attack their host

Load them into a host that may come to harm, and attack it:

```sh
toolhost conformance --endpoint http://127.0.0.1:8321
```

A host that runs components loads `NAME.wasm`, each on its own; `NAME.wat` is the same to read.
For toolhost itself there is `config.yaml`: `toolhost serve config.yaml`.
Nothing is to be granted to them: no network, no files, no variables.

A call may take 1 second and 64 MiB of memory.
A host with other limits is told so: `--timeout 5s --memory 256MiB`.

Those in `refused` must be refused when they are loaded, or else every call of them must fail.
A host that does not start with them is attacked without.

";

/// Writes everything that a host must have to be attacked into a folder that is new or empty.
pub fn export(folder: &Path) -> Result<(), Stop> {
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(Stop::usage(format!(
            "`{}` is not empty; name a folder that is new or empty",
            folder.display()
        )));
    }
    let refused = folder.join("refused");
    let failed = |error| Stop::data(format!("`{}` cannot be made: {error}", refused.display()));
    fs::create_dir_all(&refused).map_err(failed)?;
    for attack in LOADED {
        write_attack(folder, attack)?;
    }
    for attack in REFUSED {
        write_attack(&refused, attack)?;
    }
    write(&folder.join("TOOLS.md"), tools().as_bytes())?;
    write(&folder.join("config.yaml"), config().as_bytes())?;
    let folder = folder.display();
    say!(
        "{folder}: {} components that attack, TOOLS.md and config.yaml\n",
        LOADED.len() + REFUSED.len()
    );
    say!("Load them into a host that may come to harm, such as this one, and attack it:");
    say!("  toolhost serve {folder}/config.yaml");
    say!("  toolhost conformance --endpoint http://127.0.0.1:8321");
    Ok(())
}

fn write_attack(folder: &Path, attack: &Attack) -> Result<(), Stop> {
    let path = |ending: &str| folder.join(format!("{}.{ending}", attack.name));
    write(&path("wasm"), attack.wasm)?;
    write(&path("wat"), attack.wat.as_bytes())
}

fn write(path: &Path, content: &[u8]) -> Result<(), Stop> {
    let failed = |error| Stop::data(format!("`{}` cannot be written: {error}", path.display()));
    fs::write(path, content).map_err(failed)
}

/// What the components are and what is tried with them.
fn tools() -> String {
    let mut text = TOOLS_HEAD.to_owned();
    text += "| Component | Size | Tools |\n|---|---|---|\n";
    for (folder, attacks) in [("", LOADED), ("refused/", REFUSED)] {
        for attack in attacks {
            let size = bytes(attack.wasm.len() as u64);
            let name = attack.name;
            line(
                &mut text,
                format_args!("| `{folder}{name}.wasm` | {size} | `hostile_{name}_…` |"),
            );
        }
    }
    text += "\n| Row | What is tried | What must come of it |\n|---|---|---|\n";
    for row in ROWS {
        let (number, attack, expectation) = (row.number, row.attack, row.expectation);
        line(
            &mut text,
            format_args!("| {number} | {attack} | {expectation} |"),
        );
    }
    text
}

/// A config for toolhost with the limits that the rows assume.
fn config() -> String {
    let mut text = "# Tools that attack; for a host that may come to harm.\nversion: 2\nproviders:\n  tool_runtime:\n".to_owned();
    for Attack { name, limits, .. } in LOADED {
        let limits = limits.map_or(String::new(), |limits| format!(", limits: {limits}"));
        line(&mut text, format_args!("    - provider_id: hostile-{name}"));
        line(&mut text, format_args!("      provider_type: inline::wasm"));
        line(
            &mut text,
            format_args!("      config: {{ component: {name}.wasm{limits} }}"),
        );
    }
    text += "tool_groups:\n";
    for Attack { name, .. } in LOADED {
        line(
            &mut text,
            format_args!("  - {{ toolgroup_id: hostile-{name}, provider_id: hostile-{name} }}"),
        );
    }
    text += "toolhost:\n  limits: { timeout: 1s, memory: 64MiB }\n";
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = writeln!(text, "{line}");
}
