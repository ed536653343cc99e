//! Counts what a component is made of before it is compiled.
//!
//! A look at section headers, linear in the size of the file, that spares the compiler what
//! no tool is. Its bounds are far above the largest tools met (componentize-py: 38 core
//! instances); whatever is within them and still takes too long is stopped while it compiles.

use wasmparser::{Parser, Payload};

use super::Error;
use super::section::{check_header, not_a_component};

/// Components within components. Tools of `wit-component` have one level, composed ones a few.
const DEPTH_MAX: u64 = 16;
const COMPONENTS_MAX: u64 = 1_000;
const MODULES_MAX: u64 = 200;
const CORE_INSTANCES_MAX: u64 = 100;
const FUNCTIONS_MAX: u64 = 1_000_000;

/// How many there are, at all depths together.
#[derive(Default)]
struct Counts {
    depth: u64,
    components: u64,
    modules: u64,
    core_instances: u64,
    functions: u64,
}

/// Refuses what is no component, and one of more parts than any tool has.
pub fn check(wasm: &[u8]) -> Result<(), Error> {
    check_header(wasm)?;
    let mut counts = Counts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        counts.add(&payload.map_err(|error| not_a_component(error.message()))?);
        // After each part, so that neither the count nor the parser's own stack grows far.
        counts.check()?;
    }
    Ok(())
}

impl Counts {
    fn add(&mut self, payload: &Payload<'_>) {
        match payload {
            Payload::ModuleSection { .. } => {
                self.modules += 1;
                self.depth += 1;
            }
            Payload::ComponentSection { .. } => {
                self.components += 1;
                self.depth += 1;
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::InstanceSection(instances) => {
                self.core_instances += u64::from(instances.count());
            }
            Payload::FunctionSection(functions) => self.functions += u64::from(functions.count()),
            _ => {}
        }
    }

    fn check(&self) -> Result<(), Error> {
        for (parts, count, limit) in [
            ("levels of nested components", self.depth, DEPTH_MAX),
            ("nested components", self.components, COMPONENTS_MAX),
            ("core modules", self.modules, MODULES_MAX),
            ("core instances", self.core_instances, CORE_INSTANCES_MAX),
            ("functions", self.functions, FUNCTIONS_MAX),
        ] {
            if count > limit {
                return Err(Error::TooComplex { parts, limit });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Component, FunctionSection, InstanceSection, Module, ModuleSection, NestedComponentSection,
    };

    use super::*;

    fn modules(count: u64) -> Vec<u8> {
        let mut component = Component::new();
        for _ in 0..count {
            component.section(&ModuleSection(&Module::new()));
        }
        component.finish()
    }

    fn core_instances(count: u64) -> Vec<u8> {
        let mut component = Component::new();
        component.section(&ModuleSection(&Module::new()));
        let mut instances = InstanceSection::new();
        for _ in 0..count {
            instances.instantiate::<[_; 0], &str>(0, []);
        }
        component.section(&instances);
        component.finish()
    }

    fn functions(count: u64) -> Vec<u8> {
        let mut functions = FunctionSection::new();
        for _ in 0..count {
            functions.function(0);
        }
        let mut module = Module::new();
        module.section(&functions);
        let mut component = Component::new();
        component.section(&ModuleSection(&module));
        component.finish()
    }

    fn components(count: u64) -> Vec<u8> {
        let mut component = Component::new();
        for _ in 0..count {
            component.section(&NestedComponentSection(&Component::new()));
        }
        component.finish()
    }

    fn depth(count: u64) -> Vec<u8> {
        let mut component = Component::new();
        for _ in 0..count {
            let mut outer = Component::new();
            outer.section(&NestedComponentSection(&component));
            component = outer;
        }
        component.finish()
    }

    #[test]
    fn a_component_of_more_parts_than_any_tool_is_refused() {
        for (name, make, limit) in [
            ("core modules", modules as fn(u64) -> Vec<u8>, MODULES_MAX),
            ("core instances", core_instances, CORE_INSTANCES_MAX),
            ("nested components", components, COMPONENTS_MAX),
            ("levels of nested components", depth, DEPTH_MAX),
        ] {
            check(&make(limit)).unwrap();
            match check(&make(limit + 1)).unwrap_err() {
                Error::TooComplex { parts, limit: said } => {
                    assert_eq!((parts, said), (name, limit))
                }
                other => panic!("{name}: {other}"),
            }
        }
    }

    #[test]
    fn functions_are_counted_without_their_code() {
        let error = check(&functions(FUNCTIONS_MAX + 1)).unwrap_err();
        assert!(
            matches!(
                error,
                Error::TooComplex {
                    parts: "functions",
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_component_is_refused_in_words() {
        for (bytes, words) in [
            (&b"hello"[..], "does not begin"),
            (b"\0asm\x01\0\0\0", "wasm32-wasip2"),
            (b"\0asm\x0d\0\x01\0\x01\xff", "unexpected end"),
        ] {
            let error = check(bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
