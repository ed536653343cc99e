//! `toolhost component inspect`, `embed-docs` and `embed-manifest`

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args::{EmbedDocs, EmbedManifest, Inspect, NewComponent};
use super::exit::Stop;
use super::render::{bytes, parameters, print, print_json, say};
use super::{compiler, load, tokio_runtime};
use crate::config::{self, Overrides};
use crate::policy::{Grants, Limits, Missing, Needs};
use crate::runtime::{self, Docs, ModuleWorld, Program, Rights, Runtime};
use crate::tool::Hints;

/// Prints what a component offers and asks for. Nothing of it runs unless `--list-tools` says so.
pub fn inspect(args: &Inspect) -> Result<(), Stop> {
    let config = load(None, &Overrides::default(), &[])?;
    let runtime = Runtime::new(&config.runtime, 1, compiler())
        .map_err(|error| Stop::host(error.to_string()))?;
    let runtime = Arc::new(runtime);
    let loaded = tokio_runtime()?.block_on(async {
        let wasm = runtime.read(&args.component)?;
        let needs = runtime::read_needs(&wasm)?;
        let program = match args.list_tools {
            true => run(&runtime, wasm, &args.functions).await?,
            false => runtime.examine(wasm, &args.functions).await?,
        };
        Ok((program, needs))
    });
    let (program, needs) = loaded.map_err(|error: runtime::Error| {
        Stop::data(format!("`{}`: {error}", args.component.display()))
    })?;
    let needs = needs.as_ref().map(in_words);
    // Tools that nobody was told of cannot be held to anything.
    let is_whole = args.list_tools || !program.is_provider();
    let tools_pin = is_whole.then(|| format!("blake3:{}", program.tools_digest()));
    if args.json {
        print_json(&to_json(&program, needs.as_deref(), tools_pin.as_deref()));
    } else {
        print_people(&args.component, &program);
        if tools_pin.is_none() {
            say!(
                "\nIt describes its tools itself; `--list-tools` runs it in a sandbox to ask for them."
            );
        }
        print_imports(&program);
        print_needs(needs.as_deref());
        print_pin(&program, tools_pin.as_deref());
    }
    Ok(())
}

/// Loads a component as `serve` does, without any grant.
async fn run(
    runtime: &Arc<Runtime>,
    wasm: Vec<u8>,
    functions: &[String],
) -> Result<Arc<Program>, runtime::Error> {
    let world = runtime.world(Grants::default(), None)?;
    let rights = Rights {
        limits: &Limits::DEFAULT,
        world: &world,
        group: None,
        trace: None,
    };
    runtime.load(wasm, functions, rights).await
}

/// Everything that a manifest declares, each with the grant that covers it.
fn in_words(needs: &Needs) -> Vec<Missing> {
    needs.missing(&Grants::default())
}

fn to_json(
    program: &Program,
    needs: Option<&[Missing]>,
    tools_pin: Option<&str>,
) -> serde_json::Value {
    let tools = program.functions.iter().map(|function| {
        json!({
            "name": function.name.as_str(),
            "description": function.description,
            "input_schema": function.input.schema(),
            "output_schema": function.output_schema,
            "metadata": function.hints.to_json(),
        })
    });
    let needs = needs.map(|needs| {
        let need = |need: &Missing| json!({"what": need.what, "grant": need.grant()});
        needs.iter().map(need).collect::<Vec<_>>()
    });
    json!({
        "digest": program.digest,
        "pin": {
            "component": format!("blake3:{}", program.digest),
            "tools": tools_pin,
        },
        "contract": if program.is_provider() { "provider" } else { "typed" },
        "tools": tools.collect::<Vec<_>>(),
        "imports": program.imports,
        "needs": needs,
    })
}

fn print_people(path: &Path, program: &Program) {
    say!("{}  blake3:{}", path.display(), program.digest);
    for function in &program.functions {
        say!("\n{}", function.name);
        if !function.description.is_empty() {
            say!("  {}", function.description);
        }
        if let Some(hints) = hints(&function.hints) {
            say!("  ({hints})");
        }
        print(&parameters(function.input.schema()));
    }
}

