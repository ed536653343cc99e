// Greets in the operator's words, and asks a service under the operator's account.
//
// The host adds the service's token to the request; the tool never sees it.
package main

import (
	"strings"

	"example.com/config-secret/toolhost"
)

func init() {
	toolhost.Tool(
		"greet",
		"Greets somebody and tells under which account the service knows us.",
		greet,
		toolhost.ReadOnly, toolhost.OpenWorld,
	)
}

// main does not run; the host calls the tools.
func main() {}

func greet(args struct {
	Name string `json:"name" doc:"Whom to greet, such as \x60Ada\x60." min:"1" max:"100"`
}) (string, error) {
	greeting, ok := toolhost.Config("greeting")
	if !ok {
		greeting = "Hello"
	}
	service, err := toolhost.RequireConfig("service")
	if err != nil {
		return "", err
	}
	answer, err := toolhost.Get(service + "/v1/account")
	if err != nil {
		return "", err
	}
	if answer.Status == 401 {
		return "", toolhost.Failed("the service wants a token; grant it under `grants.secrets`")
	}
	if err := answer.Err(); err != nil {
		return "", err
	}
	// What the service says about whoever asks; it may say more.
	var account struct {
		Account string `json:"account"`
	}
	if err := answer.JSON(&account); err != nil {
		return "", err
	}
	name := strings.TrimSpace(args.Name)
	return greeting + ", " + name + "! The service knows us as " + account.Account + ".", nil
}
