// Shows a colour as every kind of content: text, image, document, link and JSON.
package main

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/rich-content/toolhost"
)

func init() {
	toolhost.Tool(
		"show_colour",
		"Shows a colour: a text, a small image, a style sheet, a link to read on, and its parts.",
		showColour,
		toolhost.ReadOnly, toolhost.Idempotent, toolhost.Title("Show a colour"),
	)
}

// main does not run; the host calls the tools.
func main() {}

// colour is a colour by its parts.
type colour struct {
	Red   uint8 `json:"red"`
	Green uint8 `json:"green"`
	Blue  uint8 `json:"blue"`
}

func showColour(args struct {
	Hex string `json:"hex" doc:"Six hex digits, such as \x60ff8800\x60." min:"6" max:"7"`
}) ([]toolhost.Content, error) {
	colour, err := parse(args.Hex)
	if err != nil {
		return nil, err
	}
	digits := fmt.Sprintf("%02x%02x%02x", colour.Red, colour.Green, colour.Blue)
	return []toolhost.Content{
		toolhost.Text("The colour #" + digits + "."),
		toolhost.Image{Data: square(16, colour), MediaType: "image/png"},
		toolhost.Document{
			URI:       "colour:///" + digits + ".css",
			MediaType: "text/css",
			Text:      ":root { --colour: #" + digits + "; }\n",
		},
		toolhost.Link{
			URI:         "https://www.w3.org/TR/css-color-4/",
			Name:        "CSS Color Module",
			Description: "What browsers make of colours.",
			MediaType:   "text/html",
		},
		toolhost.JSON{Value: colour},
	}, nil
}

func parse(hex string) (colour, error) {
	digits := strings.TrimPrefix(hex, "#")
	number, err := strconv.ParseUint(digits, 16, 24)
	if err != nil || len(digits) != 6 {
		return colour{}, toolhost.InvalidInput("`hex` is no colour; write six hex digits, such as `ff8800`")
	}
	return colour{uint8(number >> 16), uint8(number >> 8), uint8(number)}, nil
}
