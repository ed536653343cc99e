"""The tests of the examples and of what `toolhost new` writes, each in its own Python."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from library import PYTHON


def run_tests(project):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "unittest", "discover", "tests"]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


class Examples(unittest.TestCase):
    def check(self, project):
        done = run_tests(project)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"Ran [1-9]\d* tests?")

    def test_the_tests_of_every_example_pass(self):
        examples = [path for path in sorted((PYTHON / "examples").iterdir()) if (path / "tool.py").is_file()]
        self.assertEqual(len(examples), 5)
        for example in examples:
            with self.subTest(example.name):
                self.check(example)

    def test_what_new_writes_passes_its_own_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder, "say-hello")
            for source in filter(Path.is_file, (PYTHON / "template").rglob("*")):
                fill = lambda text: text.replace("{{name}}", "say-hello").replace("{{snake}}", "say_hello")
                target = project / fill(str(source.relative_to(PYTHON / "template")))
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(fill(source.read_text(encoding="utf-8")), encoding="utf-8")
            shutil.copytree(PYTHON / "toolhost_sdk", project / "toolhost_sdk")
            self.check(project)
            self.assertNotIn("{{", (project / "tool.py").read_text(encoding="utf-8"))
