/// Tests of the tool on the machine that builds; `README.md` of the SDK says how to run them.
#include <assert.h>
#include <string.h>

#include "fake.h"
#include "title.h"

static void titles_are_found_in_any_case_and_shape(void) {
    static const struct {
        const char *page, *expected;
    } cases[] = {
        {"<title>A</title>", "A"},
        {"<TITLE lang=en>\n A  b\n</Title>", "A b"},
        {"<titlebar>x</titlebar><title>Ü &amp;lt; &lt;B&gt;</title>", "Ü &lt; <B>"},
        {"<svg><title>first</title></svg><title>second</title>", "first"},
        {"<title> &nbsp; </title>", ""},
        {"<title></title>", ""},
        {"<title>open", ""},
        {"<title", ""},
        {"İ<title>ı</title>", "ı"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        toolhost_buffer found = title(cases[i].page, strlen(cases[i].page));
        assert(strcmp(toolhost_content(&found), cases[i].expected) == 0);
    }
}

static void long_titles_are_cut(void) {
    toolhost_buffer page = {0};
    toolhost_add_text(&page, "<title>");
    for (int i = 0; i < 600; i++) {
        toolhost_add_text(&page, "é");
    }
    toolhost_add_text(&page, "</title>");
    toolhost_buffer found = title(page.data, page.length);
    assert(toolhost_characters(found.data, found.length) == 500);
}

static toolhost_response answer;

static toolhost_response serve(const toolhost_request *request) {
    assert(strcmp(request->method, "GET") == 0);
    assert(strcmp(request->url, "https://a.example/") == 0);
    return answer;
}

static toolhost_outcome fetch(int status, const char *body) {
    answer = (toolhost_response){.status = status, .body = body, .body_size = strlen(body)};
    toolhost_fake_http(serve);
    return toolhost_fake_call("fetch_title", "{\"url\": \"https://a.example/\"}");
}

static void the_title_of_the_page_is_told(void) {
    assert(strcmp(fetch(200, "<html><title>A page</title></html>").text, "A page") == 0);
}

static void pages_that_are_missing_or_have_no_title_are_not_found(void) {
    assert(strcmp(fetch(404, "<title>Oh</title>").error, "not_found") == 0);
    assert(strcmp(fetch(200, "plain").error, "not_found") == 0);
}

static void a_denial_is_a_failure_that_says_why(void) {
    answer = (toolhost_response){.error = TOOLHOST_HTTP_DENIED, .problem = "no grant"};
    toolhost_fake_http(serve);
    toolhost_outcome outcome =
        toolhost_fake_call("fetch_title", "{\"url\": \"https://a.example/\"}");
    assert(strcmp(outcome.error, "failed") == 0);
    assert(strcmp(outcome.text, "no grant") == 0);
}

int main(void) {
    TOOLHOST_TEST(titles_are_found_in_any_case_and_shape);
    TOOLHOST_TEST(long_titles_are_cut);
    TOOLHOST_TEST(the_title_of_the_page_is_told);
    TOOLHOST_TEST(pages_that_are_missing_or_have_no_title_are_not_found);
    TOOLHOST_TEST(a_denial_is_a_failure_that_says_why);
    return 0;
}
