//! Doc comments of a WIT package, carried in a custom section of our own.
//!
//! Linkers drop WIT doc comments, and the `package-docs` section that tools write confuses
//! other tools when it is put back, so the section has a name of ours.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use wit_parser::{Function, Resolve, Type, TypeDefKind, WorldItem};

use super::{Error, section};

/// The name of the custom section.
const SECTION: &str = "toolhost:docs";
/// The section's format; another one is ignored.
const VERSION: u32 = 1;
/// Longest doc comment kept, in bytes.
const TEXT_MAX: usize = 8 * 1024;

/// Doc comments by function.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Docs {
    version: u32,
    /// By `interface#function`, as in `toolhost:weather/weather@0.1.0#get-weather`, or by
    /// function for world-level ones.
    functions: BTreeMap<String, FunctionDocs>,
}

/// The doc comments of one function and of what its parameters are made of.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionDocs {
    /// Of the function; empty if it has none.
    pub docs: String,
    /// By path: a parameter's name, then the fields of its records, joined by dots.
    pub at: BTreeMap<String, String>,
}

impl Docs {
    /// The docs of a function, by its key.
    pub fn function(&self, key: &str) -> Option<&FunctionDocs> {
        self.functions.get(key)
    }

    /// How many functions have docs.
    pub fn count(&self) -> usize {
        self.functions.len()
    }

    /// Reads the docs that `wasm` carries. None at all is fine; broken ones are as none, since
    /// docs grant nothing.
    pub fn read(wasm: &[u8]) -> Docs {
        let mut docs = section::read(wasm, SECTION)
            .ok()
            .and_then(|contents| serde_json::from_slice::<Docs>(contents.first()?).ok())
            .filter(|docs| docs.version == VERSION)
            .unwrap_or_default();
        // Anybody can write such a section.
        for function in docs.functions.values_mut() {
            function.docs = readable(&function.docs);
            for text in function.at.values_mut() {
                *text = readable(text);
            }
        }
        docs
    }
}

/// Reads the doc comments of the WIT package `wit`, a folder or a file, and writes them into the component
/// `wasm`, in place of any that it carries. Returns the new component and the docs.
pub fn embed(wit: &Path, wasm: &[u8]) -> Result<(Vec<u8>, Docs), Error> {
    let docs = collect(wit)?;
    let text = serde_json::to_vec(&docs).map_err(|error| Error::Docs(error.to_string()))?;
    let out = section::replace(wasm, SECTION, &text)?;
    Ok((out, docs))
}

fn collect(wit: &Path) -> Result<Docs, Error> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).map_err(|error| {
        Error::Docs(format!("`{}` is no WIT package: {error:#}", wit.display()))
    })?;
    let mut functions = BTreeMap::new();
    for (name, interface) in &resolve.packages[package].interfaces {
        let name = resolve.packages[package].name.interface_id(name);
        for function in resolve.interfaces[*interface].functions.values() {
            functions.insert(
                format!("{name}#{}", function.name),
                function_docs(&resolve, function),
            );
        }
    }
    for world in resolve.packages[package].worlds.values() {
        for item in resolve.worlds[*world].exports.values() {
            if let WorldItem::Function(function) = item {
                functions.insert(function.name.clone(), function_docs(&resolve, function));
            }
        }
    }
    Ok(Docs {
        version: VERSION,
        functions,
    })
}

fn function_docs(resolve: &Resolve, function: &Function) -> FunctionDocs {
    let mut at = BTreeMap::new();
    for param in &function.params {
        type_docs(resolve, &param.ty, &param.name, &mut at);
    }
    FunctionDocs {
        docs: text(function.docs.contents.as_deref()),
        at,
    }
}

/// Records what is known about the value at `path`. WIT types cannot be recursive.
fn type_docs(resolve: &Resolve, ty: &Type, path: &str, at: &mut BTreeMap<String, String>) {
    let Type::Id(id) = ty else { return };
    let ty = &resolve.types[*id];
    let docs = text(ty.docs.contents.as_deref());
    if !docs.is_empty() {
        at.entry(path.to_owned()).or_insert(docs);
    }
    match &ty.kind {
        TypeDefKind::Record(record) => {
            for field in &record.fields {
                let path = format!("{path}.{}", field.name);
                let docs = text(field.docs.contents.as_deref());
                if !docs.is_empty() {
                    at.insert(path.clone(), docs);
                }
                type_docs(resolve, &field.ty, &path, at);
            }
        }
        TypeDefKind::Option(inner) | TypeDefKind::List(inner) | TypeDefKind::Type(inner) => {
            type_docs(resolve, inner, path, at);
        }
        _ => {}
    }
}

fn text(docs: Option<&str>) -> String {
    readable(docs.unwrap_or_default())
}

/// Text for models and terminals: bounded, without control characters but line breaks, and
/// without what reorders text or hides in it.
pub fn readable(text: &str) -> String {
    let text = text.trim();
    let text = &text[..text.floor_char_boundary(TEXT_MAX)];
    text.chars()
        .filter(|c| (!c.is_control() || *c == '\n') && !is_invisible(*c))
        .collect()
}

/// Marks of direction, characters of no width and tags: people see nothing of them, and models
/// read them. The joiners that scripts and emoji need are not among them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn wit() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/weather")
    }

    #[test]
    fn embedded_docs_are_read_back_and_replaced_not_doubled() {
        let (once, written) = embed(&wit(), EMPTY_COMPONENT).unwrap();
        assert_eq!(Docs::read(&once), written);
        let (twice, _) = embed(&wit(), &once).unwrap();
        assert_eq!(once, twice);
    }

    #[test]
    fn docs_are_found_by_interface_function_and_path() {
        let (_, docs) = embed(&wit(), EMPTY_COMPONENT).unwrap();
        let function = docs
            .function("toolhost:weather/weather@0.1.0#get-weather")
            .unwrap();
        assert!(function.docs.starts_with("Tells the current weather"));
        assert_eq!(
            function.at["units"],
            "The unit of temperatures; celsius if left out."
        );
    }
}
