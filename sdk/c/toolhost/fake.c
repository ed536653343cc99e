/// Stands in for the host on the machine that builds. Empty on wasm32.
#ifndef __wasm__

#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi.h"

static struct {
    const toolhost_pair *config;
    uint64_t now, seed;
    toolhost_response (*server)(const toolhost_request *request);
    toolhost_buffer lines;
} fake;

void toolhost_fake_test(const char *name, void (*test)(void)) {
    printf("%s\n", name);
    // Before the test, which may end the program.
    fflush(stdout);
    toolhost_fake_reset();
    test();
}

void toolhost_fake_reset(void) { memset(&fake, 0, sizeof fake); }

void toolhost_fake_config(const toolhost_pair *pairs) { fake.config = pairs; }

void toolhost_fake_now(uint64_t ms) { fake.now = ms; }

void toolhost_fake_http(toolhost_response (*server)(const toolhost_request *request)) {
    fake.server = server;
}

const char *toolhost_fake_lines(void) { return toolhost_content(&fake.lines); }

// ---- Calls

static const char *copy(toolhost_abi_string text) { return toolhost_copy(text.data, text.length); }

static const char *copy_optional(toolhost_abi_option option) {
    return option.some ? copy(option.value) : NULL;
}

static toolhost_piece piece(const toolhost_abi_content *content) {
    static const char *const kinds[] = {"text", "image", "audio", "document", "link", "json"};
    toolhost_piece piece = {.kind = kinds[content->kind]};
    toolhost_abi_string data = {0};
    switch (content->kind) {
    case TOOLHOST_ABI_IMAGE:
    case TOOLHOST_ABI_AUDIO:
        data = content->of.blob.data;
        piece.media_type = copy(content->of.blob.media_type);
        break;
    case TOOLHOST_ABI_DOCUMENT:
        data = content->of.document.body;
        piece.uri = copy(content->of.document.uri);
        piece.media_type = copy_optional(content->of.document.media_type);
        break;
    case TOOLHOST_ABI_LINK:
        piece.uri = copy(content->of.link.uri);
        piece.name = copy(content->of.link.name);
        piece.description = copy_optional(content->of.link.description);
        piece.media_type = copy_optional(content->of.link.media_type);
        return piece;
    default: data = content->of.text; break;
    }
    piece.data = copy(data);
    piece.size = data.length;
    return piece;
}

toolhost_outcome toolhost_fake_call(const char *tool, const char *arguments) {
    static const char *const errors[] = {"invalid_input", "not_found", "failed"};
    const toolhost_abi_outcome *got =
        toolhost_invoke(tool, strlen(tool), arguments, strlen(arguments));
    toolhost_outcome outcome = {.text = ""};
    if (got->is_error) {
        outcome.error = errors[got->of.error.kind];
        outcome.text = copy(got->of.error.message);
        return outcome;
    }
    outcome.count = got->of.contents.count;
    toolhost_piece *pieces = toolhost_alloc(outcome.count * sizeof *pieces);
    for (size_t i = 0; i < outcome.count; i++) {
        pieces[i] = piece(&got->of.contents.items[i]);
    }
    outcome.pieces = pieces;
    if (outcome.count > 0 && pieces[0].data != NULL) {
        outcome.text = pieces[0].data;
    }
    return outcome;
}

const char *toolhost_fake_schema(const char *tool) {
    const toolhost_abi_definitions *list = toolhost_list_tools();
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(copy(list->items[i].name), tool) == 0) {
            return copy(list->items[i].input_schema);
        }
    }
    return NULL;
}

// ---- The imports

static toolhost_abi_string owned(const char *data, size_t size) {
    return (toolhost_abi_string){toolhost_copy(data, size), size};
}

static toolhost_abi_pairs owned_pairs(const toolhost_pair *pairs) {
    size_t count = 0;
    while (pairs != NULL && pairs[count].name != NULL) {
        count++;
    }
    toolhost_abi_pair *items = toolhost_alloc(count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        items[i].first = owned(pairs[i].name, strlen(pairs[i].name));
        items[i].second = owned(pairs[i].value, strlen(pairs[i].value));
    }
    return (toolhost_abi_pairs){items, count};
}

void toolhost_abi_log(int32_t level, const char *message, size_t length) {
    static const char *const levels[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    toolhost_addf(&fake.lines, "%s %.*s\n", levels[level], (int)length, message);
}

void toolhost_abi_report(double done, int32_t has_total, double total, int32_t has_message,
                         const char *message, size_t length) {
    toolhost_addf(&fake.lines, "PROGRESS %s", toolhost_number_text(done));
    if (has_total) {
        toolhost_addf(&fake.lines, " of %s", toolhost_number_text(total));
    }
    if (has_message) {
        toolhost_addf(&fake.lines, ": %.*s", (int)length, message);
    }
    toolhost_add_text(&fake.lines, "\n");
}

uint64_t toolhost_abi_now(void) { return fake.now; }

/// SplitMix64 from the seed 0: the same bytes in every test, and all different.
void toolhost_abi_bytes(uint32_t count, toolhost_abi_string *returned) {
    char *bytes = toolhost_alloc(count);
    for (uint32_t i = 0; i < count; i++) {
        fake.seed += 0x9e3779b97f4a7c15u;
        uint64_t mixed = (fake.seed ^ fake.seed >> 30) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
        bytes[i] = (char)(mixed >> 56);
    }
    *returned = (toolhost_abi_string){bytes, count};
}

void toolhost_abi_get(const char *key, size_t length, toolhost_abi_option *returned) {
    const toolhost_pair *pair = fake.config;
    for (; pair != NULL && pair->name != NULL; pair++) {
        if (strlen(pair->name) == length && memcmp(pair->name, key, length) == 0) {
            *returned = (toolhost_abi_option){true, owned(pair->value, strlen(pair->value))};
            return;
        }
    }
    *returned = (toolhost_abi_option){0};
}

void toolhost_abi_all(toolhost_abi_pairs *returned) { *returned = owned_pairs(fake.config); }

void toolhost_abi_fetch(const char *method, size_t method_length, const char *url,
                        size_t url_length, const toolhost_abi_pair *headers, size_t header_count,
                        int32_t has_body, const void *body, size_t body_size, int32_t has_timeout,
                        uint32_t timeout_ms, toolhost_abi_fetched *returned) {
    toolhost_request request = {
        .method = toolhost_copy(method, method_length),
        .url = toolhost_copy(url, url_length),
        .headers = toolhost_pairs((toolhost_abi_pairs){headers, header_count}),
        .body = has_body ? toolhost_copy(body, body_size) : NULL,
        .body_size = body_size,
        .timeout_ms = has_timeout ? timeout_ms : 0,
    };
    toolhost_response response = {
        .error = TOOLHOST_HTTP_DENIED,
        .problem = "no `toolhost_fake_http` is set",
    };
    if (fake.server != NULL) {
        response = fake.server(&request);
    }
    memset(returned, 0, sizeof *returned);
    returned->is_error = response.error != TOOLHOST_HTTP_NO_ERROR;
    if (returned->is_error) {
        const char *problem = response.problem == NULL ? "" : response.problem;
        returned->of.error.kind = (uint8_t)(response.error - 1);
        returned->of.error.message = owned(problem, strlen(problem));
    } else {
        returned->of.response.status = (uint16_t)response.status;
        returned->of.response.headers = owned_pairs(response.headers);
        returned->of.response.body = owned(response.body, response.body_size);
    }
}

#endif
