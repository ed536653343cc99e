"""The report for a city, computed from its name alone. Nothing here knows about WebAssembly.

It is the one of the shipped tool `get_weather`, to the letter.
"""

from enum import Enum

_CITY_CHARACTERS_MAX = 100

_CONDITIONS = ["sunny", "partly cloudy", "cloudy", "light rain", "rain", "thunderstorms", "fog", "windy"]

_DIRECTIONS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]

# What Unicode calls white space; `str.strip` also takes the separators U+001C to U+001F.
_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


class Units(Enum):
    """The unit of temperatures; celsius if left out."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


def report(city: str, units: Units) -> str:
    """The weather in `city`. Raises `ValueError` with what is wrong with the name."""
    city = city.strip(_BLANKS)
    if not city:
        raise ValueError("`city` is empty; give the name of a city, such as `Tokyo`")
    if len(city) > _CITY_CHARACTERS_MAX:
        raise ValueError("`city` is longer than 100 characters; give only the name of a city")
    if any(character < " " or "\x7f" <= character <= "\x9f" for character in city):
        raise ValueError("`city` contains control characters; give only the name of a city")

    # Each quantity draws on its own bits, so that they vary independently.
    mixed = _hash(city)
    celsius = _pick(mixed, 0, 41) - 5
    humidity = 30 + _pick(mixed, 16, 66)
    kilometres = _pick(mixed, 32, 46)
    condition = _CONDITIONS[_pick(mixed, 48, 8)]
    direction = _DIRECTIONS[_pick(mixed, 51, 8)]

    degrees, unit, wind, speed = celsius, "°C", kilometres, "km/h"
    if units is Units.FAHRENHEIT:
        degrees, unit = _divide_rounded(celsius * 9, 5) + 32, "°F"
        wind, speed = _divide_rounded(kilometres * 1000, 1609), "mph"
    return (
        f"Weather in {city}:\n  Temperature: {degrees}{unit}\n  Condition: {condition}\n"
        f"  Humidity: {humidity}%\n  Wind: {wind} {speed} {direction}"
    )


def _pick(mixed: int, shift: int, count: int) -> int:
    return ((mixed >> shift) & 0xFFFF) % count


def _hash(city: str) -> int:
    """FNV-1a over the lower-cased name, then mixed so that short names reach the high bits too."""
    mixed = 0xCBF2_9CE4_8422_2325
    # One character after the other: in a whole word a last sigma has a form of its own.
    for byte in "".join(map(str.lower, city)).encode():
        mixed = ((mixed ^ byte) * 0x0000_0100_0000_01B3) & 0xFFFF_FFFF_FFFF_FFFF
    mixed ^= mixed >> 32
    mixed = (mixed * 0x9E37_79B9_7F4A_7C15) & 0xFFFF_FFFF_FFFF_FFFF
    return mixed ^ (mixed >> 29)


def _divide_rounded(value: int, by: int) -> int:
    return (value + by // 2) // by
