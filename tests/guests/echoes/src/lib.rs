//! Hands back every type of data it is given.
//!
//! The host must derive a schema and carry the value there and back unchanged. The doc comments in
//! the WIT are part of the test.

use exports::toolhost_test::echoes::collections;
use exports::toolhost_test::echoes::echo::{
    self, Boxed, Columns, Handling, Hours, Item, Load, Nest, Outcomes, Parcel, Shape, Speed,
};
use wit_bindgen::rt::Map;

wit_bindgen::generate!();

struct Echoes;

impl echo::Guest for Echoes {
    fn echo_bool(value: bool) -> bool {
        value
    }

    fn echo_s8(value: i8) -> i8 {
        value
    }

    fn echo_s16(value: i16) -> i16 {
        value
    }

    fn echo_s32(value: i32) -> i32 {
        value
    }

    fn echo_s64(value: i64) -> i64 {
        value
    }

    fn echo_u8(value: u8) -> u8 {
        value
    }

    fn echo_u16(value: u16) -> u16 {
        value
    }

    fn echo_u32(value: u32) -> u32 {
        value
    }

    fn echo_u64(value: u64) -> u64 {
        value
    }

    fn echo_f32(value: f32) -> f32 {
        value
    }

    fn echo_f64(value: f64) -> f64 {
        value
    }

    fn echo_char(value: char) -> char {
        value
    }

    fn echo_string(value: String) -> String {
        value
    }

    fn echo_bytes(value: Vec<u8>) -> Vec<u8> {
        value
    }

    fn echo_list(value: Vec<String>) -> Vec<String> {
        value
    }

    fn echo_tuple(value: (i32, String)) -> (i32, String) {
        value
    }

    fn echo_record(value: Parcel) -> Parcel {
        value
    }

    fn echo_variant(value: Shape) -> Shape {
        value
    }

    fn echo_enum(value: Speed) -> Speed {
        value
    }

    fn echo_flags(value: Handling) -> Handling {
        value
    }

    fn echo_option(value: Option<u32>) -> Option<u32> {
        value
    }

    fn echo_nested_option(value: Option<Option<u32>>) -> Option<Option<u32>> {
        value
    }

    fn echo_result(value: Result<u32, String>) -> Boxed {
        Boxed { value }
    }

    fn echo_outcomes(value: Outcomes) -> Outcomes {
        value
    }

    fn echo_columns(value: Columns) -> Columns {
        value
    }

    fn echo_hours(value: Hours) -> Hours {
        value
    }

    fn echo_load(value: Load) -> Load {
        value
    }

    fn echo_nest(value: Nest) -> Nest {
        value
    }

    fn two_params(a: i32, b: Option<String>) -> String {
        format!("a={a} b={}", b.as_deref().unwrap_or("none"))
    }

    fn nothing() {}
}

impl collections::Guest for Echoes {
    fn echo_fixed_bytes(value: [u8; 4]) -> [u8; 4] {
        value
    }

    fn echo_fixed_texts(value: [String; 3]) -> [String; 3] {
        value
    }

    fn echo_fixed_items(value: [Item; 2]) -> [Item; 2] {
        value
    }

    fn echo_map(value: Map<String, u32>) -> Map<String, u32> {
        value
    }

    fn echo_numbered(value: Map<i64, String>) -> Map<i64, String> {
        value
    }

    fn echo_lettered(value: Map<char, Shape>) -> Map<char, Shape> {
        value
    }

    fn echo_atlas(
        value: Map<String, Map<bool, [Option<f32>; 2]>>,
    ) -> Map<String, Map<bool, [Option<f32>; 2]>> {
        value
    }
}

export!(Echoes);
