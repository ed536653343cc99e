/// The smallest tool: a name goes in, a text comes out.
#include "toolhost.h"

static bool hello(const toolhost_call *call, toolhost_result *result) {
    const char *name = toolhost_trim(toolhost_string(call, "name"));
    if (*name == 0) {
        return toolhost_invalid_input(result, "`name` is empty; give a name, such as `Ada`");
    }
    return toolhost_textf(result, "Hello, %s!", name);
}

static const toolhost_parameter parameters[] = {
    {
        .name = "name",
        .type = TOOLHOST_STRING,
        .description = "Whom to greet, such as `Ada`.",
        .required = true,
        .min_length = 1,
        .max_length = 100,
    },
    {0},
};

const toolhost_tool toolhost_tools[] = {
    {
        .name = "hello",
        .description = "Greets somebody by name.",
        .parameters = parameters,
        .read_only = TOOLHOST_YES,
        .idempotent = TOOLHOST_YES,
        .run = hello,
    },
    {0},
};
