"""What a tool may import, against the fakes."""

import dataclasses
import datetime
import unittest

import library  # noqa: F401
from toolhost_sdk import Content, ToolError, clock, config, fake, http, log, progress, random


@dataclasses.dataclass
class Account:
    account: str


class Imports(unittest.TestCase):
    def setUp(self):
        fake.reset()

    def test_lines_and_progress_are_kept_until_they_are_taken(self):
        log.debug("a")
        log.info("b")
        log.warn(3)
        log.error("d")
        progress.report(3, 10, "reading pages")
        progress.report(0.5)
        expected = [
            "DEBUG a",
            "INFO b",
            "WARN 3",
            "ERROR d",
            "PROGRESS 3 of 10: reading pages",
            "PROGRESS 0.5",
        ]
        self.assertEqual(fake.lines(), expected)
        self.assertEqual(fake.lines(), [])

    def test_the_time_is_what_the_test_says(self):
        self.assertEqual(clock.now(), 0)
        fake.now(1_500)
        expected = datetime.datetime(1970, 1, 1, 0, 0, 1, 500_000, datetime.timezone.utc)
        self.assertEqual((clock.now(), clock.date_time()), (1_500, expected))

    def test_random_bytes_are_the_same_after_a_reset_and_all_different(self):
        first = random.bytes(70_000)
        fake.reset()
        self.assertEqual((len(first), random.bytes(70_000)), (70_000, first))
        self.assertNotEqual(first[:8], first[8:16])
        # SplitMix64 from 0 begins with 0xe220a8397b1dcdaf; its highest bytes follow each other.
        self.assertEqual(first[:3], bytes([0xE2, 0x6E, 0x06]))

    def test_config_tells_what_is_missing(self):
        fake.config({"region": "eu"})
        self.assertEqual(
            (config.get("region"), config.require("region"), config.all()), ("eu", "eu", {"region": "eu"})
        )
        self.assertEqual((config.get("zone"), config.get("zone", "a")), (None, "a"))
        with self.assertRaisesRegex(ToolError, "`zone` is not set; set it under `grants.config`"):
            config.require("zone")


class Http(unittest.TestCase):
    def setUp(self):
        fake.reset()

    def test_requests_are_what_was_asked_for(self):
        seen = []
        fake.http(lambda request: seen.append(request) or http.Response(204))
        http.get("https://a.example/", headers={"accept": "text/html"})
        http.post("https://a.example/", json=["ä"], timeout=2)
        http.fetch("PUT", "https://a.example/", headers=[("a", "1"), ("a", "2")], body="ä")
        http.post("https://a.example/", json=None)
        json = ("content-type", "application/json")
        self.assertEqual(
            seen,
            [
                http.Request("GET", "https://a.example/", [("accept", "text/html")]),
                http.Request("POST", "https://a.example/", [json], '["ä"]'.encode(), 2_000),
                http.Request("PUT", "https://a.example/", [("a", "1"), ("a", "2")], "ä".encode()),
                http.Request("POST", "https://a.example/", [json], b"null"),
            ],
        )

    def test_answers_are_read(self):
        answer = http.Response(200, [("content-type", "text/plain")], b'{"account": "\xc3\xa4", "since": 1}')
        self.assertEqual((answer.header("Content-Type"), answer.header("etag")), ("text/plain", None))
        self.assertEqual(answer.json(), {"account": "ä", "since": 1})
        self.assertEqual(answer.json(Account), Account("ä"))
        self.assertEqual(http.Response(200, body=b"a\xff").text(), "a\ufffd")
        for body in [b"[]", b"{}", b"<html>", b'{"account": 1}', b"\xff"]:
            with self.assertRaisesRegex(ToolError, "the server's answer does not fit: "):
                http.Response(200, body=body).json(Account)

    def test_a_status_can_be_made_an_error(self):
        self.assertEqual(http.Response(299).successful().status, 299)
        for status, kind in [(404, "not_found"), (410, "not_found"), (302, "failed"), (500, "failed")]:
            with self.assertRaises(ToolError) as raised:
                http.Response(status).successful()
            self.assertEqual(
                (raised.exception.kind, raised.exception.text),
                (kind, f"the server answered with status {status}"),
            )

    def test_nothing_is_reached_unless_a_test_says_so(self):
        with self.assertRaises(http.Denied) as raised:
            http.get("https://a.example/")
        self.assertIsInstance(raised.exception, ToolError)
        self.assertEqual((raised.exception.kind, raised.exception.text), ("failed", "no `fake.http` is set"))


class Contents(unittest.TestCase):
    def test_contents_hold_texts_and_bytes_alone(self):
        for make in [
            lambda: Content.text(5),
            lambda: Content.text("\ud800"),
            lambda: Content.document("a:b", "text/plain", ["x"]),
            lambda: Content.link("a:b", "\udfff"),
            lambda: Content.json(object()),
        ]:
            with self.assertRaises((TypeError, ValueError)):
                make()

    def test_bytes_may_come_in_any_form(self):
        self.assertEqual(Content.image(bytearray(b"a"), "image/png"), Content.image(b"a", "image/png"))
        self.assertEqual(Content.file("a:b", "x/y", memoryview(b"a")), Content.file("a:b", "x/y", b"a"))
