/// Hands out arguments: what the caller gave, or defaults.
#include <string.h>

#include "abi.h"

const toolhost_value *toolhost_arguments(const toolhost_call *call) { return call->arguments; }

/// The parameter of a name; NULL if the tool has a schema of its own.
static const toolhost_parameter *parameter(const toolhost_call *call, const char *name) {
    const toolhost_parameter *each = call->tool->parameters;
    if (call->tool->input_schema != NULL) {
        return NULL;
    }
    for (; each != NULL && each->name != NULL; each++) {
        if (strcmp(each->name, name) == 0) {
            return each;
        }
    }
    // A mistake in the source: every answer would be wrong.
    __builtin_trap();
}

/// What was given; null counts as left out unless a parameter takes any value and needs one.
static const toolhost_value *given(const toolhost_call *call, const char *name,
                                   const toolhost_parameter *parameter) {
    const toolhost_value *value = toolhost_json_member(call->arguments, name);
    bool null_counts = parameter == NULL || parameter->required;
    return value != NULL && (value->kind != TOOLHOST_JSON_NULL || null_counts) ? value : NULL;
}

bool toolhost_has(const toolhost_call *call, const char *name) {
    return given(call, name, parameter(call, name)) != NULL;
}

/// What was given or else the default.
static const toolhost_value *find(const toolhost_call *call, const char *name) {
    const toolhost_parameter *found = parameter(call, name);
    const toolhost_value *value = given(call, name, found);
    if (value != NULL || found == NULL || found->default_value == NULL) {
        return value;
    }
    size_t length = strlen(found->default_value);
    if (found->type != TOOLHOST_STRING) {
        return toolhost_json_read(found->default_value, length);
    }
    toolhost_value *text = (toolhost_value *)toolhost_alloc(sizeof *text);
    text->kind = TOOLHOST_JSON_STRING;
    text->text = found->default_value;
    text->length = length;
    return text;
}

const toolhost_value *toolhost_argument(const toolhost_call *call, const char *name) {
    return find(call, name);
}

const char *toolhost_string(const toolhost_call *call, const char *name) {
    return toolhost_json_string(find(call, name));
}

size_t toolhost_string_length(const toolhost_call *call, const char *name) {
    const toolhost_value *value = find(call, name);
    return toolhost_json_string(value) == NULL ? 0 : value->length;
}

int64_t toolhost_integer(const toolhost_call *call, const char *name) {
    int64_t integer = 0;
    toolhost_json_integer(find(call, name), &integer);
    return integer;
}

double toolhost_number(const toolhost_call *call, const char *name) {
    double number = 0;
    toolhost_json_number(find(call, name), &number);
    return number;
}

bool toolhost_boolean(const toolhost_call *call, const char *name) {
    const toolhost_value *value = find(call, name);
    return value != NULL && value->kind == TOOLHOST_JSON_BOOLEAN && value->boolean;
}
