/// Writes a PNG of one colour, without compression. Nothing here knows about WebAssembly.
#include "png.h"

static void add_big_endian(toolhost_buffer *buffer, uint32_t number) {
    uint8_t bytes[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                       (uint8_t)number};
    toolhost_add(buffer, bytes, sizeof bytes);
}

static void chunk(toolhost_buffer *png, const char *kind, const void *body, size_t size) {
    add_big_endian(png, (uint32_t)size);
    size_t start = png->length;
    toolhost_add(png, kind, 4);
    toolhost_add(png, body, size);
    add_big_endian(png, png_crc32(png->data + start, png->length - start));
}

/// A zlib stream of one stored block.
static toolhost_buffer stored(const toolhost_buffer *bytes) {
    toolhost_buffer stream = {0};
    uint8_t low = (uint8_t)bytes->length, high = (uint8_t)(bytes->length >> 8);
    uint8_t head[] = {0x78, 0x01, 0x01, low, high, (uint8_t)~low, (uint8_t)~high};
    toolhost_add(&stream, head, sizeof head);
    toolhost_add(&stream, bytes->data, bytes->length);
    add_big_endian(&stream, png_adler32(bytes->data, bytes->length));
    return stream;
}

toolhost_buffer png_square(uint8_t side, const uint8_t colour[3]) {
    // One stored block holds 65,535 bytes, which 100 rows of 301 bytes do not reach.
    side = side < 1 ? 1 : side > 100 ? 100 : side;
    toolhost_buffer pixels = {0};
    for (int row = 0; row < side; row++) {
        toolhost_add(&pixels, "\0", 1);
        for (int column = 0; column < side; column++) {
            toolhost_add(&pixels, colour, 3);
        }
    }
    toolhost_buffer png = {0};
    toolhost_add(&png, "\x89PNG\r\n\x1a\n", 8);
    // Eight bits, true colour, and the only methods of compressing, filtering and interlacing.
    uint8_t head[] = {0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 0};
    chunk(&png, "IHDR", head, sizeof head);
    toolhost_buffer stream = stored(&pixels);
    chunk(&png, "IDAT", stream.data, stream.length);
    chunk(&png, "IEND", "", 0);
    return png;
}

uint32_t png_crc32(const void *bytes, size_t size) {
    const uint8_t *each = bytes;
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        sum ^= each[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (0xedb88320u & (0 - (sum & 1)));
        }
    }
    return ~sum;
}

uint32_t png_adler32(const void *bytes, size_t size) {
    const uint8_t *each = bytes;
    uint32_t low = 1, high = 0;
    for (size_t i = 0; i < size; i++) {
        low = (low + each[i]) % 65521;
        high = (high + low) % 65521;
    }
    return high << 16 | low;
}
