// Package toolhost writes tools for toolhost: a function with a struct of arguments is a tool.
//
//	func init() {
//		toolhost.Tool("hello", "Greets somebody by name.", hello, toolhost.ReadOnly)
//	}
//
//	func hello(args struct {
//		Name string `json:"name" doc:"Whom to greet." min:"1" max:"100"`
//	}) (string, error) {
//		return "Hello, " + args.Name + "!", nil
//	}
//
// The function stays what it was, and is tested as any other. Only a build for wasip1 exports the
// component; elsewhere the imports are those that a test sets with Fake.
//
// A component imports what its functions use.
package toolhost

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
)

// Definition is what the host and models read about a tool.
type Definition struct {
	Name string
	// Title is its name for people; it may be empty.
	Title       string
	Description string
	// InputSchema is the JSON Schema of the arguments.
	InputSchema string
	// OutputSchema is the JSON Schema of the structured result; empty if there is none.
	OutputSchema string
	Annotations  Annotations
}

// Annotations say what a caller may expect of a tool. The host enforces grants, not these.
type Annotations struct {
	ReadOnly, Destructive, Idempotent, OpenWorld Hint
}

// Hint is an answer, or none.
type Hint uint8

const (
	// Unsaid is no answer.
	Unsaid Hint = iota
	// Yes is one.
	Yes
	// No is the other.
	No
)

// Option says more about a tool.
type Option func(*Definition)

// ReadOnly says that the tool changes nothing outside itself.
func ReadOnly(definition *Definition) { definition.Annotations.ReadOnly = Yes }

// Destructive says that what the tool changes may be lost: it deletes or overwrites.
func Destructive(definition *Definition) { definition.Annotations.Destructive = Yes }

// Idempotent says that to call the tool again with the same arguments changes nothing more.
func Idempotent(definition *Definition) { definition.Annotations.Idempotent = Yes }

// OpenWorld says that the tool reaches something outside the host, such as the web.
func OpenWorld(definition *Definition) { definition.Annotations.OpenWorld = Yes }

// Not denies one of the hints, as in Not(OpenWorld).
func Not(hint Option) Option {
	return func(definition *Definition) {
		var said Definition
		hint(&said)
		deny(&definition.Annotations.ReadOnly, said.Annotations.ReadOnly)
		deny(&definition.Annotations.Destructive, said.Annotations.Destructive)
		deny(&definition.Annotations.Idempotent, said.Annotations.Idempotent)
		deny(&definition.Annotations.OpenWorld, said.Annotations.OpenWorld)
	}
}

func deny(hint *Hint, said Hint) {
	if said == Yes {
		*hint = No
	}
}

// Title is the tool's name for people.
func Title(title string) Option {
	return func(definition *Definition) { definition.Title = title }
}

type tool struct {
	name, description string
	options           []Option
	arguments, result reflect.Type
	call              func(arguments []byte) ([]Content, error)
}

var tools []tool

// Tool serves a function. Call it in init, since main does not run.
//
// A is a struct; its fields are the parameters, and their tags say more about them. R is one of:
//
//   - struct{}: the caller gets no content.
//   - string: the caller gets the text.
//   - Content, one of its kinds, or []Content: the caller gets what it says.
//   - any other type: the caller gets it as JSON, with an output schema; any has none.
//
// An error of InvalidInput or NotFound, wrapped or not, keeps its kind; any other is a failure with
// its message, and so is a panic.
func Tool[A, R any](name, description string, function func(A) (R, error), options ...Option) {
	tools = append(tools, tool{
		name:        name,
		description: description,
		options:     options,
		arguments:   reflect.TypeFor[A](),
		result:      reflect.TypeFor[R](),
		call: func(arguments []byte) ([]Content, error) {
			var parsed A
			if err := parseArguments(arguments, reflect.ValueOf(&parsed)); err != nil {
				return nil, err
			}
			result, err := function(parsed)
			if err != nil {
				return nil, err
			}
			return contents(result)
		},
	})
}

// Definitions returns what the host reads about all tools, or everything that is wrong with them. A
// test that calls it finds before the host does what has no schema.
func Definitions() ([]Definition, error) {
	definitions := make([]Definition, 0, len(tools))
	var problems []error
	seen := map[string]bool{}
	for _, tool := range tools {
		definition, err := tool.definition()
		if err == nil && seen[tool.name] {
			err = errors.New("there is another tool of this name; rename one")
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("tool `%s`: %w", tool.name, err))
		}
		seen[tool.name] = true
		definitions = append(definitions, definition)
	}
	if len(tools) == 0 {
		problems = append(problems, errors.New("there is no tool; call `toolhost.Tool` in `init`"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return definitions, nil
}

func (tool *tool) definition() (Definition, error) {
	definition := Definition{Name: tool.name, Description: tool.description}
	for _, option := range tool.options {
		option(&definition)
	}
	var input, output error
	definition.InputSchema, input = inputSchema(tool.arguments)
	definition.OutputSchema, output = outputSchema(tool.result)
	return definition, errors.Join(input, output)
}

// Call runs a tool as the host does, with arguments as a JSON object. The host checks them against
// the schema first; here only the types are.
func Call(name, arguments string) ([]Content, error) {
	return call(name, []byte(arguments))
}

func call(name string, arguments []byte) (contents []Content, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", cause, debug.Stack())
			contents, err = nil, Failed("the tool panicked: %v", cause)
		}
	}()
	for index := range tools {
		if tools[index].name == name {
			return tools[index].call(arguments)
		}
	}
	return nil, NotFound("there is no tool `%s`", name)
}
