// Reads arguments into the struct of a function.

package toolhost

import (
	"bytes"
	"encoding/json/jsontext"
	"encoding/json/v2"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

var allowInvalidUTF8 = jsontext.AllowInvalidUTF8(true)

// parseArguments fills in defaults, then what the caller gave.
//
// It reads the object itself, and single values without package json: to prepare that package for a
// type costs as much as starting the program, and most tools take nothing else.
func parseArguments(text []byte, target reflect.Value) error {
	if err := setDefaults(target.Elem()); err != nil {
		return err
	}
	// A buffer is read in place, any other reader is copied.
	decoder := jsontext.NewDecoder(bytes.NewBuffer(text))
	if err := readObject(decoder, target.Elem()); err != nil {
		return InvalidInput("the arguments do not fit: %s", reason(err))
	}
	return nil
}

func readObject(decoder *jsontext.Decoder, target reflect.Value) error {
	if kind := decoder.PeekKind(); kind != '{' && kind != jsontext.KindInvalid {
		return errors.New("they are no object")
	}
	// What is no JSON at all is an error here.
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	for decoder.PeekKind() != '}' {
		token, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		value, err := decoder.ReadValue()
		if err != nil {
			return err
		}
		field, ok := parameter(target, name)
		if !ok {
			return fmt.Errorf("`%s`: is unknown", name)
		}
		if err := assign(field, value); err != nil {
			return &misfit{name, err}
		}
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	if _, err := decoder.ReadToken(); err != io.EOF {
		return errors.New("something follows after them")
	}
	return nil
}

// misfit is an argument that does not fit its parameter.
type misfit struct {
	name  string
	cause error
}

func (misfit *misfit) Error() string { return misfit.cause.Error() }

// parameter finds the field of a name, in embedded structs too.
func parameter(target reflect.Value, name string) (reflect.Value, bool) {
	kind := target.Type()
	for index := range kind.NumField() {
		field := kind.Field(index)
		tag, tagged := field.Tag.Lookup("json")
		if field.Anonymous && !tagged {
			if found, ok := parameter(target.Field(index), name); ok {
				return found, true
			}
			continue
		}
		if !field.IsExported() || tag == "-" {
			continue
		}
		written, _, _ := strings.Cut(tag, ",")
		if written == name || written == "" && field.Name == name {
			return target.Field(index), true
		}
	}
	return reflect.Value{}, false
}

// assign sets a value of Go from one of JSON.
func assign(target reflect.Value, value jsontext.Value) error {
	kind := target.Type()
	if kind.Kind() == reflect.Pointer && value.Kind() != 'n' {
		target.Set(reflect.New(kind.Elem()))
		return assign(target.Elem(), value)
	}
	if reflect.PointerTo(kind).NumMethod() == 0 && assignPlain(target, value) {
		return nil
	}
	return json.Unmarshal(value, target.Addr().Interface(), json.RejectUnknownMembers(true))
}

// assignPlain knows texts, booleans and numbers that fit, and leaves all else to package json.
func assignPlain(target reflect.Value, value jsontext.Value) bool {
	kind := target.Kind()
	switch value.Kind() {
	case '"':
		if kind != reflect.String {
			return false
		}
		// The decoder has seen that it is UTF-8; only escapes are left to resolve.
		text := value[1 : len(value)-1]
		if bytes.IndexByte(text, '\\') >= 0 {
			unquoted, err := jsontext.AppendUnquote(nil, value)
			if err != nil {
				return false
			}
			text = unquoted
		}
		target.SetString(string(text))
		return true
	case 't', 'f':
		if kind != reflect.Bool {
			return false
		}
		target.SetBool(value.Kind() == 't')
		return true
	case '0':
		return assignNumber(target, string(value))
	default:
		return false
	}
}

func assignNumber(target reflect.Value, text string) bool {
	switch {
	case target.CanInt():
		number, err := strconv.ParseInt(text, 10, target.Type().Bits())
		if err == nil {
			target.SetInt(number)
		}
		return err == nil
	case target.CanUint():
		number, err := strconv.ParseUint(text, 10, target.Type().Bits())
		if err == nil {
			target.SetUint(number)
		}
		return err == nil
	case target.CanFloat():
		number, err := strconv.ParseFloat(text, target.Type().Bits())
		if err == nil {
			target.SetFloat(number)
		}
		return err == nil
	default:
		return false
	}
}

// setDefaults goes into structs that are there from the start; no others may have defaults.
func setDefaults(target reflect.Value) error {
	if target.Kind() != reflect.Struct {
		return nil
	}
	kind := target.Type()
	for index := range kind.NumField() {
		field := kind.Field(index)
		if text, ok := field.Tag.Lookup("default"); ok {
			value, err := defaultJSON(field.Type, text)
			if err == nil {
				err = assign(target.Field(index), jsontext.Value(value))
			}
			if err != nil {
				return fmt.Errorf("field `%s`: the default `%s` does not fit: %s", field.Name, text, reason(err))
			}
		} else if field.IsExported() || field.Anonymous {
			if err := setDefaults(target.Field(index)); err != nil {
				return err
			}
		}
	}
	return nil
}

// defaultJSON is a default as JSON; of a string it is the tag as it stands.
func defaultJSON(kind reflect.Type, text string) (string, error) {
	if kind.Kind() == reflect.String || kind == timeType {
		return quote(text), nil
	}
	value := jsontext.Value(text)
	if err := value.Compact(); err != nil {
		return "", errors.New("it is not JSON")
	}
	return string(value), nil
}

// reason is what is wrong with JSON, without places in a text that the caller never sees.
func reason(err error) string {
	place := ""
	if argument, ok := err.(*misfit); ok {
		place, err = argument.name, argument.cause
	}
	text := err.Error()
	if problem, ok := errors.AsType[*json.SemanticError](err); ok {
		place += string(problem.JSONPointer)
		text = semanticReason(problem)
	} else if problem, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		text = strings.TrimPrefix(problem.Err.Error(), "jsontext: ")
	}
	if place == "" {
		return text
	}
	return "`" + strings.TrimPrefix(place, "/") + "`: " + text
}

func semanticReason(problem *json.SemanticError) string {
	if problem.Err == json.ErrUnknownName {
		return "is unknown"
	}
	text := "cannot be converted"
	if problem.JSONKind != 0 {
		text = "cannot be " + kindName(problem.JSONKind)
	}
	if problem.Err != nil {
		text += ": " + problem.Err.Error()
	}
	return text
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "this boolean"
	case '"':
		return "this string"
	case '0':
		return "this number"
	case '[':
		return "an array"
	default:
		return "an object"
	}
}
