//! Component files of any bytes: what is read from them before they are compiled.

use std::borrow::Cow;

use toolhost::runtime::{Docs, Error, embed_needs, read_needs, scan};
use wasm_encoder::{ComponentSection, ComponentSectionId, CustomSection, RawSection};
use wasmparser::{Parser, Payload};

const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
const MODULE_HEADER: &[u8] = b"\0asm\x01\0\0\0";

const MANIFEST: &str = "toolhost:manifest";
const DOCS: &str = "toolhost:docs";

/// The key of the function whose docs are looked at.
const FUNCTION: &str = "a:b/c@0.1.0#d";
/// Longest doc comment kept, in bytes.
const DOCS_BYTES_MAX: usize = 8 * 1024;

/// The input is a script, see [`assemble`], or a component as it is if it begins like one.
///
/// Nothing panics. A manifest is read if there is one on the outermost level, and exactly one;
/// whatever is unclear is an error, never a component without needs. What was read can be
/// embedded anew, and nothing else in the file changes. Docs are short and readable.
pub fn components(input: &[u8]) {
    let wasm: Cow<'_, [u8]> = match input.starts_with(b"\0asm") {
        true => input.into(),
        false => assemble(input).into(),
    };
    let read = read_needs(&wasm);
    let scanned = scan(&wasm);
    let docs = Docs::read(&wasm);
    readable(&docs);
    if !wasm.starts_with(HEADER) {
        assert!(matches!(read, Err(Error::NotAComponent(_))), "{read:?}");
        assert!(
            matches!(scanned, Err(Error::NotAComponent(_))),
            "{scanned:?}"
        );
        assert_eq!(docs.count(), 0);
        return;
    }
    // Another reader of the same bytes.
    if let Some(found) = outermost(&wasm, MANIFEST) {
        match found {
            0 => assert!(matches!(read, Ok(None)), "{read:?}"),
            1 => assert!(
                matches!(read, Ok(Some(_)) | Err(Error::Manifest(_))),
                "{read:?}"
            ),
            _ => assert!(matches!(read, Err(Error::Manifest(_))), "{read:?}"),
        }
        assert!(
            matches!(scanned, Ok(()) | Err(Error::TooComplex { .. })),
            "{scanned:?}"
        );
    }
    let Ok(Some(needs)) = read else {
        return;
    };
    let anew = embed_needs(&wasm, &needs).unwrap_or_else(|why| panic!("{needs:?}: {why}"));
    assert_eq!(read_needs(&anew).ok().flatten(), Some(needs));
    assert_eq!(Docs::read(&anew), docs);
    let rest = |wasm: &[u8]| outermost(wasm, "a");
    assert_eq!(rest(&anew), rest(&wasm));
}

fn readable(docs: &Docs) {
    let Some(function) = docs.function(FUNCTION) else {
        return;
    };
    for text in function.at.values().chain([&function.docs]) {
        assert!(text.len() <= DOCS_BYTES_MAX);
        let is_hidden =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(is_hidden), "{text:?}");
    }
}

/// How many outermost custom sections are called `name`; `None` if the file is broken.
fn outermost(wasm: &[u8], name: &str) -> Option<usize> {
    let (mut depth, mut found) = (0, 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            // It does not look whether all of a nested file is there.
            Payload::ModuleSection {
                unchecked_range: range,
                ..
            }
            | Payload::ComponentSection {
                unchecked_range: range,
                ..
            } => {
                if range.end > wasm.len() {
                    return None;
                }
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(section) if depth == 0 => {
                found += usize::from(section.name() == name);
            }
            _ => {}
        }
    }
    Some(found)
}

/// Makes a component of a script. A line adds one part; its first byte says what:
///
/// `m` a manifest and `d` docs, of the text behind it; `c` a custom section, of a name, a space
/// and a text; `(` and `)` the begin and the end of a nested component; `[` and `]` those of a
/// module; `x` the bytes that it writes in hexadecimal, whatever they do to the file; `-` cuts
/// off as many bytes as the line has.
fn assemble(script: &[u8]) -> Vec<u8> {
    let mut outer: Vec<(u8, Vec<u8>)> = Vec::new();
    let mut wasm = HEADER.to_vec();
    for line in script.split(|byte| *byte == b'\n') {
        let Some((kind, text)) = line.split_first() else {
            continue;
        };
        match kind {
            b'm' => custom(&mut wasm, MANIFEST, text),
            b'd' => custom(&mut wasm, DOCS, text),
            b'c' => {
                let mut parts = text.splitn(2, |byte| *byte == b' ');
                let name = String::from_utf8_lossy(parts.next().unwrap_or_default());
                custom(&mut wasm, &name, parts.next().unwrap_or_default());
            }
            b'(' => outer.push((
                ComponentSectionId::Component.into(),
                open(&mut wasm, HEADER),
            )),
            b'[' => {
                outer.push((
                    ComponentSectionId::CoreModule.into(),
                    open(&mut wasm, MODULE_HEADER),
                ));
            }
            b')' | b']' => close(&mut wasm, &mut outer),
            b'x' => wasm.extend(text.chunks_exact(2).filter_map(hex)),
            b'-' => wasm.truncate(wasm.len().saturating_sub(text.len())),
            _ => {}
        }
    }
    while !outer.is_empty() {
        close(&mut wasm, &mut outer);
    }
    wasm
}

fn custom(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = CustomSection {
        name: name.into(),
        data: data.into(),
    };
    ComponentSection::append_to_component(&section, wasm);
}

/// Begins a file within `wasm`, and gives back what stands around it.
fn open(wasm: &mut Vec<u8>, header: &[u8]) -> Vec<u8> {
    std::mem::replace(wasm, header.to_vec())
}

/// Ends the innermost file.
fn close(wasm: &mut Vec<u8>, outer: &mut Vec<(u8, Vec<u8>)>) {
    if let Some((id, around)) = outer.pop() {
        let data = std::mem::replace(wasm, around);
        ComponentSection::append_to_component(&RawSection { id, data: &data }, wasm);
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
