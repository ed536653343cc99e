//! Custom sections of a component: what the file carries beside its code.
//!
//! Only the outermost sections count. Nested modules and components are passed over unread,
//! so what is inside them cannot speak for the whole.

use std::borrow::Cow;
use std::ops::Range;

use wasm_encoder::{ComponentSectionId, CustomSection, Encode};
use wasmparser::{BinaryReader, BinaryReaderError};

use super::Error;

/// How every component begins: magic, version, and the layer that tells it from a module.
const HEADER: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const CORE_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

/// The id of custom sections.
const CUSTOM: u8 = 0;

/// A custom section of the wanted name.
struct Section<'a> {
    content: &'a [u8],
    /// Where all of it stands, from its id on.
    place: Range<usize>,
}

/// The contents of all outermost custom sections called `name`, in the order of the file.
pub fn read<'a>(wasm: &'a [u8], name: &str) -> Result<Vec<&'a [u8]>, Error> {
    let sections = find(wasm, name)?;
    Ok(sections.iter().map(|section| section.content).collect())
}

/// `wasm` with one custom section called `name`, at its end, in place of any that it has.
pub fn replace(wasm: &[u8], name: &str, content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(wasm.len() + name.len() + content.len() + 16);
    let mut kept = 0;
    for section in find(wasm, name)? {
        out.extend_from_slice(&wasm[kept..section.place.start]);
        kept = section.place.end;
    }
    out.extend_from_slice(&wasm[kept..]);
    out.push(ComponentSectionId::CoreCustom.into());
    CustomSection {
        name: name.into(),
        data: Cow::Borrowed(content),
    }
    .encode(&mut out);
    Ok(out)
}

/// Refuses what does not begin like a component, in words that say what it is.
pub fn check_header(wasm: &[u8]) -> Result<(), Error> {
    let why = match wasm.first_chunk() {
        Some(&HEADER) => return Ok(()),
        Some(&CORE_MODULE) => "it is a core module; build for `wasm32-wasip2`",
        Some([0, b'a', b's', b'm', ..]) => "it is of another version of WebAssembly",
        _ => "it does not begin like a WebAssembly file",
    };
    Err(not_a_component(why))
}

/// The error for what is no component.
pub fn not_a_component(why: &str) -> Error {
    Error::NotAComponent(format!("this is no component: {why}"))
}

fn find<'a>(wasm: &'a [u8], name: &str) -> Result<Vec<Section<'a>>, Error> {
    check_header(wasm)?;
    walk(wasm, name).map_err(|error| not_a_component(error.message()))
}

fn walk<'a>(wasm: &'a [u8], name: &str) -> Result<Vec<Section<'a>>, BinaryReaderError> {
    let mut found = Vec::new();
    let mut reader = BinaryReader::new(wasm, 0);
    reader.read_bytes(HEADER.len())?;
    while !reader.eof() {
        let start = reader.original_position();
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        let at = reader.original_position();
        let bytes = reader.read_bytes(size)?;
        if id != CUSTOM {
            continue;
        }
        let mut section = BinaryReader::new(bytes, at);
        if section.read_string()? == name {
            found.push(Section {
                content: section.read_bytes(section.bytes_remaining())?,
                place: start..reader.original_position(),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{Component, ModuleSection, NestedComponentSection};

    use super::*;

    const NAME: &str = "toolhost:test";

    fn with_sections(contents: &[&str]) -> Component {
        let mut component = Component::new();
        for content in contents {
            component.section(&CustomSection {
                name: NAME.into(),
                data: Cow::Borrowed(content.as_bytes()),
            });
            component.section(&CustomSection {
                name: "other".into(),
                data: Cow::Borrowed(b"kept"),
            });
        }
        component
    }

    #[test]
    fn a_section_is_read_back_and_replaced_not_doubled() {
        let empty = with_sections(&[]).finish();
        assert!(read(&empty, NAME).unwrap().is_empty());
        let once = replace(&empty, NAME, b"one").unwrap();
        assert_eq!(read(&once, NAME).unwrap(), [b"one"]);
        let twice = replace(&once, NAME, b"two").unwrap();
        assert_eq!(read(&twice, NAME).unwrap(), [b"two"]);
        assert_eq!(twice.len(), once.len());
    }

    #[test]
    fn all_sections_of_a_name_are_seen_and_replaced_and_others_stay() {
        let several = with_sections(&["a", "b", "c"]).finish();
        assert_eq!(read(&several, NAME).unwrap(), [b"a", b"b", b"c"]);
        let one = replace(&several, NAME, b"d").unwrap();
        assert_eq!(read(&one, NAME).unwrap(), [b"d"]);
        assert_eq!(read(&one, "other").unwrap(), [b"kept"; 3]);
    }

    #[test]
    fn sections_of_nested_modules_and_components_do_not_count() {
        let mut module = wasm_encoder::Module::new();
        module.section(&CustomSection {
            name: NAME.into(),
            data: Cow::Borrowed(b"from a module"),
        });
        let mut outer = Component::new();
        outer.section(&ModuleSection(&module));
        outer.section(&NestedComponentSection(&with_sections(&["from within"])));
        let outer = outer.finish();
        assert!(read(&outer, NAME).unwrap().is_empty());
        let replaced = replace(&outer, NAME, b"own").unwrap();
        assert_eq!(read(&replaced, NAME).unwrap(), [b"own"]);
        assert!(replaced.starts_with(&outer));
    }

    #[test]
    fn what_is_no_component_is_refused_in_words() {
        let cut = &replace(&HEADER, NAME, b"content").unwrap()[..20];
        for (bytes, words) in [
            (&b""[..], "does not begin"),
            (b"hello", "does not begin"),
            (b"hello, you there", "does not begin"),
            (b"\0asm\x01\0\0\0", "wasm32-wasip2"),
            (b"\0asm\x0e\0\x01\0", "another version"),
            (b"\0asm\x0d\0\x01\0\0\xff\xff\xff\xff\x0f", "unexpected end"),
            (cut, "unexpected end"),
        ] {
            let error = read(bytes, NAME).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
