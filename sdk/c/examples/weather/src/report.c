/// The report for a city, computed from its name alone. Nothing here knows about WebAssembly.
#include "report.h"

#include "toolhost.h"

#define CITY_CHARACTERS_MAX 100

static const char *const CONDITIONS[] = {
    "sunny", "partly cloudy", "cloudy", "light rain", "rain", "thunderstorms", "fog", "windy",
};

static const char *const DIRECTIONS[] = {"N", "NE", "E", "SE", "S", "SW", "W", "NW"};

static uint64_t add_byte(uint64_t hash, uint32_t byte) {
    return (hash ^ byte) * 0x00000100000001b3u;
}

static uint64_t add_character(uint64_t hash, uint32_t character) {
    if (character < 0x80) {
        return add_byte(hash, character);
    }
    if (character < 0x800) {
        hash = add_byte(hash, 0xc0 | character >> 6);
    } else if (character < 0x10000) {
        hash = add_byte(hash, 0xe0 | character >> 12);
        hash = add_byte(hash, 0x80 | (character >> 6 & 0x3f));
    } else {
        hash = add_byte(hash, 0xf0 | character >> 18);
        hash = add_byte(hash, 0x80 | (character >> 12 & 0x3f));
        hash = add_byte(hash, 0x80 | (character >> 6 & 0x3f));
    }
    return add_byte(hash, 0x80 | (character & 0x3f));
}

/// FNV-1a over the lower-cased name, then mixed so that short names reach the high bits too.
static uint64_t hash(const char *city, const char *end) {
    uint64_t hash = 0xcbf29ce484222325u;
    while (city < end) {
        uint32_t character = toolhost_next(&city);
        hash = add_character(hash, lower(character));
        if (character == 0x130) {
            hash = add_character(hash, 0x307);
        }
    }
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/// Whether a character steers a terminal or printer; that of Unicode's category Cc.
static bool has_control(const char *city, const char *end) {
    while (city < end) {
        uint32_t character = toolhost_next(&city);
        if (character < 0x20 || (character >= 0x7f && character <= 0x9f)) {
            return true;
        }
    }
    return false;
}

/// Rounds to the nearest whole, halves upwards, below zero too.
static int divide_rounded(int value, int by) {
    int raised = value + by / 2, quotient = raised / by;
    return raised % by < 0 ? quotient - 1 : quotient;
}

const char *report(const char *city, size_t length, enum scale scale, const char **problem) {
    city = toolhost_trim_n(city, &length);
    *problem = NULL;
    if (length == 0) {
        *problem = "`city` is empty; give the name of a city, such as `Tokyo`";
    } else if (toolhost_characters(city, length) > CITY_CHARACTERS_MAX) {
        *problem = "`city` is longer than 100 characters; give only the name of a city";
    } else if (has_control(city, city + length)) {
        *problem = "`city` contains control characters; give only the name of a city";
    }
    if (*problem != NULL) {
        return NULL;
    }

    // Each quantity draws on its own bits, so that they vary independently.
    uint64_t bits = hash(city, city + length);
    int degrees = (int)((bits & 0xffff) % 41) - 5;
    int humidity = 30 + (int)((bits >> 16 & 0xffff) % 66);
    int wind = (int)((bits >> 32 & 0xffff) % 46);
    const char *condition = CONDITIONS[(bits >> 48 & 0xffff) % 8];
    const char *direction = DIRECTIONS[(bits >> 51 & 0xffff) % 8];
    if (scale == FAHRENHEIT) {
        degrees = divide_rounded(degrees * 9, 5) + 32;
        wind = divide_rounded(wind * 1000, 1609);
    }
    return toolhost_format("Weather in %.*s:\n  Temperature: %d%s\n  Condition: %s\n"
                           "  Humidity: %d%%\n  Wind: %d %s %s",
                           (int)length, city, degrees, scale == FAHRENHEIT ? "°F" : "°C", condition,
                           humidity, wind, scale == FAHRENHEIT ? "mph" : "km/h", direction);
}
