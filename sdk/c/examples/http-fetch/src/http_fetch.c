/// Gets a page and tells its title. The host sends the request only under a grant.
#include "title.h"
#include "toolhost.h"

static bool fetch_title(const toolhost_call *call, toolhost_result *result) {
    toolhost_response page = toolhost_http_get(toolhost_string(call, "url"));
    if (!toolhost_http_successful(&page, result)) {
        return false;
    }
    size_t length = page.body_size;
    const char *text = toolhost_utf8(page.body, &length);
    toolhost_buffer found = title(text, length);
    return found.length == 0 ? toolhost_not_found(result, "the page has no title")
                             : toolhost_text_n(result, found.data, found.length);
}

static const toolhost_parameter parameters[] = {
    {
        .name = "url",
        .type = TOOLHOST_STRING,
        .description = "The whole address of the page, such as `https://example.com/`.",
        .required = true,
        .min_length = 1,
        .max_length = 2000,
    },
    {0},
};

const toolhost_tool toolhost_tools[] = {
    {
        .name = "fetch_title",
        .description = "Gets a page of the web and tells its title.",
        .parameters = parameters,
        .read_only = TOOLHOST_YES,
        .open_world = TOOLHOST_YES,
        .run = fetch_title,
    },
    {0},
};
