/// The exports of the component: which tools there are, and a call of one.
#include <string.h>

#include "abi.h"

#ifdef __wasm__
#define EXPORT(function)                                                                           \
    __attribute__((export_name("toolhost:tool/provider@0.2.0#" function)))
#else
#define EXPORT(function)
#endif

static toolhost_abi_hint hint(toolhost_hint given) {
    return (toolhost_abi_hint){given != TOOLHOST_UNSAID, given == TOOLHOST_YES};
}

/// A schema that the host refuses with the problem in its words, for `list-tools` cannot fail.
static const char *refused(const char *problem) {
    toolhost_buffer schema = {0};
    toolhost_write_object(&schema);
    toolhost_write_key(&schema, "type");
    toolhost_write_string(&schema, "object");
    toolhost_write_key(&schema, "required");
    toolhost_write_string(&schema, problem);
    toolhost_write_object_end(&schema);
    return schema.data;
}

EXPORT("list-tools")
toolhost_abi_definitions *toolhost_list_tools(void) {
    size_t count = 0;
    while (toolhost_tools[count].name != NULL) {
        count++;
    }
    toolhost_abi_definition *definitions = toolhost_alloc(count * sizeof *definitions);
    for (size_t i = 0; i < count; i++) {
        const toolhost_tool *tool = &toolhost_tools[i];
        toolhost_buffer schema = {0};
        const char *problem = toolhost_schema(tool, &schema);
        definitions[i] = (toolhost_abi_definition){
            .name = toolhost_abi_text(tool->name),
            .title = toolhost_abi_optional(tool->title),
            .description = toolhost_abi_text(tool->description),
            .input_schema = toolhost_abi_text(problem ? refused(problem) : schema.data),
            .output_schema = toolhost_abi_optional(tool->output_schema),
            .read_only = hint(tool->read_only),
            .destructive = hint(tool->destructive),
            .idempotent = hint(tool->idempotent),
            .open_world = hint(tool->open_world),
        };
    }
    toolhost_abi_definitions *list = toolhost_alloc(sizeof *list);
    *list = (toolhost_abi_definitions){definitions, count};
    return list;
}

/// Whether a value is of the type; bounds and the rest of the schema are the host's to check.
static bool is_of_type(const toolhost_value *value, toolhost_type type) {
    int64_t integer;
    switch (type) {
    case TOOLHOST_STRING: return value->kind == TOOLHOST_JSON_STRING;
    case TOOLHOST_INTEGER: return toolhost_json_integer(value, &integer);
    case TOOLHOST_NUMBER: return value->kind == TOOLHOST_JSON_NUMBER;
    case TOOLHOST_BOOLEAN: return value->kind == TOOLHOST_JSON_BOOLEAN;
    case TOOLHOST_ARRAY: return value->kind == TOOLHOST_JSON_ARRAY;
    case TOOLHOST_OBJECT: return value->kind == TOOLHOST_JSON_OBJECT;
    case TOOLHOST_ANY: return true;
    }
    return false;
}

/// Checks what the functions for arguments rely on.
static bool arguments_fit(const toolhost_call *call, toolhost_result *result) {
    if (call->arguments == NULL || call->arguments->kind != TOOLHOST_JSON_OBJECT) {
        return toolhost_invalid_input(result, "the arguments are no JSON object");
    }
    const toolhost_parameter *each = call->tool->parameters;
    for (; each != NULL && each->name != NULL; each++) {
        const toolhost_value *value = toolhost_json_member(call->arguments, each->name);
        bool may_be_null = !each->required && each->default_value == NULL;
        if (value == NULL || (value->kind == TOOLHOST_JSON_NULL && may_be_null)) {
            if (each->required) {
                return toolhost_invalid_input(result, "`%s` is required", each->name);
            }
        } else if (!is_of_type(value, each->type)) {
            return toolhost_invalid_input(result, "`%s` is of another type than the schema says",
                                          each->name);
        } else if (value->holds_nul && !each->allows_nul) {
            return toolhost_invalid_input(
                result, "`%s` contains the character U+0000; remove it", each->name);
        }
    }
    return true;
}

static void run(const char *name, size_t name_length, const char *arguments,
                size_t arguments_length, toolhost_result *result) {
    const toolhost_tool *tool = toolhost_tools;
    while (tool->name != NULL &&
           (strlen(tool->name) != name_length || memcmp(tool->name, name, name_length) != 0)) {
        tool++;
    }
    if (tool->name == NULL || tool->run == NULL) {
        toolhost_not_found(result, "there is no tool `%.*s`", (int)name_length, name);
        return;
    }
    // What a component is given is UTF-8.
    toolhost_call call = {tool, toolhost_json_read_utf8(arguments, arguments_length)};
    if (arguments_fit(&call, result) && !tool->run(&call, result) && result->error == NULL) {
        toolhost_failed(result, "the tool failed and does not say why");
    }
}

EXPORT("invoke")
toolhost_abi_outcome *toolhost_invoke(const char *name, size_t name_length, const char *arguments,
                                      size_t arguments_length) {
    toolhost_result result = {0};
    run(name, name_length, arguments, arguments_length, &result);
    toolhost_abi_outcome *outcome = toolhost_alloc(sizeof *outcome);
    outcome->is_error = result.error != NULL;
    if (outcome->is_error) {
        outcome->of.error.kind = result.error_kind;
        outcome->of.error.message = toolhost_abi_text(result.error);
    } else {
        outcome->of.contents.items = result.contents;
        outcome->of.contents.count = result.count;
    }
    return outcome;
}
