"""Hands back every type of data that it is given, as the guest `echoes` in Rust does."""

from componentize_py_types import Result
from wit_world import exports
from wit_world.exports.echo import Boxed


class Echo(exports.Echo):
    def echo_bool(self, value):
        return value

    echo_s8 = echo_s16 = echo_s32 = echo_s64 = echo_bool
    echo_u8 = echo_u16 = echo_u32 = echo_u64 = echo_bool
    echo_f32 = echo_f64 = echo_char = echo_string = echo_bool
    echo_bytes = echo_list = echo_columns = echo_tuple = echo_record = echo_bool
    echo_enum = echo_flags = echo_hours = echo_variant = echo_load = echo_bool
    echo_option = echo_nested_option = echo_outcomes = echo_nest = echo_bool

    def echo_result(self, value: Result[int, str]) -> Boxed:
        return Boxed(value)

    def two_params(self, a: int, b: str | None) -> str:
        return f"a={a} b={'none' if b is None else b}"

    def nothing(self) -> None:
        pass
