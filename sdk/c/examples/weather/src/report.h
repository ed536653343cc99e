/// The report for a city, computed from its name alone. Nothing here knows about WebAssembly.
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdint.h>

/// The units a report is written in.
enum scale {
    /// °C and km/h.
    CELSIUS,
    /// °F and mph.
    FAHRENHEIT,
};

/// The weather in a city, or NULL and what is wrong with the name.
const char *report(const char *city, size_t length, enum scale scale, const char **problem);

/// The lower case of a character by Unicode 17.
///
/// U+0130, whose lower case is followed by U+0307, is the only one that becomes two.
uint32_t lower(uint32_t character);

#endif
