/// Finds the title in a page. Nothing here knows about the web or WebAssembly.
#include "title.h"

#include <stdbool.h>
#include <string.h>

#define CHARACTERS_MAX 500

static const struct {
    const char *entity;
    char character;
} ENTITIES[] = {
    {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&nbsp;", ' '}, {"&amp;", '&'},
};

/// Whether a text begins with another, in any case of ASCII.
static bool begins(const char *text, const char *end, const char *wanted) {
    for (; *wanted != 0; wanted++, text++) {
        char byte = text < end ? *text : 0;
        byte = byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
        if (byte != *wanted) {
            return false;
        }
    }
    return true;
}

/// Where the text of the first title begins; NULL if there is none.
static const char *opening(const char *page, const char *end) {
    for (const char *at = page; at < end; at++) {
        if (!begins(at, end, "<title")) {
            continue;
        }
        const char *after = at + strlen("<title");
        // Not `<titlebar>`.
        if (after < end && memchr(">/ \t\n\f\r", *after, 7) != NULL) {
            const char *close = memchr(after, '>', (size_t)(end - after));
            return close == NULL ? NULL : close + 1;
        }
    }
    return NULL;
}

/// The page's text without its entities, so that `&amp;lt;` becomes `&lt;`.
static toolhost_buffer resolve(const char *text, const char *end) {
    toolhost_buffer resolved = {0};
    while (text < end) {
        size_t length = 1;
        char byte = *text;
        for (size_t i = 0; byte == '&' && i < sizeof ENTITIES / sizeof *ENTITIES; i++) {
            size_t size = strlen(ENTITIES[i].entity);
            if ((size_t)(end - text) >= size && memcmp(text, ENTITIES[i].entity, size) == 0) {
                toolhost_add(&resolved, &ENTITIES[i].character, 1);
                length = size;
                break;
            }
        }
        if (length == 1) {
            toolhost_add(&resolved, &byte, 1);
        }
        text += length;
    }
    return resolved;
}

toolhost_buffer title(const char *page, size_t length) {
    toolhost_buffer line = {0};
    const char *end = page + length, *start = opening(page, end), *stop = start;
    while (stop != NULL && stop < end && !begins(stop, end, "</title")) {
        stop++;
    }
    if (stop == NULL || stop == end) {
        return line;
    }
    toolhost_buffer text = resolve(start, stop);
    const char *at = toolhost_content(&text), *text_end = at + text.length;
    size_t characters = 0;
    bool blank = false;
    while (at < text_end && characters < CHARACTERS_MAX) {
        const char *character = at;
        if (toolhost_is_blank(toolhost_next(&at))) {
            // Blanks at the end are not written, nor those at the start.
            blank = line.length > 0;
            continue;
        }
        if (blank) {
            toolhost_add(&line, " ", 1);
            blank = false;
            if (++characters == CHARACTERS_MAX) {
                break;
            }
        }
        toolhost_add(&line, character, (size_t)(at - character));
        characters++;
    }
    return line;
}
