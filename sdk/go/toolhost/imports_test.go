// Tests of the imports against the fake.

package toolhost

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestImportsAreThoseOfTheFake(t *testing.T) {
	fake := Fake(t)
	fake.Config = []Setting{{"greeting", "Hello"}, {"empty", ""}}
	fake.NowMS = 1_500
	LogDebug("a")
	LogInfo("%d", 1)
	LogWarn("%s%%", "b")
	LogError("c")
	Progress(1, 2, "half")
	Progress(2.5, 0, "")
	expected := []string{"DEBUG a", "INFO 1", "WARN b%", "ERROR c", "PROGRESS 1 of 2: half", "PROGRESS 2.5"}
	if lines := fake.Lines(); !reflect.DeepEqual(lines, expected) || len(fake.Lines()) != 0 {
		t.Error(lines)
	}
	if value, err := RequireConfig("greeting"); value != "Hello" || err != nil {
		t.Error(value, err)
	}
	if value, ok := Config("empty"); value != "" || !ok {
		t.Error(value, ok)
	}
	if _, err := RequireConfig("region"); err == nil || err.Error() != "`region` is not set; set it under `grants.config`" {
		t.Error(err)
	}
	if !reflect.DeepEqual(AllConfig(), fake.Config) {
		t.Error(AllConfig())
	}
	if now := Now(); !now.Equal(time.Unix(1, 500_000_000)) || now.Location() != time.UTC {
		t.Error(now)
	}
	if many := RandomBytes(70_000); len(many) != 70_000 || bytes.Equal(many[:20], RandomBytes(20)) {
		t.Error(len(many))
	}
}

func TestAFakeEndsWithItsTest(t *testing.T) {
	t.Run("inner", func(t *testing.T) { Fake(t).NowMS = 9 })
	if !Now().Equal(time.Unix(0, 0)) {
		t.Fatal(Now())
	}
}

func TestRequestsReachTheServerOfTheFake(t *testing.T) {
	Fake(t).HTTP = func(request Request) (*Response, error) {
		if request.URL != "https://a.example/" {
			return &Response{Status: 404, Body: []byte{0xff}}, nil
		}
		return &Response{Status: 201, Headers: request.Headers, Body: request.Body}, nil
	}
	request, err := PostJSON("https://a.example/", []int{1})
	if err != nil || request.Method != "POST" {
		t.Fatal(request, err)
	}
	response, err := Fetch(request)
	if err != nil || response.Err() != nil || response.Header("Content-Type") != "application/json" || response.Header("x") != "" {
		t.Fatal(response, err)
	}
	var numbers []int
	var text string
	if err := response.JSON(&numbers); err != nil || numbers[0] != 1 {
		t.Fatal(numbers, err)
	}
	if err := response.JSON(&text); err == nil || err.Error() != "the server's answer does not fit: cannot be an array" {
		t.Fatal(err)
	}
	missing, err := Get("https://b.example/")
	if err != nil || missing.Text() != "\uFFFD" || toolError(missing.Err()).Kind != KindNotFound {
		t.Fatal(missing, err)
	}
	if _, err := PostJSON("", func() {}); err == nil {
		t.Fatal("a function is no JSON")
	}
}

func TestStatusesOutsideOf200To299AreErrors(t *testing.T) {
	for status, kind := range map[int]ErrorKind{199: KindFailed, 300: KindFailed, 404: KindNotFound, 410: KindNotFound, 500: KindFailed} {
		if err := (&Response{Status: status}).Err(); err == nil || toolError(err).Kind != kind {
			t.Error(status, err)
		}
	}
	for _, status := range []int{200, 204, 299} {
		if err := (&Response{Status: status}).Err(); err != nil {
			t.Error(status, err)
		}
	}
}

func TestARequestWithoutAServerIsDenied(t *testing.T) {
	Fake(t)
	_, err := Get("https://a.example/")
	problem, ok := errors.AsType[*HTTPError](err)
	if !ok || problem.Kind != HTTPDenied {
		t.Fatal(err)
	}
}

func TestTimeoutsAreRoundedUpAndBounded(t *testing.T) {
	for timeout, expected := range map[time.Duration]uint32{
		1:                       1,
		time.Second:             1000,
		1500 * time.Microsecond: 2,
		1 << 62:                 1<<32 - 1,
	} {
		request := Request{Timeout: timeout}
		if ms, ok := request.timeoutMS(); ms != expected || !ok {
			t.Error(timeout, ms, ok)
		}
	}
	if _, ok := (&Request{}).timeoutMS(); ok {
		t.Error("no timeout is none")
	}
}
