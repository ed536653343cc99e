/// Greets in the operator's words, and asks a service under the operator's account.
///
/// The host adds the service's token to the request; the tool never sees it.
#include "toolhost.h"

static bool greet(const toolhost_call *call, toolhost_result *result) {
    const char *greeting = toolhost_config_get("greeting");
    const char *service = toolhost_config_require("service", result);
    if (service == NULL) {
        return false;
    }
    toolhost_response answer = toolhost_http_get(toolhost_format("%s/v1/account", service));
    if (answer.status == 401) {
        return toolhost_failed(result,
                               "the service wants a token; grant it under `grants.secrets`");
    }
    if (!toolhost_http_successful(&answer, result)) {
        return false;
    }
    const toolhost_value *json = toolhost_json_read(answer.body, answer.body_size);
    const char *account = toolhost_json_string(toolhost_json_member(json, "account"));
    if (account == NULL) {
        return toolhost_failed(result,
                               "the server's answer does not fit: it has no text `account`");
    }
    return toolhost_textf(result, "%s, %s! The service knows us as %s.",
                          greeting == NULL ? "Hello" : greeting,
                          toolhost_trim(toolhost_string(call, "name")), account);
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
        .name = "greet",
        .description = "Greets somebody and tells under which account the service knows us.",
        .parameters = parameters,
        .read_only = TOOLHOST_YES,
        .open_world = TOOLHOST_YES,
        .run = greet,
    },
    {0},
};
