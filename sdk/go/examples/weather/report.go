// The report for a city, computed from its name alone. Nothing here knows about WebAssembly.

package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/weather/toolhost"
)

const cityCharsMax = 100

var conditions = [8]string{
	"sunny",
	"partly cloudy",
	"cloudy",
	"light rain",
	"rain",
	"thunderstorms",
	"fog",
	"windy",
}

var directions = [8]string{"N", "NE", "E", "SE", "S", "SW", "W", "NW"}

// scale is the units a report is written in.
type scale int

const (
	// celsius is °C and km/h.
	celsius scale = iota
	// fahrenheit is °F and mph.
	fahrenheit
)

// report is the weather in a city, or what is wrong with the name.
func report(city string, scale scale) (string, error) {
	city = strings.TrimSpace(city)
	if city == "" {
		return "", toolhost.InvalidInput("`city` is empty; give the name of a city, such as `Tokyo`")
	}
	if utf8.RuneCountInString(city) > cityCharsMax {
		return "", toolhost.InvalidInput("`city` is longer than 100 characters; give only the name of a city")
	}
	if strings.ContainsFunc(city, unicode.IsControl) {
		return "", toolhost.InvalidInput("`city` contains control characters; give only the name of a city")
	}

	// Each quantity draws on its own bits, so that they vary independently.
	hash := hash(city)
	pick := func(shift uint, count uint64) int { return int((hash >> shift & 0xffff) % count) }
	degrees, unit := pick(0, 41)-5, "°C"
	humidity := 30 + pick(16, 66)
	wind, speed := pick(32, 46), "km/h"
	condition := conditions[pick(48, 8)]
	direction := directions[pick(51, 8)]

	if scale == fahrenheit {
		degrees, unit = divideRounded(degrees*9, 5)+32, "°F"
		wind, speed = divideRounded(wind*1000, 1609), "mph"
	}
	return fmt.Sprintf(
		"Weather in %s:\n  Temperature: %d%s\n  Condition: %s\n  Humidity: %d%%\n  Wind: %d %s %s",
		city, degrees, unit, condition, humidity, wind, speed, direction,
	), nil
}

// hash is FNV-1a over the lower-cased name, then mixed so that short names reach the high bits too.
func hash(city string) uint64 {
	hash := uint64(0xcbf2_9ce4_8422_2325)
	for _, char := range []byte(lower(city)) {
		hash = (hash ^ uint64(char)) * 0x0000_0100_0000_01b3
	}
	hash ^= hash >> 32
	hash *= 0x9e37_79b9_7f4a_7c15
	return hash ^ hash>>29
}

// lower knows the one character whose lower case is two, which package unicode does not.
func lower(city string) string {
	var text strings.Builder
	for _, char := range city {
		if char == 'İ' {
			text.WriteString("i\u0307")
		} else {
			text.WriteRune(unicode.ToLower(char))
		}
	}
	return text.String()
}

// divideRounded rounds halves up, below zero too; the divisor is positive.
func divideRounded(value, by int) int {
	value += by / 2
	quotient := value / by
	if value%by < 0 {
		quotient--
	}
	return quotient
}
