"""The tool as a function."""

import unittest

from tool import hello
from toolhost_sdk import ToolError


class Hello(unittest.TestCase):
    def test_the_name_is_greeted_without_blanks_around_it(self):
        self.assertEqual(hello(" Ada "), "Hello, Ada!")

    def test_a_name_of_blanks_is_refused(self):
        with self.assertRaises(ToolError) as refused:
            hello(" \t")
        self.assertEqual(refused.exception.kind, "invalid_input")
