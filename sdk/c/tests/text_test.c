/// Tests of texts: formats, buffers and UTF-8.
#include <assert.h>
#include <string.h>

#include "fake.h"

const toolhost_tool toolhost_tools[] = {{0}};

static void formats_are_those_of_printf(void) {
    assert(strcmp(toolhost_format("%s|%.*s|%c|%%|%s", "ab", 2, "xyz", 'c', "") , "ab|xy|c|%|") == 0);
    assert(strcmp(toolhost_format("%d %i %u %x", -5, 0, 4000000000u, 0xbeef), "-5 0 4000000000 beef") == 0);
    assert(strcmp(toolhost_format("%lld %llu %zu %ld %jd", (long long)INT64_MIN,
                                  (unsigned long long)UINT64_MAX, (size_t)7, -7L, (intmax_t)-1),
                  "-9223372036854775808 18446744073709551615 7 -7 -1") == 0);
    assert(strcmp(toolhost_format("%02x%02x|%5d|%05d|%3s|%03d", 1, 255, -42, -42, "a", 12345),
                  "01ff|  -42|-0042|  a|12345") == 0);
    assert(strcmp(toolhost_format("%hd %hhu", (short)-1, (unsigned char)200), "-1 200") == 0);
    assert(strcmp(toolhost_format("plain"), "plain") == 0);
    const char *empty = "";
    assert(strcmp(toolhost_format("%s", empty), "") == 0);
}

static void other_conversions_end_the_text_visibly(void) {
    const char *text = toolhost_format("%d %f %s", 1, 2.5, "x");
    assert(strcmp(text, "1 (not a conversion of toolhost_format: %f %s)") == 0);
    // Kept from the compiler, which would warn.
    const char *format = "100%";
    toolhost_buffer buffer = {0};
#pragma GCC diagnostic ignored "-Wformat-security"
    toolhost_addf(&buffer, format);
    assert(strcmp(buffer.data, "100(not a conversion of toolhost_format: %)") == 0);
}

static void buffers_grow_and_end_with_a_zero(void) {
    toolhost_buffer buffer = {0};
    assert(strcmp(toolhost_content(&buffer), "") == 0);
    for (int i = 0; i < 1000; i++) {
        toolhost_add(&buffer, "a\0c", 3);
        assert(buffer.data[buffer.length] == 0);
    }
    assert(buffer.length == 3000 && memcmp(buffer.data + 2997, "a\0c", 4) == 0);
}

static void blanks_of_unicode_are_trimmed(void) {
    assert(strcmp(toolhost_trim(" \t\n\v\f\r\xc2\x85\xc2\xa0\u1680\u2000\u200a\u2028\u202f\u205f\u3000x"
                                "\u3000 y\u2029 "), "x\u3000 y") == 0);
    assert(strcmp(toolhost_trim("\u200b\u180e\ufeff"), "\u200b\u180e\ufeff") == 0);
    assert(strcmp(toolhost_trim("\u00e9"), "\u00e9") == 0);
    assert(strcmp(toolhost_trim(" \u3000 "), "") == 0);
    assert(strcmp(toolhost_trim(""), "") == 0);
}

static void what_is_no_utf8_is_replaced(void) {
    // Each as long as the start of a character that it could be, as the Unicode standard advises.
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"\xff", "\ufffd"},
        {"a\x80" "b", "a\ufffd" "b"},
        {"\xe2\x82", "\ufffd"},
        {"\xe2\x82x", "\ufffdx"},
        {"\xe2\x28\xa1", "\ufffd(\ufffd"},
        {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},
        {"\xf0\x9f\x98", "\ufffd"},
        {"\xf0\x9f\x98\x80", "\U0001f600"},
        {"\xc0\xaf", "\ufffd\ufffd"},
        {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},
        {"12345678\xc3", "12345678\ufffd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i][0]);
        const char *text = toolhost_utf8(cases[i][0], &length);
        assert(length == strlen(cases[i][1]) && memcmp(text, cases[i][1], length) == 0);
    }
}

static void characters_are_decoded_and_counted(void) {
    const char *text = "a\u00e9\u20ac\U0001f600", *at = text;
    assert(toolhost_next(&at) == 'a');
    assert(toolhost_next(&at) == 0xe9);
    assert(toolhost_next(&at) == 0x20ac);
    assert(toolhost_next(&at) == 0x1f600);
    assert(*at == 0 && toolhost_characters(text, strlen(text)) == 4);
}

int main(void) {
    TOOLHOST_TEST(formats_are_those_of_printf);
    TOOLHOST_TEST(other_conversions_end_the_text_visibly);
    TOOLHOST_TEST(buffers_grow_and_end_with_a_zero);
    TOOLHOST_TEST(blanks_of_unicode_are_trimmed);
    TOOLHOST_TEST(what_is_no_utf8_is_replaced);
    TOOLHOST_TEST(characters_are_decoded_and_counted);
    return 0;
}
