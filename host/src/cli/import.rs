//! `toolhost import openapi`: a config out of the description of an API.
//!
//! The description comes from somebody else, and nothing in it is trusted: it is bounded, no
//! reference to another file is followed, no text of it is substituted from the environment, and
//! it gets no grant but that of the hosts, methods and paths of its own operations.
//! Start reading at [`openapi`]; [`spec`] reads the file, [`operation`] makes a tool of an
//! operation, [`network`] and [`secrets`] derive grants, and [`file`] writes the config.

mod arguments;
mod credential;
mod file;
mod names;
mod network;
mod notes;
mod operation;
mod schema;
mod secrets;
mod server;
mod spec;

use std::path::Path;

use serde_json::json;

use super::args::ImportOpenApi;
use super::component::write;
use super::exit::Stop;
use super::render::{print_json, say};
use crate::config::{self, Overrides};
use file::{Made, VALUE_BYTES_MAX};
use names::Names;
use notes::Notes;
use operation::Operation;
use server::Servers;
use spec::{Found, Spec};

/// Tools that one component may offer.
const TOOLS_MAX: usize = 256;
/// Largest config, with room for what an operator adds.
const CONFIG_BYTES_MAX: usize = 1000 * 1024;
/// What the schemas of one operation may take, and what they are cut to until all fit the config.
const SCHEMA_BYTES: [usize; 4] = [16 * 1024, 6 * 1024, 3 * 1024, 1024];

/// Writes the config of a provider whose tools are the operations of an API.
pub fn openapi(args: &ImportOpenApi) -> Result<(), Stop> {
    let spec = spec::read(&args.spec)?;
    let servers = Servers::read(&spec, args.server.as_deref())?;
    let names = Names::of(&spec, args.name.as_deref())?;
    let mut notes = Notes::default();
    let found = selected(args, spec.operations(&mut notes), &mut notes)?;
    servers.tell(&spec, &mut notes);
    let text = made(&spec, &servers, &names, (&found, &mut notes))?;
    check(&text)?;
    notes.print();
    if let Some(output) = &args.output {
        write(output, text.yaml.as_bytes())?;
    }
    if args.json {
        let yaml = args.output.is_none().then_some(&text.yaml);
        print_json(&json!({
            "config": yaml,
            "provider_id": names.provider,
            "toolgroup_id": names.group,
            "tools": text.tools,
            "network": text.network.iter().map(|entry| entry.to_json()).collect::<Vec<_>>(),
            "secrets": text.secrets.iter().map(|secret| secret.to_json()).collect::<Vec<_>>(),
            "notes": notes.to_json(),
        }));
        return Ok(());
    }
    match &args.output {
        None => say!("{}", text.yaml.trim_end()),
        Some(output) => summary(output, &text),
    }
    Ok(())
}

fn summary(output: &Path, made: &Made) {
    say!(
        "{}: {} tool(s), {} grant(s) of the network, {} secret(s)",
        output.display(),
        made.tools.len(),
        made.network.len(),
        made.secrets.len()
    );
    for secret in &made.secrets {
        if secret.is_optional {
            continue;
        }
        say!("  set {}: {}", secret.variable, secret.what);
    }
    say!(
        "\n  toolhost check {0}\n  toolhost serve {0}",
        output.display()
    );
}

/// The operations that are wanted.
fn selected<'s>(
    args: &ImportOpenApi,
    mut found: Vec<Found<'s>>,
    notes: &mut Notes,
) -> Result<Vec<Found<'s>>, Stop> {
    if found.is_empty() {
        notes.print();
        return Err(Stop::data(
            "the description has no operation that can be a tool",
        ));
    }
    for wanted in &args.only {
        if !found.iter().any(|one| one.is_called(wanted)) {
            return Err(Stop::usage(format!(
                "there is no operation `{}`; there are: {}",
                wanted.escape_debug(),
                some(found.iter().map(|one| one.name.as_str()))
            )));
        }
    }
    if !args.only.is_empty() {
        found.retain(|one| args.only.iter().any(|wanted| one.is_called(wanted)));
        notes.keep(|place| found.iter().any(|one| one.place == place));
    }
    if let Some(tag) = &args.tag {
        let tags: Vec<&str> = found.iter().flat_map(Found::tags).collect();
        if !tags.contains(&tag.as_str()) {
            let mut known: Vec<&str> = Vec::new();
            tags.iter().for_each(|tag| {
                if !known.contains(tag) {
                    known.push(tag);
                }
            });
            return Err(Stop::usage(format!(
                "no operation has the tag `{}`; there are: {}",
                tag.escape_debug(),
                some(known.into_iter())
            )));
        }
        found.retain(|one| one.tags().any(|other| other == tag));
        notes.keep(|place| found.iter().any(|one| one.place == place));
    }
    if found.len() > TOOLS_MAX {
        let count = found.len();
        return Err(Stop::usage(format!(
            "the description has {count} operations, and a provider at most {TOOLS_MAX} tools; \
             choose with `--tag TAG` or `--only OPERATION,…`"
        )));
    }
    Ok(found)
}

/// The first few of `names`, for an error.
fn some<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut shown: Vec<String> = Vec::new();
    for name in names {
        if shown.len() == 20 {
            shown.push("…".to_owned());
            break;
        }
        shown.push(format!("`{}`", name.escape_debug()));
    }
    shown.join(", ")
}

/// The config, with schemas as large as fit.
fn made(
    spec: &Spec,
    servers: &Servers,
    names: &Names,
    (found, notes): (&[Found<'_>], &mut Notes),
) -> Result<Made, Stop> {
    for bytes_max in SCHEMA_BYTES {
        let mut own = Notes::default();
        let mut operations: Vec<Operation<'_>> = Vec::new();
        for one in found {
            match operation::read(spec, servers, one, bytes_max, &mut own) {
                Ok(operation) if operation.line.len() < VALUE_BYTES_MAX => {
                    operations.push(operation);
                }
                Ok(_) => own.add(&one.place, "the operation is left out: it is too large"),
                Err(why) => own.add(&one.place, format!("the operation is left out: {why}")),
            }
        }
        if operations.is_empty() {
            own.print();
            return Err(Stop::data("no operation can be a tool; see above"));
        }
        let made = file::make(spec, names, &operations, &mut own)?;
        if made.yaml.len() <= CONFIG_BYTES_MAX {
            notes.append(own);
            return Ok(made);
        }
    }
    Err(Stop::data(format!(
        "the config would be larger than {CONFIG_BYTES_MAX} bytes; choose operations with \
         `--tag TAG` or `--only OPERATION,…`"
    )))
}

/// Reads the config as `check` would, with a value for each variable that it needs: what is
/// written is never refused.
fn check(made: &Made) -> Result<(), Stop> {
    let value = |name: &str| {
        let is_ours = made.secrets.iter().any(|secret| secret.variable == name);
        is_ours.then(|| "a-value-that-stands-nowhere-4a61c0de".to_owned())
    };
    let file = Path::new("import.yaml");
    match config::parse(&made.yaml, file, &Overrides::default(), &value) {
        Ok(_) => Ok(()),
        Err(problems) => Err(Stop::data(format!(
            "the description makes a config that this host refuses: {problems}"
        ))),
    }
}
