/// Tests of the report on the machine that builds; `README.md` of the SDK says how to run them.
#include "report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static const char *write(const char *city, enum scale scale) {
    const char *problem;
    return report(city, strlen(city), scale, &problem);
}

static void the_report_has_the_promised_form(void) {
    assert(strcmp(write(" Tokyo ", CELSIUS), "Weather in Tokyo:\n  Temperature: 21°C\n"
                                             "  Condition: windy\n  Humidity: 66%\n"
                                             "  Wind: 26 km/h NE") == 0);
}

static void case_and_blanks_do_not_change_the_weather(void) {
    const char *plain = write("são paulo", CELSIUS), *shouted = write("\tSÃO PAULO ", CELSIUS);
    assert(strcmp(strchr(plain, '\n'), strchr(shouted, '\n')) == 0);
}

static int temperature(const char *report) {
    return atoi(strstr(report, "Temperature: ") + strlen("Temperature: "));
}

static void units_tell_the_same_temperature(void) {
    const char *cities[] = {"Tokyo", "Oslo", "Lima", "Perth", "Wien", "Nuuk"};
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++) {
        double expected = temperature(write(cities[i], CELSIUS)) * 1.8 + 32;
        double difference = temperature(write(cities[i], FAHRENHEIT)) - expected;
        assert(difference <= 0.5 && difference >= -0.5);
    }
}

static void senseless_cities_are_refused(void) {
    char long_name[102], most[201];
    memset(long_name, 'x', 101);
    long_name[101] = 0;
    for (size_t i = 0; i < 100; i++) {
        memcpy(most + 2 * i, "é", 2);
    }
    most[200] = 0;
    const char *cities[] = {"", " \t", "\u3000", "To\nkyo", "To\xc2\x85" "kyo", long_name};
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++) {
        assert(write(cities[i], CELSIUS) == NULL);
    }
    assert(write(most, CELSIUS) != NULL);
    const char *zero = "{\"city\": \"To\\u0000kyo\"}";
    assert(strstr(toolhost_fake_call("get_weather", zero).text, "control characters") != NULL);
}

/// Adds a character to a sum of FNV-1a over UTF-8.
static void add(uint64_t *sum, uint32_t character) {
    int more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const uint32_t leads[] = {0, 0xc0, 0xe0, 0xf0};
    *sum = (*sum ^ (leads[more] | character >> (6 * more))) * 0x100000001b3u;
    while (more-- > 0) {
        *sum = (*sum ^ (0x80 | (character >> (6 * more) & 0x3f))) * 0x100000001b3u;
    }
}

static void lower_cases_are_those_of_unicode(void) {
    uint64_t sum = 0xcbf29ce484222325u;
    for (uint32_t character = 0; character < 0x110000; character++) {
        if (character < 0xd800 || character > 0xdfff) {
            add(&sum, lower(character));
        }
        if (character == 0x130) {
            add(&sum, 0x307);
        }
    }
    // Of `char::to_lowercase` of every character in Rust 1.95, which has Unicode 17.
    assert(sum == 0xdcd1e661348268ccu);
}

static void the_tool_is_what_the_table_says(void) {
    assert(strcmp(toolhost_fake_schema("get_weather"),
                  "{\"type\":\"object\",\"properties\":{\"city\":{\"description\":\"Which city, "
                  "such as `Tokyo`.\",\"type\":\"string\"},\"units\":{\"description\":\"The unit "
                  "of temperatures; celsius if left out.\",\"type\":[\"string\",\"null\"],\"enum\":"
                  "[\"celsius\",\"fahrenheit\",null]}},\"required\":[\"city\"],"
                  "\"additionalProperties\":false}") == 0);
    const char *arguments = "{\"city\": \"Tokyo\", \"units\": \"fahrenheit\"}";
    const char *text = toolhost_fake_call("get_weather", arguments).text;
    assert(strcmp(text, write("Tokyo", FAHRENHEIT)) == 0);
    text = toolhost_fake_call("get_weather", "{\"city\": \"Tokyo\", \"units\": null}").text;
    assert(strcmp(text, write("Tokyo", CELSIUS)) == 0);
}

int main(void) {
    TOOLHOST_TEST(the_report_has_the_promised_form);
    TOOLHOST_TEST(case_and_blanks_do_not_change_the_weather);
    TOOLHOST_TEST(units_tell_the_same_temperature);
    TOOLHOST_TEST(senseless_cities_are_refused);
    TOOLHOST_TEST(lower_cases_are_those_of_unicode);
    TOOLHOST_TEST(the_tool_is_what_the_table_says);
    return 0;
}
