"""Greets, and tries what a Python program could reach outside itself."""

# A module that is first imported by a call is not there: the build keeps what is loaded.
import encodings.idna  # noqa: F401, for the look-up of names
import os
import random
import socket
import sys
import time

from componentize_py_types import Err
from echoes import Echo  # noqa: F401, for it is exported
from wit_world import exports

NOBODY = ("127.0.0.1", 9)


class Greetings(exports.Greetings):
    def greet(self, name: str) -> str:
        if not name.strip():
            raise Err("a name is needed")
        return f"Hello, {name}!"


class Surroundings(exports.Surroundings):
    def say(self, text: str) -> None:
        print(text)
        print(text, file=sys.stderr)

    def look(self) -> list[tuple[str, str]]:
        return [
            ("clock", told(lambda: time.time() > 1e9)),
            ("random", told(lambda: random.random() < 1 and len(os.urandom(16)) == 16)),
            ("env", told(lambda: dict(os.environ))),
            ("args", told(lambda: sys.argv[1:])),
            ("stdin", told(sys.stdin.read)),
            ("list /", told(lambda: os.listdir("/"))),
            ("open /etc/passwd", told(lambda: open("/etc/passwd"))),
            ("create /left-behind", told(lambda: open("/left-behind", "w"))),
            ("tcp connect", told(lambda: socket.create_connection(NOBODY, timeout=1))),
            ("udp bind", told(udp)),
            ("lookup localhost", told(lambda: socket.getaddrinfo("localhost", 80))),
        ]

    def crash(self, message: str) -> None:
        raise RuntimeError(message)


def udp() -> object:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    return opened


def told(attempt) -> str:
    """Nothing at all counts as denied; a refused connection as granted: it reached the network."""
    try:
        got = attempt()
    except ConnectionRefusedError as error:
        return f"granted: {error!r}"
    except OSError as error:
        return f"denied: {error!r}"
    return f"granted: {got!r}" if got else "denied: empty"
