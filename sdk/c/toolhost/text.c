/// Texts: bytes that grow, formats, and UTF-8.
#include <stdarg.h>
#include <string.h>

#include "abi.h"

// ---- Buffers

void toolhost_add(toolhost_buffer *buffer, const void *data, size_t size) {
    if (size > SIZE_MAX / 4 - buffer->length) {
        // More than the memory of any instance: the allocation below would wrap.
        __builtin_trap();
    }
    size_t needed = buffer->length + size + 1;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity == 0 ? 128 : buffer->capacity * 2;
        capacity = needed > capacity ? needed : capacity;
        buffer->data = (char *)toolhost_extend(buffer->data, buffer->length, capacity);
        buffer->capacity = capacity;
    }
    if (size > 0) {
        memcpy(buffer->data + buffer->length, data, size);
    }
    buffer->length += size;
    buffer->data[buffer->length] = 0;
}

void toolhost_add_text(toolhost_buffer *buffer, const char *text) {
    toolhost_add(buffer, text, strlen(text));
}

const char *toolhost_content(const toolhost_buffer *buffer) {
    return buffer->data == NULL ? "" : buffer->data;
}

const char *toolhost_copy(const char *text, size_t length) {
    if (length == SIZE_MAX) {
        __builtin_trap();
    }
    char *copy = (char *)toolhost_alloc(length + 1);
    if (length > 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

// ---- Formats

static void add_padded(toolhost_buffer *buffer, const char *text, size_t length, size_t width,
                       char pad) {
    // A sign stands before zeros and after blanks.
    if (pad == '0' && length > 0 && *text == '-') {
        toolhost_add(buffer, text++, 1);
        length -= 1;
        width -= width > 0;
    }
    for (size_t i = length; i < width; i++) {
        toolhost_add(buffer, &pad, 1);
    }
    toolhost_add(buffer, text, length);
}

static void add_digits(toolhost_buffer *buffer, uint64_t number, bool negative, unsigned base,
                       size_t width, char pad) {
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    if (negative) {
        digits[--at] = '-';
    }
    add_padded(buffer, digits + at, sizeof digits - at, width, pad);
}

void toolhost_add_format(toolhost_buffer *buffer, const char *format, va_list arguments) {
    while (*format != 0) {
        // By hand, here and below: `strcspn` and `strchr` cost many times as much fuel.
        const char *plain = format;
        while (*format != 0 && *format != '%') {
            format++;
        }
        toolhost_add(buffer, plain, (size_t)(format - plain));
        if (*format == 0) {
            return;
        }
        const char *conversion = format++;
        char pad = *format == '0' ? '0' : ' ';
        size_t width = 0;
        while (*format >= '0' && *format <= '9') {
            width = width * 10 + (size_t)(*format++ - '0');
            width = width > 1000 ? 1000 : width;
        }
        size_t precision = SIZE_MAX;
        if (format[0] == '.' && format[1] == '*') {
            int given = va_arg(arguments, int);
            precision = given < 0 ? SIZE_MAX : (size_t)given;
            format += 2;
        }
        size_t bytes = sizeof(int);
        if (*format == 'h') {
            format += format[1] == 'h' ? 2 : 1;
        } else if (*format == 'l') {
            bytes = format[1] == 'l' ? sizeof(long long) : sizeof(long);
            format += format[1] == 'l' ? 2 : 1;
        } else if (*format == 'z' || *format == 't' || *format == 'j') {
            bytes = *format++ == 'j' ? sizeof(intmax_t) : sizeof(size_t);
        }
        char kind = *format;
        if (kind == 'd' || kind == 'i') {
            int64_t number = bytes == 8 ? va_arg(arguments, int64_t) : va_arg(arguments, int32_t);
            uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
            add_digits(buffer, size, number < 0, 10, width, pad);
        } else if (kind == 'u' || kind == 'x') {
            uint64_t number =
                bytes == 8 ? va_arg(arguments, uint64_t) : va_arg(arguments, uint32_t);
            add_digits(buffer, number, false, kind == 'x' ? 16 : 10, width, pad);
        } else if (kind == 'p') {
            add_digits(buffer, (uintptr_t)va_arg(arguments, void *), false, 16, width, pad);
        } else if (kind == 's') {
            const char *text = va_arg(arguments, const char *);
            text = text == NULL ? "(null)" : text;
            size_t length = 0;
            while (length < precision && text[length] != 0) {
                length++;
            }
            add_padded(buffer, text, length, width, ' ');
        } else if (kind == 'c') {
            char character = (char)va_arg(arguments, int);
            add_padded(buffer, &character, 1, width, ' ');
        } else if (kind == '%') {
            toolhost_add(buffer, "%", 1);
        } else {
            // What its argument is cannot be known, and so neither where the next one is.
            toolhost_add_text(buffer, "(not a conversion of toolhost_format: ");
            toolhost_add_text(buffer, conversion);
            toolhost_add_text(buffer, ")");
            return;
        }
        format++;
    }
}

void toolhost_addf(toolhost_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    toolhost_add_format(buffer, format, arguments);
    va_end(arguments);
}

const char *toolhost_format(const char *format, ...) {
    toolhost_buffer buffer = {0};
    va_list arguments;
    va_start(arguments, format);
    toolhost_add_format(&buffer, format, arguments);
    va_end(arguments);
    return toolhost_content(&buffer);
}

// ---- UTF-8

/// How many bytes the character at the start has; 0 if it is none, and then `bad` says how many
/// bytes belong to what it could have been.
static size_t character_size(const unsigned char *text, size_t length, size_t *bad) {
    unsigned char lead = text[0];
    // The second byte is where overlong forms, surrogates and what is beyond Unicode differ.
    unsigned char least = 0x80, most = 0xbf;
    size_t size;
    *bad = 1;
    if (lead < 0x80) {
        return 1;
    } else if (lead >= 0xc2 && lead <= 0xdf) {
        size = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        size = 3;
        least = lead == 0xe0 ? 0xa0 : least;
        most = lead == 0xed ? 0x9f : most;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        size = 4;
        least = lead == 0xf0 ? 0x90 : least;
        most = lead == 0xf4 ? 0x8f : most;
    } else {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if (i >= length || text[i] < least || text[i] > most) {
            *bad = i;
            return 0;
        }
        least = 0x80;
        most = 0xbf;
    }
    return size;
}

/// How many bytes from the start are UTF-8.
static size_t valid_length(const char *text, size_t length) {
    size_t at = 0;
    while (at < length) {
        uint64_t eight;
        while (length - at >= 8 &&
               (memcpy(&eight, text + at, 8), (eight & 0x8080808080808080u) == 0)) {
            at += 8;
        }
        if (at == length) {
            break;
        }
        size_t bad;
        size_t size = character_size((const unsigned char *)text + at, length - at, &bad);
        if (size == 0) {
            break;
        }
        at += size;
    }
    return at;
}

bool toolhost_is_utf8(const char *text, size_t length) {
    return valid_length(text, length) == length;
}

const char *toolhost_utf8(const char *text, size_t *length) {
    size_t at = valid_length(text, *length);
    if (at == *length) {
        return text;
    }
    toolhost_buffer buffer = {0};
    toolhost_add(&buffer, text, at);
    while (at < *length) {
        size_t bad;
        character_size((const unsigned char *)text + at, *length - at, &bad);
        toolhost_add_text(&buffer, "\xef\xbf\xbd");
        at += bad;
        size_t valid = valid_length(text + at, *length - at);
        toolhost_add(&buffer, text + at, valid);
        at += valid;
    }
    *length = buffer.length;
    return buffer.data;
}

uint32_t toolhost_next(const char **at) {
    const unsigned char *text = (const unsigned char *)*at;
    uint32_t lead = text[0];
    if (lead < 0x80) {
        *at += 1;
        return lead;
    }
    size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t character = lead & (0x3fu >> more);
    for (size_t i = 1; i <= more; i++) {
        character = character << 6 | (text[i] & 0x3fu);
    }
    *at += more + 1;
    return character;
}

size_t toolhost_characters(const char *text, size_t length) {
    size_t characters = 0;
    for (size_t i = 0; i < length; i++) {
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return characters;
}

bool toolhost_is_blank(uint32_t character) {
    return character == 0x20 || (character >= 0x09 && character <= 0x0d) || character == 0x85 ||
           character == 0xa0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200a) || character == 0x2028 ||
           character == 0x2029 || character == 0x202f || character == 0x205f ||
           character == 0x3000;
}

const char *toolhost_trim_n(const char *text, size_t *length) {
    const char *start = text, *end = text + *length;
    const char *behind = start;
    while (start < end && toolhost_is_blank(toolhost_next(&behind))) {
        start = behind;
    }
    while (end > start) {
        const char *last = end - 1;
        while (last > start && ((unsigned char)*last & 0xc0) == 0x80) {
            last--;
        }
        const char *next = last;
        if (!toolhost_is_blank(toolhost_next(&next))) {
            break;
        }
        end = last;
    }
    *length = (size_t)(end - start);
    return start;
}

const char *toolhost_trim(const char *text) {
    size_t length = strlen(text);
    const char *start = toolhost_trim_n(text, &length);
    return toolhost_copy(start, length);
}
