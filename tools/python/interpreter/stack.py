"""Makes CPython notice the end of the stack before the engine does.

CPython in WebAssembly keeps part of its C stack in linear memory and watches only that part: at
1008 KiB of it, functions written in C raise `RecursionError`. The engine's own stack, which holds
the rest, is by then long at its end, and that is a trap without an answer. So the program runs
with most of the watched part used up. Functions in Python that call each other need neither.
"""

import select

# What is left is about 270 KiB, which goes with 2 MiB of the engine's stack.
LEVELS = 15


class Done(BaseException):
    """Carries the result up through `select`."""


class Level:
    """Takes the place of a file: asked for its number, it goes one level deeper."""

    def __init__(self, act, levels):
        self.act, self.levels = act, levels

    def fileno(self):
        # `select` has tables of 48 KiB on the stack, of which it does not touch the most.
        if self.levels:
            select.select([Level(self.act, self.levels - 1)], [], [], 0)
        raise Done(self.act())


def run_deep(act, levels=LEVELS):
    """The result of `act`, which must not raise, called where little of the stack is left."""
    try:
        Level(act, levels).fileno()
    except Done as done:
        return done.args[0]
