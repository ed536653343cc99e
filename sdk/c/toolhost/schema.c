/// Writes the JSON Schema of a tool's arguments from its table of parameters.
#include <string.h>

#include "abi.h"

#define DEPTH_MAX 32

static const char *const TYPES[] = {NULL,      "string", "integer", "number",
                                    "boolean", "array",  "object",  NULL};

static const char *write_properties(toolhost_buffer *schema, const toolhost_parameter *properties,
                                    unsigned depth);

static void write_type(toolhost_buffer *schema, const toolhost_parameter *parameter,
                       bool or_null) {
    if (parameter->type == TOOLHOST_ANY) {
        return;
    }
    toolhost_write_key(schema, "type");
    if (or_null) {
        toolhost_write_array(schema);
    }
    toolhost_write_string(schema, TYPES[parameter->type]);
    if (or_null) {
        toolhost_write_string(schema, "null");
        toolhost_write_array_end(schema);
    }
}

static void write_choices(toolhost_buffer *schema, const char *const *choices, bool or_null) {
    toolhost_write_key(schema, "enum");
    toolhost_write_array(schema);
    for (; *choices != NULL; choices++) {
        toolhost_write_string(schema, *choices);
    }
    if (or_null) {
        toolhost_write_null(schema);
    }
    toolhost_write_array_end(schema);
}

static void write_bound(toolhost_buffer *schema, const char *keyword, uint32_t bound) {
    if (bound > 0) {
        toolhost_write_key(schema, keyword);
        toolhost_write_integer(schema, bound);
    }
}

/// JSON that the author wrote out, if it is of a kind that fits the type.
static const char *write_written(toolhost_buffer *schema, const char *keyword, const char *text,
                                 toolhost_type type) {
    static const toolhost_type kinds[] = {
        [TOOLHOST_JSON_NULL] = TOOLHOST_ANY,       [TOOLHOST_JSON_BOOLEAN] = TOOLHOST_BOOLEAN,
        [TOOLHOST_JSON_NUMBER] = TOOLHOST_NUMBER,  [TOOLHOST_JSON_STRING] = TOOLHOST_ANY,
        [TOOLHOST_JSON_ARRAY] = TOOLHOST_ARRAY,    [TOOLHOST_JSON_OBJECT] = TOOLHOST_OBJECT,
    };
    const toolhost_value *value = toolhost_json_read(text, strlen(text));
    int64_t integer;
    bool fits = type == TOOLHOST_INTEGER ? toolhost_json_integer(value, &integer)
                                         : value != NULL && type == kinds[value->kind];
    if (!fits && (value == NULL || type != TOOLHOST_ANY)) {
        return toolhost_format("has the %s `%s`, which its type does not take", keyword, text);
    }
    toolhost_write_key(schema, keyword);
    toolhost_write_json(schema, text);
    return NULL;
}

static const char *write_default(toolhost_buffer *schema, const toolhost_parameter *parameter) {
    const char *text = parameter->default_value;
    if (text == NULL) {
        return NULL;
    }
    if (parameter->type != TOOLHOST_STRING) {
        return write_written(schema, "default", text, parameter->type);
    }
    const char *const *choices = parameter->choices;
    while (choices != NULL && *choices != NULL && strcmp(*choices, text) != 0) {
        choices++;
    }
    if (choices != NULL && *choices == NULL) {
        return toolhost_format("has the default `%s`, which is none of its choices", text);
    }
    toolhost_write_key(schema, "default");
    toolhost_write_string(schema, text);
    return NULL;
}

static const char *write_range(toolhost_buffer *schema, const toolhost_parameter *parameter) {
    const char *least = parameter->minimum, *most = parameter->maximum;
    toolhost_type type = parameter->type;
    if (type != TOOLHOST_INTEGER && type != TOOLHOST_NUMBER) {
        return least == NULL && most == NULL ? NULL : "has bounds of a number, but is none";
    }
    if (type == TOOLHOST_INTEGER) {
        // What `toolhost_integer` can return.
        least = least == NULL ? "-9223372036854775808" : least;
        most = most == NULL ? "9223372036854775807" : most;
    }
    const char *problem = least ? write_written(schema, "minimum", least, type) : NULL;
    if (problem == NULL && most != NULL) {
        problem = write_written(schema, "maximum", most, type);
    }
    return problem;
}

