/// Tests of reading and writing JSON.
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

const toolhost_tool toolhost_tools[] = {{0}};

static const toolhost_value *read(const char *text) {
    return toolhost_json_read(text, strlen(text));
}

/// What was read, written again.
static const char *again(const char *text) {
    const toolhost_value *value = read(text);
    if (value == NULL) {
        return "none";
    }
    toolhost_buffer buffer = {0};
    toolhost_write_value(&buffer, value);
    return toolhost_content(&buffer);
}

static void what_is_json_is_read_and_written_alike(void) {
    static const char *const texts[] = {
        "null", "true", "false", "0", "-0", "10", "-1.5", "0.25e+10", "1E-2", "\"\"", "\"a\"", "[]",
        "{}", "[1,[2,[]],{}]", "{\"a\":{\"b\":[null,true]},\"\":1}", "\"\\\"\\\\\\n\\r\\t\\u0001\"",
        "\"\u00e9\u20ac\U0001f600\"", "123456789012345678901234567890",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert(strcmp(again(texts[i]), texts[i]) == 0);
    }
    assert(strcmp(again(" \t\r\n{ \"a\" : [ 1 , 2 ] } "), "{\"a\":[1,2]}") == 0);
}

static void what_is_no_json_is_refused(void) {
    static const char *const texts[] = {
        "", " ", "nul", "nulll", "True", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1 2", "NaN",
        "Infinity", "\"", "\"a", "\"\n\"", "\"\\x\"", "\"\\", "\"\\\"", "'a'", "[", "]", "[1,]", "[,1]",
        "[1 2]", "[1", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\":1",
        "{\"a\" 1}", "// a\n1", "\xef\xbb\xbf" "1", "[1]]", "\"\\u12\"", "\"\\u123g\"", "\"\\u", "-a",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert(read(texts[i]) == NULL);
    }
    assert(toolhost_json_read("1\0", 2) == NULL);
    assert(toolhost_json_read("\"\0\"", 3) == NULL);
    // What stands behind the end is not looked at.
    assert(toolhost_json_read("true", 3) == NULL);
    assert(toolhost_json_read("12", 1)->length == 1);
    assert(toolhost_json_read("\"a\"", 2) == NULL);
}

