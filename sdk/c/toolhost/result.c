/// Collects the pieces of a result, or its error.
#include <stdarg.h>
#include <string.h>

#include "abi.h"

static toolhost_abi_string bytes(const void *data, size_t size) {
    return (toolhost_abi_string){(const char *)data, size};
}

/// A text that the host takes: one that is no UTF-8 would be a trap.
toolhost_abi_string toolhost_abi_text(const char *text) {
    text = text == NULL ? "" : text;
    size_t length = strlen(text);
    text = toolhost_utf8(text, &length);
    return bytes(text, length);
}

toolhost_abi_option toolhost_abi_optional(const char *text) {
    toolhost_abi_option option = {text != NULL, toolhost_abi_text(text)};
    return option;
}

const toolhost_pair *toolhost_pairs(toolhost_abi_pairs pairs) {
    toolhost_pair *list = toolhost_alloc((pairs.count + 1) * sizeof *list);
    for (size_t i = 0; i < pairs.count; i++) {
        list[i].name = toolhost_copy(pairs.items[i].first.data, pairs.items[i].first.length);
        list[i].value = toolhost_copy(pairs.items[i].second.data, pairs.items[i].second.length);
    }
    return list;
}

static toolhost_abi_content *add(toolhost_result *result, uint8_t kind) {
    if (result->count == result->capacity) {
        size_t size = sizeof *result->contents, capacity = result->capacity * 2 + 4;
        result->contents =
            toolhost_extend(result->contents, result->count * size, capacity * size);
        result->capacity = capacity;
    }
    toolhost_abi_content *content = &result->contents[result->count++];
    memset(content, 0, sizeof *content);
    content->kind = kind;
    return content;
}

bool toolhost_text(toolhost_result *result, const char *text) {
    add(result, TOOLHOST_ABI_TEXT)->of.text = toolhost_abi_text(text);
    return true;
}

bool toolhost_text_n(toolhost_result *result, const char *text, size_t length) {
    text = toolhost_utf8(text, &length);
    add(result, TOOLHOST_ABI_TEXT)->of.text = bytes(text, length);
    return true;
}

bool toolhost_textf(toolhost_result *result, const char *format, ...) {
    toolhost_buffer buffer = {0};
    va_list arguments;
    va_start(arguments, format);
    toolhost_add_format(&buffer, format, arguments);
    va_end(arguments);
    return toolhost_text_n(result, buffer.data, buffer.length);
}

bool toolhost_json(toolhost_result *result, const char *text) {
    add(result, TOOLHOST_ABI_JSON)->of.text = toolhost_abi_text(text);
    return true;
}

static bool add_blob(toolhost_result *result, uint8_t kind, toolhost_abi_string data,
                     const char *media_type) {
    toolhost_abi_content *content = add(result, kind);
    content->of.blob.data = data;
    content->of.blob.media_type = toolhost_abi_text(media_type);
    return true;
}

bool toolhost_image(toolhost_result *result, const void *data, size_t size,
                    const char *media_type) {
    return add_blob(result, TOOLHOST_ABI_IMAGE, bytes(data, size), media_type);
}

bool toolhost_audio(toolhost_result *result, const void *data, size_t size,
                    const char *media_type) {
    return add_blob(result, TOOLHOST_ABI_AUDIO, bytes(data, size), media_type);
}

static bool add_document(toolhost_result *result, const char *uri, const char *media_type,
                         bool is_bytes, toolhost_abi_string body) {
    toolhost_abi_content *content = add(result, TOOLHOST_ABI_DOCUMENT);
    content->of.document.uri = toolhost_abi_text(uri);
    content->of.document.media_type = toolhost_abi_optional(media_type);
    content->of.document.is_bytes = is_bytes;
    content->of.document.body = body;
    return true;
}

bool toolhost_document(toolhost_result *result, const char *uri, const char *media_type,
                       const char *text) {
    return add_document(result, uri, media_type, false, toolhost_abi_text(text));
}

bool toolhost_file(toolhost_result *result, const char *uri, const char *media_type,
                   const void *data, size_t size) {
    return add_document(result, uri, media_type, true, bytes(data, size));
}

bool toolhost_link(toolhost_result *result, const char *uri, const char *name,
                   const char *description, const char *media_type) {
    toolhost_abi_content *content = add(result, TOOLHOST_ABI_LINK);
    content->of.link.uri = toolhost_abi_text(uri);
    content->of.link.name = toolhost_abi_text(name);
    content->of.link.description = toolhost_abi_optional(description);
    content->of.link.media_type = toolhost_abi_optional(media_type);
    return true;
}

static bool set_error(toolhost_result *result, uint8_t kind, const char *format,
                      va_list arguments) {
    toolhost_buffer buffer = {0};
    toolhost_add_format(&buffer, format, arguments);
    result->error_kind = kind;
    result->error = toolhost_content(&buffer);
    return false;
}

bool toolhost_invalid_input(toolhost_result *result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set_error(result, TOOLHOST_ABI_INVALID_INPUT, format, arguments);
    va_end(arguments);
    return false;
}

bool toolhost_not_found(toolhost_result *result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set_error(result, TOOLHOST_ABI_NOT_FOUND, format, arguments);
    va_end(arguments);
    return false;
}

bool toolhost_failed(toolhost_result *result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set_error(result, TOOLHOST_ABI_FAILED, format, arguments);
    va_end(arguments);
    return false;
}
