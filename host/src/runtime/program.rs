//! A component, compiled, checked and linked once.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use super::describe::{self, Typed};
use super::docs::Docs;
use super::provider;
use super::sandbox::Sandbox;
use super::{Error, Runtime};
use crate::policy::Limits;
use crate::tool::{Field, Input, ToolName, Type, type_schema};

/// WASI interfaces whose use needs a grant; a call of them is denied.
const NEED_GRANT: [&str; 3] = ["wasi:filesystem/", "wasi:http/", "wasi:sockets/"];

/// A component that is ready to be called.
pub struct Program {
    pub(super) engine: Engine,
    pub(super) pre: InstancePre<Sandbox>,
    pub(super) provider: Option<provider::Exports>,
    /// Its tools, in the order of its exports.
    pub functions: Vec<Arc<Function>>,
    /// What it imports from outside itself, sorted.
    pub imports: Vec<String>,
    /// BLAKE3 of the component file, in hex.
    pub digest: String,
}

/// One tool of a component.
#[derive(Debug)]
pub struct Function {
    /// Its bare name.
    pub name: ToolName,
    /// What it does; empty if the component does not say.
    pub description: String,
    /// What it accepts.
    pub input: Arc<Input>,
    /// JSON Schema of a good result, if known.
    pub output_schema: Option<Value>,
    pub(super) entry: Entry,
}

/// How a tool is entered.
#[derive(Debug)]
pub(super) enum Entry {
    /// A function of its own.
    Typed {
        export: ComponentExportIndex,
        params: Vec<Field>,
        result: Option<Type>,
    },
    /// `toolhost:tool/provider`'s `invoke`.
    Provided,
}

impl Program {
    /// The imports that a call may not use without a grant.
    pub fn ungranted(&self) -> impl Iterator<Item = &str> {
        let needs_grant = |name: &&str| NEED_GRANT.iter().any(|prefix| name.starts_with(prefix));
        self.imports.iter().map(String::as_str).filter(needs_grant)
    }
}

impl Runtime {
    /// Reads a component file, refusing a large one before it is in memory.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let unreadable = |error| Error::Unreadable {
            path: path.to_owned(),
            error,
        };
        let mut wasm = Vec::new();
        // Bounded while reading: a path may name a device or a file that grows.
        let file = File::open(path).map_err(unreadable)?;
        let read = file
            .take(self.component_bytes_max + 1)
            .read_to_end(&mut wasm);
        read.map_err(unreadable)?;
        self.check_size(&wasm)?;
        Ok(wasm)
    }

    fn check_size(&self, wasm: &[u8]) -> Result<(), Error> {
        let (size, limit) = (wasm.len() as u64, self.component_bytes_max);
        if size > limit {
            Err(Error::TooLarge { limit })
        } else {
            Ok(())
        }
    }

    /// Compiles `wasm` or takes it from the cache, checks its imports and exports and links it.
    /// `functions` names the world-level functions that are tools. `limits` bound the
    /// component's own `list-tools`.
    ///
    /// Takes seconds for a language runtime that is not in the cache; never call it while a
    /// request waits.
    pub async fn load(
        self: &Arc<Self>,
        wasm: Vec<u8>,
        functions: &[String],
        limits: &Limits,
    ) -> Result<Program, Error> {
        self.check_size(&wasm)?;
        let runtime = self.clone();
        let compile = tokio::task::spawn_blocking(move || {
            runtime.compile(&wasm).map(|component| (component, wasm))
        });
        let (component, wasm) = compile
            .await
            .map_err(|panic| Error::NotAComponent(panic.to_string()))??;
        let imports = self.check_imports(&component)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(|error| Error::Unlinkable(format!("{error:#}")))?;
        let exports = describe::exports(&self.engine, &component, &Docs::read(&wasm), functions)?;
        let mut program = Program {
            engine: self.engine.clone(),
            provider: exports
                .provider
                .then(|| provider::Exports::find(&pre))
                .transpose()
                .map_err(|error| Error::Unlinkable(format!("{error:#}")))?,
            pre,
            functions: exports.typed.into_iter().map(typed).map(Arc::new).collect(),
            imports,
            digest: blake3::hash(&wasm).to_hex().to_string(),
        };
        if program.provider.is_some() {
            let provided = program.list_tools(self.slot().await, limits).await?;
            program.functions.extend(provided.into_iter().map(Arc::new));
        }
        check_functions(&program.functions, &component, &self.engine)?;
        Ok(program)
    }

    fn compile(&self, wasm: &[u8]) -> Result<Component, Error> {
        let cached = self
            .cache
            .as_ref()
            .and_then(|cache| cache.get(&self.engine, wasm));
        let component = match cached {
            Some(component) => component,
            None => {
                let component = Component::from_binary(&self.engine, wasm)
                    .map_err(|error| not_a_component(wasm, &error))?;
                if let Some(cache) = &self.cache {
                    cache.put(wasm, &component);
                }
                component
            }
        };
        // Built now, not by the first call.
        component
            .initialize_copy_on_write_image()
            .map_err(|error| Error::Unlinkable(format!("{error:#}")))?;
        Ok(component)
    }

    fn check_imports(&self, component: &Component) -> Result<Vec<String>, Error> {
        let world = component.component_type();
        let mut imports: Vec<String> = world
            .imports(&self.engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        imports.sort();
        let is_foreign = |name: &str, item: &ComponentItem| match item {
            // An interface of types alone asks for nothing.
            ComponentItem::ComponentInstance(interface) => {
                let is_empty = interface
                    .exports(&self.engine)
                    .all(|(_, item)| matches!(item.ty, ComponentItem::Type(_)));
                !is_empty && !is_wasi(name)
            }
            ComponentItem::Type(_) => false,
            _ => true,
        };
        let foreign: Vec<String> = world
            .imports(&self.engine)
            .filter(|(name, item)| is_foreign(name, &item.ty))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if foreign.is_empty() {
            Ok(imports)
        } else {
            Err(Error::ForeignImports { names: foreign })
        }
    }
}

