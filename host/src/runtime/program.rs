//! A component, compiled, checked and linked once.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use super::call::Rights;
use super::contract::Named;
use super::describe::{self, Typed};
use super::digest::digest;
use super::docs::Docs;
use super::lanes::Lanes;
use super::provider;
use super::sandbox::Sandbox;
use super::{Error, Runtime};
use crate::invocation::Failure;
use crate::policy::Grants;
use crate::tool::{Field, Hints, Input, ToolName, Type, output_schema};

/// Whether something is granted.
type IsGranted = fn(&Grants) -> bool;

/// Requests in plain values.
const HTTP: &str = "toolhost:tool/http@";

/// Interfaces whose use needs a grant; without it, a call of them is denied.
const NEED_GRANT: [(&str, IsGranted); 5] = [
    ("wasi:filesystem/", |grants| !grants.files.is_empty()),
    ("wasi:http/", |grants| !grants.network.is_empty()),
    (HTTP, |grants| !grants.network.is_empty()),
    ("wasi:keyvalue/", |grants| grants.keyvalue.is_some()),
    // Nothing grants them.
    ("wasi:sockets/", |_| false),
];

/// Grants, each with the imports without which it is of no use.
const USES: [(&str, &[&str], IsGranted); 6] = [
    ("network", &["wasi:http/", HTTP], |grants| {
        !grants.network.is_empty()
    }),
    ("files", &["wasi:filesystem/"], |grants| {
        !grants.files.is_empty()
    }),
    ("env", &["wasi:cli/environment@"], |grants| {
        !grants.env.is_empty()
    }),
    ("secrets", &["wasi:http/", HTTP], |grants| {
        !grants.secrets.is_empty()
    }),
    (
        "config",
        &["wasi:config/", "toolhost:tool/config@"],
        |grants| !grants.config.is_empty(),
    ),
    ("keyvalue", &["wasi:keyvalue/"], |grants| {
        grants.keyvalue.is_some()
    }),
];

/// A component that is ready to be called.
pub struct Program {
    pub(super) engine: Engine,
    pub(super) lanes: Arc<Lanes>,
    pub(super) pre: InstancePre<Sandbox>,
    pub(super) provider: Option<provider::Exports>,
    /// Its tools, in the order of its exports.
    pub functions: Vec<Arc<Function>>,
    /// What it imports from outside itself, sorted.
    pub imports: Vec<String>,
    /// BLAKE3 of the component file, in 64 lower-case hex digits.
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
    /// What to expect of it.
    pub hints: Hints,
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
    /// The imports that a call may not use, because `grants` lacks what they need.
    pub fn ungranted<'a>(&'a self, grants: &Grants) -> impl Iterator<Item = &'a str> {
        ungranted(&self.imports, grants)
    }

    /// Whether it describes tools itself, which only running it tells.
    pub fn is_provider(&self) -> bool {
        self.provider.is_some()
    }

    /// The keys of `grants` that are of no use, because the component does not import what
    /// they grant.
    pub fn unused(&self, grants: &Grants) -> Vec<String> {
        unused(&self.imports, grants)
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
    /// `functions` names the world-level functions that are tools. `rights` bound the
    /// component's own `list-tools`.
    ///
    /// Takes seconds for a language runtime that is not in the cache; never call it while a
    /// request waits.
    pub async fn load(
        self: &Arc<Self>,
        wasm: Vec<u8>,
        functions: &[String],
        rights: Rights<'_>,
    ) -> Result<Arc<Program>, Error> {
        let mut program = self.examine(wasm, functions).await?;
        if program.provider.is_some() {
            let provided = program.list_tools(self.slot().await, rights).await?;
            // The call is over, and nobody else has the program yet.
            let program = Arc::get_mut(&mut program).ok_or(Error::ListTools(Failure::Host))?;
            program.functions.extend(provided.into_iter().map(Arc::new));
        }
        check_functions(&program.functions, program.pre.component(), &self.engine)?;
        Ok(program)
    }

    /// The same without running anything of it: the tools of a provider are not among its
    /// functions, so it may have none.
    pub async fn examine(
        self: &Arc<Self>,
        wasm: Vec<u8>,
        functions: &[String],
    ) -> Result<Arc<Program>, Error> {
        self.check_size(&wasm)?;
        let wasm = Arc::new(wasm);
        let component = self.component(&wasm).await?;
        let imports = self.check_imports(&component)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(|error| Error::Unlinkable(format!("{error:#}")))?;
        let exports = describe::exports(&self.engine, &component, &Docs::read(&wasm), functions)?;
        Ok(Arc::new(Program {
            engine: self.engine.clone(),
            lanes: self.lanes.clone(),
            provider: exports
                .provider
                .map(|contract| provider::Exports::find(contract, &pre))
                .transpose()
                .map_err(|error| Error::Unlinkable(format!("{error:#}")))?,
            pre,
            functions: exports.typed.into_iter().map(typed).map(Arc::new).collect(),
            imports,
            digest: digest(&wasm),
        }))
    }

    fn check_imports(&self, component: &Component) -> Result<Vec<String>, Error> {
        let world = component.component_type();
        let mut imports: Vec<String> = world
            .imports(&self.engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        imports.sort();
        for name in &imports {
            if let Named::Unknown { version } = Named::read(name) {
                return Err(Error::UnknownContract {
                    version: version.to_owned(),
                });
            }
        }
        let is_foreign = |name: &str, item: &ComponentItem| match item {
            // An interface of types alone asks for nothing.
            ComponentItem::ComponentInstance(interface) => {
                let is_empty = interface
                    .exports(&self.engine)
                    .all(|(_, item)| matches!(item.ty, ComponentItem::Type(_)));
                !is_empty && !is_wasi(name, "0.2.") && Named::read(name) != Named::Import
            }
            ComponentItem::Type(_) => false,
            _ => true,
        };
        let foreign = world
            .imports(&self.engine)
            .filter(|(name, item)| is_foreign(name, &item.ty))
            .map(|(name, _)| name);
        let (wasi03, others): (Vec<&str>, Vec<&str>) =
            foreign.partition(|name| is_wasi(name, "0.3."));
        let names = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect();
        match (wasi03.is_empty(), others.is_empty()) {
            (true, true) => Ok(imports),
            (false, _) => Err(Error::Wasi03 {
                names: names(wasi03),
            }),
            (true, false) => Err(Error::ForeignImports {
                names: names(others),
            }),
        }
    }
}

/// Those of a component's `imports` that are denied unless `grants` has what they need.
pub fn ungranted<'a>(imports: &'a [String], grants: &Grants) -> impl Iterator<Item = &'a str> {
    let lacking: Vec<&str> = NEED_GRANT
        .iter()
        .filter(|(_, is_granted)| !is_granted(grants))
        .map(|(prefix, _)| *prefix)
        .collect();
    let imports = imports.iter().map(String::as_str);
    imports.filter(move |name| lacking.iter().any(|prefix| name.starts_with(prefix)))
}

