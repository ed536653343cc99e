// Tests of the tool, on the machine itself.

package main

import (
	"bytes"
	"errors"
	"image/color"
	"image/png"
	"testing"

	"example.com/rich-content/toolhost"
)

func TestEveryKindOfContentIsThere(t *testing.T) {
	contents, err := showColour(struct {
		Hex string `json:"hex" doc:"Six hex digits, such as \x60ff8800\x60." min:"6" max:"7"`
	}{"#FF8800"})
	if err != nil || len(contents) != 5 || contents[0] != toolhost.Text("The colour #ff8800.") {
		t.Fatal(contents, err)
	}
	if contents[4] != (toolhost.JSON{Value: colour{255, 136, 0}}) {
		t.Fatal(contents[4])
	}
}

func TestWhatIsNoColourIsRefused(t *testing.T) {
	for _, hex := range []string{"", "ff880", "#ff88000", "+f8800", "ggg000", "ff88é", "f_8800", "0x8800"} {
		_, err := parse(hex)
		var problem *toolhost.ToolError
		if !errors.As(err, &problem) || problem.Kind != toolhost.KindInvalidInput {
			t.Fatal(hex, err)
		}
	}
}

func TestTheImageIsThatColour(t *testing.T) {
	for _, check := range [][2]uint8{{0, 1}, {16, 16}, {255, 100}} {
		image, err := png.Decode(bytes.NewReader(square(check[0], colour{255, 136, 0})))
		if err != nil || image.Bounds().Dx() != int(check[1]) || image.Bounds().Dy() != int(check[1]) {
			t.Fatal(check, err)
		}
		if found := color.RGBAModel.Convert(image.At(0, 0)); found != (color.RGBA{255, 136, 0, 255}) {
			t.Fatal(found)
		}
	}
}