/// WASI 0.2. What of 0.3 a component imports is foreign: wasmtime calls it experimental.
fn is_wasi(name: &str) -> bool {
    name.starts_with("wasi:")
        && name
            .split_once('@')
            .is_some_and(|(_, version)| version.starts_with("0.2."))
}

fn not_a_component(wasm: &[u8], error: &wasmtime::Error) -> Error {
    let hint = match wasm.get(..8) {
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => {
            "it is a core module; build for `wasm32-wasip2`".to_owned()
        }
        Some([0, b'a', b's', b'm', ..]) => format!("{error:#}"),
        _ => "it does not begin like a WebAssembly file".to_owned(),
    };
    Error::NotAComponent(format!("this is no component: {hint}"))
}

fn typed(function: Typed) -> Function {
    let output_schema = match &function.result {
        Some(Type::Result(ok, _)) => ok.as_deref().map(type_schema),
        result => result.as_ref().map(type_schema),
    };
    Function {
        name: function.name,
        description: function.docs,
        input: Arc::new(Input::typed(function.params.clone())),
        output_schema,
        entry: Entry::Typed {
            export: function.export,
            params: function.params,
            result: function.result,
        },
    }
}

fn check_functions(
    functions: &[Arc<Function>],
    component: &Component,
    engine: &Engine,
) -> Result<(), Error> {
    if functions.is_empty() {
        let exports: Vec<_> = component
            .component_type()
            .exports(engine)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        return Err(Error::NoTools(match exports.is_empty() {
            true => "it exports nothing".to_owned(),
            false => format!(
                "it exports {}, none of them a versioned interface with functions",
                exports.join(", ")
            ),
        }));
    }
    let mut names: Vec<&ToolName> = functions.iter().map(|function| &function.name).collect();
    names.sort();
    let mut twice: Vec<String> = names
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| format!("it offers two tools named `{}`", pair[0]))
        .collect();
    twice.dedup();
    if twice.is_empty() {
        Ok(())
    } else {
        Err(Error::Contract(twice))
    }
}
