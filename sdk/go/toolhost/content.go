// The pieces of a result, and how what a function returns becomes them.

package toolhost

import (
	"encoding/json/v2"
	"errors"
	"reflect"
)

// Content is one piece of a result: Text, Image, Audio, Document, File, Link or JSON.
type Content interface{ isContent() }

// Text is a text.
type Text string

// Image is an image, such as of `image/png`.
type Image struct {
	Data      []byte
	MediaType string
}

// Audio is a sound, such as of `audio/wav`.
type Audio struct {
	Data      []byte
	MediaType string
}

// Document is a document of text, handed over whole. MediaType may be empty.
type Document struct {
	URI, MediaType, Text string
}

// File is a document of bytes, handed over whole. MediaType may be empty.
type File struct {
	URI, MediaType string
	Data           []byte
}

// Link points to a document. Description and MediaType may be empty.
type Link struct {
	URI, Name, Description, MediaType string
}

// JSON is a value that reaches the caller both as text and as data.
type JSON struct{ Value any }

func (Text) isContent()     {}
func (Image) isContent()    {}
func (Audio) isContent()    {}
func (Document) isContent() {}
func (File) isContent()     {}
func (Link) isContent()     {}
func (JSON) isContent()     {}

// written is JSON that has become text.
type written string

func (written) isContent() {}

// contents is what a function returned as content, without values that are still to be written.
func contents(result any) ([]Content, error) {
	var pieces []Content
	switch result := result.(type) {
	case struct{}:
		return nil, nil
	case string:
		return []Content{Text(result)}, nil
	case []Content:
		pieces = result
	case Content:
		pieces = []Content{result}
	default:
		pieces = []Content{JSON{result}}
	}
	finished := make([]Content, len(pieces))
	for index, piece := range pieces {
		value, isJSON := piece.(JSON)
		switch {
		case isJSON:
			text, err := writeJSON(value.Value)
			if err != nil {
				return nil, err
			}
			finished[index] = written(text)
		case piece == nil:
			return nil, errors.New("the tool returned a piece of content that is nil")
		default:
			finished[index] = piece
		}
	}
	return finished, nil
}

// writeJSON writes maps in the order of their keys, and replaces what is no UTF-8.
func writeJSON(value any) ([]byte, error) {
	text, err := json.Marshal(value, json.Deterministic(true), allowInvalidUTF8)
	if err != nil {
		return nil, Failed("the result cannot be written as JSON: %s", reason(err))
	}
	return text, nil
}

// isContentType tells whether results of a type are content by themselves.
func isContentType(result reflect.Type) bool {
	content := reflect.TypeFor[Content]()
	return result == reflect.TypeFor[struct{}]() ||
		result == reflect.TypeFor[string]() ||
		result == reflect.TypeFor[[]Content]() ||
		result.Implements(content)
}
