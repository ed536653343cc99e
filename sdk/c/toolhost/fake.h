/// Calls tools on the machine that builds, with what stands in for the host. Not there on wasm32.
///
/// Without being told otherwise, there are no keys, it is the time 0, and no server answers.
#ifndef TOOLHOST_FAKE_H
#define TOOLHOST_FAKE_H

#include "toolhost.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A piece of a result; what does not belong to its kind is NULL.
typedef struct {
    /// `text`, `image`, `audio`, `document`, `link` or `json`.
    const char *kind;
    /// The text or bytes, and a zero byte after them.
    const char *data;
    size_t size;
    const char *uri, *name, *description, *media_type;
} toolhost_piece;

/// What came of a call.
typedef struct {
    /// `invalid_input`, `not_found` or `failed`; NULL without an error.
    const char *error;
    /// The error's message, or the data of the first piece; `""` if there is none.
    const char *text;
    const toolhost_piece *pieces;
    size_t count;
} toolhost_outcome;

/// Calls a tool as the host does, with arguments as a JSON object.
toolhost_outcome toolhost_fake_call(const char *tool, const char *arguments);
/// The schema of a tool's arguments; NULL if there is no such tool.
const char *toolhost_fake_schema(const char *tool);

/// Runs a test, a function without arguments, and says so; `assert` ends one that fails.
#define TOOLHOST_TEST(test) toolhost_fake_test(#test, test)
void toolhost_fake_test(const char *name, void (*test)(void));

/// Forgets what the functions below were told.
void toolhost_fake_reset(void);
/// Sets what `toolhost_config_get` has: pairs ended by one without a name.
void toolhost_fake_config(const toolhost_pair *pairs);
/// Sets the time, in milliseconds since 1970.
void toolhost_fake_now(uint64_t ms);
/// Sets what answers requests; zeros in what it returns are no error and no headers.
void toolhost_fake_http(toolhost_response (*server)(const toolhost_request *request));
/// The lines that were logged, such as `WARN 3 rows were skipped`, and the progress that was
/// reported, such as `PROGRESS 3 of 10: reading pages`, each ended by a newline.
const char *toolhost_fake_lines(void);

#ifdef __cplusplus
}
#endif

#endif
