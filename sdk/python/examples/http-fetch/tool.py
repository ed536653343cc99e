"""Gets a page and tells its title. The host sends the request only under a grant."""

from typing import Annotated

from title import title
from toolhost_sdk import Length, ToolError, http, tool


@tool(read_only=True, open_world=True)
def fetch_title(url: Annotated[str, Length(1, 2000)]) -> str:
    """Gets a page of the web and tells its title.

    Args:
        url: The whole address of the page, such as `https://example.com/`.
    """
    page = http.get(url).successful()
    found = title(page.text())
    if found is None:
        raise ToolError.not_found("the page has no title")
    return found
