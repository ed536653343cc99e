"""Builds the component of a project: `python3 -m toolhost_sdk.build -o build/NAME.wasm`.

It runs in the folder of `tool.py` and needs `componentize-py`. With a folder `wit`, `tool.py`
exports the world that stands there; without one it is a provider, whose world has the imports
that the sources name. Packages in `deps` go in as well.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

IMPORTS = ("log", "progress", "clock", "random", "config", "http")
INSTALL = "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1"

_HERE = Path(__file__).parent
# Nothing that a component loads.
_OUTSIDE = {"toolhost_sdk", "tests", "build", "wit", "__pycache__", "node_modules"}


def main(arguments: list[str] | None = None) -> int:
    """Builds, and says on stderr what is wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m toolhost_sdk.build", description="Builds a component.")
    parser.add_argument("-o", "--output", type=Path, default=Path("build", f"{Path.cwd().name}.wasm"))
    parser.add_argument(
        "--componentize-py", metavar="PATH", help="the program, if it is not in `.venv` or `PATH`"
    )
    parser.add_argument("--world", help="the world of a folder `wit` that has several")
    options = parser.parse_args(arguments)
    program = options.componentize_py or find()
    if not program:
        return fail(f"`componentize-py` is not there; install it with `{INSTALL}`")
    if not Path("tool.py").is_file():
        return fail("there is no `tool.py` here")
    made = options.output.with_suffix(".new")
    made.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command(program, Path(), made, options.world),
        env={**os.environ, "VIRTUAL_ENV": str(nothing(made.parent)), "RUST_BACKTRACE": "0"},
        text=True,
        capture_output=True,
    )
    if done.returncode != 0:
        return fail(problem(done.stderr or done.stdout))
    made.replace(options.output)
    return 0


def find() -> str | None:
    """`componentize-py` of the project, of the Python that runs, or on `PATH`."""
    places = [".venv/bin", str(Path(sys.executable).parent), None]
    found = (shutil.which("componentize-py", path=place) for place in places)
    return next((program for program in found if program), None)


def command(program: str, project: Path, output: Path, world: str | None) -> list[str]:
    """What makes the component, to be run in the project."""
    paths = ["."]
    if (project / "deps").is_dir():
        paths.append("deps")
    library = _HERE.resolve().parent
    if library != project.resolve():
        # A link that leads out of the project leads nowhere inside of the build.
        paths.append(str(library))
    rest = ["componentize", *(word for path in paths for word in ("-p", path)), "-o", str(output)]
    if (project / "wit").is_dir():
        which = ["-w", world] if world else []
        return [program, "-q", "-d", "wit", *which, *rest, "tool"]
    wit = write_wit(project / "build" / "wit", used(project))
    return [program, "-q", "-d", str(wit), "-w", "component", *rest, "toolhost_sdk.component"]


def used(project: Path) -> list[str]:
    """The imports that sources of the project name; `log` is the library's own."""
    names = {"log"}
    for folder, folders, files in os.walk(project):
        folders[:] = [name for name in folders if name not in _OUTSIDE and not name.startswith(".")]
        for file in files:
            if file.endswith(".py") and Path(folder, file).is_file():
                names |= _named(Path(folder, file).read_text(encoding="utf-8", errors="replace"))
    return [name for name in IMPORTS if name in names]


def write_wit(folder: Path, names: list[str]) -> Path:
    """Writes a world of a provider with these imports."""
    contract = (_HERE / "wit" / "tool.wit").read_text(encoding="utf-8")
    version = contract.partition("package toolhost:tool@")[2].partition(";")[0]
    lines = [f"import toolhost:tool/{name}@{version};" for name in names]
    lines.append(f"export toolhost:tool/provider@{version};")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "deps" / "tool").mkdir(parents=True)
    (folder / "deps" / "tool" / "tool.wit").write_text(contract, encoding="utf-8")
    world = "package toolhost:python;\n\nworld component {\n  " + "\n  ".join(lines) + "\n}\n"
    (folder / "component.wit").write_text(world, encoding="utf-8")
    return folder


def nothing(folder: Path) -> Path:
    """An environment without packages, so that none of this machine get in unasked."""
    (folder / "none" / "lib" / "python3" / "site-packages").mkdir(parents=True, exist_ok=True)
    return (folder / "none").absolute()


def problem(text: str) -> str:
    """What an author can use of what the program printed."""
    text = text.partition("\n\nCaused by:")[0].partition("\nStack backtrace:")[0]
    text = text.rpartition("AssertionError: ")[2]
    _, refused, message = text.rpartition("toolhost_sdk.errors.Refused: ")
    if refused:
        where = re.findall(r'File "/\d+/(?!toolhost_sdk/)([^"]+)", line (\d+)', text)
        message = message.strip()
        # A refusal of the library's own says where; one by a call of the author's does not.
        return message if re.match(r"\S+\.py:", message) or not where else f"{':'.join(where[-1])}: {message}"
    text = re.sub(r'File "/\d+/', 'File "', text)
    return re.sub(r'  File "toolhost_sdk/component\.py".*\n(?: {4}.*\n)*', "", text).strip()


def fail(text: str) -> int:
    """Says what is wrong."""
    print(f"error: {text}", file=sys.stderr)
    return 1


def _named(source: str) -> set[str]:
    if "toolhost_sdk" not in source:
        return set()
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        # It may be for a later Python than this one: the build says if not.
        return set(re.findall(r"\w+", source)) & set(IMPORTS)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
            names |= {
                name.removeprefix("toolhost_sdk.") for name in found if name.startswith("toolhost_sdk.")
            }
        elif isinstance(node, ast.ImportFrom):
            module = f"{node.module}."
            found = [alias.name for alias in node.names] if module == "toolhost_sdk." else [node.module or ""]
            names |= {
                name.removeprefix("toolhost_sdk.") for name in found if module.startswith("toolhost_sdk.")
            }
    return names


if __name__ == "__main__":
    sys.exit(main())
