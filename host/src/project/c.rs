//! Builds C, and C++ without its standard library, with `zig cc` or clang.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::language::Language;
use super::toolchain::Program;
use super::{Error, world};

/// The compilers that will do, the best first. Zig has all that is needed in one package.
const COMPILERS: [Program; 4] = [
    compiler("python-zig"),
    compiler("zig"),
    compiler("clang-19"),
    compiler("clang"),
];
/// Folders with sources, in a project.
const SOURCES: [&str; 2] = ["src", "toolhost"];
/// What files with sources end with.
const ENDINGS: [&str; 3] = ["c", "cc", "cpp"];

const fn compiler(name: &'static str) -> Program {
    Program {
        name,
        language: Language::C,
        remedy: "install Zig by `python3 -m venv .venv && .venv/bin/pip install ziglang==0.17.0`",
    }
}

/// The best compiler that is there for the project in `folder`.
pub fn found(folder: &Path) -> Result<Program, Error> {
    let [best, ..] = COMPILERS;
    let is_there = |compiler: &Program| compiler.look(folder).is_ok();
    let found = COMPILERS.into_iter().find(is_there).unwrap_or(best);
    found.look(folder).map(|()| found)
}

/// The component.
pub fn build(folder: &Path) -> Result<Vec<u8>, Error> {
    let compiler = found(folder)?;
    let core = world::made(folder)?.join("core.wasm");
    let mut command = compiler.command(folder);
    match compiler.name {
        "python-zig" | "zig" => command.args(["cc", "-target", "wasm32-wasi"]),
        // Debian keeps the C library for WASI there.
        _ => command.args([
            "--target=wasm32-wasi",
            "--sysroot=/usr",
            "-Wl,--stack-first",
        ]),
    };
    command.args(["-mexec-model=reactor", "-Os", "-flto", "-Wall", "-Wextra"]);
    command.args(["-Wl,-z,stack-size=262144", "-Wl,--strip-all", "-Itoolhost"]);
    add_sources(folder, &mut command)?;
    command.arg("-o").arg(&core);
    compiler.run(&mut command)?;
    world::componentize(folder, &core)
}

fn add_sources(folder: &Path, command: &mut Command) -> Result<(), Error> {
    for inside in SOURCES {
        let entries = std::fs::read_dir(folder.join(inside)).map_err(Error::file(inside))?;
        let is_source = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| ENDINGS.contains(&ending))
        };
        let names = entries
            .flatten()
            .map(|entry| Path::new(inside).join(entry.file_name()));
        let mut sources: Vec<PathBuf> = names.filter(is_source).collect();
        sources.sort();
        command.args(sources);
    }
    Ok(())
}
