"""Runs a program and says what came of it.

What goes wrong in the program is part of the outcome, not an error of the tool: whoever wrote the
program needs the traceback together with what it printed before.
"""

import ast
import asyncio
import contextlib
import inspect
import io
import os
import sys
import time
import traceback
import types
from dataclasses import asdict, dataclass, field

from interpreter import files, modules
from interpreter.capture import Capture, stream
from interpreter.plain import clean, cut, plain

NAME = "<code>"
STDOUT_BYTES = (40_000, 20_000)
STDERR_BYTES = (6_000, 6_000)
VALUE_CHARACTERS_MAX = 30_000
TRACEBACK_CHARACTERS_MAX = 8_000
MESSAGE_CHARACTERS_MAX = 2_000
FILES_BYTES_MAX = 256 * 1024
FILES_MAX = 100
FRAMES_MAX = 20
CHECK_SECONDS = 0.005
# With less left, memory counts as used up, and the call ends as the host's limit says.
MEMORY_LEFT_BYTES = 16 * 1024 * 1024
NO_NETWORK = (
    "there is no network here: get what is needed by another tool, and pass it in `files` or `stdin`"
)


kept = []


class TimeIsUp(BaseException):
    """The program took longer than its `timeout`; no `except Exception` takes it."""


@dataclass
class Problem:
    """How a program ended that did not reach its end."""

    type: str
    message: str
    # Of the program, or None if none of its lines has to do with it.
    line: int | None
    traceback: str


@dataclass
class Outcome:
    stdout: str = ""
    stderr: str = ""
    # As JSON, or as its `repr` if it has no such form; None also if there is no value.
    value: object = None
    # As an interactive Python shows the value.
    shown: str | None = None
    error: Problem | None = None
    files: dict = field(default_factory=dict)
    # Names of files that are not in `files` since they are too large, with their sizes.
    left_out: dict = field(default_factory=dict)

    def data(self):
        """The structured result."""
        return {
            "stdout": self.stdout,
            "stderr": self.stderr,
            "value": self.value,
            "error": self.error and asdict(self.error),
            "files": self.files,
            "files_left_out": self.left_out,
        }

    def text(self):
        """What an interactive Python would have shown, and which files there are."""
        parts = [self.stdout, self.stderr, self.shown or ""]
        parts.append(self.error.traceback if self.error else "")
        names = ", ".join([*self.files, *self.left_out])
        parts.append(f"[files written: {names}]" if names else "")
        parts = [part.removesuffix("\n") for part in parts if part]
        return "\n".join(parts) or "[no output; print, or end with an expression, to see something]"


def run(code, stdin="", timeout=None):
    """Runs `code` with the files of `disk`, text for its stdin, and seconds that it may take."""
    outcome = Outcome()
    stdout, stderr = Capture(*STDOUT_BYTES), Capture(*STDERR_BYTES)
    main = types.ModuleType("__main__")
    # Freeing a long chain of objects takes a long stack, and the instance goes away in any case.
    kept.append(main)
    modules.remember_source(NAME, code)
    before = sys.stdin, sys.stdout, sys.stderr, sys.modules["__main__"], sys.argv
    sys.argv = [NAME]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "backslashreplace")), "utf-8")
    sys.stdout, sys.stderr = streams = stream(stdout), stream(stderr)
    sys.modules["__main__"] = main
    try:
        evaluate(code, main.__dict__, outcome, timeout)
        for written in streams:
            with contextlib.suppress(ValueError):
                written.flush()
    finally:
        sys.stdin, sys.stdout, sys.stderr, sys.modules["__main__"], sys.argv = before
    outcome.stdout, outcome.stderr = stdout.text(), stderr.text()
    collect(outcome)
    return outcome


def evaluate(code, namespace, outcome, timeout):
    """Fills in the value or the error."""
    try:
        with deadline(timeout):
            value = execute(code, namespace)
            if value is not None:
                outcome.shown = cut(repr(value), VALUE_CHARACTERS_MAX)
                outcome.value = plain(value, outcome.shown, VALUE_CHARACTERS_MAX)
    except SystemExit as error:
        if error.code not in (None, 0):
            outcome.error = problem(error)
    except MemoryError as error:
        # Without `try`, since there may be no room for anything else.
        stop_if_used_up()
        outcome.error = problem(error)
    except BaseException as error:
        outcome.error = problem(error)


