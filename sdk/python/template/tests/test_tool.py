"""The tool as a function."""

import unittest

from tool import {{snake}}
from toolhost_sdk import ToolError


class Greeting(unittest.TestCase):
    def test_the_name_is_greeted_without_blanks_around_it(self):
        self.assertEqual({{snake}}(" Ada "), "Hello, Ada!")

    def test_a_name_of_blanks_is_refused(self):
        with self.assertRaises(ToolError) as refused:
            {{snake}}(" \t")
        self.assertEqual(refused.exception.kind, "invalid_input")
