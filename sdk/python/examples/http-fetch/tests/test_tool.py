"""The tool against a server that is none, and titles in pages of all shapes."""

import unittest

from title import title
from tool import fetch_title
from toolhost_sdk import ToolError, fake, http


class FetchTitle(unittest.TestCase):
    def setUp(self):
        fake.reset()

    def answer(self, status, body):
        fake.http(lambda request: http.Response(status, body=body))

    def problem(self):
        with self.assertRaises(ToolError) as raised:
            fetch_title("https://a.example/")
        return raised.exception

    def test_the_title_of_the_page_is_told(self):
        self.answer(200, b"<html><title>A page</title></html>")
        self.assertEqual(fetch_title("https://a.example/"), "A page")

    def test_pages_that_are_missing_or_have_no_title_are_not_found(self):
        for status, body in [(404, b"<title>Oh</title>"), (200, b"plain")]:
            self.answer(status, body)
            self.assertEqual(self.problem().kind, "not_found")

    def test_a_denial_is_a_failure_that_says_why(self):
        def deny(request):
            raise http.Denied("no grant")

        fake.http(deny)
        self.assertEqual((self.problem().kind, self.problem().text), ("failed", "no grant"))


class Title(unittest.TestCase):
    def test_titles_are_found_in_any_case_and_shape(self):
        cases = {
            "<title>A</title>": "A",
            "<TITLE lang=en>\n A  b\n</Title>": "A b",
            "<titlebar>x</titlebar><title>Ü &amp;lt; &lt;B&gt;</title>": "Ü &lt; <B>",
            "<svg><title>first</title></svg><title>second</title>": "first",
            "<title></title>": None,
            "<title>open": None,
            "<title": None,
            "İ<title>ı</title>": "ı",
            "": None,
        }
        for page, expected in cases.items():
            self.assertEqual(title(page), expected, page)

    def test_long_titles_are_cut(self):
        self.assertEqual(len(title(f"<title>{'é' * 600}</title>")), 500)