static void escapes_become_characters(void) {
    assert(strcmp(read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t") == 0);
    assert(strcmp(read("\"\\u0041\\u00e9\\u20AC\"")->text, "A\u00e9\u20ac") == 0);
    assert(strcmp(read("\"\\ud83d\\ude00\"")->text, "\U0001f600") == 0);
    assert(strcmp(read("\"\\uD800\\uDC00\\udbff\\udfff\"")->text, "\U00010000\U0010ffff") == 0);
}

static void surrogates_that_are_alone_are_refused(void) {
    static const char *const texts[] = {
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"",
        "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800\\u\"", "\"\\ud800\\", "\"\\ud800\\\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert(read(texts[i]) == NULL);
    }
}

static void what_is_no_utf8_is_refused(void) {
    static const char *const texts[] = {
        "\"\x80\"", "\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xe0\x9f\xbf\"",
        "\"\xed\xa0\x80\"", "\"\xf0\x8f\xbf\xbf\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"",
        "\"\xe2\x82\"", "\"12345678\xe2\x82\"",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert(read(texts[i]) == NULL);
    }
}

static void zeros_in_texts_are_marked_up_to_the_top(void) {
    const toolhost_value *value = read("[{\"a\": [\"x\\u0000y\"]}, {\"b\": 1}]");
    assert(value->holds_nul && value->first->holds_nul && !value->first->next->holds_nul);
    const toolhost_value *text = value->first->first->first;
    assert(text->length == 3 && memcmp(text->text, "x\0y", 4) == 0);
    assert(read("{\"a\\u0000\": 1}")->holds_nul);
    assert(!read("{\"a0\": \"\\\\u0000\"}")->holds_nul);
    assert(strcmp(again("\"x\\u0000y\""), "\"x\\u0000y\"") == 0);
}

static const char *nested(size_t depth) {
    toolhost_buffer text = {0};
    for (size_t i = 0; i < depth; i++) {
        toolhost_add_text(&text, i % 2 == 0 ? "[" : "{\"a\":");
    }
    toolhost_add_text(&text, "1");
    for (size_t i = depth; i > 0; i--) {
        toolhost_add_text(&text, i % 2 == 1 ? "]" : "}");
    }
    return text.data;
}

static void depth_is_bounded(void) {
    assert(read(nested(128)) != NULL);
    assert(read(nested(129)) == NULL);
    toolhost_buffer wide = {0};
    toolhost_write_array(&wide);
    for (int i = 0; i < 1000; i++) {
        toolhost_write_json(&wide, "[]");
    }
    toolhost_write_array_end(&wide);
    assert(read(wide.data)->count == 1000);
}

static void integers_are_read_at_any_spelling_that_fits(void) {
    static const struct {
        const char *text;
        int64_t expected;
    } whole[] = {
        {"0", 0}, {"-0", 0}, {"-0.0e7", 0}, {"42", 42}, {"-42", -42}, {"1.0", 1}, {"1e2", 100},
        {"1.5e1", 15}, {"150e-1", 15}, {"1.50E+2", 150}, {"0e999999999999999999999", 0},
        {"0.0000000000000000000000000000001e31", 1}, {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN}, {"9223372036854775807.000", INT64_MAX},
        {"1000000000000000000000000000000e-30", 1},
    };
    int64_t integer;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        assert(toolhost_json_integer(read(whole[i].text), &integer));
        assert(integer == whole[i].expected);
    }
    static const char *const others[] = {
        "0.5", "1e-1", "9223372036854775808", "-9223372036854775809", "1e19", "1e999999999999999999999",
        "1.0000000000000000000000001", "1e-999999999999999999999", "\"1\"", "null", "[1]",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert(!toolhost_json_integer(read(others[i]), &integer));
    }
    assert(!toolhost_json_integer(NULL, &integer));
}

static void numbers_are_written_so_that_they_read_back(void) {
    static const struct {
        double number;
        const char *expected;
    } cases[] = {
        {0, "0"}, {0.1, "0.1"}, {-1.5, "-1.5"}, {1e100, "1e100"}, {1.0 / 3, "0.3333333333333333"},
        {5e-324, "4.94065645841247e-324"}, {0.1 + 0.2, "0.30000000000000004"}, {1e15, "1000000000000000"},
        {123456789012345, "123456789012345"}, {-0.0, "0"}, {1e17, "1e17"}, {12e15, "12000000000000000"},
        {0.00001234, "0.00001234"}, {1.234e-6, "1.234e-6"}, {9007199254740993, "9007199254740992"},
        {1.7976931348623157e308, "1.7976931348623157e308"}, {-2.5e-8, "-2.5e-8"}, {100, "100"}, {HUGE_VAL, "null"}, {NAN, "null"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        toolhost_buffer buffer = {0};
        toolhost_write_number(&buffer, cases[i].number);
        assert(strcmp(buffer.data, cases[i].expected) == 0);
        double number;
        bool is_number = toolhost_json_number(read(buffer.data), &number);
        assert(is_number ? number == cases[i].number : !isfinite(cases[i].number));
    }
}

static void numbers_are_rounded_to_the_nearest(void) {
    static const char *const texts[] = {
        "0", "-0", "0.1", "1e22", "1e23", "9007199254740993", "9007199254740993.0000000000000001",
        "2.2250738585072011e-308", "2.2250738585072014e-308", "5e-324", "2.4703282292062327e-324",
        "2.4703282292062328e-324", "1e-400", "-1e400", "1.7976931348623158e308", "1.7976931348623159e308",
        "0.000000000000000000000000000000123456789012345678e40", "123456789012345678901234567890e-40",
        "8.5e15", "4503599627370497.5", "4503599627370496.5", "1e999999999999999999999", "0e5", "12.50",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double number;
        assert(toolhost_json_number(read(texts[i]), &number));
        assert(number == strtod(texts[i], NULL));
    }
    // Exactly between two numbers, and a little more a thousand digits behind.
    toolhost_buffer tie = {0};
    toolhost_add_text(&tie, "9007199254740993.");
    for (int i = 0; i < 1000; i++) {
        toolhost_add_text(&tie, "0");
    }
    double number;
    assert(toolhost_json_number(read(tie.data), &number) && number == 9007199254740992);
    toolhost_add_text(&tie, "1");
    assert(toolhost_json_number(read(tie.data), &number) && number == 9007199254740994);
}

static void members_are_found_and_the_last_of_a_name_counts(void) {
    const toolhost_value *value = read("{\"a\": 1, \"ab\": \"x\", \"a\": 2, \"n\": null}");
    int64_t integer;
    assert(toolhost_json_integer(toolhost_json_member(value, "a"), &integer) && integer == 2);
    assert(strcmp(toolhost_json_string(toolhost_json_member(value, "ab")), "x") == 0);
    assert(toolhost_json_member(value, "n")->kind == TOOLHOST_JSON_NULL);
    assert(toolhost_json_member(value, "b") == NULL);
    assert(toolhost_json_member(read("[1]"), "a") == NULL);
    assert(toolhost_json_string(toolhost_json_member(NULL, "a")) == NULL);
}

static void commas_stand_where_json_has_them(void) {
    toolhost_buffer buffer = {0};
    toolhost_write_object(&buffer);
    toolhost_write_key(&buffer, "a,[{:");
    toolhost_write_array(&buffer);
    toolhost_write_string(&buffer, "[");
    toolhost_write_string(&buffer, NULL);
    toolhost_write_array(&buffer);
    toolhost_write_array_end(&buffer);
    toolhost_write_integer(&buffer, INT64_MIN);
    toolhost_write_array_end(&buffer);
    toolhost_write_key(&buffer, "b");
    toolhost_write_boolean(&buffer, true);
    toolhost_write_key(&buffer, "c");
    toolhost_write_object(&buffer);
    toolhost_write_object_end(&buffer);
    toolhost_write_object_end(&buffer);
    assert(strcmp(buffer.data, "{\"a,[{:\":[\"[\",null,[],-9223372036854775808],\"b\":true,\"c\":{}}") == 0);
    assert(read(buffer.data) != NULL);
}

static void strings_are_written_as_utf8_whatever_they_hold(void) {
    toolhost_buffer buffer = {0};
    toolhost_write_string(&buffer, "\x01\x1f\x7f\"\\/\xff\u00e9");
    assert(strcmp(buffer.data, "\"\\u0001\\u001f\x7f\\\"\\\\/\ufffd\u00e9\"") == 0);
}

int main(void) {
    TOOLHOST_TEST(what_is_json_is_read_and_written_alike);
    TOOLHOST_TEST(what_is_no_json_is_refused);
    TOOLHOST_TEST(escapes_become_characters);
    TOOLHOST_TEST(surrogates_that_are_alone_are_refused);
    TOOLHOST_TEST(what_is_no_utf8_is_refused);
    TOOLHOST_TEST(zeros_in_texts_are_marked_up_to_the_top);
    TOOLHOST_TEST(depth_is_bounded);
    TOOLHOST_TEST(integers_are_read_at_any_spelling_that_fits);
    TOOLHOST_TEST(numbers_are_written_so_that_they_read_back);
    TOOLHOST_TEST(numbers_are_rounded_to_the_nearest);
    TOOLHOST_TEST(members_are_found_and_the_last_of_a_name_counts);
    TOOLHOST_TEST(commas_stand_where_json_has_them);
    TOOLHOST_TEST(strings_are_written_as_utf8_whatever_they_hold);
    return 0;
}
