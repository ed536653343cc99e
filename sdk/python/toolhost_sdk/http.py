"""Requests to the hosts that are granted. Secrets are added on the way; a tool never has them."""

from __future__ import annotations

import json as _json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from toolhost_sdk import hints
from toolhost_sdk.errors import ToolError, Unfit
from toolhost_sdk.shapes import MISSING, Shape
from toolhost_sdk.written import plain


class Error(ToolError):
    """Why nothing came back; the text says what to do about it. To the caller it is `failed`."""

    def __init__(self, text: object) -> None:
        super().__init__("failed", text)
        self.args = (text,)


class InvalidRequest(Error):
    """The request makes no sense."""


class Denied(Error):
    """No grant allows it."""


class Timeout(Error):
    """No answer in time."""


class TooLarge(Error):
    """The request or its answer has more bytes than the grant allows."""


class Unreachable(Error):
    """The server cannot be reached or does not speak HTTP."""


@dataclass
class Request:
    """What is asked."""

    method: str
    url: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    timeout_ms: int | None = None


@dataclass
class Response:
    """What came back, whatever its status."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    """Names are in lower case."""
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of a name, whose case does not matter."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self, type: Any = Any) -> Any:
        """The body, read as JSON: a value of `type`, whose keys alone are looked at.

        Raises `failed` for a body that does not fit.
        """
        try:
            return _shape(type).read(_json.loads(self.body), "")
        except (ValueError, Unfit) as problem:
            raise ToolError.failed(f"the server's answer does not fit: {problem}") from None

    def successful(self) -> Response:
        """The response itself if its status is 200 to 299.

        Raises `not_found` for 404 and 410, `failed` for any other.
        """
        if 200 <= self.status <= 299:
            return self
        text = f"the server answered with status {self.status}"
        raise ToolError.not_found(text) if self.status in (404, 410) else ToolError.failed(text)


if sys.platform == "wasi":
    from componentize_py_types import Err as _Err
    from wit_world.imports import http as _host

    _ERRORS = {
        _host.Error_InvalidRequest: InvalidRequest,
        _host.Error_Denied: Denied,
        _host.Error_Timeout: Timeout,
        _host.Error_TooLarge: TooLarge,
        _host.Error_Unreachable: Unreachable,
    }

    def _fetch(request: Request) -> Response:
        given = _host.Request(request.method, request.url, request.headers, request.body, request.timeout_ms)
        try:
            came = _host.fetch(given)
        except _Err as error:
            raise _ERRORS[type(error.value)](error.value.value) from None
        return Response(came.status, came.headers, came.body)
else:
    from toolhost_sdk.fake import _fetch


def get(url: str, **options: Any) -> Response:
    """Gets a page; the options are those of `fetch`."""
    return fetch("GET", url, **options)


def post(url: str, **options: Any) -> Response:
    """Sends something to a page; the options are those of `fetch`."""
    return fetch("POST", url, **options)


def fetch(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes | str | None = None,
    json: Any = MISSING,
    timeout: float | None = None,
) -> Response:
    """Sends a request and waits for the whole answer. Redirects are not followed.

    `json` is a value to send as the body, with the header that says so. `timeout` is the longest
    wait in seconds; the call's own limit holds in any case. Raises one of the errors here if
    nothing came back. An answer of any status is none of it.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    request = Request(str(method), str(url), [(str(name), str(value)) for name, value in pairs])
    # Else it would fail on its way out of the component, where nothing can catch it.
    "".join([request.method, request.url, *map("".join, request.headers)]).encode()
    if json is not MISSING:
        request.headers.append(("content-type", "application/json"))
        body = _json.dumps(json, default=plain, ensure_ascii=False, allow_nan=False)
    if body is not None:
        request.body = body.encode() if isinstance(body, str) else bytes(memoryview(body))
    if timeout is not None:
        request.timeout_ms = max(0, min(round(timeout * 1000), 0xFFFF_FFFF))
    return _fetch(request)


@lru_cache
def _shape(type: Any) -> Shape:
    return hints.shape(type, hints.ANSWERS)
