/// The imports but HTTP, as functions of C.
#include <stdarg.h>
#include <string.h>

#include "abi.h"

/// The host gives no more at once.
#define RANDOM_BYTES_MAX 65536

void toolhost_log(toolhost_level level, const char *format, ...) {
    toolhost_buffer buffer = {0};
    va_list arguments;
    va_start(arguments, format);
    toolhost_add_format(&buffer, format, arguments);
    va_end(arguments);
    toolhost_abi_string line = toolhost_abi_text(buffer.data);
    toolhost_abi_log((int32_t)level, line.data, line.length);
}

void toolhost_progress(double done, double total, const char *message) {
    toolhost_abi_string text = toolhost_abi_text(message);
    toolhost_abi_report(done, total != 0, total, message != NULL, text.data, text.length);
}

uint64_t toolhost_now_ms(void) { return toolhost_abi_now(); }

void toolhost_random(void *bytes, size_t size) {
    char *into = (char *)bytes;
    while (size > 0) {
        toolhost_abi_string got = {0};
        toolhost_abi_bytes(size < RANDOM_BYTES_MAX ? (uint32_t)size : RANDOM_BYTES_MAX, &got);
        if (got.length == 0 || got.length > size) {
            __builtin_trap();
        }
        memcpy(into, got.data, got.length);
        into += got.length;
        size -= got.length;
    }
}

const char *toolhost_config_get(const char *key) {
    toolhost_abi_string name = toolhost_abi_text(key);
    toolhost_abi_option value = {0};
    toolhost_abi_get(name.data, name.length, &value);
    // An empty text has no memory of its own, and so no zero byte behind it.
    return !value.some ? NULL : value.value.length == 0 ? "" : value.value.data;
}

const char *toolhost_config_require(const char *key, toolhost_result *result) {
    const char *value = toolhost_config_get(key);
    if (value == NULL) {
        toolhost_failed(result, "`%s` is not set; set it under `grants.config`", key);
    }
    return value;
}

const toolhost_pair *toolhost_config_all(void) {
    toolhost_abi_pairs all = {0};
    toolhost_abi_all(&all);
    return toolhost_pairs(all);
}
