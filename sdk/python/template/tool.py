"""The tools of {{name}}."""

from typing import Annotated

from toolhost_sdk import Length, ToolError, tool


@tool(read_only=True, idempotent=True)
def {{snake}}(name: Annotated[str, Length(1, 100)]) -> str:
    """Greets somebody by name.

    Args:
        name: Whom to greet, such as `Ada`.
    """
    name = name.strip()
    if not name:
        raise ToolError.invalid_input("`name` is empty; give a name, such as `Ada`")
    return f"Hello, {name}!"
