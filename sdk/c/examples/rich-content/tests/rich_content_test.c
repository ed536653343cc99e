/// Tests of the tool on the machine that builds; `README.md` of the SDK says how to run them.
#include <assert.h>
#include <string.h>

#include "fake.h"
#include "png.h"

static void every_kind_of_content_is_there(void) {
    static const char *const kinds[] = {"text", "image", "document", "link", "json"};
    toolhost_outcome outcome = toolhost_fake_call("show_colour", "{\"hex\": \"#FF8800\"}");
    assert(outcome.error == NULL && outcome.count == 5);
    for (size_t i = 0; i < 5; i++) {
        assert(strcmp(outcome.pieces[i].kind, kinds[i]) == 0);
    }
    assert(strcmp(outcome.text, "The colour #ff8800.") == 0);
    assert(memcmp(outcome.pieces[1].data, "\x89PNG", 4) == 0);
    assert(strcmp(outcome.pieces[2].uri, "colour:///ff8800.css") == 0);
    assert(strcmp(outcome.pieces[3].media_type, "text/html") == 0);
    assert(strcmp(outcome.pieces[4].data, "{\"red\":255,\"green\":136,\"blue\":0}") == 0);
}

static void what_is_no_colour_is_refused(void) {
    static const char *const problems[] = {"", "ff880", "#ff88000", "+f8800", "ggg000", "ff88é"};
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        const char *arguments = toolhost_format("{\"hex\": \"%s\"}", problems[i]);
        toolhost_outcome outcome = toolhost_fake_call("show_colour", arguments);
        assert(outcome.error != NULL && strcmp(outcome.error, "invalid_input") == 0);
    }
}

static void sums_are_those_of_the_standards(void) {
    assert(png_crc32("123456789", 9) == 0xcbf43926u);
    assert(png_adler32("Wikipedia", 9) == 0x11e60398u);
}

static void sizes_are_bounded(void) {
    const uint8_t black[3] = {0};
    assert(png_square(0, black).length == png_square(1, black).length);
    assert(png_square(255, black).length == png_square(100, black).length);
    assert(png_square(100, black).length > 30000);
}

int main(void) {
    TOOLHOST_TEST(every_kind_of_content_is_there);
    TOOLHOST_TEST(what_is_no_colour_is_refused);
    TOOLHOST_TEST(sums_are_those_of_the_standards);
    TOOLHOST_TEST(sizes_are_bounded);
    return 0;
}
