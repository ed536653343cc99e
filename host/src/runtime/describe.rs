//! A component's own types, read as tools.

use wasmtime::Engine;
use wasmtime::component::types::{self, ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex};

use super::Error;
use super::contract::{Contract, Named};
use super::docs::{Docs, FunctionDocs};
use crate::tool::{Case, Field, ToolName, Type, json_name};

/// Types in one signature, each counted as often as it is used: a small component can refer
/// to a type a thousand times over.
const TYPES_MAX: usize = 10_000;

/// A function that is a tool.
#[derive(Debug)]
pub struct Typed {
    /// Its tool name.
    pub name: ToolName,
    /// Its doc comment; empty if the component carries none.
    pub docs: String,
    /// Its parameters.
    pub params: Vec<Field>,
    /// What it returns, if anything.
    pub result: Option<Type>,
    /// Where it stands in the component.
    pub export: ComponentExportIndex,
}

/// What a component exports, as far as it matters.
#[derive(Debug, Default)]
pub struct Exports {
    /// Functions of versioned interfaces, and world-level ones that were asked for.
    pub typed: Vec<Typed>,
    /// By which contract it describes further tools itself, if it does.
    pub provider: Option<Contract>,
}

/// Reads the exports of `component`. World-level functions are tools only if named in
/// `functions`: language runtimes add their own, such as `init`.
pub fn exports(
    engine: &Engine,
    component: &Component,
    docs: &Docs,
    functions: &[String],
) -> Result<Exports, Error> {
    let mut found = Exports::default();
    let mut problems = Vec::new();
    let world = component.component_type();
    for (name, item) in world.exports(engine) {
        match Named::read(name) {
            // One is enough; of several, the newest.
            Named::Provider(contract) => {
                found.provider = found.provider.max(Some(contract));
                continue;
            }
            Named::Unknown { version } => {
                return Err(Error::UnknownContract {
                    version: version.to_owned(),
                });
            }
            Named::Other | Named::Import => {}
        }
        match item.ty {
            ComponentItem::ComponentInstance(interface) if is_versioned(name) => {
                let Some(index) = component.get_export_index(None, name) else {
                    continue;
                };
                for (function, item) in interface.exports(engine) {
                    let ComponentItem::ComponentFunc(ty) = item.ty else {
                        continue;
                    };
                    let export = component.get_export_index(Some(&index), function);
                    let key = format!("{name}#{function}");
                    push(
                        &mut found.typed,
                        &mut problems,
                        typed(&key, function, &ty, docs.function(&key), export),
                    );
                }
            }
            ComponentItem::ComponentFunc(ty)
                if functions.iter().any(|function| function == name) =>
            {
                let export = component.get_export_index(None, name);
                push(
                    &mut found.typed,
                    &mut problems,
                    typed(name, name, &ty, docs.function(name), export),
                );
            }
            _ => {}
        }
    }
    let exported = |function: &&String| {
        world
            .exports(engine)
            .any(|(name, _)| name == function.as_str())
    };
    problems.extend(
        functions
            .iter()
            .filter(|f| !exported(f))
            .map(|f| format!("`{f}` is no world-level function of the component")),
    );
    if problems.is_empty() {
        Ok(found)
    } else {
        Err(Error::Contract(problems))
    }
}

fn push(typed: &mut Vec<Typed>, problems: &mut Vec<String>, read: Result<Typed, Vec<String>>) {
    match read {
        Ok(function) => typed.push(function),
        Err(reasons) => problems.extend(reasons),
    }
}

/// Whether an export is an interface with a version, and not one of WASI's, which are entry
/// points for other hosts (`wasi:cli/run`).
fn is_versioned(name: &str) -> bool {
    name.contains('/') && name.contains('@') && !name.starts_with("wasi:")
}

