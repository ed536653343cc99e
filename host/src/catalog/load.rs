//! Loads what a config names, or says everything that is wrong with it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::registry::group;
use super::{Catalog, Offer, Provider, Share, pin};
use crate::config::{self, Config, Imports, Place, Problem, Problems, Source, ToolOverride};
use crate::policy::{Limits, Missing, Needs};
use crate::runtime::{Error, Function, Program, Rights, Runtime, World, read_needs};
use crate::tool::Input;

/// A component that the binary carries.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// What `inline::NAME` calls it.
    pub name: &'static str,
    /// The component.
    pub wasm: &'static [u8],
    /// Whether it is of little use without grants or with the default limits, so that only a
    /// config can have it served.
    pub needs_config: bool,
}

/// Compiles every provider's component and makes every group.
pub async fn load(
    config: &Config,
    runtime: &Arc<Runtime>,
    shipped: &[Shipped],
) -> Result<Catalog, Problems> {
    let mut problems = Vec::new();
    let mut providers = Vec::new();
    let tool_queue = config.admission.tool_queue;
    for section in &config.providers {
        let limits = config.runtime.limits.with(&section.limits);
        let started = Instant::now();
        match provided(section, config, runtime, shipped, &limits).await {
            Ok((program, world)) => {
                tracing::info!(
                    provider = %section.name, tools = program.functions.len(), took = ?started.elapsed(), "component loaded"
                );
                let offers = offers(section, &program, (limits, tool_queue), &mut problems);
                providers.push(Arc::new(Provider {
                    name: section.name.clone(),
                    kind: section.kind.clone(),
                    config: section.config.clone(),
                    world,
                    program,
                    offers,
                }));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let groups = config.groups.iter().filter_map(|section| {
        // `config` refuses a group whose provider is not declared.
        let provider = providers
            .iter()
            .find(|provider| provider.name == section.provider)?;
        Some(Arc::new(group(
            section.name.clone(),
            provider,
            section.args.clone(),
            config.admission.group_concurrency,
        )))
    });
    let groups = groups.collect();
    Ok(Catalog::new(providers, groups))
}

/// The program of a provider, and what it may reach: what its component declares and the
/// config grants.
async fn provided(
    section: &config::Provider,
    config: &Config,
    runtime: &Arc<Runtime>,
    shipped: &[Shipped],
    limits: &Limits,
) -> Result<(Arc<Program>, Arc<World>), Problem> {
    let wasm = find(section, config, runtime, shipped)?;
    pin::check_file(section, &wasm)?;
    let problem = |message, remedy| Problem {
        place: section.place.clone(),
        message,
        remedy,
    };
    let failed = |error: Error| problem(error.to_string(), remedy(&error));
    let needs = read_needs(&wasm).map_err(failed)?;
    if let Some(needs) = &needs {
        covered(needs, section)?;
    }
    let loaded = async {
        let world = runtime.world(section.grants.clone(), needs.as_ref())?;
        let rights = Rights {
            limits,
            world: &world,
            group: None,
            trace: None,
        };
        let program = runtime.load(wasm, &section.functions, rights).await?;
        Ok((program, world))
    };
    let (program, world) = loaded.await.map_err(failed)?;
    pin::check_tools(section, &program)?;
    let ungranted: Vec<_> = program.ungranted(&section.grants).collect();
    if section.imports == Imports::Strict && !ungranted.is_empty() {
        return Err(problem(
            format!(
                "the component imports {} without a grant, and `imports` is `strict`",
                ungranted.join(", ")
            ),
            "grant it under `config.grants` (sockets cannot be granted), build the component \
             without it, or write `imports: lenient` to deny it at use"
                .to_owned(),
        ));
    }
    for grant in program.unused(&section.grants) {
        tracing::warn!(provider = %section.name, grant, "the component does not import what is granted");
    }
    Ok((program, world))
}

/// Everything that a component declares must be granted.
fn covered(needs: &Needs, section: &config::Provider) -> Result<(), Problem> {
    let missing = needs.missing(&section.grants);
    if missing.is_empty() {
        return Ok(());
    }
    let what: Vec<_> = missing.iter().map(|missing| &*missing.what).collect();
    let yaml = Missing::yaml(&missing).replace('\n', "\n    ");
    Err(Problem {
        place: section.place.clone(),
        message: format!(
            "the component declares that it needs {}, which nothing grants",
            what.join(", ")
        ),
        remedy: format!("add under its `config`:\n\n    {yaml}\n"),
    })
}

fn find(
    section: &config::Provider,
    config: &Config,
    runtime: &Runtime,
    shipped: &[Shipped],
) -> Result<Vec<u8>, Problem> {
    let problem = |message, remedy| Problem {
        place: section.place.clone(),
        message,
        remedy,
    };
    let path = match &section.source {
        Source::File(path) => path.clone(),
        Source::Named(name) => match shipped.iter().find(|tool| tool.name == name) {
            Some(tool) => return Ok(tool.wasm.to_vec()),
            None => match &config.runtime.components_dir {
                Some(dir) => dir.join(format!("{name}.wasm")),
                None => {
                    let known: Vec<_> = shipped
                        .iter()
                        .map(|tool| format!("`inline::{}`", tool.name))
                        .collect();
                    return Err(problem(
                        format!("`inline::{name}` is no shipped tool"),
                        format!(
                            "use one of {}, set `toolhost.components_dir` to the folder that has `{name}.wasm`, or use `inline::wasm` with `config.component`",
                            known.join(", ")
                        ),
                    ));
                }
            },
        },
    };
    runtime
        .read(&path)
        .map_err(|error| problem(error.to_string(), unreadable_remedy(&path)))
}

fn unreadable_remedy(path: &Path) -> String {
    format!(
        "build the component, or correct the path `{}`",
        path.display()
    )
}

fn remedy(error: &Error) -> String {
    match error {
        Error::ForeignImports { .. } => {
            "build the tool without them: only WASI 0.2 and `toolhost:tool` can be imported"
                .to_owned()
        }
        Error::UnknownContract { .. } => {
            "use a newer host, or build the component with the `wit/tool` of this one".to_owned()
        }
        Error::Wasi03 { .. } => "build the tool for WASI 0.2: target `wasm32-wasip2`".to_owned(),
        Error::TooLarge { .. } => {
            "raise `toolhost.component_bytes_max`, or strip debug symbols from the component"
                .to_owned()
        }
        Error::TooComplex { .. } => {
            "build it of fewer parts: link its modules, or split it into several tools".to_owned()
        }
        Error::CompileTimeout { .. } => {
            "raise `toolhost.compile_timeout` if the component comes from somebody you trust"
                .to_owned()
        }
        Error::CompileMemory { .. } => {
            "raise `toolhost.compile_memory` if the component comes from somebody you trust"
                .to_owned()
        }
        Error::Manifest(_) => "write it anew with `toolhost component embed-manifest`".to_owned(),
        Error::NotAComponent(_) => {
            "build it for `wasm32-wasip2`, or convert it with `toolhost component new`".to_owned()
        }
        Error::Unlinkable(_) => {
            "use only interfaces of WASI 0.2's `command` world and `wasi:http`".to_owned()
        }
        Error::NoTools(_) => {
            "export a versioned interface, or name world-level functions in `config.functions`"
                .to_owned()
        }
        Error::ListTools(_) => {
            "run `toolhost component inspect` on it, or raise the provider's `config.limits`"
                .to_owned()
        }
        Error::World(_) => "correct the provider's `config.grants`".to_owned(),
        Error::Contract(_) => "correct the component's WIT, or its `list-tools`".to_owned(),
        Error::Module(_)
        | Error::Engine(_)
        | Error::Compiler(_)
        | Error::Unreadable { .. }
        | Error::Docs(_) => "see the log for details".to_owned(),
    }
}

fn offers(
    section: &config::Provider,
    program: &Program,
    bounds: (Limits, u32),
    problems: &mut Vec<Problem>,
) -> Vec<Offer> {
    let known: Vec<String> = program
        .functions
        .iter()
        .map(|function| format!("`{}`", function.name))
        .collect();
    for (name, over) in &section.tools {
        if !program
            .functions
            .iter()
            .any(|function| function.name.as_str() == name)
        {
            problems.push(Problem {
                place: over.place.clone(),
                message: format!("the component has no tool `{name}`"),
                remedy: format!("it has {}", known.join(", ")),
            });
        }
    }
    program
        .functions
        .iter()
        .map(|function| offer(section, function, bounds, problems))
        .collect()
}

fn offer(
    section: &config::Provider,
    function: &Arc<Function>,
    (limits, queue): (Limits, u32),
    problems: &mut Vec<Problem>,
) -> Offer {
    let none = ToolOverride::default();
    let over = section.tools.get(function.name.as_str()).unwrap_or(&none);
    let limits = limits.with(&over.limits);
    let input = if over.parameters.is_empty() {
        function.input.clone()
    } else {
        described(function, over, problems)
    };
    Offer {
        function: function.clone(),
        description: over
            .description
            .as_ref()
            .unwrap_or(&function.description)
            .clone(),
        input,
        limits,
        share: Arc::new(Share::new(limits.concurrency, queue)),
    }
}

fn described(function: &Function, over: &ToolOverride, problems: &mut Vec<Problem>) -> Arc<Input> {
    match function.input.described(&over.parameters) {
        Ok(input) => Arc::new(input),
        Err(reason) => {
            problems.push(Problem {
                place: Place {
                    path: format!("{}.parameters", over.place.path),
                    ..over.place.clone()
                },
                message: format!("tool `{}` has {reason}", function.name),
                remedy: format!("`toolhost tools show {}` lists them", function.name),
            });
            function.input.clone()
        }
    }
}
