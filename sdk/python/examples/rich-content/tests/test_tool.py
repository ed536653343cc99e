"""The tool as a function, and its image as a reader sees it."""

import unittest
import zlib

from png import square
from tool import parse, show_colour
from toolhost_sdk import Content, ToolError


class ShowColour(unittest.TestCase):
    def test_every_kind_of_content_is_there(self):
        contents = show_colour("#FF8800")
        self.assertEqual(len(contents), 5)
        self.assertEqual(contents[0], Content.text("The colour #ff8800."))
        self.assertEqual(contents[4].value, '{"red":255,"green":136,"blue":0}')

    def test_what_is_no_colour_is_refused(self):
        for hex in ["", "ff880", "#ff88000", "+f8800", "ggg000", "ff88é", "ff880\n"]:
            with self.assertRaises(ToolError, msg=hex) as refused:
                parse(hex)
            self.assertEqual(refused.exception.kind, "invalid_input")


class Png(unittest.TestCase):
    def test_the_pixels_are_there(self):
        image = square(2, (1, 2, 3))
        at = image.index(b"IDAT")
        length = int.from_bytes(image[at - 4 : at], "big")
        self.assertEqual(zlib.decompress(image[at + 4 : at + 4 + length]), (b"\0" + b"\1\2\3" * 2) * 2)

    def test_sizes_are_bounded(self):
        self.assertEqual(len(square(0, (0, 0, 0))), len(square(1, (0, 0, 0))))
        self.assertEqual(len(square(255, (0, 0, 0))), len(square(100, (0, 0, 0))))
        self.assertGreater(len(square(100, (0, 0, 0))), 30_000)
