/// How values of `toolhost:tool@0.2.0` lie in memory, by the canonical ABI of components.
///
/// On wasm32 the layout of these structs is the one of the ABI. Nothing here is for authors.
#ifndef TOOLHOST_ABI_H
#define TOOLHOST_ABI_H

#include "toolhost.h"

/// A string or a list of bytes.
typedef struct {
    const char *data;
    size_t length;
} toolhost_abi_string;

typedef struct {
    uint8_t some;
    toolhost_abi_string value;
} toolhost_abi_option;

typedef struct {
    toolhost_abi_string first, second;
} toolhost_abi_pair;

typedef struct {
    const toolhost_abi_pair *items;
    size_t count;
} toolhost_abi_pairs;

typedef struct {
    uint8_t some, value;
} toolhost_abi_hint;

typedef struct {
    toolhost_abi_string name;
    toolhost_abi_option title;
    toolhost_abi_string description, input_schema;
    toolhost_abi_option output_schema;
    toolhost_abi_hint read_only, destructive, idempotent, open_world;
} toolhost_abi_definition;

typedef struct {
    const toolhost_abi_definition *items;
    size_t count;
} toolhost_abi_definitions;

enum {
    TOOLHOST_ABI_TEXT,
    TOOLHOST_ABI_IMAGE,
    TOOLHOST_ABI_AUDIO,
    TOOLHOST_ABI_DOCUMENT,
    TOOLHOST_ABI_LINK,
    TOOLHOST_ABI_JSON,
};

typedef struct {
    uint8_t kind;
    union {
        /// A text or JSON.
        toolhost_abi_string text;
        struct {
            toolhost_abi_string data, media_type;
        } blob;
        struct {
            toolhost_abi_string uri;
            toolhost_abi_option media_type;
            uint8_t is_bytes;
            toolhost_abi_string body;
        } document;
        struct {
            toolhost_abi_string uri, name;
            toolhost_abi_option description, media_type;
        } link;
    } of;
} toolhost_abi_content;

enum {
    TOOLHOST_ABI_INVALID_INPUT,
    TOOLHOST_ABI_NOT_FOUND,
    TOOLHOST_ABI_FAILED,
};

typedef struct {
    uint8_t is_error;
    union {
        struct {
            const toolhost_abi_content *items;
            size_t count;
        } contents;
        struct {
            uint8_t kind;
            toolhost_abi_string message;
        } error;
    } of;
} toolhost_abi_outcome;

typedef struct {
    uint8_t is_error;
    union {
        struct {
            uint16_t status;
            toolhost_abi_pairs headers;
            toolhost_abi_string body;
        } response;
        struct {
            uint8_t kind;
            toolhost_abi_string message;
        } error;
    } of;
} toolhost_abi_fetched;

#ifdef __wasm__
_Static_assert(sizeof(toolhost_abi_definition) == 56, "the layout is the one of the ABI");
_Static_assert(sizeof(toolhost_abi_content) == 44, "the layout is the one of the ABI");
_Static_assert(sizeof(toolhost_abi_outcome) == 16, "the layout is the one of the ABI");
_Static_assert(sizeof(toolhost_abi_fetched) == 24, "the layout is the one of the ABI");
#define TOOLHOST_IMPORT(interface, function)                                                       \
    __attribute__((import_module("toolhost:tool/" interface "@0.2.0"), import_name(function)))
#else
// On the machine that builds, `fake.c` has them.
#define TOOLHOST_IMPORT(interface, function)
#endif

TOOLHOST_IMPORT("log", "log")
void toolhost_abi_log(int32_t level, const char *message, size_t length);

TOOLHOST_IMPORT("progress", "report")
void toolhost_abi_report(double done, int32_t has_total, double total, int32_t has_message,
                         const char *message, size_t length);

TOOLHOST_IMPORT("clock", "now")
uint64_t toolhost_abi_now(void);

TOOLHOST_IMPORT("random", "bytes")
void toolhost_abi_bytes(uint32_t count, toolhost_abi_string *returned);

TOOLHOST_IMPORT("config", "get")
void toolhost_abi_get(const char *key, size_t length, toolhost_abi_option *returned);

TOOLHOST_IMPORT("config", "all")
void toolhost_abi_all(toolhost_abi_pairs *returned);

TOOLHOST_IMPORT("http", "fetch")
void toolhost_abi_fetch(const char *method, size_t method_length, const char *url,
                        size_t url_length, const toolhost_abi_pair *headers, size_t header_count,
                        int32_t has_body, const void *body, size_t body_size, int32_t has_timeout,
                        uint32_t timeout_ms, toolhost_abi_fetched *returned);

// ---- What the files of the library share

struct toolhost_call {
    const toolhost_tool *tool;
    const toolhost_value *arguments;
};

struct toolhost_result {
    /// NULL as long as there is no error.
    const char *error;
    uint8_t error_kind;
    toolhost_abi_content *contents;
    size_t count, capacity;
};

/// As `realloc` does, for what `toolhost_alloc` returned; what is new is not zeroed.
void *toolhost_extend(void *memory, size_t old_size, size_t new_size);
void toolhost_add_format(toolhost_buffer *buffer, const char *format, __builtin_va_list arguments);
bool toolhost_is_utf8(const char *text, size_t length);
/// As `toolhost_json_read` for what is known to be UTF-8.
const toolhost_value *toolhost_json_read_utf8(const char *text, size_t length);
/// The exponent of a number at its `e`, bounded by what no digits can make up for.
int64_t toolhost_exponent(const char *at, int64_t bound);
toolhost_abi_string toolhost_abi_text(const char *text);
toolhost_abi_option toolhost_abi_optional(const char *text);
/// As texts of C, ended by one without a name.
const toolhost_pair *toolhost_pairs(toolhost_abi_pairs pairs);
/// What is wrong with a tool, or NULL; else its schema of arguments stands in `schema`.
const char *toolhost_schema(const toolhost_tool *tool, toolhost_buffer *schema);

/// The two exports of the component.
toolhost_abi_definitions *toolhost_list_tools(void);
toolhost_abi_outcome *toolhost_invoke(const char *name, size_t name_length, const char *arguments,
                                      size_t arguments_length);

#endif
