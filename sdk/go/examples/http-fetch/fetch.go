// Gets a page and tells its title. The host sends the request only under a grant.
package main

import "example.com/http-fetch/toolhost"

func init() {
	toolhost.Tool(
		"fetch_title",
		"Gets a page of the web and tells its title.",
		fetchTitle,
		toolhost.ReadOnly, toolhost.OpenWorld,
	)
}

// main does not run; the host calls the tools.
func main() {}

func fetchTitle(args struct {
	URL string `json:"url" doc:"The whole address of the page, such as \x60https://example.com/\x60." min:"1" max:"2000"`
}) (string, error) {
	page, err := toolhost.Get(args.URL)
	if err != nil {
		return "", err
	}
	if err := page.Err(); err != nil {
		return "", err
	}
	title, ok := title(page.Text())
	if !ok {
		return "", toolhost.NotFound("the page has no title")
	}
	return title, nil
}
