/// Writes JSON into buffers.
#include <string.h>

#include "abi.h"

/// Writes the comma that stands before a value unless it is the first or a member's.
static void separate(toolhost_buffer *buffer) {
    char last = buffer->length == 0 ? '[' : buffer->data[buffer->length - 1];
    if (last != '[' && last != '{' && last != ':') {
        toolhost_add(buffer, ",", 1);
    }
}

void toolhost_write_json(toolhost_buffer *buffer, const char *text) {
    separate(buffer);
    toolhost_add_text(buffer, text);
}

void toolhost_write_object(toolhost_buffer *buffer) { toolhost_write_json(buffer, "{"); }

void toolhost_write_object_end(toolhost_buffer *buffer) { toolhost_add(buffer, "}", 1); }

void toolhost_write_array(toolhost_buffer *buffer) { toolhost_write_json(buffer, "["); }

void toolhost_write_array_end(toolhost_buffer *buffer) { toolhost_add(buffer, "]", 1); }

void toolhost_write_key(toolhost_buffer *buffer, const char *key) {
    toolhost_write_string(buffer, key);
    toolhost_add(buffer, ":", 1);
}

void toolhost_write_string(toolhost_buffer *buffer, const char *text) {
    if (text == NULL) {
        toolhost_write_null(buffer);
    } else {
        toolhost_write_string_n(buffer, text, strlen(text));
    }
}

void toolhost_write_string_n(toolhost_buffer *buffer, const char *text, size_t length) {
    text = toolhost_utf8(text, &length);
    separate(buffer);
    toolhost_add(buffer, "\"", 1);
    size_t done = 0;
    for (size_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        toolhost_add(buffer, text + done, at - done);
        done = at + 1;
        char letter = byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : (char)byte;
        if (letter >= 0x20) {
            toolhost_addf(buffer, "\\%c", letter);
        } else {
            toolhost_addf(buffer, "\\u%04x", byte);
        }
    }
    toolhost_add(buffer, text + done, length - done);
    toolhost_add(buffer, "\"", 1);
}

void toolhost_write_integer(toolhost_buffer *buffer, int64_t integer) {
    separate(buffer);
    toolhost_addf(buffer, "%lld", (long long)integer);
}

void toolhost_write_boolean(toolhost_buffer *buffer, bool boolean) {
    toolhost_write_json(buffer, boolean ? "true" : "false");
}

void toolhost_write_null(toolhost_buffer *buffer) { toolhost_write_json(buffer, "null"); }

void toolhost_write_value(toolhost_buffer *buffer, const toolhost_value *value) {
    switch (value->kind) {
    case TOOLHOST_JSON_NULL: toolhost_write_null(buffer); break;
    case TOOLHOST_JSON_BOOLEAN: toolhost_write_boolean(buffer, value->boolean); break;
    case TOOLHOST_JSON_NUMBER: toolhost_write_json(buffer, value->text); break;
    case TOOLHOST_JSON_STRING: toolhost_write_string_n(buffer, value->text, value->length); break;
    case TOOLHOST_JSON_ARRAY:
        toolhost_write_array(buffer);
        for (const toolhost_value *item = value->first; item != NULL; item = item->next) {
            toolhost_write_value(buffer, item);
        }
        toolhost_write_array_end(buffer);
        break;
    case TOOLHOST_JSON_OBJECT:
        toolhost_write_object(buffer);
        for (const toolhost_value *member = value->first; member != NULL; member = member->next) {
            toolhost_write_string_n(buffer, member->key, member->key_length);
            toolhost_add(buffer, ":", 1);
            toolhost_write_value(buffer, member);
        }
        toolhost_write_object_end(buffer);
        break;
    }
}
