//! Takes out of a component what only debuggers read, and tells what it imports, unexecuted.

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, BinaryReaderError, Parser, Payload};

use super::Error;
use super::section::{check_header, not_a_component};

/// Bytes before the first section of a module or component.
const HEADER_BYTES: usize = 8;
/// Ids of sections of a component that hold a whole module or component.
const NESTED: [u8; 2] = [1, 4];
/// The id of custom sections, at every depth.
const CUSTOM: u8 = 0;
/// How deep components may nest in one another. Toolchains make two levels.
const DEPTH_MAX: u8 = 16;

/// `wasm` without names of functions and debug information, in its modules too.
///
/// # Errors
///
/// [`Error::NotAComponent`].
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    check_header(wasm)?;
    let mut out = Vec::with_capacity(wasm.len());
    copy(wasm, DEPTH_MAX, &mut out).map_err(|error| not_a_component(error.message()))?;
    Ok(out)
}

/// The names of what the component imports, sorted.
///
/// # Errors
///
/// [`Error::NotAComponent`].
pub fn imports(wasm: &[u8]) -> Result<Vec<String>, Error> {
    check_header(wasm)?;
    outer_imports(wasm).map_err(|error| not_a_component(error.message()))
}

fn outer_imports(wasm: &[u8]) -> Result<Vec<String>, BinaryReaderError> {
    let (mut names, mut depth) = (Vec::new(), 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    names.sort();
    Ok(names)
}

/// Copies a module or component, which was checked to begin like one.
fn copy(wasm: &[u8], depth: u8, out: &mut Vec<u8>) -> Result<(), BinaryReaderError> {
    let mut reader = BinaryReader::new(wasm, 0);
    let header = reader.read_bytes(HEADER_BYTES)?;
    // The two last bytes of a header tell components from modules.
    let is_component = header[6..] == [1, 0];
    out.extend_from_slice(header);
    while !reader.eof() {
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        let content = reader.read_bytes(size)?;
        if id == CUSTOM && is_for_debuggers(content)? {
            continue;
        }
        out.push(id);
        if is_component && NESTED.contains(&id) && depth > 0 {
            let mut inner = Vec::with_capacity(content.len());
            copy(content, depth - 1, &mut inner)?;
            inner.encode(out);
        } else {
            content.encode(out);
        }
    }
    Ok(())
}

fn is_for_debuggers(content: &[u8]) -> Result<bool, BinaryReaderError> {
    let name = BinaryReader::new(content, 0).read_string()?;
    Ok(
        matches!(name, "name" | "component-name" | "sourceMappingURL")
            || name.starts_with(".debug_"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `content` as a section.
    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![id];
        content.encode(&mut out);
        out
    }

    fn custom(name: &str, rest: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        name.encode(&mut content);
        content.extend_from_slice(rest);
        section(CUSTOM, &content)
    }

    #[test]
    fn names_and_debug_sections_go_at_every_depth_and_all_else_stays() {
        const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
        const MODULE: &[u8] = b"\0asm\x01\0\0\0";
        let (kept, dropped) = (custom("producers", b"x"), custom(".debug_info", &[7; 300]));
        let module = |more: &[u8]| [MODULE, &kept, more].concat();
        let nested = |more: &[u8]| [COMPONENT, &section(1, &module(more))].concat();
        let whole = |more: &[u8]| [COMPONENT, more, &section(4, &nested(more)), &kept].concat();
        assert_eq!(strip(&whole(&dropped)).unwrap(), whole(&[]));
        assert_eq!(strip(&whole(&custom("name", b"y"))).unwrap(), whole(&[]));
    }

    #[test]
    fn what_is_no_component_is_refused() {
        for bytes in [&b"\0asm\x01\0\0\0"[..], b"", b"\0asm\x0d\0\x01\0\x01\x7f"] {
            assert!(strip(bytes).is_err());
            assert!(imports(bytes).is_err());
        }
    }
}
