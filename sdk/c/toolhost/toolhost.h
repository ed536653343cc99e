/// What an author of tools uses: a table of tools, arguments, results, JSON, and the imports.
///
/// A project defines `toolhost_tools` and compiles `toolhost/*.c` with its own sources.
/// Each call runs in a fresh instance, so memory is taken and never given back.
/// Every text that a function here returns ends with a zero byte and lasts as long as the call.
#ifndef TOOLHOST_H
#define TOOLHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOOLHOST_FORMAT(text, values) __attribute__((format(printf, text, values)))

// ---- Tools

/// An answer of yes or no that may be left out.
typedef enum {
    TOOLHOST_UNSAID,
    TOOLHOST_YES,
    TOOLHOST_NO,
} toolhost_hint;

/// What a parameter takes; zero is no type and is refused when the component is loaded.
typedef enum {
    TOOLHOST_STRING = 1,
    /// A whole number of 64 bits.
    TOOLHOST_INTEGER,
    TOOLHOST_NUMBER,
    TOOLHOST_BOOLEAN,
    TOOLHOST_ARRAY,
    TOOLHOST_OBJECT,
    /// Any JSON value.
    TOOLHOST_ANY,
} toolhost_type;

typedef struct toolhost_parameter toolhost_parameter;
typedef struct toolhost_tool toolhost_tool;
typedef struct toolhost_call toolhost_call;
typedef struct toolhost_result toolhost_result;

/// A parameter, a property of an object, or what an array holds.
///
/// One that is not required may be left out, or be null if it has no default.
struct toolhost_parameter {
    const char *name;
    toolhost_type type;
    const char *description;
    bool required;
    /// What it is if it is left out: the text itself for a string, JSON for any other type.
    const char *default_value;
    /// The texts that are allowed, ended by NULL. Strings only.
    const char *const *choices;
    /// Bounds of the length of a string in characters; 0 is no bound.
    uint32_t min_length, max_length;
    /// A regular expression that a string must match.
    const char *pattern;
    /// Bounds of a number, as JSON, such as `"0.5"`.
    const char *minimum, *maximum;
    /// Bounds of how many items an array has; 0 is no bound.
    uint32_t min_items, max_items;
    /// What an array holds; its name and default do not count. Any value if it is NULL.
    const toolhost_parameter *items;
    /// What an object has, ended by one without a name. Any if it is NULL.
    const toolhost_parameter *properties;
    /// The whole JSON Schema instead of everything above but name, type, required and default.
    const char *schema;
    /// A string may hold U+0000. Without it such arguments are refused, since a text in C ends
    /// there; `toolhost_string_length` tells the whole length.
    bool allows_nul;
};

/// A tool.
struct toolhost_tool {
    /// 1 to 128 of `A-Z a-z 0-9 _ - .`
    const char *name;
    /// Its name for people; may be NULL.
    const char *title;
    const char *description;
    /// Ended by one without a name; NULL if the tool takes nothing.
    const toolhost_parameter *parameters;
    /// The whole JSON Schema of the arguments, instead of `parameters`.
    const char *input_schema;
    /// The JSON Schema of a structured result; may be NULL.
    const char *output_schema;
    /// It changes nothing outside itself.
    toolhost_hint read_only;
    /// What it changes may be lost.
    toolhost_hint destructive;
    /// To call it again with the same arguments changes nothing more.
    toolhost_hint idempotent;
    /// It reaches something outside the host.
    toolhost_hint open_world;
    /// Does it: adds to the result and returns true, or sets an error and returns false.
    bool (*run)(const toolhost_call *call, toolhost_result *result);
};

/// The tools of the component, ended by one without a name. The author defines it.
extern const toolhost_tool toolhost_tools[];

// ---- Arguments
//
// They fit the schema. To ask for a parameter that is not in the table is a trap.

/// Whether the caller gave it, and not as null.
bool toolhost_has(const toolhost_call *call, const char *name);
/// A string; its default or NULL if it is left out.
const char *toolhost_string(const toolhost_call *call, const char *name);
/// How many bytes the string has; 0 if it is left out.
size_t toolhost_string_length(const toolhost_call *call, const char *name);
/// An integer; its default or 0 if it is left out.
int64_t toolhost_integer(const toolhost_call *call, const char *name);
/// A number; its default or 0 if it is left out.
double toolhost_number(const toolhost_call *call, const char *name);
/// A boolean; its default or false if it is left out.
bool toolhost_boolean(const toolhost_call *call, const char *name);

/// What a JSON value is.
typedef enum {
    TOOLHOST_JSON_NULL,
    TOOLHOST_JSON_BOOLEAN,
    TOOLHOST_JSON_NUMBER,
    TOOLHOST_JSON_STRING,
    TOOLHOST_JSON_ARRAY,
    TOOLHOST_JSON_OBJECT,
} toolhost_json_kind;

