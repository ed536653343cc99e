/// Reads and writes numbers with fractions, rounded correctly.
///
/// The C library can do the same, by arithmetic of 128 bits that has many times the size and fuel.
#include <math.h>
#include <string.h>

#include "abi.h"

/// More digits change a number no more than one that is not zero behind them does.
#define DIGITS_MAX 800
/// 800 digits, or as many zeros behind the point as the smallest number has and they.
#define LIMBS_MAX 160

// ---- Whole numbers of any size, as far as numbers with fractions need them

/// The lowest limb first; the highest is not zero. Limbs beyond the count are never set, for to
/// set them all would cost more than most calculations.
typedef struct {
    uint32_t limbs[LIMBS_MAX];
    unsigned count;
} big;

static void set(big *number, uint64_t value) {
    number->limbs[0] = (uint32_t)value;
    number->limbs[1] = (uint32_t)(value >> 32);
    number->count = value >> 32 > 0 ? 2 : value > 0;
}

static void push(big *number, uint32_t limb) {
    if (limb != 0) {
        if (number->count == LIMBS_MAX) {
            __builtin_trap();
        }
        number->limbs[number->count++] = limb;
    }
}

static void multiply(big *number, uint32_t by, uint32_t more) {
    uint64_t carry = more;
    for (unsigned i = 0; i < number->count; i++) {
        carry += (uint64_t)number->limbs[i] * by;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push(number, (uint32_t)carry);
}

static void multiply_by_power_of_ten(big *number, int64_t power) {
    for (; power >= 9; power -= 9) {
        multiply(number, 1000000000, 0);
    }
    for (; power > 0; power--) {
        multiply(number, 10, 0);
    }
}

static void shift_left(big *number, unsigned bits) {
    if (number->count == 0) {
        return;
    }
    unsigned limbs = bits / 32;
    if (number->count + limbs > LIMBS_MAX) {
        __builtin_trap();
    }
    memmove(number->limbs + limbs, number->limbs, number->count * sizeof *number->limbs);
    memset(number->limbs, 0, limbs * sizeof *number->limbs);
    number->count += limbs;
    if (bits % 32 > 0) {
        multiply(number, (uint32_t)1 << bits % 32, 0);
    }
}

static void halve(big *number) {
    for (unsigned i = 0; i < number->count; i++) {
        uint32_t above = i + 1 < number->count ? number->limbs[i + 1] : 0;
        number->limbs[i] = number->limbs[i] >> 1 | above << 31;
    }
    number->count -= number->count > 0 && number->limbs[number->count - 1] == 0;
}

static int compare(const big *left, const big *right) {
    if (left->count != right->count) {
        return left->count < right->count ? -1 : 1;
    }
    for (unsigned i = left->count; i-- > 0;) {
        if (left->limbs[i] != right->limbs[i]) {
            return left->limbs[i] < right->limbs[i] ? -1 : 1;
        }
    }
    return 0;
}

/// Takes away what is no larger.
static void subtract(big *from, const big *number) {
    uint32_t borrow = 0;
    for (unsigned i = 0; i < from->count; i++) {
        uint64_t taken = (uint64_t)borrow + (i < number->count ? number->limbs[i] : 0);
        borrow = taken > from->limbs[i];
        from->limbs[i] -= (uint32_t)taken;
    }
    while (from->count > 0 && from->limbs[from->count - 1] == 0) {
        from->count--;
    }
}

static int bits(const big *number) {
    return number->count == 0
               ? 0
               : (int)number->count * 32 - __builtin_clz(number->limbs[number->count - 1]);
}

/// The quotient, which must have at most 64 bits; leaves the remainder in `number`.
static uint64_t divide(big *number, const big *by) {
    int shift = bits(number) - bits(by);
    uint64_t quotient = 0;
    if (shift < 0) {
        return 0;
    }
    big part;
    memcpy(part.limbs, by->limbs, by->count * sizeof *by->limbs);
    part.count = by->count;
    shift_left(&part, (unsigned)shift);
    for (; shift >= 0; shift--) {
        quotient <<= 1;
        if (compare(number, &part) >= 0) {
            subtract(number, &part);
            quotient |= 1;
        }
        halve(&part);
    }
    return quotient;
}

// ---- Reading

/// The double nearest to `number / by`, which is not zero.
static double nearest(big *number, big *by) {
    // 63 or 64 bits of quotient, of which the last also stands for all that follow.
    int shift = 63 - (bits(number) - bits(by));
    shift_left(shift > 0 ? number : by, (unsigned)(shift > 0 ? shift : -shift));
    uint64_t quotient = divide(number, by);
    quotient |= number->count > 0;
    int top = 63 - __builtin_clzll(quotient);
    // Below the smallest normal number, fewer bits are kept.
    int exponent = top - shift, kept = exponent >= -1022 ? 53 : 53 + 1022 + exponent;
    if (kept < 0) {
        return 0;
    }
    int dropped = top + 1 - kept;
    uint64_t half = (uint64_t)1 << (dropped - 1), rest = quotient & (half | (half - 1));
    quotient = kept == 0 ? 0 : quotient >> dropped;
    quotient += rest > half || (rest == half && (quotient & 1) == 1);
    return ldexp((double)quotient, dropped - shift);
}

bool toolhost_json_number(const toolhost_value *value, double *number) {
    if (value == NULL || value->kind != TOOLHOST_JSON_NUMBER) {
        return false;
    }
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *at = value->text + (value->text[0] == '-');
    big digits;
    set(&digits, 0);
    int64_t exponent = 0, count = 0;
    uint64_t small = 0;
    bool behind_point = false, rest = false;
    for (; *at != 0 && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            behind_point = true;
            continue;
        }
        exponent -= behind_point;
        if (count < DIGITS_MAX) {
            uint32_t digit = (uint32_t)(*at - '0');
            small = small * 10 + digit;
            multiply(&digits, 10, digit);
            // Zeros at the start are no digits of it.
            count += digits.count > 0;
        } else {
            exponent++;
            rest = rest || *at != '0';
        }
    }
    if (rest) {
        multiply(&digits, 10, 1);
        exponent--;
    }
    if (*at != 0) {
        exponent += toolhost_exponent(at, (int64_t)value->length + 1000);
    }
    if (digits.count == 0 || count + exponent < -330) {
        *number = 0;
    } else if (count + exponent > 310) {
        *number = HUGE_VAL;
    } else if (count <= 15 && exponent >= -22 && exponent <= 22) {
        // Both are exact, so that this rounds once.
        *number = (double)small;
        *number = exponent < 0 ? *number / powers[-exponent] : *number * powers[exponent];
    } else {
        big by;
        set(&by, 1);
        multiply_by_power_of_ten(exponent < 0 ? &by : &digits, exponent < 0 ? -exponent : exponent);
        *number = nearest(&digits, &by);
    }
    *number = value->text[0] == '-' ? -*number : *number;
    return true;
}

