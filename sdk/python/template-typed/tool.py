"""The tool of {{name}}: the interface of `wit/{{name}}.wit`."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.types import ToolError_InvalidInput


class Greetings(exports.Greetings):
    """The functions of the interface."""

    def {{snake}}(self, name: str) -> str:
        name = name.strip()
        if not name:
            raise Err(ToolError_InvalidInput("`name` is empty; give a name, such as `Ada`"))
        if len(name) > 100:
            raise Err(ToolError_InvalidInput("`name` is longer than 100 characters; give a shorter one"))
        return f"Hello, {name}!"
