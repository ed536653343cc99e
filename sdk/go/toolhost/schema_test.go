// Tests of schemas, in both directions, and of what has none.

package toolhost

import (
	"encoding/json/jsontext"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

type units string

// colour says its schema itself.
type colour struct{ red, green, blue uint8 }

func (colour) JSONSchema() string { return `{"type": "string", "pattern": "^#[0-9a-f]{6}$"}` }

// opaque has a form of its own in JSON, and does not say which.
type opaque struct{ A int }

func (*opaque) UnmarshalJSON([]byte) error { return nil }

type shared struct {
	Page int `json:"page" default:"1" min:"1"`
}

func property[A any](t *testing.T) string {
	t.Helper()
	text, err := inputSchema(reflect.TypeFor[A]())
	if err != nil {
		t.Error(err)
		return ""
	}
	schema, err := parseSchema(text)
	if err != nil || schema.get("type") != `"object"` || schema.get("additionalProperties") != "false" {
		t.Error(text, err)
	}
	return strings.TrimPrefix(text, `{"type":"object","properties":`)
}

func TestTypesAndTagsBecomeSchemas(t *testing.T) {
	const required = `,"required":["a"],"additionalProperties":false}`
	const optional = `,"additionalProperties":false}`
	cases := []struct{ found, expected string }{
		{property[struct {
			A string `json:"a" doc:"What \x60it\x60 is." min:"1" max:"100" pattern:"^[a-z]+$" format:"uri"`
		}](t), `{"a":{"type":"string","minLength":1,"maxLength":100,"pattern":"^[a-z]+$","format":"uri","description":"What ` + "`it`" + ` is."}}` + required},
		{property[struct {
			A units `json:"a" enum:"celsius,fahrenheit"`
		}](t), `{"a":{"type":"string","enum":["celsius","fahrenheit"]}}` + required},
		{property[struct {
			A *units `json:"a" enum:"celsius,fahrenheit"`
		}](t), `{"a":{"type":["string","null"],"enum":["celsius","fahrenheit",null]}}` + optional},
		{property[struct {
			A string `json:"a,omitempty"`
		}](t), `{"a":{"type":"string"}}` + optional},
		{property[struct {
			A string `json:"a" default:"en"`
		}](t), `{"a":{"type":"string","default":"en"}}` + optional},
		{property[struct {
			A uint8 `json:"a" min:"1" max:"9" default:"3"`
		}](t), `{"a":{"type":"integer","minimum":1,"maximum":9,"default":3}}` + optional},
		{property[struct {
			A int16 `json:"a"`
		}](t), `{"a":{"type":"integer","minimum":-32768,"maximum":32767}}` + required},
		{property[struct {
			A int `json:"a" enum:"1,2"`
		}](t), `{"a":{"type":"integer","enum":[1,2]}}` + required},
		{property[struct {
			A uint32 `json:"a"`
			B uint64 `json:"b"`
		}](t), `{"a":{"type":"integer","minimum":0,"maximum":4294967295},"b":{"type":"integer","minimum":0}},"required":["a","b"],"additionalProperties":false}`},
		{property[struct {
			A float32 `json:"a" max:"0.5"`
		}](t), `{"a":{"type":"number","maximum":0.5}}` + required},
		{property[struct {
			A bool `json:"a" default:"true"`
		}](t), `{"a":{"type":"boolean","default":true}}` + optional},
		{property[struct {
			A []string `json:"a" min:"1" max:"5" pattern:"^x"`
		}](t), `{"a":{"type":"array","items":{"type":"string","pattern":"^x"},"minItems":1,"maxItems":5}}` + required},
		{property[struct {
			A []int `json:"a" default:"[1, 2]"`
		}](t), `{"a":{"type":"array","items":{"type":"integer"},"default":[1,2]}}` + optional},
		{property[struct {
			A [2]*bool `json:"a"`
		}](t), `{"a":{"type":"array","items":{"type":["boolean","null"]},"minItems":2,"maxItems":2}}` + required},
		{property[struct {
			A []byte `json:"a"`
		}](t), `{"a":{"type":"string","contentEncoding":"base64"}}` + required},
		{property[struct {
			A map[units]float64 `json:"a" max:"3"`
		}](t), `{"a":{"type":"object","additionalProperties":{"type":"number"},"maxProperties":3}}` + required},
		{property[struct {
			A any            `json:"a"`
			B jsontext.Value `json:"b"`
		}](t), `{"a":{},"b":{}},"required":["a","b"],"additionalProperties":false}`},
		{property[struct {
			A time.Time  `json:"a"`
			B netip.Addr `json:"b"`
		}](t), `{"a":{"type":"string","format":"date-time"},"b":{"type":"string"}},"required":["a","b"],"additionalProperties":false}`},
		{property[struct {
			A colour `json:"a"`
		}](t), `{"a":{"type":"string","pattern":"^#[0-9a-f]{6}$"}}` + required},
		{property[struct {
			A struct {
				B int `json:"b" default:"1"`
			} `json:"a" doc:"Two."`
		}](t), `{"a":{"type":"object","properties":{"b":{"type":"integer","default":1}},"additionalProperties":false,"description":"Two."}}` + required},
		{property[struct {
			shared
			A      string
			Hidden string `json:"-"`
			hidden string
		}](t), `{"page":{"type":"integer","minimum":1,"default":1},"A":{"type":"string"}},"required":["A"],"additionalProperties":false}`},
		{property[none](t), `{}` + optional},
	}
	for _, check := range cases {
		if check.found != check.expected {
			t.Errorf("\n%s\n%s", check.found, check.expected)
		}
	}
}

type recursive struct {
	Next []recursive `json:"next"`
}

func TestWhatHasNoSchemaIsRefusedWithAReason(t *testing.T) {
	cases := map[reflect.Type]string{
		reflect.TypeFor[int]():                       "take a struct",
		reflect.TypeFor[recursive]():                 "field `Next`: `toolhost.recursive` contains itself",
		reflect.TypeFor[struct{ A chan int }]():      "field `A`: `chan int` has no JSON Schema",
		reflect.TypeFor[struct{ A func() }]():        "`func()` has no JSON Schema",
		reflect.TypeFor[struct{ A complex64 }]():     "`complex64` has no JSON Schema",
		reflect.TypeFor[struct{ A error }]():         "`error` has no JSON Schema",
		reflect.TypeFor[struct{ A map[int]int }]():   "the keys of `map[int]int` are no strings",
		reflect.TypeFor[struct{ A time.Duration }](): "take a number of seconds",
		reflect.TypeFor[struct{ A opaque }]():        "give it a method `JSONSchema() string`",
		reflect.TypeFor[struct{ *shared }]():         "embed structs alone",
		reflect.TypeFor[struct {
			shared
			B int `json:"page"`
		}](): "there is another field `page`",
		reflect.TypeFor[struct {
			A int `json:"a,string"`
		}](): "the option `string` of the tag `json` has no schema",
		reflect.TypeFor[struct {
			A int `json:"'a b'"`
		}](): "quotes or backslashes",
		reflect.TypeFor[struct {
			A int `min:"one"`
		}](): "the tag `min` is `one`, which is no number",
		reflect.TypeFor[struct {
			A bool `max:"1"`
		}](): "the tag `max` does not go with `bool`",
		reflect.TypeFor[struct {
			A int `pattern:"^x"`
		}](): "the tag `pattern` does not go with `int`",
		reflect.TypeFor[struct {
			A int `enum:"a,b"`
		}](): "`a` in the tag `enum` is no number",
		reflect.TypeFor[struct {
			A bool `enum:"true"`
		}](): "the tag `enum` does not go with `bool`",
		reflect.TypeFor[struct {
			A uint8 `default:"256"`
		}](): "the default `256` does not fit",
		reflect.TypeFor[struct {
			A []int `default:"1,2"`
		}](): "the default `1,2` does not fit: it is not JSON",
		reflect.TypeFor[struct {
			A *int `default:"1"`
		}](): "not at or below pointers, lists and maps",
		reflect.TypeFor[struct{ A []shared }](): "not at or below pointers, lists and maps",
	}
	for arguments, part := range cases {
		text, err := inputSchema(arguments)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Error(arguments, text, err)
		}
	}
}

func TestOutputsSayWhatIsWritten(t *testing.T) {
	type place struct {
		Name   string   `json:"name" default:"x" doc:"Its name."`
		Height *int16   `json:"height"`
		Tags   []string `json:"tags,omitempty"`
	}
	found, err := outputSchema(reflect.TypeFor[place]())
	expected := `{"type":"object","properties":{` +
		`"name":{"type":"string","description":"Its name."},` +
		`"height":{"type":["integer","null"],"minimum":-32768,"maximum":32767},` +
		`"tags":{"type":"array","items":{"type":"string"}}},"required":["name","height"]}`
	if err != nil || found != expected {
		t.Fatal(found, err)
	}
	if found, _ := outputSchema(reflect.TypeFor[*place]()); !strings.HasPrefix(found, `{"type":["object","null"]`) {
		t.Fatal(found)
	}
}
