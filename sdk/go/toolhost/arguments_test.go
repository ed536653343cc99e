// Tests of defaults, and of how arguments are read.

package toolhost

import (
	"encoding/json/v2"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Latitude float64 `json:"latitude"`
	Depth    int     `json:"depth" default:"7"`
}

type arguments struct {
	shared
	Text   string            `json:"text"`
	Word   units             `json:"word" default:"en"`
	Flag   bool              `json:"flag" default:"true"`
	Small  int8              `json:"small"`
	Byte   uint8             `json:"byte"`
	Ratio  float32           `json:"ratio"`
	Maybe  *string           `json:"maybe"`
	Twice  **int             `json:"twice"`
	List   []int             `json:"list" default:"[1,2]"`
	More   map[string]uint16 `json:"more,omitempty"`
	Inner  inner             `json:"inner"`
	When   time.Time         `json:"when"`
	Any    any               `json:"any"`
	Plain  string
	Hidden string `json:"-"`
}

func read(t *testing.T, text string) arguments {
	t.Helper()
	var read arguments
	if err := parseArguments([]byte(text), reflect.ValueOf(&read)); err != nil {
		t.Fatal(text, err)
	}
	return read
}

func TestDefaultsAreFilledIn(t *testing.T) {
	found := read(t, "{}")
	expected := arguments{shared: shared{1}, Word: "en", Flag: true, List: []int{1, 2}, Inner: inner{0, 7}}
	if !reflect.DeepEqual(found, expected) {
		t.Fatalf("%+v", found)
	}
}

func TestArgumentsAreReadLikePackageJSONDoes(t *testing.T) {
	texts := []string{
		`{"text": "a\n\"\u00e9\ud83d\ude00ü", "word": "", "flag": false, "page": 3, "Plain": "p"}`,
		`{"small": -128, "byte": 255, "ratio": 0.1, "list": [], "more": {"a": 65535}}`,
		`{"small": null, "text": null, "flag": null, "list": null, "maybe": null, "any": null}`,
		`{"maybe": "x", "twice": 5, "inner": {"latitude": 1e3}, "any": {"x": [1, "2"]}}`,
		` { "inner" : { "depth" : 1 } , "when" : "2026-01-02T03:04:05Z" } `,
		`{"text": "\u0000", "maybe": ""}`,
	}
	for _, text := range texts {
		found := read(t, text)
		expected := read(t, "{}")
		if err := json.Unmarshal([]byte(text), &expected); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(found, expected) {
			t.Errorf("%s:\n%+v\n%+v", text, found, expected)
		}
	}
	if number := read(t, `{"ratio": 3.4028234e38}`).Ratio; number != math.MaxFloat32 {
		t.Error(number)
	}
}

func TestArgumentsThatDoNotFitAreInvalidInput(t *testing.T) {
	cases := map[string]string{
		`{"nope": 1}`:                "`nope`: is unknown",
		`{"Hidden": "x"}`:            "`Hidden`: is unknown",
		`{"TEXT": "x"}`:              "`TEXT`: is unknown",
		`{"text": 1}`:                "`text`: cannot be this number",
		`{"small": 128}`:             "`small`: cannot be this number",
		`{"small": 1.5}`:             "`small`: cannot be this number",
		`{"byte": -1}`:               "`byte`: cannot be this number",
		`{"ratio": 1e39}`:            "`ratio`: cannot be this number",
		`{"flag": "true"}`:           "`flag`: cannot be this string",
		`{"list": {}}`:               "`list`: cannot be an object",
		`{"list": [1, true]}`:        "`list/1`: cannot be this boolean",
		`{"inner": {"x": 1}}`:        "`inner/x`: is unknown",
		`{"inner": []}`:              "`inner`: cannot be an array",
		`{"when": "soon"}`:           "`when`: cannot be this string: parsing time",
		`{"text": "a", "text": "b"}`: "duplicate",
		`[]`:                         "they are no object",
		`"x"`:                        "they are no object",
		``:                           "the arguments do not fit",
		`{`:                          "unexpected EOF",
		`{"text": "x"`:               "unexpected EOF",
		`{} {}`:                      "something follows",
		"{\"text\": \"\xff\"}":       "UTF-8",
		`{"text": "\ud800"}`:         "surrogate",
		`{"inner": ` + strings.Repeat("[", 20_000): "the arguments do not fit",
	}
	for text, part := range cases {
		var read arguments
		err := parseArguments([]byte(text), reflect.ValueOf(&read))
		if err == nil || toolError(err).Kind != KindInvalidInput || !strings.Contains(err.Error(), part) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}