/// A JSON value that was read. Walk an array or object by
/// `for (item = value->first; item; item = item->next)`.
typedef struct toolhost_value {
    toolhost_json_kind kind;
    bool boolean;
    /// A string or key in it holds U+0000, where a text in C ends.
    bool holds_nul;
    /// The name of a member of an object, else NULL.
    const char *key;
    size_t key_length;
    /// A string's text, or a number as it was written.
    const char *text;
    size_t length;
    /// The items of an array or the members of an object, in order.
    const struct toolhost_value *first, *next;
    size_t count;
} toolhost_value;

/// Any argument as JSON; its default or NULL if it is left out.
const toolhost_value *toolhost_argument(const toolhost_call *call, const char *name);
/// All arguments, an object.
const toolhost_value *toolhost_arguments(const toolhost_call *call);

// ---- Results
//
// Each adds a piece and returns true. What is no UTF-8 in a text is replaced by U+FFFD.

bool toolhost_text(toolhost_result *result, const char *text);
bool toolhost_text_n(toolhost_result *result, const char *text, size_t length);
/// With the conversions of `toolhost_format`.
bool toolhost_textf(toolhost_result *result, const char *format, ...) TOOLHOST_FORMAT(2, 3);
/// JSON text, which reaches the caller both as text and as data.
bool toolhost_json(toolhost_result *result, const char *text);
bool toolhost_image(toolhost_result *result, const void *data, size_t size, const char *media_type);
bool toolhost_audio(toolhost_result *result, const void *data, size_t size, const char *media_type);
/// A document of text, handed over whole; the media type may be NULL.
bool toolhost_document(toolhost_result *result, const char *uri, const char *media_type,
                       const char *text);
/// A document of bytes, handed over whole; the media type may be NULL.
bool toolhost_file(toolhost_result *result, const char *uri, const char *media_type,
                   const void *data, size_t size);
/// A pointer to a document; description and media type may be NULL.
bool toolhost_link(toolhost_result *result, const char *uri, const char *name,
                   const char *description, const char *media_type);

// Each makes the result an error, of which the last counts, and returns false.

/// The arguments make no sense; say what to write instead.
bool toolhost_invalid_input(toolhost_result *result, const char *format, ...) TOOLHOST_FORMAT(2, 3);
/// What was asked for does not exist.
bool toolhost_not_found(toolhost_result *result, const char *format, ...) TOOLHOST_FORMAT(2, 3);
/// Anything else.
bool toolhost_failed(toolhost_result *result, const char *format, ...) TOOLHOST_FORMAT(2, 3);

// ---- Texts

/// Zeroed memory that lasts as long as the call. More than there is is a trap.
void *toolhost_alloc(size_t size);

/// Bytes that grow; starts as `{0}`. A zero byte that is not counted follows them.
typedef struct {
    char *data;
    size_t length, capacity;
} toolhost_buffer;

void toolhost_add(toolhost_buffer *buffer, const void *data, size_t size);
void toolhost_add_text(toolhost_buffer *buffer, const char *text);
/// With the conversions of `toolhost_format`.
void toolhost_addf(toolhost_buffer *buffer, const char *format, ...) TOOLHOST_FORMAT(2, 3);
/// What the buffer holds, `""` if nothing.
const char *toolhost_content(const toolhost_buffer *buffer);

/// A text made as `printf` does, by `%s %.*s %c %d %i %u %x %p`, `%%`, a width with or without a
/// leading zero, and the lengths `h l ll z j t`. Any other conversion ends the text, visibly.
/// It writes no fractions, which keeps components small; see `toolhost_number_text`.
const char *toolhost_format(const char *format, ...) TOOLHOST_FORMAT(1, 2);
/// A decimal of at most 17 digits that reads back as the same number, such as `0.1`.
const char *toolhost_number_text(double number);

/// A copy of so many bytes as text.
const char *toolhost_copy(const char *text, size_t length);
/// The text without blanks of Unicode at both ends.
const char *toolhost_trim(const char *text);
/// The same for a text of known length, in place; changes the length.
const char *toolhost_trim_n(const char *text, size_t *length);
/// Whether Unicode calls a character white space.
bool toolhost_is_blank(uint32_t character);
/// The next character of UTF-8 that is valid; moves `at` behind it.
uint32_t toolhost_next(const char **at);
/// How many characters a text of valid UTF-8 has.
size_t toolhost_characters(const char *text, size_t length);
/// The text itself if it is UTF-8, else a copy with U+FFFD for what is not; changes the length.
const char *toolhost_utf8(const char *text, size_t *length);

// ---- JSON

