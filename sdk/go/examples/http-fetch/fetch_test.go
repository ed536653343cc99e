// Tests of the tool, on the machine itself.

package main

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/http-fetch/toolhost"
)

func fetch(t *testing.T, status int, body string) ([]toolhost.Content, error) {
	t.Helper()
	toolhost.Fake(t).HTTP = func(request toolhost.Request) (*toolhost.Response, error) {
		if request.Method != "GET" || request.URL != "https://a.example/" {
			t.Errorf("unexpected request %+v", request)
		}
		return &toolhost.Response{Status: status, Body: []byte(body)}, nil
	}
	return toolhost.Call("fetch_title", `{"url": "https://a.example/"}`)
}

func TestTheTitleOfThePageIsTold(t *testing.T) {
	contents, err := fetch(t, 200, "<html><title>A page</title></html>")
	if err != nil || contents[0] != toolhost.Text("A page") {
		t.Fatal(contents, err)
	}
}

func TestPagesThatAreMissingOrHaveNoTitleAreNotFound(t *testing.T) {
	for status, body := range map[int]string{404: "<title>Oh</title>", 200: "plain"} {
		_, err := fetch(t, status, body)
		var problem *toolhost.ToolError
		if !errors.As(err, &problem) || problem.Kind != toolhost.KindNotFound {
			t.Fatal(body, err)
		}
	}
}

func TestADenialIsAFailureThatSaysWhy(t *testing.T) {
	toolhost.Fake(t).HTTP = func(toolhost.Request) (*toolhost.Response, error) {
		return nil, &toolhost.HTTPError{Kind: toolhost.HTTPDenied, Message: "no grant"}
	}
	_, err := toolhost.Call("fetch_title", `{"url": "https://a.example/"}`)
	if err == nil || err.Error() != "no grant" {
		t.Fatal(err)
	}
}

func TestTitlesAreFoundInAnyCaseAndShape(t *testing.T) {
	cases := [][2]string{
		{"<title>A</title>", "A"},
		{"<TITLE lang=en>\n A  b\n</Title>", "A b"},
		{"<titlebar>x</titlebar><title>Ü &amp;lt; &lt;B&gt;</title>", "Ü &lt; <B>"},
		{"<svg><title>first</title></svg><title>second</title>", "first"},
		{"<title></title>", ""},
		{"<title>open", ""},
		{"<title", ""},
		{"<title lang", ""},
		{"İ<title>ı</title>", "ı"},
		{"", ""},
	}
	for _, check := range cases {
		found, ok := title(check[0])
		if found != check[1] || ok != (check[1] != "") {
			t.Errorf("%s: %q %v", check[0], found, ok)
		}
	}
}

func TestLongTitlesAreCut(t *testing.T) {
	found, _ := title("<title>" + strings.Repeat("é", 600) + "</title>")
	if utf8.RuneCountInString(found) != 500 {
		t.Fatal(found)
	}
}