fn typed(
    key: &str,
    wit_name: &str,
    ty: &ComponentFunc,
    docs: Option<&FunctionDocs>,
    export: Option<ComponentExportIndex>,
) -> Result<Typed, Vec<String>> {
    let mut problems = Vec::new();
    if wit_name.starts_with('[') {
        return Err(vec![format!(
            "`{key}` belongs to a resource; a tool is a plain function"
        )]);
    }
    let name = ToolName::parse(&json_name(wit_name)).map_err(|error| vec![error.to_string()])?;
    let mut read = |what: &str, path: &str, ty: &types::Type| match (Reader {
        docs,
        path: path.to_owned(),
        types_left: TYPES_MAX,
    })
    .read(ty)
    {
        Ok(ty) => Some(ty),
        Err(kind) => {
            problems.push(format!(
                "`{key}` has {kind} in {what}; a tool's arguments and results are plain data"
            ));
            None
        }
    };
    let params: Vec<Field> = ty
        .params()
        .filter_map(|(param, ty)| {
            let ty = read(&format!("`{param}`"), param, &ty)?;
            let docs = docs.and_then(|docs| docs.at.get(param)).cloned();
            Some(Field {
                docs,
                ..Field::new(param, ty)
            })
        })
        .collect();
    let result = ty
        .results()
        .next()
        .and_then(|ty| read("its result", "", &ty));
    if ty.async_() {
        problems.push(format!("`{key}` is async; tools are synchronous"));
    }
    match export {
        Some(export) if problems.is_empty() => Ok(Typed {
            name,
            docs: docs.map(|docs| docs.docs.clone()).unwrap_or_default(),
            params,
            result,
            export,
        }),
        _ => Err(problems),
    }
}

/// Turns the engine's types into ours, keeping the path for docs.
struct Reader<'a> {
    docs: Option<&'a FunctionDocs>,
    path: String,
    types_left: usize,
}

impl Reader<'_> {
    /// The error names what is no data.
    fn read(&mut self, ty: &types::Type) -> Result<Type, &'static str> {
        self.types_left = self.types_left.checked_sub(1).ok_or("too large a type")?;
        Ok(match ty {
            types::Type::Bool => Type::Bool,
            types::Type::S8 => Type::S8,
            types::Type::U8 => Type::U8,
            types::Type::S16 => Type::S16,
            types::Type::U16 => Type::U16,
            types::Type::S32 => Type::S32,
            types::Type::U32 => Type::U32,
            types::Type::S64 => Type::S64,
            types::Type::U64 => Type::U64,
            types::Type::Float32 => Type::F32,
            types::Type::Float64 => Type::F64,
            types::Type::Char => Type::Char,
            types::Type::String => Type::String,
            types::Type::List(list) => Type::List(Box::new(self.read(&list.ty())?)),
            types::Type::FixedLengthList(list) => {
                Type::FixedList(Box::new(self.read(&list.ty())?), list.len())
            }
            types::Type::Map(map) => Type::Map(
                Box::new(self.read(&map.key())?),
                Box::new(self.read(&map.value())?),
            ),
            types::Type::Tuple(tuple) => Type::Tuple(
                tuple
                    .types()
                    .map(|ty| self.read(&ty))
                    .collect::<Result<_, _>>()?,
            ),
            types::Type::Record(record) => Type::Record(
                record
                    .fields()
                    .map(|field| self.field(field.name, &field.ty))
                    .collect::<Result<_, _>>()?,
            ),
            types::Type::Variant(variant) => {
                let case = |case: types::Case<'_>| {
                    let ty = case.ty.map(|ty| self.read(&ty)).transpose()?;
                    Ok(Case {
                        name: case.name.to_owned(),
                        ty,
                    })
                };
                Type::Variant(
                    variant
                        .cases()
                        .map(case)
                        .collect::<Result<_, &'static str>>()?,
                )
            }
            types::Type::Enum(names) => Type::Enum(names.names().map(str::to_owned).collect()),
            types::Type::Flags(names) => Type::Flags(names.names().map(str::to_owned).collect()),
            types::Type::Option(option) => Type::Option(Box::new(self.read(&option.ty())?)),
            types::Type::Result(result) => Type::Result(
                result
                    .ok()
                    .map(|ty| self.read(&ty).map(Box::new))
                    .transpose()?,
                result
                    .err()
                    .map(|ty| self.read(&ty).map(Box::new))
                    .transpose()?,
            ),
            types::Type::Own(_) | types::Type::Borrow(_) => return Err("a resource"),
            types::Type::Future(_) => return Err("a future"),
            types::Type::Stream(_) => return Err("a stream"),
            types::Type::ErrorContext => return Err("an error context"),
        })
    }

    fn field(&mut self, name: &str, ty: &types::Type) -> Result<Field, &'static str> {
        let len = self.path.len();
        self.path.push('.');
        self.path.push_str(name);
        let docs = self.docs.and_then(|docs| docs.at.get(&self.path)).cloned();
        let ty = self.read(ty);
        self.path.truncate(len);
        Ok(Field {
            docs,
            ..Field::new(name, ty?)
        })
    }
}
