"""Greets in the operator's words, and asks a service under the operator's account.

The host adds the service's token to the request; the tool never sees it.
"""

from dataclasses import dataclass
from typing import Annotated

from toolhost_sdk import Length, ToolError, config, http, tool


@dataclass
class Account:
    """What the service says about whoever asks; it may say more."""

    account: str


@tool(read_only=True, open_world=True)
def greet(name: Annotated[str, Length(1, 100)]) -> str:
    """Greets somebody and tells under which account the service knows us.

    Args:
        name: Whom to greet, such as `Ada`.
    """
    greeting = config.get("greeting", "Hello")
    service = config.require("service")
    answer = http.get(f"{service}/v1/account")
    if answer.status == 401:
        raise ToolError.failed("the service wants a token; grant it under `grants.secrets`")
    account = answer.successful().json(Account).account
    return f"{greeting}, {name.strip()}! The service knows us as {account}."
