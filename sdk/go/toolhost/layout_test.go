// Reads what the layouts write by the rules of the canonical ABI, which stand here once more: a value
// is read at offsets worked out from its type, and not from the structs of Go.

package toolhost

import (
	"reflect"
	"testing"
	"unsafe"
)

type abiType struct {
	size, align uint32
	read        func(place uint32) any
}

func load[T any](place uint32) T { return *(*T)(at(place)) }

var (
	abiBool = abiType{1, 1, func(place uint32) any { return load[uint8](place) == 1 }}
	abiU16  = abiType{2, 2, func(place uint32) any { return load[uint16](place) }}
	abiText = abiType{8, 4, func(place uint32) any {
		from, length := load[uint32](place), load[uint32](place+4)
		text := make([]byte, length)
		for index := range length {
			text[index] = load[uint8](from + index)
		}
		return string(text)
	}}
)

func alignTo(offset, align uint32) uint32 { return (offset + align - 1) / align * align }

func abiRecord(fields ...abiType) abiType {
	var offsets []uint32
	size, align := uint32(0), uint32(1)
	for _, field := range fields {
		size = alignTo(size, field.align)
		offsets = append(offsets, size)
		size += field.size
		align = max(align, field.align)
	}
	return abiType{alignTo(size, align), align, func(place uint32) any {
		var values []any
		for index, field := range fields {
			values = append(values, field.read(place+offsets[index]))
		}
		return values
	}}
}

// abiVariant has fewer than 257 cases; a case without payload has the size 0.
func abiVariant(cases ...abiType) abiType {
	size, align := uint32(0), uint32(1)
	for _, payload := range cases {
		size, align = max(size, payload.size), max(align, payload.align)
	}
	start := alignTo(1, align)
	return abiType{alignTo(start+size, align), align, func(place uint32) any {
		kind := load[uint8](place)
		if cases[kind].read == nil {
			return nil
		}
		return []any{int(kind), cases[kind].read(place + start)}
	}}
}

func abiOption(some abiType) abiType { return abiVariant(abiType{0, 1, nil}, some) }

func abiList(item abiType) abiType {
	return abiType{8, 4, func(place uint32) any {
		from, length := load[uint32](place), load[uint32](place+4)
		values := []any{}
		for index := range length {
			values = append(values, item.read(from+index*item.size))
		}
		return values
	}}
}

var (
	abiAnnotations = abiRecord(abiOption(abiBool), abiOption(abiBool), abiOption(abiBool), abiOption(abiBool))
	abiDefinition  = abiRecord(abiText, abiOption(abiText), abiText, abiText, abiOption(abiText), abiAnnotations)
	abiBlob        = abiRecord(abiText, abiText)
	abiDocument    = abiRecord(abiText, abiOption(abiText), abiVariant(abiText, abiText))
	abiReference   = abiRecord(abiText, abiText, abiOption(abiText), abiOption(abiText))
	abiContent     = abiVariant(abiText, abiBlob, abiBlob, abiDocument, abiReference, abiText)
	abiToolError   = abiVariant(abiText, abiText, abiText)
	abiOutcome     = abiVariant(abiList(abiContent), abiToolError)
	abiPair        = abiRecord(abiText, abiText)
	abiResponse    = abiRecord(abiU16, abiList(abiPair), abiText)
	abiHTTPError   = abiVariant(abiText, abiText, abiText, abiText, abiText)
	abiAnswer      = abiVariant(abiResponse, abiHTTPError)
)

func TestLayoutsHaveTheSizesOfTheABI(t *testing.T) {
	cases := []struct {
		found, align uintptr
		expected     abiType
	}{
		{unsafe.Sizeof(definitionLayout{}), unsafe.Alignof(definitionLayout{}), abiDefinition},
		{unsafe.Sizeof(contentLayout{}), unsafe.Alignof(contentLayout{}), abiContent},
		{unsafe.Sizeof(blobLayout{}), unsafe.Alignof(blobLayout{}), abiBlob},
		{unsafe.Sizeof(documentLayout{}), unsafe.Alignof(documentLayout{}), abiDocument},
		{unsafe.Sizeof(referenceLayout{}), unsafe.Alignof(referenceLayout{}), abiReference},
		{unsafe.Sizeof(outcomeLayout{}), unsafe.Alignof(outcomeLayout{}), abiOutcome},
		{unsafe.Sizeof(errorLayout{}), unsafe.Alignof(errorLayout{}), abiToolError},
		{unsafe.Sizeof(pairLayout{}), unsafe.Alignof(pairLayout{}), abiPair},
		{unsafe.Sizeof(answerLayout{}), unsafe.Alignof(answerLayout{}), abiAnswer},
		{unsafe.Sizeof(optional[span]{}), unsafe.Alignof(optional[span]{}), abiOption(abiText)},
	}
	for index, check := range cases {
		if uint32(check.found) != check.expected.size || uint32(check.align) != check.expected.align {
			t.Error(index, check.found, check.align, check.expected)
		}
	}
	// These two are known by heart, so that a slip in the rules above shows.
	if abiDefinition.size != 56 || abiContent.size != 44 || abiOutcome.size != 16 || abiAnswer.size != 24 {
		t.Error(abiDefinition.size, abiContent.size, abiOutcome.size, abiAnswer.size)
	}
}

