// Makes JSON Schema 2020-12 of Go types and the tags of their fields.

package toolhost

import (
	"encoding"
	"encoding/json/jsontext"
	"encoding/json/v2"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Schemer is a type that says its schema itself, as one with methods of its own for JSON has to.
type Schemer interface {
	// JSONSchema is the schema as JSON text.
	JSONSchema() string
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	valueType = reflect.TypeFor[jsontext.Value]()
)

// inputSchema is the schema of the arguments of a tool.
func inputSchema(arguments reflect.Type) (string, error) {
	if arguments.Kind() != reflect.Struct {
		return "", fmt.Errorf("the arguments are of the type `%s`; take a struct whose fields are the parameters", arguments)
	}
	writer := schemaWriter{input: true, defaults: true}
	schema, err := writer.object(arguments)
	return schema.text(), err
}

// outputSchema is the schema of the structured result, and empty if there is none.
func outputSchema(result reflect.Type) (string, error) {
	if isContentType(result) || result.Kind() == reflect.Interface {
		return "", nil
	}
	writer := schemaWriter{}
	schema, err := writer.value(result, "")
	if err != nil {
		return "", fmt.Errorf("the result: %w; return `any` for a result without a schema", err)
	}
	return schema.text(), nil
}

// schema is one object of a schema, in the order in which it is written.
type schema []member

type member struct{ key, value string }

func (schema schema) text() string {
	var text strings.Builder
	text.WriteByte('{')
	for index, member := range schema {
		if index > 0 {
			text.WriteByte(',')
		}
		text.WriteString(quote(member.key))
		text.WriteByte(':')
		text.WriteString(member.value)
	}
	text.WriteByte('}')
	return text.String()
}

func (schema schema) get(key string) string {
	for _, member := range schema {
		if member.key == key {
			return member.value
		}
	}
	return ""
}

func (schema *schema) set(key, value string) {
	for index := range *schema {
		if (*schema)[index].key == key {
			(*schema)[index].value = value
			return
		}
	}
	*schema = append(*schema, member{key, value})
}

// nullable lets null in as well.
func (schema schema) nullable() schema {
	kind := schema.get("type")
	if kind == "" {
		if len(schema) == 0 {
			return schema
		}
		return []member{{"anyOf", "[" + schema.text() + `,{"type":"null"}]`}}
	}
	schema.set("type", "["+kind+`,"null"]`)
	if values := schema.get("enum"); values != "" {
		schema.set("enum", strings.TrimSuffix(values, "]")+",null]")
	}
	return schema
}

// schemaWriter goes through a type; above are the structs that it is in.
type schemaWriter struct {
	input    bool
	defaults bool
	above    []reflect.Type
}

// value is the schema of a type whose field has the tags.
func (writer *schemaWriter) value(kind reflect.Type, tags reflect.StructTag) (schema, error) {
	if kind.Kind() == reflect.Pointer {
		below := *writer
		below.defaults = false
		schema, err := below.value(kind.Elem(), tags)
		return schema.nullable(), err
	}
	schema, err := writer.bare(kind, tags)
	if err != nil {
		return nil, err
	}
	return schema, writer.narrow(&schema, kind, tags)
}

// bare is the schema of a type by itself; tags are handed on to the items of a list.
func (writer *schemaWriter) bare(kind reflect.Type, tags reflect.StructTag) (schema, error) {
	if kind.Implements(reflect.TypeFor[Schemer]()) {
		return parseSchema(reflect.Zero(kind).Interface().(Schemer).JSONSchema())
	}
	switch {
	case kind == timeType:
		return schema{{"type", `"string"`}, {"format", `"date-time"`}}, nil
	case kind == valueType, kind.Kind() == reflect.Interface && kind.NumMethod() == 0:
		return schema{}, nil
	case kind == reflect.TypeFor[time.Duration]():
		return nil, errors.New("`time.Duration` has no form in JSON; take a number of seconds")
	case hasMethods(kind, reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.Unmarshaler]()),
		hasMethods(kind, reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[json.UnmarshalerFrom]()):
		return nil, fmt.Errorf("`%s` has its own methods for JSON; give it a method `JSONSchema() string`", kind)
	case hasMethods(kind, reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()):
		return schema{{"type", `"string"`}}, nil
	}
	switch kind.Kind() {
	case reflect.Bool:
		return schema{{"type", `"boolean"`}}, nil
	case reflect.String:
		return schema{{"type", `"string"`}}, nil
	case reflect.Float32, reflect.Float64:
		return schema{{"type", `"number"`}}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return signed(kind.Bits()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return unsigned(kind.Bits()), nil
	case reflect.Slice, reflect.Array:
		return writer.list(kind, tags)
	case reflect.Map:
		if kind.Key().Kind() != reflect.String {
			return nil, fmt.Errorf("the keys of `%s` are no strings", kind)
		}
		values, err := writer.below().value(kind.Elem(), "")
		return schema{{"type", `"object"`}, {"additionalProperties", values.text()}}, err
	case reflect.Struct:
		return writer.object(kind)
	default:
		return nil, fmt.Errorf("`%s` has no JSON Schema", kind)
	}
}

func hasMethods(kind reflect.Type, any ...reflect.Type) bool {
	for _, methods := range any {
		if reflect.PointerTo(kind).Implements(methods) {
			return true
		}
	}
	return false
}

// signed has the bounds of the type; those of 64 bits would only be noise.
func signed(bits int) schema {
	if bits == 64 {
		return schema{{"type", `"integer"`}}
	}
	least := int64(-1) << (bits - 1)
	return schema{
		{"type", `"integer"`},
		{"minimum", strconv.FormatInt(least, 10)},
		{"maximum", strconv.FormatInt(-(least + 1), 10)},
	}
}

func unsigned(bits int) schema {
	if bits == 64 {
		return schema{{"type", `"integer"`}, {"minimum", "0"}}
	}
	most := uint64(math.MaxUint64) >> (64 - bits)
	return schema{{"type", `"integer"`}, {"minimum", "0"}, {"maximum", strconv.FormatUint(most, 10)}}
}

func (writer *schemaWriter) list(kind reflect.Type, tags reflect.StructTag) (schema, error) {
	if kind.Elem().Kind() == reflect.Uint8 {
		return schema{{"type", `"string"`}, {"contentEncoding", `"base64"`}}, nil
	}
	items, err := writer.below().value(kind.Elem(), itemTags(tags))
	result := schema{{"type", `"array"`}, {"items", items.text()}}
	if kind.Kind() == reflect.Array {
		length := strconv.Itoa(kind.Len())
		result = append(result, member{"minItems", length}, member{"maxItems", length})
	}
	return result, err
}

// below is for what is not there from the start, where defaults cannot be filled in.
func (writer *schemaWriter) below() *schemaWriter {
	return &schemaWriter{input: writer.input, above: writer.above}
}

// itemTags are those that a list hands on.
func itemTags(tags reflect.StructTag) reflect.StructTag {
	var kept []string
	for _, key := range []string{"pattern", "format", "enum"} {
		if text, ok := tags.Lookup(key); ok {
			kept = append(kept, key+":"+strconv.Quote(text))
		}
	}
	return reflect.StructTag(strings.Join(kept, " "))
}

func (writer *schemaWriter) object(kind reflect.Type) (schema, error) {
	for _, above := range writer.above {
		if above == kind {
			return nil, fmt.Errorf("`%s` contains itself, which no schema may", kind)
		}
	}
	inner := schemaWriter{writer.input, writer.defaults, append(writer.above[:len(writer.above):len(writer.above)], kind)}
	var properties schema
	var required []string
	if err := inner.fields(kind, &properties, &required); err != nil {
		return nil, err
	}
	result := schema{{"type", `"object"`}, {"properties", properties.text()}}
	if len(required) > 0 {
		result = append(result, member{"required", "[" + strings.Join(required, ",") + "]"})
	}
	if writer.input {
		result = append(result, member{"additionalProperties", "false"})
	}
	return result, nil
}

func (writer *schemaWriter) fields(kind reflect.Type, properties *schema, required *[]string) error {
	for index := range kind.NumField() {
		field := kind.Field(index)
		tag, tagged := field.Tag.Lookup("json")
		if tag == "-" || !field.IsExported() && !field.Anonymous {
			continue
		}
		if field.Anonymous && !tagged {
			if field.Type.Kind() != reflect.Struct {
				return fmt.Errorf("field `%s`: embed structs alone", field.Name)
			}
			if err := writer.fields(field.Type, properties, required); err != nil {
				return err
			}
			continue
		}
		name, optional, err := fieldName(field, tag)
		if err == nil && properties.get(name) != "" {
			err = fmt.Errorf("there is another field `%s`", name)
		}
		var schema schema
		if err == nil {
			schema, err = writer.field(field)
		}
		if err != nil {
			return fmt.Errorf("field `%s`: %w", field.Name, err)
		}
		_, preset := field.Tag.Lookup("default")
		if writer.input {
			optional = optional || preset || field.Type.Kind() == reflect.Pointer
		}
		if !optional {
			*required = append(*required, quote(name))
		}
		*properties = append(*properties, member{name, schema.text()})
	}
	return nil
}

// fieldName is the name of a field in JSON, and whether it may be left out.
func fieldName(field reflect.StructField, tag string) (string, bool, error) {
	name, rest, _ := strings.Cut(tag, ",")
	if name == "" {
		name = field.Name
	}
	optional := false
	for option := range strings.SplitSeq(rest, ",") {
		switch option {
		case "":
		case "omitempty", "omitzero":
			optional = true
		default:
			return "", false, fmt.Errorf("the option `%s` of the tag `json` has no schema", option)
		}
	}
	if strings.ContainsAny(name, `'"\`) {
		return "", false, fmt.Errorf("the name `%s` in the tag `json` has quotes or backslashes", name)
	}
	return name, optional, nil
}

// field is the schema of a field with what its tags say about all types.
func (writer *schemaWriter) field(field reflect.StructField) (schema, error) {
	schema, err := writer.value(field.Type, field.Tag)
	if err != nil {
		return nil, err
	}
	if text, ok := field.Tag.Lookup("doc"); ok {
		schema.set("description", quote(text))
	}
	text, ok := field.Tag.Lookup("default")
	if !ok || !writer.input {
		return schema, nil
	}
	if !writer.defaults || field.Type.Kind() == reflect.Pointer || field.Type.Kind() == reflect.Map {
		return nil, errors.New("a default stands only at values of parameters and of structs in them, not at or below pointers, lists and maps")
	}
	value, err := defaultJSON(field.Type, text)
	if err == nil {
		err = json.Unmarshal([]byte(value), reflect.New(field.Type).Interface())
	}
	if err != nil {
		return nil, fmt.Errorf("the default `%s` does not fit: %s", text, reason(err))
	}
	schema.set("default", value)
	return schema, nil
}

// narrow adds what the tags say about a type.
func (writer *schemaWriter) narrow(target *schema, kind reflect.Type, tags reflect.StructTag) error {
	least, most := boundNames(target.get("type"))
	for _, bound := range []struct{ tag, key string }{{"min", least}, {"max", most}} {
		text, ok := tags.Lookup(bound.tag)
		if !ok {
			continue
		}
		number := jsontext.Value(text)
		if bound.key == "" {
			return fmt.Errorf("the tag `%s` does not go with `%s`", bound.tag, kind)
		}
		if !number.IsValid() || number.Kind() != '0' {
			return fmt.Errorf("the tag `%s` is `%s`, which is no number", bound.tag, text)
		}
		target.set(bound.key, text)
	}
	isList := target.get("type") == `"array"`
	for _, key := range []string{"pattern", "format"} {
		text, ok := tags.Lookup(key)
		if !ok || isList {
			continue
		}
		if target.get("type") != `"string"` {
			return fmt.Errorf("the tag `%s` does not go with `%s`", key, kind)
		}
		target.set(key, quote(text))
	}
	if text, ok := tags.Lookup("enum"); ok && !isList {
		return target.enumerate(kind, text)
	}
	return nil
}

func boundNames(kind string) (string, string) {
	switch kind {
	case `"string"`:
		return "minLength", "maxLength"
	case `"integer"`, `"number"`:
		return "minimum", "maximum"
	case `"array"`:
		return "minItems", "maxItems"
	case `"object"`:
		return "minProperties", "maxProperties"
	default:
		return "", ""
	}
}

// enumerate allows only the values of a list with commas.
func (target *schema) enumerate(kind reflect.Type, text string) error {
	var values []string
	for value := range strings.SplitSeq(text, ",") {
		switch target.get("type") {
		case `"string"`:
			values = append(values, quote(value))
		case `"integer"`, `"number"`:
			number := jsontext.Value(value)
			if !number.IsValid() || number.Kind() != '0' {
				return fmt.Errorf("`%s` in the tag `enum` is no number", value)
			}
			values = append(values, value)
		default:
			return fmt.Errorf("the tag `enum` does not go with `%s`", kind)
		}
	}
	target.set("enum", "["+strings.Join(values, ",")+"]")
	return nil
}

// parseSchema reads a schema that a type gave itself.
func parseSchema(text string) (schema, error) {
	if whole := jsontext.Value(text); !whole.IsValid() || whole.Kind() != '{' {
		return nil, fmt.Errorf("`JSONSchema` returns `%s`, which is no JSON object", text)
	}
	var result schema
	decoder := jsontext.NewDecoder(strings.NewReader(text))
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	for decoder.PeekKind() != '}' {
		key, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name := key.String()
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		result = append(result, member{name, string(value)})
	}
	return result, nil
}

func quote(text string) string {
	// What is no UTF-8 is replaced; there is no other error.
	quoted, _ := jsontext.AppendQuote(nil, valid(text))
	return string(quoted)
}
