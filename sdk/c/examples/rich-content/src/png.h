/// Writes a PNG of one colour, without compression. Nothing here knows about WebAssembly.
#ifndef PNG_H
#define PNG_H

#include <stdint.h>

#include "toolhost.h"

/// A square of `side` pixels, 1 to 100, in one colour of red, green and blue.
toolhost_buffer png_square(uint8_t side, const uint8_t colour[3]);

uint32_t png_crc32(const void *bytes, size_t size);
uint32_t png_adler32(const void *bytes, size_t size);

#endif
