// How the values of `toolhost:tool` stand in memory, by the canonical ABI of the component model.
//
// Fields of a Go struct have the alignment of the ABI as long as no field is a Go pointer, which
// takes 8 bytes even on wasm32. So places are numbers here, and who stores one keeps what is there.

package toolhost

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// span is a string or a list: where it begins, and how many items it has.
type span struct{ at, length uint32 }

// optional is an option of the WIT.
type optional[T any] struct {
	given uint8
	value T
}

type definitionLayout struct {
	name         span
	title        optional[span]
	description  span
	inputSchema  span
	outputSchema optional[span]
	// In the order of the contract: read-only, destructive, idempotent, open-world.
	annotations [4]optional[uint8]
}

type blobLayout struct{ data, mediaType span }

type documentLayout struct {
	uri       span
	mediaType optional[span]
	body      bodyLayout
}

type bodyLayout struct {
	isBytes uint8
	value   span
}

type referenceLayout struct {
	uri, name              span
	description, mediaType optional[span]
}

// contentLayout has room for the longest case, a reference.
type contentLayout struct {
	kind uint8
	body [unsafe.Sizeof(referenceLayout{}) / 4]uint32
}

// The cases of `content`.
const (
	caseText uint8 = iota
	caseImage
	caseAudio
	caseDocument
	caseLink
	caseJSON
)

type errorLayout struct {
	kind    uint8
	message span
}

// outcomeLayout is what `invoke` returns: a list of contents, or an error.
type outcomeLayout struct {
	failed uint8
	body   [unsafe.Sizeof(errorLayout{}) / 4]uint32
}

type pairLayout struct{ name, value span }

type responseLayout struct {
	status  uint16
	headers span
	body    span
}

// answerLayout is what `fetch` returns: a response, or an error.
type answerLayout struct {
	failed uint8
	body   [unsafe.Sizeof(responseLayout{}) / 4]uint32
}

// lowering writes values for the host to read, and keeps alive what they point to.
type lowering struct{ kept []any }

func (lowering *lowering) bytes(data []byte) span {
	lowering.kept = append(lowering.kept, data)
	return span{place(unsafe.Pointer(unsafe.SliceData(data)), uintptr(len(data))), uint32(len(data))}
}

// text replaces what is no UTF-8, which the host would not take.
func (lowering *lowering) text(text string) span {
	text = valid(text)
	return lowering.bytes(unsafe.Slice(unsafe.StringData(text), len(text)))
}

// valid replaces what is no UTF-8. To look first is cheaper than to copy with care.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// some is the text, or none if it is empty.
func (lowering *lowering) some(text string) optional[span] {
	if text == "" {
		return optional[span]{}
	}
	return optional[span]{1, lowering.text(text)}
}

func lowerList[T any](lowering *lowering, items []T) span {
	lowering.kept = append(lowering.kept, items)
	var item T
	size := unsafe.Sizeof(item) * uintptr(len(items))
	return span{place(unsafe.Pointer(unsafe.SliceData(items)), size), uint32(len(items))}
}

func (lowering *lowering) definitions(definitions []Definition) *span {
	items := make([]definitionLayout, len(definitions))
	for index, definition := range definitions {
		annotations := definition.Annotations
		items[index] = definitionLayout{
			name:         lowering.text(definition.Name),
			title:        lowering.some(definition.Title),
			description:  lowering.text(definition.Description),
			inputSchema:  lowering.text(definition.InputSchema),
			outputSchema: lowering.some(definition.OutputSchema),
			annotations: [4]optional[uint8]{
				lowerHint(annotations.ReadOnly),
				lowerHint(annotations.Destructive),
				lowerHint(annotations.Idempotent),
				lowerHint(annotations.OpenWorld),
			},
		}
	}
	list := lowerList(lowering, items)
	return &list
}

func lowerHint(hint Hint) optional[uint8] {
	switch hint {
	case Yes:
		return optional[uint8]{1, 1}
	case No:
		return optional[uint8]{1, 0}
	default:
		return optional[uint8]{}
	}
}

func (lowering *lowering) outcome(contents []Content, err error) *outcomeLayout {
	outcome := new(outcomeLayout)
	if err != nil {
		problem := toolError(err)
		outcome.failed = 1
		*(*errorLayout)(unsafe.Pointer(&outcome.body)) = errorLayout{uint8(problem.Kind), lowering.text(problem.Message)}
		return outcome
	}
	items := make([]contentLayout, len(contents))
	for index, content := range contents {
		lowering.content(&items[index], content)
	}
	*(*span)(unsafe.Pointer(&outcome.body)) = lowerList(lowering, items)
	return outcome
}

func (lowering *lowering) content(target *contentLayout, content Content) {
	body := unsafe.Pointer(&target.body)
	switch content := content.(type) {
	case Text:
		target.kind = caseText
		*(*span)(body) = lowering.text(string(content))
	case Image:
		target.kind = caseImage
		*(*blobLayout)(body) = blobLayout{lowering.bytes(content.Data), lowering.text(content.MediaType)}
	case Audio:
		target.kind = caseAudio
		*(*blobLayout)(body) = blobLayout{lowering.bytes(content.Data), lowering.text(content.MediaType)}
	case Document:
		target.kind = caseDocument
		text := bodyLayout{0, lowering.text(content.Text)}
		*(*documentLayout)(body) = documentLayout{lowering.text(content.URI), lowering.some(content.MediaType), text}
	case File:
		target.kind = caseDocument
		data := bodyLayout{1, lowering.bytes(content.Data)}
		*(*documentLayout)(body) = documentLayout{lowering.text(content.URI), lowering.some(content.MediaType), data}
	case Link:
		target.kind = caseLink
		*(*referenceLayout)(body) = referenceLayout{
			uri:         lowering.text(content.URI),
			name:        lowering.text(content.Name),
			description: lowering.some(content.Description),
			mediaType:   lowering.some(content.MediaType),
		}
	case written:
		target.kind = caseJSON
		*(*span)(body) = lowering.text(string(content))
	default:
		panic("every kind of content is above, and JSON is written before")
	}
}

func (lowering *lowering) pairs(headers []Header) span {
	items := make([]pairLayout, len(headers))
	for index, header := range headers {
		items[index] = pairLayout{lowering.text(header.Name), lowering.text(header.Value)}
	}
	return lowerList(lowering, items)
}

// response copies what the host wrote.
func (answer *answerLayout) response() (*Response, error) {
	body := unsafe.Pointer(&answer.body)
	if answer.failed != 0 {
		problem := (*errorLayout)(body)
		return nil, &HTTPError{HTTPErrorKind(problem.kind), problem.message.text()}
	}
	response := (*responseLayout)(body)
	headers := make([]Header, response.headers.length)
	for index, pair := range liftList[pairLayout](response.headers) {
		headers[index] = Header{pair.name.text(), pair.value.text()}
	}
	return &Response{int(response.status), headers, response.body.copy()}, nil
}

// text copies a string that the host wrote.
func (span span) text() string { return string(liftList[byte](span)) }

// copy copies bytes that the host wrote.
func (span span) copy() []byte { return append([]byte{}, liftList[byte](span)...) }

// liftList is what the host wrote, where it stands.
func liftList[T any](span span) []T {
	if span.length == 0 {
		return nil
	}
	return unsafe.Slice((*T)(at(span.at)), span.length)
}
