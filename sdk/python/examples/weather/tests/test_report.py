"""The report, which is the same in every language."""

import unittest

from report import Units, report


def temperature(text):
    return int(text.partition("Temperature: ")[2].partition("°")[0])


class Report(unittest.TestCase):
    def test_reports_are_those_of_the_shipped_tool(self):
        expected = {
            (
                "Tokyo",
                Units.CELSIUS,
            ): "Weather in Tokyo:\n  Temperature: 21°C\n  Condition: windy\n  Humidity: 66%\n  Wind: 26 km/h NE",
            (
                "Tokyo",
                Units.FAHRENHEIT,
            ): "Weather in Tokyo:\n  Temperature: 70°F\n  Condition: windy\n  Humidity: 66%\n  Wind: 16 mph NE",
        }
        for (city, units), text in expected.items():
            self.assertEqual(report(city, units), text)

    def test_case_and_blanks_do_not_change_the_weather(self):
        rest = lambda city: report(city, Units.CELSIUS).partition("\n")[2]
        self.assertEqual(rest("são paulo"), rest("\tSÃO PAULO\u3000"))
        self.assertEqual(rest("ΟΔΟΣ"), rest("οδοσ"))

    def test_units_tell_the_same_temperature(self):
        for city in ["Tokyo", "Oslo", "Lima", "Perth", "Wien", "Nuuk"]:
            celsius = temperature(report(city, Units.CELSIUS))
            self.assertEqual(temperature(report(city, Units.FAHRENHEIT)), round(celsius * 1.8 + 32), city)

    def test_senseless_cities_are_refused(self):
        for city in ["", " \t", "To\nkyo", "Tokyo\x1f", "x" * 101]:
            with self.assertRaises(ValueError, msg=repr(city)):
                report(city, Units.CELSIUS)
        report("é" * 100, Units.CELSIUS)
