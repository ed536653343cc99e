/// Finds the title in a page. Nothing here knows about the web or WebAssembly.
#ifndef TITLE_H
#define TITLE_H

#include <stddef.h>

#include "toolhost.h"

/// What stands between `<title>` and `</title>` in a page of valid UTF-8, on one line, cut to
/// 500 characters. It is empty if there is none.
toolhost_buffer title(const char *page, size_t length);

#endif
