//! `toolhost new` and `build`

use std::path::Path;

use serde_json::json;

use super::args::{Build, New};
use super::exit::Stop;
use super::render::{bytes, print_json, say};
use crate::policy::Grants;
use crate::project::{self, Built, Contract, ProjectName};
use crate::runtime;

/// Makes the folder of a new tool, and says what to type next.
pub fn new(args: &New, sdk: &[u8]) -> Result<(), Stop> {
    let failed = |error: project::Error| Stop::project(&error);
    let name = args.folder.file_name().unwrap_or_default();
    let name = ProjectName::parse(&name.to_string_lossy()).map_err(failed)?;
    let contract = match args.typed {
        true => Contract::Typed,
        false => Contract::Provider,
    };
    let kind = (args.lang, contract);
    let created = project::create(&args.folder, &name, kind, sdk).map_err(failed)?;
    let folder = args.folder.display();
    say!("{folder}: a tool in {}", args.lang);
    for file in &created.files {
        say!("  {}", file.display());
    }
    if let Some(library) = created.library {
        say!("  {library}  (the SDK; its README says what a tool can do)");
    }
    say!("\nnext:");
    say!("  cd {folder}");
    if let Err(missing) = project::look(args.lang, &args.folder) {
        say!("  # {missing}");
    }
    say!("  toolhost build    # makes the component");
    say!("  toolhost test     # calls it as `tests` says");
    say!("  toolhost dev      # serves it, and builds it anew when a file changes");
    Ok(())
}

/// Builds a project, and says what came of it.
pub fn build(args: &Build) -> Result<(), Stop> {
    let built = project::build(&args.project, args.output.as_deref());
    let built = built.map_err(|error| Stop::project(&error))?;
    if args.json {
        print_json(&json!({
            "component": built.file,
            "language": built.language.short(),
            "contract": contract(&built),
            "bytes": built.bytes,
            "functions_with_docs": built.docs,
            "imports": built.imports,
            "seconds": built.took.as_secs_f64(),
        }));
    } else {
        report(&built);
    }
    Ok(())
}

/// Size, time, and the imports of interest: the others are granted to everybody.
pub fn report(built: &Built) {
    let docs = match (built.contract, built.docs) {
        (Contract::Provider, _) => String::new(),
        (Contract::Typed, docs) => format!(", docs of {docs} function(s)"),
    };
    say!(
        "{}: {}, {} {}{docs}, built in {:.1} s",
        shown(&built.file),
        bytes(built.bytes),
        built.language,
        contract(built),
        built.took.as_secs_f64(),
    );
    let none = Grants::default();
    let ungranted = packages(runtime::ungranted(&built.imports, &none));
    let denied = match ungranted.is_empty() {
        true => "none of which needs a grant".to_owned(),
        false => format!("denied unless granted: {}", ungranted.join(", ")),
    };
    say!("{} import(s), {denied}", built.imports.len());
}

/// Interfaces of ours by name, and those of WASI by package: runtimes of languages import all of
/// one whether or not the tool has a use for it.
fn packages<'a>(imports: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = imports
        .map(|import| match import.split_once('/') {
            Some((package, _)) if package.starts_with("wasi:") => package,
            _ => import,
        })
        .collect();
    names.dedup();
    names
}

fn contract(built: &Built) -> &'static str {
    match built.contract {
        Contract::Provider => "provider",
        Contract::Typed => "typed tool",
    }
}

/// Without the `./` of the current folder.
fn shown(file: &Path) -> std::path::Display<'_> {
    file.strip_prefix(".").unwrap_or(file).display()
}
