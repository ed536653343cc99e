/// Tests of the tool on the machine that builds; `README.md` of the SDK says how to run them.
#include <assert.h>
#include <string.h>

#include "fake.h"

static toolhost_response answer;

static toolhost_response serve(const toolhost_request *request) {
    assert(strcmp(request->url, "https://a.example/v1/account") == 0);
    assert(request->headers[0].name == NULL && "the token is the host's to add");
    return answer;
}

static toolhost_outcome greet(int status, const char *body) {
    answer = (toolhost_response){.status = status, .body = body, .body_size = strlen(body)};
    toolhost_fake_http(serve);
    return toolhost_fake_call("greet", "{\"name\": \"Ada\"}");
}

static void greeting_and_account_come_from_outside(void) {
    const toolhost_pair config[] = {
        {"greeting", "Good day"}, {"service", "https://a.example"}, {0}};
    toolhost_fake_config(config);
    toolhost_outcome outcome = greet(200, "{\"account\": \"acme\", \"since\": 1999}");
    assert(strcmp(outcome.text, "Good day, Ada! The service knows us as acme.") == 0);
}

static void what_is_missing_is_named(void) {
    assert(strstr(greet(200, "{}").text, "`service`") != NULL);
    const toolhost_pair config[] = {{"service", "https://a.example"}, {0}};
    toolhost_fake_config(config);
    assert(strstr(greet(401, "").text, "grants.secrets") != NULL);
    assert(strstr(greet(200, "[]").text, "does not fit") != NULL);
    assert(strstr(greet(200, "{\"account\": 1}").text, "does not fit") != NULL);
}

int main(void) {
    TOOLHOST_TEST(greeting_and_account_come_from_outside);
    TOOLHOST_TEST(what_is_missing_is_named);
    return 0;
}
