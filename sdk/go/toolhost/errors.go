// Why a tool could not do what it was asked.

package toolhost

import (
	"errors"
	"fmt"
)

// ErrorKind says who can do something about an error.
type ErrorKind uint8

// In the order of the contract.
const (
	// KindInvalidInput is for arguments that make no sense; the caller can fix them.
	KindInvalidInput ErrorKind = iota
	// KindNotFound is for what does not exist.
	KindNotFound
	// KindFailed is for anything else.
	KindFailed
)

// ToolError is an error of a kind, as a sentence that the caller reads.
type ToolError struct {
	Kind    ErrorKind
	Message string
}

// Error is the message.
func (err *ToolError) Error() string { return err.Message }

// InvalidInput says that the arguments make no sense; say what to write instead. The format is that
// of fmt.Sprintf.
func InvalidInput(format string, args ...any) error {
	return &ToolError{KindInvalidInput, fmt.Sprintf(format, args...)}
}

// NotFound says that what was asked for does not exist.
func NotFound(format string, args ...any) error {
	return &ToolError{KindNotFound, fmt.Sprintf(format, args...)}
}

// Failed says anything else. An error of any other origin does as well.
func Failed(format string, args ...any) error {
	return &ToolError{KindFailed, fmt.Sprintf(format, args...)}
}

// toolError is the error with the kind that it has or wraps, and the whole message.
func toolError(err error) *ToolError {
	kind := KindFailed
	if found, ok := errors.AsType[*ToolError](err); ok {
		kind = found.Kind
	}
	return &ToolError{kind, err.Error()}
}
