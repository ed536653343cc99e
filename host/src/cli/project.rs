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
    if let Some(missing) = project::missing(args.lang, &args.folder) {
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
    let ungranted: Vec<&str> = runtime::ungranted(&built.imports, &none).collect();
    say!(
        "imports ({}), {} of them denied unless granted",
        built.imports.len(),
        ungranted.len()
    );
    for import in ungranted {
        say!("  {import}");
    }
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