fn unused(imports: &[String], grants: &Grants) -> Vec<String> {
    let is_imported = |prefix: &&str| imports.iter().any(|name| name.starts_with(prefix));
    USES.iter()
        .filter(|(_, uses, is_granted)| is_granted(grants) && !uses.iter().any(is_imported))
        .map(|(key, ..)| format!("grants.{key}"))
        .collect()
}

/// Whether `name` is of WASI at a version that begins so.
fn is_wasi(name: &str, version: &str) -> bool {
    name.starts_with("wasi:")
        && name
            .split_once('@')
            .is_some_and(|(_, found)| found.starts_with(version))
}

fn typed(function: Typed) -> Function {
    let result = match &function.result {
        Some(Type::Result(ok, _)) => ok.as_deref(),
        result => result.as_ref(),
    };
    Function {
        name: function.name,
        description: function.docs,
        input: Arc::new(Input::typed(function.params.clone())),
        output_schema: result.map(output_schema),
        hints: Hints::default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::KeyvalueGrant;

    fn imports() -> Vec<String> {
        let names = [
            "wasi:cli/environment@0.2.3",
            "wasi:http/outgoing-handler@0.2.3",
            "wasi:keyvalue/store@0.2.0-draft",
            "wasi:sockets/tcp@0.2.3",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn keyvalue() -> Option<KeyvalueGrant> {
        Some(KeyvalueGrant {
            store: "notes".to_owned(),
            bytes: 1,
        })
    }

    #[test]
    fn an_import_is_granted_by_what_it_needs() {
        let imports = imports();
        let nothing = Grants::default();
        let found: Vec<_> = ungranted(&imports, &nothing).collect();
        assert_eq!(found, imports[1..]);
        let kept = Grants {
            keyvalue: keyvalue(),
            env: vec![("A".to_owned(), "b".to_owned())],
            ..Grants::default()
        };
        let found: Vec<_> = ungranted(&imports, &kept).collect();
        assert_eq!(found, [&imports[1], &imports[3]]);
    }

    #[test]
    fn a_grant_without_its_import_is_unused() {
        let all = Grants {
            keyvalue: keyvalue(),
            env: vec![("A".to_owned(), "b".to_owned())],
            config: [("a".to_owned(), "b".to_owned())].into(),
            ..Grants::default()
        };
        assert_eq!(unused(&imports(), &all), ["grants.config"]);
        assert_eq!(
            unused(&[], &all),
            ["grants.env", "grants.config", "grants.keyvalue"]
        );
        assert!(unused(&[], &Grants::default()).is_empty());
    }

    #[test]
    fn wasi_is_known_by_its_version() {
        for (name, is_ours) in [
            ("wasi:cli/environment@0.2.6", true),
            ("wasi:config/store@0.2.0-rc.1", true),
            ("wasi:keyvalue/store@0.2.0-draft", true),
            ("wasi:cli/environment@0.3.0", false),
            ("wasi:cli/environment", false),
            ("wasi:nn/graph@0.20.0", false),
            ("mine:cli/environment@0.2.0", false),
        ] {
            assert_eq!(is_wasi(name, "0.2."), is_ours, "{name}");
        }
    }
}
