"""What a docstring says of a tool, and what of its parameters."""

import unittest

import library  # noqa: F401
from toolhost_sdk.docs import split
from toolhost_sdk.errors import Refused

NAMES = ["city", "units"]


class Docs(unittest.TestCase):
    def check(self, text, description, parameters):
        docs = split(text, NAMES)
        self.assertEqual((docs.description, docs.parameters), (description, parameters))

    def test_a_section_of_arguments_is_about_parameters(self):
        self.check(
            """Tells the weather.

            Of today.

            Args:
                city: Which city.
                units (str, optional): The unit,
                    if it matters: or not.

            Returns:
                A text.
            """,
            "Tells the weather.\n\nOf today.",
            {"city": "Which city.", "units": "The unit, if it matters: or not."},
        )

    def test_items_of_a_list_are_about_parameters(self):
        self.check(
            "Tells the weather.\n\n- `city`: Which city.\n* `units`: The unit,\n  if it matters.\n\nMore.",
            "Tells the weather.\n\nMore.",
            {"city": "Which city.", "units": "The unit, if it matters."},
        )

    def test_other_lists_stay(self):
        text = "Counts.\n\n- `words`: no parameter\n- city: no backticks"
        self.check(text, text, {})

    def test_sections_for_readers_of_the_code_are_left_out(self):
        self.check("Counts.\n\nRaises:\n    ToolError: always.\nMore.", "Counts.\n\nMore.", {})

    def test_nothing_is_no_description(self):
        self.check(None, "", {})
        self.check("\nArgs:\n    city: Which.", "", {"city": "Which."})

    def test_names_that_are_not_there_or_twice_there_are_refused(self):
        for text in ["\nArgs:\n    citty: Which.", "- `city`: One.\n- `city`: Two."]:
            with self.assertRaises(Refused, msg=text):
                split(text, NAMES)