/// Reads one JSON value, strictly by RFC 8259: UTF-8 only, no lone surrogates, at most 128 deep.
/// NULL if it is none. Of members with the same name, the last counts.
const toolhost_value *toolhost_json_read(const char *text, size_t length);
/// A member of an object; NULL if there is none or it is no object.
const toolhost_value *toolhost_json_member(const toolhost_value *object, const char *key);
/// The text of a string; NULL if it is none.
const char *toolhost_json_string(const toolhost_value *value);
/// Whether it is a whole number of 64 bits, and which. `1.0` and `1e2` are.
bool toolhost_json_integer(const toolhost_value *value, int64_t *integer);
/// Whether it is a number, and which.
bool toolhost_json_number(const toolhost_value *value, double *number);

// Each adds to a buffer, with commas where JSON has them; a member is a key and then a value.

void toolhost_write_object(toolhost_buffer *buffer);
void toolhost_write_object_end(toolhost_buffer *buffer);
void toolhost_write_array(toolhost_buffer *buffer);
void toolhost_write_array_end(toolhost_buffer *buffer);
void toolhost_write_key(toolhost_buffer *buffer, const char *key);
/// NULL is written as null.
void toolhost_write_string(toolhost_buffer *buffer, const char *text);
void toolhost_write_string_n(toolhost_buffer *buffer, const char *text, size_t length);
void toolhost_write_integer(toolhost_buffer *buffer, int64_t integer);
/// What is no number in JSON, such as infinity, is written as null.
void toolhost_write_number(toolhost_buffer *buffer, double number);
void toolhost_write_boolean(toolhost_buffer *buffer, bool boolean);
void toolhost_write_null(toolhost_buffer *buffer);
/// JSON text as it is.
void toolhost_write_json(toolhost_buffer *buffer, const char *text);
void toolhost_write_value(toolhost_buffer *buffer, const toolhost_value *value);

// ---- Imports
//
// A component has only those that it uses. What they give, the operator grants.

/// How grave a line is.
typedef enum {
    TOOLHOST_DEBUG,
    TOOLHOST_INFO,
    TOOLHOST_WARN,
    TOOLHOST_ERROR,
} toolhost_level;

/// A name and what belongs to it; a list of them is ended by one without a name.
typedef struct {
    const char *name, *value;
} toolhost_pair;

/// Writes a line for whoever looks into the call, with the conversions of `toolhost_format`.
void toolhost_log(toolhost_level level, const char *format, ...) TOOLHOST_FORMAT(2, 3);
/// Tells how far a long call has come; a total of 0 is unknown, the message may be NULL.
void toolhost_progress(double done, double total, const char *message);
/// Milliseconds since 1970 in UTC.
uint64_t toolhost_now_ms(void);
/// Fills so many bytes at random.
void toolhost_random(void *bytes, size_t size);
/// The value that the operator set for a key; NULL if none.
const char *toolhost_config_get(const char *key);
/// The same, with an error for a key without a value.
const char *toolhost_config_require(const char *key, toolhost_result *result);
/// Every key with its value.
const toolhost_pair *toolhost_config_all(void);

/// A request; what is left out is zero.
typedef struct {
    /// `GET` if it is NULL.
    const char *method;
    /// Absolute, such as `https://api.example.com/v1?q=x`.
    const char *url;
    const toolhost_pair *headers;
    /// None if it is NULL.
    const void *body;
    size_t body_size;
    /// Longest wait for the answer; the call's own limit holds in any case.
    uint32_t timeout_ms;
} toolhost_request;

/// Why nothing came back.
typedef enum {
    TOOLHOST_HTTP_NO_ERROR,
    /// The request makes no sense.
    TOOLHOST_HTTP_INVALID_REQUEST,
    /// No grant allows it.
    TOOLHOST_HTTP_DENIED,
    /// No answer in time.
    TOOLHOST_HTTP_TIMEOUT,
    /// The request or its answer has more bytes than the grant allows.
    TOOLHOST_HTTP_TOO_LARGE,
    /// The server cannot be reached or does not speak HTTP.
    TOOLHOST_HTTP_UNREACHABLE,
} toolhost_http_error;

/// What came back, or why nothing did.
typedef struct {
    toolhost_http_error error;
    /// What to do about the error; NULL without one.
    const char *problem;
    /// 0 with an error.
    int status;
    /// Names are in lower case; ended by one without a name.
    const toolhost_pair *headers;
    /// Bytes, and a zero byte after them.
    const char *body;
    size_t body_size;
} toolhost_response;

/// Sends a request and waits for the whole answer. Redirects are not followed.
toolhost_response toolhost_http_fetch(const toolhost_request *request);
toolhost_response toolhost_http_get(const char *url);
/// Whether the status is 200 to 299; if not, sets an error that says why: `not_found` for 404 and
/// 410, else `failed`.
bool toolhost_http_successful(const toolhost_response *response, toolhost_result *result);
/// The first header of a name, whose case does not matter; NULL if there is none.
const char *toolhost_http_header(const toolhost_response *response, const char *name);
/// The body as text.
const char *toolhost_http_text(const toolhost_response *response);

#ifdef __cplusplus
}
#endif

#endif
