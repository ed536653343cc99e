"""The weather tool as a provider: it answers as the typed one of the repository does.

It does no input or output; the report is worked out in `report`.
"""

from report import Units, report
from toolhost_sdk import ToolError, tool


@tool(read_only=True, idempotent=True, open_world=False)
def get_weather(city: str, units: Units | None = None) -> str:
    """Tells the current weather in a city: temperature, condition, humidity and wind.

    Args:
        city: Which city, such as `Tokyo`.
    """
    try:
        return report(city, units or Units.CELSIUS)
    except ValueError as problem:
        raise ToolError.invalid_input(problem) from None
