// Finds the title in a page. Nothing here knows about the web or WebAssembly.

package main

import "strings"

const charsMax = 500

var entities = [6][2]string{
	{"&lt;", "<"},
	{"&gt;", ">"},
	{"&quot;", "\""},
	{"&#39;", "'"},
	{"&nbsp;", " "},
	// The last, so that `&amp;lt;` stays `&lt;`.
	{"&amp;", "&"},
}

// title is what stands between `<title>` and `</title>`, on one line, cut to 500 characters.
func title(page string) (string, bool) {
	lower := lowerASCII(page)
	start, ok := opening(lower)
	if !ok {
		return "", false
	}
	length := strings.Index(lower[start:], "</title")
	if length < 0 {
		return "", false
	}
	text := page[start : start+length]
	for _, entity := range entities {
		text = strings.ReplaceAll(text, entity[0], entity[1])
	}
	line := []rune(strings.Join(strings.Fields(text), " "))
	return string(line[:min(len(line), charsMax)]), len(line) > 0
}

// opening is where the text of the first title begins.
func opening(lower string) (int, bool) {
	const tag = "<title"
	for at := 0; ; {
		found := strings.Index(lower[at:], tag)
		if found < 0 {
			return 0, false
		}
		at += found + len(tag)
		// Not `<titlebar>`.
		if at < len(lower) && strings.IndexByte(">/ \t\n\f\r", lower[at]) >= 0 {
			end := strings.IndexByte(lower[at:], '>')
			return at + end + 1, end >= 0
		}
	}
}

// lowerASCII keeps bytes at their places, since only ASCII letters change.
func lowerASCII(text string) string {
	bytes := []byte(text)
	for index, char := range bytes {
		if 'A' <= char && char <= 'Z' {
			bytes[index] = char + 'a' - 'A'
		}
	}
	return string(bytes)
}
