/// Tells the weather: it answers as the typed tool of the repository does.
///
/// It does no input or output; the report is worked out in `report.c`.
#include <string.h>

#include "report.h"
#include "toolhost.h"

static bool get_weather(const toolhost_call *call, toolhost_result *result) {
    const char *units = toolhost_string(call, "units");
    enum scale scale = units != NULL && strcmp(units, "fahrenheit") == 0 ? FAHRENHEIT : CELSIUS;
    const char *problem;
    const char *text = report(toolhost_string(call, "city"),
                              toolhost_string_length(call, "city"), scale, &problem);
    return text == NULL ? toolhost_invalid_input(result, "%s", problem)
                        : toolhost_text(result, text);
}

static const char *const units[] = {"celsius", "fahrenheit", NULL};

static const toolhost_parameter parameters[] = {
    {
        .name = "city",
        .type = TOOLHOST_STRING,
        .description = "Which city, such as `Tokyo`.",
        .required = true,
        // The report refuses it itself, as any control character.
        .allows_nul = true,
    },
    {
        .name = "units",
        .type = TOOLHOST_STRING,
        .description = "The unit of temperatures; celsius if left out.",
        .choices = units,
    },
    {0},
};

const toolhost_tool toolhost_tools[] = {
    {
        .name = "get_weather",
        .description = "Tells the current weather in a city: temperature, condition, humidity and "
                       "wind.",
        .parameters = parameters,
        .read_only = TOOLHOST_YES,
        .idempotent = TOOLHOST_YES,
        .open_world = TOOLHOST_NO,
        .run = get_weather,
    },
    {0},
};