def execute(code, namespace):
    """Runs all of the code; the value is that of the last statement, if it is an expression."""
    tree = compile(code, NAME, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    await_if_needed(tree, namespace)
    if last is not None:
        return await_if_needed(ast.Expression(last.value), namespace)
    return None


def await_if_needed(tree, namespace):
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"
    compiled = compile(tree, NAME, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    if not compiled.co_flags & inspect.CO_COROUTINE:
        return eval(compiled, namespace)
    return asyncio.run(as_coroutine(eval(compiled, namespace)))


async def as_coroutine(awaited):
    return await awaited


@contextlib.contextmanager
def deadline(seconds):
    """Ends the program after so much time, at the next step back or call of a function.

    There are no signals and no threads to do it, so it slows the program down; without a limit
    of its own only the host's holds, which costs nothing.
    """
    if seconds is None:
        yield
        return
    monitoring, until = sys.monitoring, time.monotonic() + seconds
    tool = monitoring.DEBUGGER_ID
    events = monitoring.events.JUMP | monitoring.events.PY_START
    # To look at the clock is a call of the host, so not every event does it: some hundred a second.
    count, stride, looked = 0, 1, time.monotonic()

    def check(*_):
        nonlocal count, stride, looked
        count += 1
        if count < stride:
            return
        now = time.monotonic()
        stride = stride * 2 if now - looked < CHECK_SECONDS else max(1, stride // 2)
        count, looked = 0, now
        if now > until:
            monitoring.set_events(tool, 0)
            raise TimeIsUp(f"the code was stopped after {seconds:g} seconds, its `timeout`")

    monitoring.use_tool_id(tool, "timeout")
    monitoring.register_callback(tool, monitoring.events.JUMP, check)
    monitoring.register_callback(tool, monitoring.events.PY_START, check)
    monitoring.set_events(tool, events)
    try:
        yield
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)


def stop_if_used_up():
    """Aborts if there is no memory to go on with, so that the host says which limit was reached.

    One request that was too large leaves room, and is an error like any other.
    """
    try:
        bytearray(MEMORY_LEFT_BYTES)
    except MemoryError:
        os.abort()


def problem(error):
    hint = NO_NETWORK if reached_for_network(error) else modules.hint(error)
    for part in chain(error):
        part.__traceback__ = own_part(part.__traceback__)
    shown = traceback.TracebackException.from_exception(error)
    kind = type(error)
    name = kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__name__}"
    name = "TimeoutError" if kind is TimeIsUp else name
    message = str(error)
    text = "".join(shown.format())
    text = text.replace(f"{TimeIsUp.__module__}.TimeIsUp", name)
    if hint:
        message = f"{message}; {hint}"
        text = f"{text.rstrip()}\n({hint})\n"
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == NAME else None
    for frame in shown.stack:
        line = frame.lineno if frame.filename == NAME else line
    return Problem(name, cut(message, MESSAGE_CHARACTERS_MAX), line, shortened(text))


def chain(error):
    """An exception with all that it came from and is made of."""
    waiting, seen = [error], set()
    while waiting:
        part = waiting.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting += [part.__cause__, part.__context__, *getattr(part, "exceptions", ())]


def own_part(trace):
    """`trace` without frames of the library, and of a deep recursion the outermost and innermost."""
    own = []
    while trace is not None:
        if is_own(trace.tb_frame.f_code.co_filename):
            own.append(trace)
        trace = trace.tb_next
    if len(own) > FRAMES_MAX:
        own[FRAMES_MAX // 2 : -FRAMES_MAX // 2] = []
    kept = None
    for part in reversed(own):
        kept = types.TracebackType(kept, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return kept


def is_own(filename):
    return filename == NAME or filename in files.disk.nodes


def reached_for_network(error):
    """Whether it is an error of the system that came out of the module `socket`."""
    frame, seen = error.__traceback__, isinstance(error, OSError)
    while seen and frame is not None:
        if frame.tb_frame.f_globals.get("__name__") in ("socket", "urllib.request", "http.client"):
            return True
        if frame.tb_next is None and type(error).__name__ == "gaierror":
            return True
        frame = frame.tb_next
    return False


def shortened(text):
    """`text` without its middle, as its end matters most."""
    text = clean(text)
    if len(text) <= TRACEBACK_CHARACTERS_MAX:
        return text
    half = TRACEBACK_CHARACTERS_MAX // 2
    return f"{text[:half]}\n…\n{text[-half:]}"


def collect(outcome):
    """Fills in the files that the program left, the small ones first if there is no room for all."""
    room = FILES_BYTES_MAX
    for name, data in sorted(files.disk.written(), key=lambda file: len(file[1])):
        room -= len(data)
        if room < 0 or len(outcome.files) == FILES_MAX:
            outcome.left_out[clean(name)] = len(data)
        else:
            outcome.files[clean(name)] = files.shown(data)
    outcome.files = dict(sorted(outcome.files.items()))
