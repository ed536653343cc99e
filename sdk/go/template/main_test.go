// Calls the tool on this machine, as the host does.

package main

import (
	"errors"
	"strings"
	"testing"

	"example.com/{{name}}/toolhost"
)

func TestTheNameIsGreetedWithoutBlanksAroundIt(t *testing.T) {
	contents, err := toolhost.Call("{{snake}}", `{"name": " Ada "}`)
	if err != nil || len(contents) != 1 || contents[0] != toolhost.Text("Hello, Ada!") {
		t.Fatal(contents, err)
	}
}

func TestANameOfBlanksIsRefused(t *testing.T) {
	_, err := toolhost.Call("{{snake}}", `{"name": " \t"}`)
	var problem *toolhost.ToolError
	if !errors.As(err, &problem) || problem.Kind != toolhost.KindInvalidInput {
		t.Fatal(err)
	}
}

func TestTheToolHasASchema(t *testing.T) {
	definitions, err := toolhost.Definitions()
	if err != nil || !strings.Contains(definitions[0].InputSchema, `"maxLength":100`) {
		t.Fatal(definitions, err)
	}
}
