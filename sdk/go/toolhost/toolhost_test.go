// Tests of tools as the host sees them: definitions, results, errors.

package toolhost

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

type none = struct{}

// fresh forgets the tools of other tests.
func fresh(t *testing.T) {
	before := tools
	tools = nil
	t.Cleanup(func() { tools = before })
}

func TestADefinitionIsWhatTheCodeSays(t *testing.T) {
	fresh(t)
	Tool("count", "Counts.", func(args struct {
		Text string `json:"text"`
	}) (int, error) {
		return len(args.Text), nil
	}, ReadOnly, Destructive, Not(Idempotent), Not(OpenWorld), Title("Count letters"))
	definitions, err := Definitions()
	if err != nil {
		t.Fatal(err)
	}
	expected := []Definition{{
		Name:         "count",
		Title:        "Count letters",
		Description:  "Counts.",
		InputSchema:  `{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`,
		OutputSchema: `{"type":"integer"}`,
		Annotations:  Annotations{ReadOnly: Yes, Destructive: Yes, Idempotent: No, OpenWorld: No},
	}}
	if !reflect.DeepEqual(definitions, expected) {
		t.Fatalf("%+v", definitions)
	}
}

func TestHintsThatAreLeftOutAreNotSaid(t *testing.T) {
	fresh(t)
	Tool("quiet", "Says nothing.", func(none) (none, error) { return none{}, nil }, OpenWorld)
	definitions, err := Definitions()
	if err != nil || definitions[0].Annotations != (Annotations{OpenWorld: Yes}) || definitions[0].Title != "" {
		t.Fatalf("%+v %v", definitions, err)
	}
}

func TestAllThatIsWrongWithToolsIsNamed(t *testing.T) {
	fresh(t)
	if _, err := Definitions(); err == nil || !strings.Contains(err.Error(), "there is no tool") {
		t.Fatal(err)
	}
	Tool("one", "One.", func(string) (string, error) { return "", nil })
	Tool("two", "Two.", func(none) (chan int, error) { return nil, nil })
	Tool("three", "Three.", func(none) (string, error) { return "", nil })
	Tool("three", "Three.", func(none) (string, error) { return "", nil })
	_, err := Definitions()
	for _, part := range []string{
		"tool `one`: the arguments are of the type `string`; take a struct",
		"tool `two`: the result: `chan int` has no JSON Schema; return `any`",
		"tool `three`: there is another tool of this name",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Fatal(part, err)
		}
	}
}

func TestResultsBecomeContentByTheirType(t *testing.T) {
	fresh(t)
	type place struct {
		Names []string          `json:"names"`
		More  map[string]string `json:"more"`
		Left  *int              `json:"left,omitempty"`
	}
	link := Link{URI: "https://example.com/", Name: "Example"}
	returns(t, "nothing", none{}, nil)
	returns(t, "text", "so", []Content{Text("so")})
	returns(t, "content", Content(link), []Content{link})
	returns(t, "kind", link, []Content{link})
	returns(t, "contents", []Content{Text("a"), JSON{map[string]int{"b": 1, "a": 2}}}, []Content{Text("a"), written(`{"a":2,"b":1}`)})
	returns(t, "place", place{}, []Content{written(`{"names":[],"more":{}}`)})
	returns(t, "any", any([]int{1}), []Content{written("[1]")})
	returns(t, "any_text", any("so"), []Content{Text("so")})
	returns(t, "utf8", []string{"<\xff>"}, []Content{written("[\"<\uFFFD>\"]")})
}

func returns[R any](t *testing.T, name string, result R, expected []Content) {
	t.Helper()
	Tool(name, "Returns.", func(none) (R, error) { return result, nil })
	contents, err := Call(name, "{}")
	if err != nil || !reflect.DeepEqual(contents, expected) {
		t.Errorf("%s: %#v %v", name, contents, err)
	}
}

func TestOnlyResultsThatAreJSONHaveASchema(t *testing.T) {
	for result, expected := range map[reflect.Type]bool{
		reflect.TypeFor[none]():      false,
		reflect.TypeFor[string]():    false,
		reflect.TypeFor[Content]():   false,
		reflect.TypeFor[Image]():     false,
		reflect.TypeFor[[]Content](): false,
		reflect.TypeFor[any]():       false,
		reflect.TypeFor[[]string]():  true,
		reflect.TypeFor[*int]():      true,
	} {
		schema, err := outputSchema(result)
		if err != nil || (schema != "") != expected {
			t.Error(result, schema, err)
		}
	}
}

func TestResultsThatCannotBeWrittenAreFailures(t *testing.T) {
	fresh(t)
	Tool("function", "Returns one.", func(none) (any, error) { return func() {}, nil })
	Tool("nil", "Returns one.", func(none) ([]Content, error) { return []Content{nil}, nil })
	for name, part := range map[string]string{"function": "cannot be written as JSON", "nil": "is nil"} {
		if _, err := Call(name, "{}"); err == nil || !strings.Contains(err.Error(), part) {
			t.Error(name, err)
		}
	}
}

func TestErrorsKeepTheirKindAndTheWholeMessage(t *testing.T) {
	cases := map[error]ToolError{
		InvalidInput("give %d", 1):                          {KindInvalidInput, "give 1"},
		NotFound("gone"):                                    {KindNotFound, "gone"},
		fmt.Errorf("outer: %w", NotFound("gone")):           {KindNotFound, "outer: gone"},
		errors.New("plain"):                                 {KindFailed, "plain"},
		&HTTPError{HTTPDenied, "no grant"}:                  {KindFailed, "no grant"},
		errors.Join(errors.New("a"), InvalidInput("100%%")): {KindInvalidInput, "a\n100%"},
	}
	for err, expected := range cases {
		if found := toolError(err); *found != expected {
			t.Error(err, *found)
		}
	}
}

func TestAPanicIsAFailureWithItsMessage(t *testing.T) {
	fresh(t)
	Tool("panics", "Panics.", func(none) (string, error) {
		var empty []string
		return empty[len(tools)], nil
	})
	_, err := Call("panics", "{}")
	if found := toolError(err); found.Kind != KindFailed || !strings.Contains(found.Message, "index out of range") {
		t.Fatal(err)
	}
}

func TestAnUnknownToolIsNotFound(t *testing.T) {
	fresh(t)
	_, err := Call("nope", "{}")
	if found := toolError(err); found.Kind != KindNotFound || found.Message != "there is no tool `nope`" {
		t.Fatal(err)
	}
}
