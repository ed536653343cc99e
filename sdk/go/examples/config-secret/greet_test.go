// Tests of the tool, on the machine itself.

package main

import (
	"strings"
	"testing"

	"example.com/config-secret/toolhost"
)

func service(t *testing.T, status int, body string) *toolhost.FakeHost {
	t.Helper()
	fake := toolhost.Fake(t)
	fake.Config = []toolhost.Setting{{Key: "service", Value: "https://a.example"}}
	fake.HTTP = func(request toolhost.Request) (*toolhost.Response, error) {
		if request.URL != "https://a.example/v1/account" || len(request.Headers) > 0 {
			t.Errorf("the token is the host's to add: %+v", request)
		}
		return &toolhost.Response{Status: status, Body: []byte(body)}, nil
	}
	return fake
}

func TestGreetingAndAccountComeFromOutside(t *testing.T) {
	fake := service(t, 200, `{"account": "acme", "since": 1999}`)
	fake.Config = append(fake.Config, toolhost.Setting{Key: "greeting", Value: "Good day"})
	contents, err := toolhost.Call("greet", `{"name": "Ada"}`)
	if err != nil || contents[0] != toolhost.Text("Good day, Ada! The service knows us as acme.") {
		t.Fatal(contents, err)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	problem := func(part string) {
		t.Helper()
		_, err := toolhost.Call("greet", `{"name": "Ada"}`)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Fatal(err)
		}
	}
	toolhost.Fake(t)
	problem("`service`")
	service(t, 401, "")
	problem("grants.secrets")
	service(t, 200, "[]")
	problem("does not fit")
}
