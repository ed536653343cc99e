/// Shows a colour as every kind of content: text, image, document, link and JSON.
#include "png.h"
#include "toolhost.h"

/// Reads six hex digits, behind a `#` or not.
static bool parse(const char *hex, uint8_t colour[3]) {
    hex += *hex == '#';
    for (int i = 0; i < 6; i++) {
        char digit = hex[i], lower = (char)(digit | 0x20);
        int value = digit >= '0' && digit <= '9'   ? digit - '0'
                    : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                   : -1;
        if (value < 0) {
            return false;
        }
        colour[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : colour[i / 2] | value);
    }
    return hex[6] == 0;
}

static bool show_colour(const toolhost_call *call, toolhost_result *result) {
    uint8_t colour[3];
    if (!parse(toolhost_string(call, "hex"), colour)) {
        return toolhost_invalid_input(
            result, "`hex` is no colour; write six hex digits, such as `ff8800`");
    }
    const char *digits = toolhost_format("%02x%02x%02x", colour[0], colour[1], colour[2]);
    toolhost_textf(result, "The colour #%s.", digits);

    toolhost_buffer image = png_square(16, colour);
    toolhost_image(result, image.data, image.length, "image/png");

    toolhost_document(result, toolhost_format("colour:///%s.css", digits), "text/css",
                      toolhost_format(":root { --colour: #%s; }\n", digits));
    toolhost_link(result, "https://www.w3.org/TR/css-color-4/", "CSS Color Module",
                  "What browsers make of colours.", "text/html");

    toolhost_buffer parts = {0};
    toolhost_write_object(&parts);
    toolhost_write_key(&parts, "red");
    toolhost_write_integer(&parts, colour[0]);
    toolhost_write_key(&parts, "green");
    toolhost_write_integer(&parts, colour[1]);
    toolhost_write_key(&parts, "blue");
    toolhost_write_integer(&parts, colour[2]);
    toolhost_write_object_end(&parts);
    return toolhost_json(result, parts.data);
}

static const toolhost_parameter parameters[] = {
    {
        .name = "hex",
        .type = TOOLHOST_STRING,
        .description = "Six hex digits, such as `ff8800`.",
        .required = true,
        .min_length = 6,
        .max_length = 7,
    },
    {0},
};

const toolhost_tool toolhost_tools[] = {
    {
        .name = "show_colour",
        .title = "Show a colour",
        .description = "Shows a colour: a text, a small image, a style sheet, a link to read on, "
                       "and its parts.",
        .parameters = parameters,
        .read_only = TOOLHOST_YES,
        .idempotent = TOOLHOST_YES,
        .run = show_colour,
    },
    {0},
};
