"""What stands in for the host in tests, outside a component.

At first, and after `reset`, there are no keys and no server, and the time is 0:

    fake.config({"region": "eu"})
    fake.now(1_000)
    fake.http(lambda request: http.Response(200, body=b"hello"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolhost_sdk.http import Request, Response

_config: dict[str, str] = {}
_milliseconds = 0
_server: Callable[[Request], Response] | None = None
_seed = 0
_lines: list[str] = []


def reset() -> None:
    """Makes everything as it is at first."""
    global _config, _milliseconds, _server, _seed, _lines
    _config, _milliseconds, _server, _seed, _lines = {}, 0, None, 0, []


def config(values: Mapping[str, str]) -> None:
    """Sets what `config` has; other keys are gone."""
    global _config
    _config = dict(values)


def now(milliseconds: int) -> None:
    """Sets the time, in milliseconds since 1970."""
    global _milliseconds
    _milliseconds = milliseconds


def http(server: Callable[[Request], Response]) -> None:
    """Sets what answers requests; it may raise one of the errors of `toolhost_sdk.http`."""
    global _server
    _server = server


def lines() -> list[str]:
    """Takes the lines that were logged, such as `WARN 3 rows were skipped`, and the progress that
    was reported, such as `PROGRESS 3 of 10: reading pages`.
    """
    global _lines
    taken, _lines = _lines, []
    return taken


def _log(level: str, message: object) -> None:
    _lines.append(f"{level} {message}")


def _report(done: float, total: float | None, message: str | None) -> None:
    of = "" if total is None else f" of {total:g}"
    about = "" if message is None else f": {message}"
    _lines.append(f"PROGRESS {done:g}{of}{about}")


def _now() -> int:
    return _milliseconds


def _bytes(count: int) -> bytes:
    return bytes(_byte() for _ in range(count))


def _byte() -> int:
    # SplitMix64 from the seed 0: the same bytes in every test, and all different.
    global _seed
    whole = 0xFFFF_FFFF_FFFF_FFFF
    _seed = (_seed + 0x9E37_79B9_7F4A_7C15) & whole
    mixed = ((_seed ^ (_seed >> 30)) * 0xBF58_476D_1CE4_E5B9) & whole
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB) & whole
    return mixed >> 56


def _get(key: str) -> str | None:
    return _config.get(key)


def _all() -> list[tuple[str, str]]:
    return list(_config.items())


def _fetch(request: Request) -> Response:
    from toolhost_sdk.http import Denied

    if _server is None:
        raise Denied("no `fake.http` is set")
    return _server(request)
