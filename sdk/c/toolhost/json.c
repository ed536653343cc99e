/// Reads JSON, strictly by RFC 8259.
#include <string.h>

#include "abi.h"

#define DEPTH_MAX 128

/// What is left to read.
typedef struct {
    const char *at, *end;
    unsigned depth;
} reader;

static bool read_value(reader *from, toolhost_value *value);

static char peek(const reader *from) { return from->at < from->end ? *from->at : 0; }

static void skip_blanks(reader *from) {
    while (from->at < from->end && (*from->at == ' ' || *from->at == '\n' || *from->at == '\t' ||
                                    *from->at == '\r')) {
        from->at++;
    }
}

static bool take(reader *from, char wanted) {
    // A zero byte in the text must not be taken for its end.
    if (from->at < from->end && *from->at == wanted) {
        from->at++;
        return true;
    }
    return false;
}

static bool take_word(reader *from, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(from->end - from->at) < length || memcmp(from->at, word, length) != 0) {
        return false;
    }
    from->at += length;
    return true;
}

/// Four hex digits.
static bool read_unit(reader *from, uint32_t *unit) {
    if (from->end - from->at < 4) {
        return false;
    }
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        char digit = *from->at++;
        uint32_t nibble;
        if (digit >= '0' && digit <= '9') {
            nibble = (uint32_t)(digit - '0');
        } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
            nibble = (uint32_t)((digit | 0x20) - 'a' + 10);
        } else {
            return false;
        }
        *unit = *unit << 4 | nibble;
    }
    return true;
}

static char *put_character(char *into, uint32_t character) {
    if (character < 0x80) {
        *into++ = (char)character;
        return into;
    }
    int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    *into++ = (char)(leads[more] | character >> (6 * more));
    while (more-- > 0) {
        *into++ = (char)(0x80 | (character >> (6 * more) & 0x3f));
    }
    return into;
}