static const char *write_keywords(toolhost_buffer *schema, const toolhost_parameter *parameter,
                                  bool or_null, unsigned depth) {
    write_type(schema, parameter, or_null);
    bool has_text_keywords = parameter->choices != NULL || parameter->pattern != NULL ||
                             parameter->min_length > 0 || parameter->max_length > 0;
    if (has_text_keywords && parameter->type != TOOLHOST_STRING) {
        return "has choices, a pattern or a length, but is no string";
    }
    if (parameter->choices != NULL) {
        write_choices(schema, parameter->choices, or_null);
    }
    write_bound(schema, "minLength", parameter->min_length);
    write_bound(schema, "maxLength", parameter->max_length);
    if (parameter->pattern != NULL) {
        toolhost_write_key(schema, "pattern");
        toolhost_write_string(schema, parameter->pattern);
    }
    const char *problem = write_range(schema, parameter);
    if (problem != NULL) {
        return problem;
    }
    bool has_items =
        parameter->items != NULL || parameter->min_items > 0 || parameter->max_items > 0;
    if (has_items && parameter->type != TOOLHOST_ARRAY) {
        return "has items, but is no array";
    }
    write_bound(schema, "minItems", parameter->min_items);
    write_bound(schema, "maxItems", parameter->max_items);
    if (parameter->properties != NULL) {
        return parameter->type == TOOLHOST_OBJECT
                   ? write_properties(schema, parameter->properties, depth)
                   : "has properties, but is no object";
    }
    return NULL;
}

static const char *write_parameter(toolhost_buffer *schema, const toolhost_parameter *parameter,
                                   bool may_be_null, unsigned depth) {
    if (parameter->type < TOOLHOST_STRING || parameter->type > TOOLHOST_ANY) {
        return "has no type; give it one, such as `.type = TOOLHOST_STRING`";
    }
    if (depth == DEPTH_MAX) {
        return "contains more than 32 levels";
    }
    if (parameter->required && parameter->default_value != NULL) {
        return "is required and has a default; remove one of them";
    }
    if (parameter->schema != NULL) {
        toolhost_write_json(schema, parameter->schema);
        return NULL;
    }
    toolhost_write_object(schema);
    if (parameter->description != NULL) {
        toolhost_write_key(schema, "description");
        toolhost_write_string(schema, parameter->description);
    }
    bool or_null = may_be_null && !parameter->required && parameter->default_value == NULL;
    const char *problem = write_keywords(schema, parameter, or_null, depth);
    if (problem == NULL && parameter->items != NULL) {
        toolhost_write_key(schema, "items");
        problem = write_parameter(schema, parameter->items, false, depth + 1);
    }
    if (problem == NULL) {
        problem = write_default(schema, parameter);
    }
    toolhost_write_object_end(schema);
    return problem;
}

/// The keywords of an object that has these properties and no others.
static const char *write_properties(toolhost_buffer *schema, const toolhost_parameter *properties,
                                    unsigned depth) {
    toolhost_write_key(schema, "properties");
    toolhost_write_object(schema);
    const toolhost_parameter *each;
    for (each = properties; each->name != NULL; each++) {
        for (const toolhost_parameter *other = properties; other < each; other++) {
            if (strcmp(other->name, each->name) == 0) {
                return toolhost_format("`%s` stands twice in the table", each->name);
            }
        }
        toolhost_write_key(schema, each->name);
        const char *problem = write_parameter(schema, each, true, depth + 1);
        if (problem != NULL) {
            return toolhost_format("`%s` %s", each->name, problem);
        }
    }
    toolhost_write_object_end(schema);
    toolhost_write_key(schema, "required");
    toolhost_write_array(schema);
    for (each = properties; each->name != NULL; each++) {
        if (each->required) {
            toolhost_write_string(schema, each->name);
        }
    }
    toolhost_write_array_end(schema);
    toolhost_write_key(schema, "additionalProperties");
    toolhost_write_boolean(schema, false);
    return NULL;
}

const char *toolhost_schema(const toolhost_tool *tool, toolhost_buffer *schema) {
    static const toolhost_parameter none[] = {{0}};
    if (tool->description == NULL || tool->description[0] == 0) {
        return "the tool has no description; say what it does";
    }
    if (tool->run == NULL) {
        return "the tool has no `run`; name the function that does it";
    }
    if (tool->input_schema != NULL) {
        if (tool->parameters != NULL) {
            return "the tool has both parameters and an input schema; remove one of them";
        }
        toolhost_add_text(schema, tool->input_schema);
        return NULL;
    }
    toolhost_write_object(schema);
    toolhost_write_key(schema, "type");
    toolhost_write_string(schema, "object");
    const toolhost_parameter *parameters = tool->parameters == NULL ? none : tool->parameters;
    const char *problem = write_properties(schema, parameters, 0);
    if (problem != NULL) {
        return toolhost_format("the parameter %s", problem);
    }
    toolhost_write_object_end(schema);
    return NULL;
}
