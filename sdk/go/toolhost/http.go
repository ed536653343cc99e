// Requests to the hosts that are granted. Secrets are added on the way; a tool never has them.

package toolhost

import (
	"encoding/json/v2"
	"strings"
	"time"
)

// Request is what to ask.
type Request struct {
	// Method is `GET` if it is empty.
	Method string
	// URL is absolute, such as `https://api.example.com/v1?q=x`.
	URL     string
	Headers []Header
	// Body is sent unless it is nil.
	Body []byte
	// Timeout bounds the wait for the answer unless it is 0; the call's own limit holds in any case.
	Timeout time.Duration
}

// Header is a line of a request or response.
type Header struct{ Name, Value string }

// Response is what came back, whatever its status.
type Response struct {
	Status int
	// Headers have names in lower case.
	Headers []Header
	Body    []byte
}

// HTTPErrorKind says why nothing came back.
type HTTPErrorKind uint8

// In the order of the contract.
const (
	// HTTPInvalidRequest is for a request that makes no sense.
	HTTPInvalidRequest HTTPErrorKind = iota
	// HTTPDenied is for a request that no grant allows.
	HTTPDenied
	// HTTPTimeout is for no answer in time.
	HTTPTimeout
	// HTTPTooLarge is for a request or answer with more bytes than the grant allows.
	HTTPTooLarge
	// HTTPUnreachable is for a server that cannot be reached or does not speak HTTP.
	HTTPUnreachable
)

// HTTPError says why nothing came back, and what to do about it.
type HTTPError struct {
	Kind    HTTPErrorKind
	Message string
}

// Error is the message.
func (err *HTTPError) Error() string { return err.Message }

// Get gets a page. The error says why nothing came back; an answer of any status is none.
func Get(url string) (*Response, error) { return Fetch(Request{URL: url}) }

// Fetch sends a request and waits for the whole answer. Redirects are not followed. The error says
// why nothing came back; an answer of any status is none.
func Fetch(request Request) (*Response, error) {
	if request.Method == "" {
		request.Method = "GET"
	}
	return hostFetch(&request)
}

// PostJSON makes a request that sends a value as JSON.
func PostJSON(url string, value any) (Request, error) {
	body, err := writeJSON(value)
	headers := []Header{{"content-type", "application/json"}}
	return Request{Method: "POST", URL: url, Headers: headers, Body: body}, err
}

// Header is the value of the first header of a name, whose case does not matter, or empty.
func (response *Response) Header(name string) string {
	for _, header := range response.Headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// Text is the body as text; what is no UTF-8 is replaced.
func (response *Response) Text() string {
	return valid(string(response.Body))
}

// JSON reads the body into what target points to. Keys that a struct does not have are ignored.
func (response *Response) JSON(target any) error {
	if err := json.Unmarshal(response.Body, target, allowInvalidUTF8); err != nil {
		return Failed("the server's answer does not fit: %s", reason(err))
	}
	return nil
}

// Err is nil if the status is 200 to 299, of the kind not found for 404 and 410, and a failure for
// any other.
func (response *Response) Err() error {
	const text = "the server answered with status %d"
	switch {
	case response.Status >= 200 && response.Status <= 299:
		return nil
	case response.Status == 404 || response.Status == 410:
		return NotFound(text, response.Status)
	default:
		return Failed(text, response.Status)
	}
}

// timeoutMS is the timeout as the host takes it, and whether there is one.
func (request *Request) timeoutMS() (uint32, bool) {
	if request.Timeout <= 0 {
		return 0, false
	}
	// Rounded up, so that a short one does not become none.
	ms := (request.Timeout + time.Millisecond - 1) / time.Millisecond
	return uint32(min(ms, 1<<32-1)), true
}
