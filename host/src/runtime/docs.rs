//! Doc comments of a WIT package, carried in a custom section of our own.
//!
//! Linkers drop WIT doc comments, and the `package-docs` section that tools write confuses
//! other tools when it is put back, so the section has a name of ours.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};
use wasm_encoder::{ComponentSectionId, CustomSection, Encode};
use wasmparser::{Parser, Payload};
use wit_parser::{Function, Resolve, Type, TypeDefKind, WorldItem};

use super::Error;

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
        let mut docs = section(wasm)
            .ok()
            .flatten()
            .and_then(|(content, _)| serde_json::from_slice::<Docs>(content).ok())
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

/// Reads the doc comments of the WIT package in `wit` and writes them into the component
/// `wasm`, in place of any that it carries. Returns the new component and the docs.
pub fn embed(wit: &Path, wasm: &[u8]) -> Result<(Vec<u8>, Docs), Error> {
    let docs = collect(wit)?;
    let text = serde_json::to_vec(&docs).map_err(|error| Error::Docs(error.to_string()))?;
    let mut out = wasm.to_vec();
    while let Some((_, old)) = section(&out)? {
        out.drain(old);
    }
    out.push(ComponentSectionId::CoreCustom.into());
    CustomSection {
        name: SECTION.into(),
        data: Cow::Owned(text),
    }
    .encode(&mut out);
    Ok((out, docs))
}

fn collect(wit: &Path) -> Result<Docs, Error> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).map_err(|error| {
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

/// Text for models and terminals: bounded, and without control characters but line breaks.
pub fn readable(text: &str) -> String {
    let text = text.trim();
    let text = &text[..text.floor_char_boundary(TEXT_MAX)];
    text.chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect()
}

/// The content of the docs section, and where all of it stands.
type Section<'a> = (&'a [u8], Range<usize>);

/// Finds the first docs section among the outermost ones; nested components have their own.
fn section(wasm: &[u8]) -> Result<Option<Section<'_>>, Error> {
    let not_a_component = |why: &str| Error::NotAComponent(format!("this is no component: {why}"));
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(|error| not_a_component(error.message()))? {
            Payload::Version {
                encoding: wasmparser::Encoding::Module,
                ..
            } if depth == 0 => {
                return Err(not_a_component(
                    "it is a core module; build for `wasm32-wasip2`",
                ));
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                // Before the content stand the id, which is 0, and the size in LEB128, whose
                // bytes but the last have the high bit.
                let content = section.range();
                let before_last = wasm[..content.start - 1].iter().rev();
                let header = 2 + before_last.take_while(|byte| **byte >= 0x80).count();
                return Ok(Some((section.data(), content.start - header..content.end)));
            }
            _ => {}
        }
    }
    Ok(None)
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

    #[test]
    fn what_is_no_component_is_refused_in_words() {
        for (bytes, words) in [
            (&b"hello"[..], "no component"),
            (b"\0asm\x01\0\0\0", "wasm32-wasip2"),
        ] {
            let error = embed(&wit(), bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