// ---- Writing

/// The first digits of a number as a whole number, rounded; `exponent` is that of the first one.
static uint64_t first_digits(uint64_t mantissa, int binary, int count, int *exponent) {
    uint64_t limit = 1;
    for (int i = 0; i < count; i++) {
        limit *= 10;
    }
    // The logarithm of 2 is 0.30103; this is the right exponent or one less.
    int log = (63 - __builtin_clzll(mantissa) + binary) * 30103;
    *exponent = log / 100000 - (log % 100000 < 0);
    for (;; *exponent += 1) {
        int power = count - 1 - *exponent;
        big number, by;
        set(&number, mantissa);
        set(&by, 1);
        multiply_by_power_of_ten(power < 0 ? &by : &number, power < 0 ? -power : power);
        shift_left(binary < 0 ? &by : &number, (unsigned)(binary < 0 ? -binary : binary));
        uint64_t digits = divide(&number, &by);
        shift_left(&number, 1);
        int half = compare(&number, &by);
        digits += half > 0 || (half == 0 && digits % 2 == 1);
        if (digits < limit) {
            return digits;
        }
    }
}

static const char *write_digits(bool negative, uint64_t digits, int exponent) {
    while (digits % 10 == 0) {
        digits /= 10;
    }
    const char *text = toolhost_format("%llu", (unsigned long long)digits);
    const char *sign = negative ? "-" : "";
    int count = (int)strlen(text), whole = exponent + 1;
    if (whole > 17 || whole < -4) {
        const char *point = count > 1 ? "." : "";
        return toolhost_format("%s%c%s%se%d", sign, text[0], point, text + 1, exponent);
    }
    toolhost_buffer buffer = {0};
    toolhost_add_text(&buffer, sign);
    toolhost_add_text(&buffer, whole <= 0 ? "0." : "");
    for (int zeros = whole; zeros < 0; zeros++) {
        toolhost_add(&buffer, "0", 1);
    }
    for (int i = 0; i < count || i < whole; i++) {
        toolhost_add_text(&buffer, i == whole && i > 0 ? "." : "");
        toolhost_add(&buffer, i < count ? text + i : "0", 1);
    }
    return buffer.data;
}

const char *toolhost_number_text(double number) {
    if (number == 0 || !isfinite(number)) {
        return number == 0 ? "0" : isnan(number) ? "nan" : number < 0 ? "-inf" : "inf";
    }
    if (number >= -1e15 && number <= 1e15 && number == (double)(int64_t)number) {
        return toolhost_format("%lld", (long long)number);
    }
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    uint64_t mantissa = bits & 0xfffffffffffffu;
    int exponent = (int)(bits >> 52 & 0x7ff);
    mantissa |= exponent > 0 ? (uint64_t)1 << 52 : 0;
    int binary = exponent > 0 ? exponent - 1075 : -1074;
    // 17 digits tell every number apart; most need fewer.
    for (int count = 15;; count++) {
        int decimal;
        uint64_t digits = first_digits(mantissa, binary, count, &decimal);
        const char *text = write_digits(number < 0, digits, decimal);
        toolhost_value value = {.kind = TOOLHOST_JSON_NUMBER, .text = text, .length = strlen(text)};
        double again;
        if (count == 17 || (toolhost_json_number(&value, &again) && again == number)) {
            return text;
        }
    }
}

void toolhost_write_number(toolhost_buffer *buffer, double number) {
    toolhost_write_json(buffer, isfinite(number) ? toolhost_number_text(number) : "null");
}
