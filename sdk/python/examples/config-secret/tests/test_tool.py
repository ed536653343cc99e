"""The tool against a service that is none."""

import unittest

from tool import greet
from toolhost_sdk import ToolError, fake, http


class Greet(unittest.TestCase):
    def setUp(self):
        fake.reset()

    def answer(self, status, body):
        def service(request):
            self.assertEqual(request.url, "https://a.example/v1/account")
            self.assertEqual(request.headers, [], "the token is the host's to add")
            return http.Response(status, body=body)

        fake.http(service)

    def problem(self):
        with self.assertRaises(ToolError) as raised:
            greet("Ada")
        return raised.exception.text

    def test_greeting_and_account_come_from_outside(self):
        fake.config({"greeting": "Good day", "service": "https://a.example"})
        self.answer(200, b'{"account": "acme", "since": 1999}')
        self.assertEqual(greet("Ada"), "Good day, Ada! The service knows us as acme.")

    def test_what_is_missing_is_named(self):
        self.assertIn("`service`", self.problem())
        fake.config({"service": "https://a.example"})
        self.answer(401, b"")
        self.assertIn("grants.secrets", self.problem())
        self.answer(200, b"[]")
        self.assertIn("does not fit", self.problem())
