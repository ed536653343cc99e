"""What the build makes of a project, up to the program that it runs."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
from pathlib import Path

from library import PYTHON
from toolhost_sdk import build

REFUSED = """Traceback (most recent call last):
  File "/p/.venv/bin/componentize-py", line 8, in <module>
    sys.exit(script())
AssertionError: printed
Traceback (most recent call last):
  File "/0/toolhost_sdk/component.py", line 30, in <module>
    _TOOLS = tools.served()
  File "/0/toolhost_sdk/tools.py", line 120, in _made
    raise Refused(f"…") from None
toolhost_sdk.errors.Refused: tool.py:6: `hello` cannot be a tool: `name` has no type hint


Caused by:
    toolhost_sdk.errors.Refused: tool.py:6: …

Stack backtrace:
   0: <unknown>
"""


class Build(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = Path(folder.name)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.project)

    def write(self, name, text):
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_main(self, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            return build.main(list(arguments)), said.getvalue()

    def test_only_imports_that_sources_name_are_in_the_world(self):
        self.write("tool.py", "from toolhost_sdk import (\n  config,\n  tool,\n)\nimport pages\n# http")
        self.write("deps/pages/__init__.py", "import toolhost_sdk.clock as time")
        self.write("pages.py", "from toolhost_sdk.random import bytes\nimport http")
        self.write("tests/test_tool.py", "from toolhost_sdk import http")
        self.write(".venv/x.py", "from toolhost_sdk import http")
        self.assertEqual(build.used(self.project), ["log", "clock", "random", "config"])
        world = (build.write_wit(self.project / "wit", ["log", "config"]) / "component.wit").read_text()
        self.assertRegex(
            world,
            r"import toolhost:tool/log@[\d.]+;\n  import toolhost:tool/config@[\d.]+;\n  export toolhost:tool/provider@",
        )
        self.assertNotIn("http", world)

    def test_sources_for_a_later_python_count_by_their_words(self):
        self.write("tool.py", "from toolhost_sdk import http, tool\ntype = = 3")
        self.assertEqual(build.used(self.project), ["log", "http"])

    def check_command(self, world, expected):
        self.write("tool.py", "")
        self.assertEqual(
            build.command("cpy", Path(), Path("build/x.new"), world), ["cpy", "-q", *expected.split()]
        )

    def test_a_provider_is_built_with_the_packages_beside_it(self):
        self.write("deps/x.py", "")
        self.addCleanup(setattr, build, "_HERE", build._HERE)
        build._HERE = self.project / "toolhost_sdk"
        self.write("toolhost_sdk/wit/tool.wit", "package toolhost:tool@0.2.0;")
        rest = "componentize -p . -p deps -o build/x.new toolhost_sdk.component"
        self.check_command(None, f"-d build/wit -w component {rest}")

    def test_a_library_that_is_only_linked_comes_from_where_it_is(self):
        rest = f"componentize -p . -p {PYTHON} -o build/x.new toolhost_sdk.component"
        self.check_command(None, f"-d build/wit -w component {rest}")

    def test_a_project_with_a_world_of_its_own_is_typed(self):
        self.write("wit/a.wit", "")
        rest = f"componentize -p . -p {PYTHON} -o build/x.new tool"
        self.check_command(None, f"-d wit {rest}")
        self.check_command("w", f"-d wit -w w {rest}")

    def test_what_is_missing_is_named(self):
        self.assertEqual(self.run_main("--componentize-py", "x"), (1, "error: there is no `tool.py` here\n"))
        path, os.environ["PATH"] = os.environ["PATH"], ""
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        executable, sys.executable = sys.executable, "/nowhere/python3"
        self.addCleanup(setattr, sys, "executable", executable)
        code, said = self.run_main()
        self.assertEqual(code, 1)
        self.assertIn("pip install componentize-py==", said)

    def test_the_program_of_the_project_comes_first(self):
        self.write(".venv/bin/componentize-py", "#!/bin/sh\nexit 0")
        Path(".venv/bin/componentize-py").chmod(0o755)
        self.assertEqual(build.find(), ".venv/bin/componentize-py")

    def test_a_build_that_fails_leaves_what_was_there(self):
        self.write("tool.py", "")
        self.write("build/x.wasm", "old")
        self.write("cpy", "#!/bin/sh\necho 'AssertionError: broken' >&2\nexit 1")
        Path("cpy").chmod(0o755)
        self.assertEqual(
            self.run_main("-o", "build/x.wasm", "--componentize-py", "./cpy"), (1, "error: broken\n")
        )
        self.assertEqual(Path("build/x.wasm").read_text(), "old")

    def test_problems_are_cut_to_what_an_author_can_use(self):
        self.assertEqual(
            build.problem(REFUSED), "tool.py:6: `hello` cannot be a tool: `name` has no type hint"
        )
        own = REFUSED.replace("toolhost_sdk.errors.Refused: tool.py:6: ", "toolhost_sdk.errors.Refused: ")
        own = own.replace('"/0/toolhost_sdk/component.py", line 30', '"/0/pages.py", line 3')
        self.assertTrue(build.problem(own).startswith("pages.py:3: `hello`"))
        head, frame = "Traceback (most recent call last):\n", '  File "/0/{}", line 1\n    x\n'
        other = head + frame.format("toolhost_sdk/component.py") + frame.format("tool.py") + "NameError: x"
        expected = head + '  File "tool.py", line 1\n    x\nNameError: x'
        self.assertEqual(build.problem(f"AssertionError: {other}\n\n\nCaused by:\n    NameError"), expected)
        self.assertEqual(build.problem("no such option"), "no such option")
