// The weather tool as a provider: it answers as the typed one of toolhost does.
//
// It does no input or output; the report is worked out in report.go.
package main

import "example.com/weather/toolhost"

func init() {
	toolhost.Tool(
		"get_weather",
		"Tells the current weather in a city: temperature, condition, humidity and wind.",
		getWeather,
		toolhost.ReadOnly, toolhost.Idempotent, toolhost.Not(toolhost.OpenWorld),
	)
}

// main does not run; the host calls the tools.
func main() {}

func getWeather(args struct {
	City  string  `json:"city" doc:"Which city, such as \x60Tokyo\x60."`
	Units *string `json:"units" doc:"The unit of temperatures; celsius if left out." enum:"celsius,fahrenheit"`
}) (string, error) {
	scale := celsius
	if args.Units != nil && *args.Units == "fahrenheit" {
		scale = fahrenheit
	}
	return report(args.City, scale)
}