fn print_imports(program: &Program) {
    let ungranted: Vec<&str> = program.ungranted(&Grants::default()).collect();
    say!("\nimports ({}):", program.imports.len());
    for import in &program.imports {
        let mark = if ungranted.contains(&import.as_str()) {
            "  (denied unless granted)"
        } else {
            ""
        };
        say!("  {import}{mark}");
    }
}

/// Title and hints in words, if there are some.
fn hints(hints: &Hints) -> Option<String> {
    let known = [
        (hints.read_only, "reads only", "changes things"),
        (hints.destructive, "may destroy", "destroys nothing"),
        (hints.idempotent, "may be repeated", "must not be repeated"),
        (hints.open_world, "reaches out", "stays inside"),
    ];
    let words = known.into_iter().filter_map(|(hint, yes, no)| {
        let hint = hint?;
        Some(if hint { yes } else { no }.to_owned())
    });
    let words: Vec<String> = hints.title.iter().cloned().chain(words).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn print_needs(needs: Option<&[Missing]>) {
    match needs {
        None => say!("\nmanifest: none; the component does not say what it needs"),
        Some([]) => say!("\nmanifest: it needs no grant"),
        Some(needs) => {
            say!("\nmanifest: it needs these grants, under the provider's `config`:");
            for need in needs {
                say!("  {}", need.what);
                for line in need.grant().lines() {
                    say!("    {line}");
                }
            }
        }
    }
}

/// What holds a provider to what is shown above.
fn print_pin(program: &Program, tools: Option<&str>) {
    say!("\npin, under the provider's `config`:");
    say!("    pin:");
    say!("      component: blake3:{}", program.digest);
    if let Some(tools) = tools {
        say!("      tools: {tools}");
    }
}

/// Makes a component of a core module.
pub fn new(args: &NewComponent) -> Result<(), Stop> {
    let module = read(&args.module)?;
    let world = args.wit.as_deref().map(|wit| ModuleWorld {
        wit,
        name: args.world.as_deref(),
    });
    let failed =
        |error: runtime::Error| Stop::data(format!("`{}`: {error}", args.module.display()));
    let component = runtime::componentize(&module, world).map_err(failed)?;
    let (component, docs) = match &args.wit {
        Some(wit) => runtime::embed_docs(wit, &component).map_err(failed)?,
        None => (component, Docs::default()),
    };
    write(&args.output, &component)?;
    say!(
        "{}: {}, docs of {} function(s)",
        args.output.display(),
        bytes(component.len() as u64),
        docs.count()
    );
    Ok(())
}

/// Writes the docs of a WIT package into a component.
pub fn embed_docs(args: &EmbedDocs) -> Result<(), Stop> {
    let wasm = read(&args.component)?;
    let embedded = runtime::embed_docs(&args.wit, &wasm);
    let (out, docs) = embedded.map_err(|error| Stop::data(error.to_string()))?;
    write(&args.output, &out)?;
    say!(
        "{}: {}, docs of {} function(s)",
        args.output.display(),
        bytes(out.len() as u64),
        docs.count()
    );
    Ok(())
}

/// Writes what a component needs into it.
pub fn embed_manifest(args: &EmbedManifest) -> Result<(), Stop> {
    let needs = config::manifest(&args.manifest).map_err(|problems| Stop::config(&problems))?;
    let wasm = read(&args.component)?;
    let embedded = runtime::embed_needs(&wasm, &needs);
    let out = embedded.map_err(|error| Stop::data(error.to_string()))?;
    let output = args.output.as_ref().unwrap_or(&args.component);
    write(output, &out)?;
    say!(
        "{}: {}, a manifest of {} need(s)",
        output.display(),
        bytes(out.len() as u64),
        in_words(&needs).len()
    );
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    let failed = |error| Stop::data(format!("`{}` cannot be read: {error}", path.display()));
    std::fs::read(path).map_err(failed)
}

/// Writes a file, making its folder if need be.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Stop> {
    if let Some(parent) = path.parent() {
        let made = std::fs::create_dir_all(parent);
        made.map_err(|error| {
            Stop::data(format!("`{}` cannot be made: {error}", parent.display()))
        })?;
    }
    let failed = |error| Stop::data(format!("`{}` cannot be written: {error}", path.display()));
    std::fs::write(path, content).map_err(failed)
}
