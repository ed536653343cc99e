// Tests of the tool, on the machine itself.

package main

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"example.com/weather/toolhost"
)

func TestTheReportIsTheOneOfTheShippedTool(t *testing.T) {
	const expected = "Weather in Tokyo:\n  Temperature: 21°C\n  Condition: windy\n  Humidity: 66%\n  Wind: 26 km/h NE"
	for _, arguments := range []string{`{"city": "Tokyo"}`, `{"city": " Tokyo ", "units": null}`} {
		contents, err := toolhost.Call("get_weather", arguments)
		if err != nil || contents[0] != toolhost.Text(expected) {
			t.Fatal(contents, err)
		}
	}
}

func TestCaseAndBlanksDoNotChangeTheWeather(t *testing.T) {
	_, plain, _ := strings.Cut(must(t, "são i̇paulo", celsius), "\n")
	_, shouted, _ := strings.Cut(must(t, "\tSÃO İPAULO ", celsius), "\n")
	if plain != shouted {
		t.Fatal(plain, shouted)
	}
}

func TestUnitsTellTheSameTemperature(t *testing.T) {
	for _, city := range []string{"Tokyo", "Oslo", "Lima", "Perth", "Wien", "Nuuk"} {
		expected := math.Round(temperature(t, must(t, city, celsius))*1.8 + 32)
		text := must(t, city, fahrenheit)
		if temperature(t, text) != expected || !strings.Contains(text, " mph ") {
			t.Fatal(text)
		}
	}
}

func TestSenselessCitiesAreRefused(t *testing.T) {
	for _, city := range []string{"", " \t", "To\nkyo", strings.Repeat("x", 101)} {
		if text, err := report(city, celsius); err == nil {
			t.Fatal(text)
		}
	}
	must(t, strings.Repeat("é", 100), celsius)
}

func TestRoundingIsThatOfHalvesUp(t *testing.T) {
	for _, check := range [][3]int{{-9, 5, -2}, {-8, 5, -2}, {-7, 5, -1}, {7, 5, 1}, {8, 5, 2}, {-45, 5, -9}} {
		if divideRounded(check[0], check[1]) != check[2] {
			t.Fatal(check, divideRounded(check[0], check[1]))
		}
	}
}

func must(t *testing.T, city string, scale scale) string {
	t.Helper()
	text, err := report(city, scale)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func temperature(t *testing.T, report string) float64 {
	t.Helper()
	_, rest, _ := strings.Cut(report, "Temperature: ")
	number, _, _ := strings.Cut(rest, "°")
	degrees, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatal(err)
	}
	return degrees
}
