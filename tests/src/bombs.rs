//! Components that are small to send and hard to compile, each in a way of its own.

use wasm_encoder::{
    BlockType, CodeSection, Component, Function, FunctionSection, InstanceSection, Instruction,
    Module, ModuleSection, NestedComponentSection, TypeSection, ValType,
};

/// One empty core module, instantiated `count` times.
pub fn core_instances(count: u32) -> Vec<u8> {
    let mut component = Component::new();
    component.section(&ModuleSection(&Module::new()));
    let mut instances = InstanceSection::new();
    for _ in 0..count {
        instances.instantiate::<[_; 0], &str>(0, []);
    }
    component.section(&instances);
    component.finish()
}

/// `depth` components, each of which instantiates the one inside it twice: 2 to the power of
/// `depth` core instances, from some fifty bytes a level.
pub fn doubling_instances(depth: u32) -> Vec<u8> {
    let mut component = Component::new();
    component.section(&ModuleSection(&Module::new()));
    let mut instances = InstanceSection::new();
    instances.instantiate::<[_; 0], &str>(0, []);
    component.section(&instances);
    for _ in 0..depth {
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&component));
        let mut instances = wasm_encoder::ComponentInstanceSection::new();
        for _ in 0..2 {
            instances.instantiate::<[_; 0], &str>(0, []);
        }
        outer.section(&instances);
        component = outer;
    }
    component.finish()
}

/// `depth` components, each inside the next.
pub fn nested_components(depth: u32) -> Vec<u8> {
    let mut component = Component::new();
    for _ in 0..depth {
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&component));
        component = outer;
    }
    component.finish()
}

/// `count` functions that do nothing.
pub fn functions(count: u32) -> Vec<u8> {
    let empty = || {
        let mut function = Function::new([]);
        function.instruction(&Instruction::End);
        function
    };
    module_of((0..count).map(|_| empty()))
}

/// One function of `count` additions in a row.
pub fn huge_function(count: u32) -> Vec<u8> {
    let mut function = Function::new([(1, ValType::I32)]);
    for step in 0..count {
        function
            .instruction(&Instruction::LocalGet(0))
            .instruction(&Instruction::I32Const(step.cast_signed()))
            .instruction(&Instruction::I32Add)
            .instruction(&Instruction::LocalSet(0));
    }
    function.instruction(&Instruction::End);
    module_of([function])
}

/// One function of `depth` blocks, each inside the next.
pub fn deep_blocks(depth: u32) -> Vec<u8> {
    let mut function = Function::new([]);
    for _ in 0..depth {
        function.instruction(&Instruction::Block(BlockType::Empty));
    }
    for _ in 0..=depth {
        function.instruction(&Instruction::End);
    }
    module_of([function])
}

/// One function in which `locals` values live through `loops` loops, so that the compiler's
/// work grows with their product: minutes and gigabytes from a few hundred kilobytes.
pub fn live_values(locals: u32, loops: u32) -> Vec<u8> {
    let mut function = Function::new([(locals, ValType::I64)]);
    for _ in 0..loops {
        function.instruction(&Instruction::Loop(BlockType::Empty));
    }
    for local in 0..locals {
        function
            .instruction(&Instruction::LocalGet(local))
            .instruction(&Instruction::LocalGet((local + 1) % locals))
            .instruction(&Instruction::I64Add)
            .instruction(&Instruction::LocalSet(local));
    }
    for _ in 0..loops {
        function
            .instruction(&Instruction::LocalGet(0))
            .instruction(&Instruction::I32WrapI64)
            .instruction(&Instruction::BrIf(0))
            .instruction(&Instruction::End);
    }
    function.instruction(&Instruction::End);
    module_of([function])
}

/// `tables` branch tables in one function, each with `targets` entries: every entry is an edge
/// that the compiler keeps.
pub fn branch_tables(tables: u32, targets: u32) -> Vec<u8> {
    let mut function = Function::new([]);
    let table: Vec<u32> = (0..targets).map(|target| target % tables).collect();
    for _ in 0..tables {
        function.instruction(&Instruction::Block(BlockType::Empty));
    }
    for open in (1..=tables).rev() {
        let within: Vec<u32> = table.iter().map(|target| target % open).collect();
        function
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::BrTable(within.into(), 0))
            .instruction(&Instruction::End);
    }
    function.instruction(&Instruction::End);
    module_of([function])
}

/// A component around one core module with these functions, all without parameters.
fn module_of(functions: impl IntoIterator<Item = Function>) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
    for function in functions {
        declared.function(0);
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&code);
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    component.finish()
}