/// What stands behind a backslash.
static bool read_escape(reader *from, char **into) {
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    for (int i = 0; escapes[i] != 0; i++) {
        if (take(from, escapes[i])) {
            *(*into)++ = meanings[i];
            return true;
        }
    }
    uint32_t unit, low;
    if (!take(from, 'u') || !read_unit(from, &unit)) {
        return false;
    }
    if (unit >= 0xd800 && unit <= 0xdfff) {
        if (unit >= 0xdc00 || !take(from, '\\') || !take(from, 'u') || !read_unit(from, &low) ||
            low < 0xdc00 || low > 0xdfff) {
            return false;
        }
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    *into = put_character(*into, unit);
    return true;
}

static bool read_string(reader *from, const char **text, size_t *length, bool *holds_nul) {
    if (!take(from, '"')) {
        return false;
    }
    const char *end = from->at;
    for (; end < from->end && *end != '"'; end++) {
        if ((unsigned char)*end < 0x20) {
            return false;
        }
        if (*end == '\\' && ++end == from->end) {
            return false;
        }
    }
    if (end == from->end) {
        return false;
    }
    // No escape is shorter than the character it stands for.
    char *start = (char *)toolhost_alloc((size_t)(end - from->at) + 1), *into = start;
    while (from->at < end) {
        if (*from->at != '\\') {
            *into++ = *from->at++;
            continue;
        }
        from->at++;
        if (!read_escape(from, &into)) {
            return false;
        }
        *holds_nul |= into[-1] == 0;
    }
    from->at++;
    *text = start;
    *length = (size_t)(into - start);
    return true;
}

static size_t skip_digits(reader *from) {
    const char *start = from->at;
    while (peek(from) >= '0' && peek(from) <= '9') {
        from->at++;
    }
    return (size_t)(from->at - start);
}

static bool read_number(reader *from, toolhost_value *value) {
    const char *start = from->at;
    take(from, '-');
    if (!take(from, '0') && skip_digits(from) == 0) {
        return false;
    }
    if (take(from, '.') && skip_digits(from) == 0) {
        return false;
    }
    if (take(from, 'e') || take(from, 'E')) {
        if (!take(from, '+')) {
            take(from, '-');
        }
        if (skip_digits(from) == 0) {
            return false;
        }
    }
    value->kind = TOOLHOST_JSON_NUMBER;
    value->length = (size_t)(from->at - start);
    value->text = toolhost_copy(start, value->length);
    return true;
}

/// The rest of an array or object, with its opening bracket taken.
static bool read_items(reader *from, toolhost_value *value) {
    bool is_object = value->kind == TOOLHOST_JSON_OBJECT;
    char closing = is_object ? '}' : ']';
    const toolhost_value **next = &value->first;
    skip_blanks(from);
    if (take(from, closing)) {
        return true;
    }
    do {
        toolhost_value *item = (toolhost_value *)toolhost_alloc(sizeof *item);
        skip_blanks(from);
        if (is_object) {
            if (!read_string(from, &item->key, &item->key_length, &item->holds_nul)) {
                return false;
            }
            skip_blanks(from);
            if (!take(from, ':')) {
                return false;
            }
        }
        if (!read_value(from, item)) {
            return false;
        }
        value->holds_nul |= item->holds_nul;
        value->count++;
        *next = item;
        next = &item->next;
        skip_blanks(from);
    } while (take(from, ','));
    return take(from, closing);
}

static bool read_value(reader *from, toolhost_value *value) {
    skip_blanks(from);
    switch (peek(from)) {
    case '"':
        value->kind = TOOLHOST_JSON_STRING;
        return read_string(from, &value->text, &value->length, &value->holds_nul);
    case 'n':
        value->kind = TOOLHOST_JSON_NULL;
        return take_word(from, "null");
    case 't':
        value->kind = TOOLHOST_JSON_BOOLEAN;
        value->boolean = true;
        return take_word(from, "true");
    case 'f':
        value->kind = TOOLHOST_JSON_BOOLEAN;
        return take_word(from, "false");
    case '{':
    case '[':
        value->kind = *from->at++ == '{' ? TOOLHOST_JSON_OBJECT : TOOLHOST_JSON_ARRAY;
        // Deeper would need more stack than an instance has.
        if (from->depth == DEPTH_MAX) {
            return false;
        }
        from->depth++;
        if (!read_items(from, value)) {
            return false;
        }
        from->depth--;
        return true;
    default:
        return read_number(from, value);
    }
}

const toolhost_value *toolhost_json_read_utf8(const char *text, size_t length) {
    reader from = {text, text + length, 0};
    toolhost_value *value = (toolhost_value *)toolhost_alloc(sizeof *value);
    if (!read_value(&from, value)) {
        return NULL;
    }
    skip_blanks(&from);
    return from.at == from.end ? value : NULL;
}

const toolhost_value *toolhost_json_read(const char *text, size_t length) {
    return toolhost_is_utf8(text, length) ? toolhost_json_read_utf8(text, length) : NULL;
}

const toolhost_value *toolhost_json_member(const toolhost_value *object, const char *key) {
    if (object == NULL || object->kind != TOOLHOST_JSON_OBJECT) {
        return NULL;
    }
    const toolhost_value *found = NULL;
    size_t length = strlen(key);
    for (const toolhost_value *member = object->first; member != NULL; member = member->next) {
        if (member->key_length == length && memcmp(member->key, key, length) == 0) {
            found = member;
        }
    }
    return found;
}

const char *toolhost_json_string(const toolhost_value *value) {
    return value != NULL && value->kind == TOOLHOST_JSON_STRING ? value->text : NULL;
}

/// Adds a decimal digit, if that fits 64 bits. Counts down from 0, where one more fits.
static bool add_digit(int64_t *negative, int digit) {
    return !__builtin_mul_overflow(*negative, (int64_t)10, negative) &&
           !__builtin_sub_overflow(*negative, (int64_t)digit, negative);
}

int64_t toolhost_exponent(const char *at, int64_t bound) {
    at++;
    bool down = *at == '-';
    at += *at == '-' || *at == '+';
    int64_t exponent = 0;
    for (; *at != 0; at++) {
        exponent = exponent < bound ? exponent * 10 + (*at - '0') : exponent;
    }
    return down ? -exponent : exponent;
}

bool toolhost_json_integer(const toolhost_value *value, int64_t *integer) {
    if (value == NULL || value->kind != TOOLHOST_JSON_NUMBER) {
        return false;
    }
    const char *digits = value->text + (value->text[0] == '-'), *end = digits, *point = NULL;
    for (; *end != 0 && *end != 'e' && *end != 'E'; end++) {
        point = *end == '.' ? end : point;
    }
    // How many of the digits, and zeros behind them, belong to the whole number.
    int64_t whole = (point == NULL ? end : point) - digits;
    whole += *end == 0 ? 0 : toolhost_exponent(end, (int64_t)value->length + 32);
    int64_t negative = 0, place = 0;
    for (const char *at = digits; at < end; at++) {
        if (at == point) {
            continue;
        }
        if (place >= whole ? *at != '0' : !add_digit(&negative, *at - '0')) {
            return false;
        }
        place++;
    }
    for (; negative != 0 && place < whole; place++) {
        if (!add_digit(&negative, 0)) {
            return false;
        }
    }
    if (value->text[0] != '-' && negative == INT64_MIN) {
        return false;
    }
    *integer = value->text[0] == '-' ? negative : -negative;
    return true;
}
