/// Tests of the tool on the machine that builds; `README.md` of the SDK says how to run them.
#include <assert.h>
#include <string.h>

#include "fake.h"

static void the_name_is_greeted_without_blanks_around_it(void) {
    toolhost_outcome outcome = toolhost_fake_call("hello", "{\"name\": \" Ada \"}");
    assert(outcome.error == NULL);
    assert(strcmp(outcome.text, "Hello, Ada!") == 0);
}

static void a_name_of_blanks_is_refused(void) {
    toolhost_outcome outcome = toolhost_fake_call("hello", "{\"name\": \" \\t\"}");
    assert(outcome.error != NULL && strcmp(outcome.error, "invalid_input") == 0);
}

int main(void) {
    TOOLHOST_TEST(the_name_is_greeted_without_blanks_around_it);
    TOOLHOST_TEST(a_name_of_blanks_is_refused);
    return 0;
}
