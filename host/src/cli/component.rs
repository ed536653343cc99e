//! `toolhost component inspect` and `toolhost component embed-docs`

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::args::{EmbedDocs, Inspect};
use super::exit::Stop;
use super::render::{bytes, parameters, print, print_json, say};
use super::{load, tokio_runtime};
use crate::config::Overrides;
use crate::policy::Limits;
use crate::runtime::{Program, Runtime, embed_docs as embed};

/// Prints what a component offers and asks for, after the same checks as `serve`.
pub fn inspect(args: &Inspect) -> Result<(), Stop> {
    let config = load(None, &Overrides::default(), &[])?;
    let runtime =
        Runtime::new(&config.runtime, 1).map_err(|error| Stop::host(error.to_string()))?;
    let runtime = Arc::new(runtime);
    let program = tokio_runtime()?.block_on(async {
        let wasm = runtime.read(&args.component)?;
        runtime.load(wasm, &args.functions, &Limits::DEFAULT).await
    });
    let program =
        program.map_err(|error| Stop::data(format!("`{}`: {error}", args.component.display())))?;
    if args.json {
        print_json(&to_json(&program));
    } else {
        print_people(&args.component, &program);
    }
    Ok(())
}

fn to_json(program: &Program) -> serde_json::Value {
    let tools = program.functions.iter().map(|function| {
        json!({
            "name": function.name.as_str(),
            "description": function.description,
            "input_schema": function.input.schema(),
            "output_schema": function.output_schema,
        })
    });
    json!({"digest": program.digest, "tools": tools.collect::<Vec<_>>(), "imports": program.imports})
}

fn print_people(path: &Path, program: &Program) {
    say!("{}  blake3:{}", path.display(), program.digest);
    for function in &program.functions {
        say!("\n{}", function.name);
        if !function.description.is_empty() {
            say!("  {}", function.description);
        }
        print(&parameters(function.input.schema()));
    }
    let ungranted: Vec<&str> = program.ungranted().collect();
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

/// Writes the docs of a WIT package into a component.
pub fn embed_docs(args: &EmbedDocs) -> Result<(), Stop> {
    let wasm = std::fs::read(&args.component).map_err(|error| {
        Stop::data(format!(
            "`{}` cannot be read: {error}",
            args.component.display()
        ))
    })?;
    let (out, docs) = embed(&args.wit, &wasm).map_err(|error| Stop::data(error.to_string()))?;
    if let Some(parent) = args.output.parent() {
        let made = std::fs::create_dir_all(parent);
        made.map_err(|error| {
            Stop::data(format!("`{}` cannot be made: {error}", parent.display()))
        })?;
    }
    std::fs::write(&args.output, &out).map_err(|error| {
        Stop::data(format!(
            "`{}` cannot be written: {error}",
            args.output.display()
        ))
    })?;
    say!(
        "{}: {}, docs of {} function(s)",
        args.output.display(),
        bytes(out.len() as u64),
        docs.count()
    );
    Ok(())
}
