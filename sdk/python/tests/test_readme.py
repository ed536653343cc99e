"""The Python of the README runs."""

import re
import unittest

from library import PYTHON
from toolhost_sdk import fake, http, tools


class Readme(unittest.TestCase):
    def setUp(self):
        registered = list(tools._tools)
        self.addCleanup(tools._tools.__setitem__, slice(None), registered)
        tools._tools[:] = []
        fake.reset()
        fake.config({"region": "eu"})
        fake.http(lambda request: http.Response(200, body=b"[1]"))

    def test_every_block_runs_and_its_tools_have_definitions(self):
        blocks = re.findall(
            r"^```python\n(.*?)^```$", (PYTHON / "README.md").read_text(encoding="utf-8"), re.M | re.S
        )
        self.assertEqual(len(blocks), 6)
        for number, block in enumerate(blocks):
            with self.subTest(block=number):
                code = compile(block, f"README.md, block {number}", "exec")
                space = {"__name__": f"readme_{number}", "print": lambda *texts: None}
                exec(code, space)
                for each in [each for each in space.values() if isinstance(each, tools.Tool)]:
                    self.assertTrue(each.definition.input_schema)
                for case in [
                    case
                    for case in space.values()
                    if isinstance(case, type) and issubclass(case, unittest.TestCase)
                ]:
                    outcome = unittest.defaultTestLoader.loadTestsFromTestCase(case).run(
                        unittest.TestResult()
                    )
                    self.assertTrue(
                        outcome.wasSuccessful() and outcome.testsRun, outcome.errors + outcome.failures
                    )