func lifted[T any](value *T, kind abiType) any {
	return kind.read(place(unsafe.Pointer(value), unsafe.Sizeof(*value)))
}

func some(value any) any { return []any{1, value} }

func TestDefinitionsAreReadAsTheyWereWritten(t *testing.T) {
	var lowering lowering
	list := lowering.definitions([]Definition{
		{Name: "a", Description: "A.", InputSchema: "{}"},
		{"b", "Bé", "B.", "{1}", "{2}", Annotations{Yes, No, Unsaid, Yes}},
	})
	expected := []any{
		[]any{"a", nil, "A.", "{}", nil, []any{nil, nil, nil, nil}},
		[]any{"b", some("Bé"), "B.", "{1}", some("{2}"), []any{some(true), some(false), nil, some(true)}},
	}
	if found := lifted(list, abiList(abiDefinition)); !reflect.DeepEqual(found, expected) {
		t.Fatalf("%v", found)
	}
}

func TestContentsAreReadAsTheyWereWritten(t *testing.T) {
	var lowering lowering
	outcome := lowering.outcome([]Content{
		Text("t\xff"),
		Image{[]byte{0, 255}, "image/png"},
		Audio{nil, "audio/wav"},
		Document{"file:///a", "text/plain", "a"},
		Document{URI: "file:///b"},
		File{"file:///c", "", []byte{7}},
		Link{"https://a.example/", "A", "a", "text/html"},
		Link{URI: "https://b.example/", Name: "B"},
		written("[1]"),
	}, nil)
	expected := []any{0, []any{
		[]any{0, "t\uFFFD"},
		[]any{1, []any{"\x00\xff", "image/png"}},
		[]any{2, []any{"", "audio/wav"}},
		[]any{3, []any{"file:///a", some("text/plain"), []any{0, "a"}}},
		[]any{3, []any{"file:///b", nil, []any{0, ""}}},
		[]any{3, []any{"file:///c", nil, []any{1, "\x07"}}},
		[]any{4, []any{"https://a.example/", "A", some("a"), some("text/html")}},
		[]any{4, []any{"https://b.example/", "B", nil, nil}},
		[]any{5, "[1]"},
	}}
	if found := lifted(outcome, abiOutcome); !reflect.DeepEqual(found, expected) {
		t.Fatalf("%v", found)
	}
}

func TestErrorsAreReadAsTheyWereWritten(t *testing.T) {
	for index, err := range []error{InvalidInput("a"), NotFound("a"), Failed("a")} {
		var lowering lowering
		expected := []any{1, []any{index, "a"}}
		if found := lifted(lowering.outcome(nil, err), abiOutcome); !reflect.DeepEqual(found, expected) {
			t.Errorf("%v", found)
		}
	}
}

func TestHeadersAreReadAsTheyWereWritten(t *testing.T) {
	var lowering lowering
	list := lowering.pairs([]Header{{"a", "1"}, {"b", ""}})
	expected := []any{[]any{"a", "1"}, []any{"b", ""}}
	if found := lifted(&list, abiList(abiPair)); !reflect.DeepEqual(found, expected) {
		t.Fatalf("%v", found)
	}
}

// raw writes words of memory, as the host does.
func raw(words ...uint32) uint32 {
	memory := append([]uint32{}, words...)
	return place(unsafe.Pointer(unsafe.SliceData(memory)), uintptr(4*len(memory)))
}

func rawText(text string) (uint32, uint32) {
	return place(unsafe.Pointer(unsafe.StringData(text)), uintptr(len(text))), uint32(len(text))
}

func TestAnAnswerOfTheHostIsRead(t *testing.T) {
	name, nameLength := rawText("x-a")
	value, valueLength := rawText("1")
	headers := raw(name, nameLength, value, valueLength, name, nameLength, 0, 0)
	body, bodyLength := rawText("ok")
	// The host leaves what it likes between the fields.
	const padding = 0xabcd_0000
	answer := (*answerLayout)(at(raw(padding, padding|418, headers, 2, body, bodyLength)))
	response, err := answer.response()
	expected := &Response{418, []Header{{"x-a", "1"}, {"x-a", ""}}, []byte("ok")}
	if err != nil || !reflect.DeepEqual(response, expected) {
		t.Fatal(response, err)
	}
	answer = (*answerLayout)(at(raw(padding|1, padding|uint32(HTTPTooLarge), body, bodyLength, 0, 0)))
	_, err = answer.response()
	if problem, ok := err.(*HTTPError); !ok || *problem != (HTTPError{HTTPTooLarge, "ok"}) {
		t.Fatal(err)
	}
}
