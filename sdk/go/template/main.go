// {{name}}: a name goes in, a text comes out.
package main

import (
	"strings"

	"example.com/{{name}}/toolhost"
)

func init() {
	toolhost.Tool("{{snake}}", "Greets somebody by name.", greet, toolhost.ReadOnly, toolhost.Idempotent)
}

// main does not run; the host calls the tools.
func main() {}

func greet(args struct {
	Name string `json:"name" doc:"Whom to greet, such as \x60Ada\x60." min:"1" max:"100"`
}) (string, error) {
	name := strings.TrimSpace(args.Name)
	if name == "" {
		return "", toolhost.InvalidInput("`name` is empty; give a name, such as `Ada`")
	}
	return "Hello, " + name + "!", nil
}
