/// Tests of tools as an author writes them, seen as the host sees them.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "abi.h"
#include "fake.h"

// ---- Tools

static bool describe(const toolhost_call *call, toolhost_result *result) {
    double latitude;
    const toolhost_value *place = toolhost_argument(call, "place");
    toolhost_json_number(toolhost_json_member(place, "latitude"), &latitude);
    const char *units = toolhost_string(call, "units");
    return toolhost_textf(result, "%s %s %d %s %s %d", toolhost_number_text(latitude),
                          units == NULL ? "none" : units, (int)toolhost_integer(call, "words"),
                          toolhost_string(call, "language"),
                          toolhost_number_text(toolhost_number(call, "ratio")),
                          toolhost_boolean(call, "loud"));
}

static const char *const units[] = {"celsius", "fahrenheit", NULL};
static const toolhost_parameter names[] = {{.type = TOOLHOST_STRING, .max_length = 5}};
static const toolhost_parameter place[] = {
    {.name = "latitude",
     .type = TOOLHOST_NUMBER,
     .description = "Degrees to the north.",
     .required = true,
     .minimum = "-90",
     .maximum = "90"},
    {.name = "names", .type = TOOLHOST_ARRAY, .items = names, .max_items = 3, .default_value = "[]"},
    {0},
};
static const toolhost_parameter described[] = {
    {.name = "place", .type = TOOLHOST_OBJECT, .properties = place, .required = true},
    {.name = "units", .type = TOOLHOST_STRING, .choices = units},
    {.name = "words", .type = TOOLHOST_INTEGER, .minimum = "1", .default_value = "3"},
    {.name = "language", .type = TOOLHOST_STRING, .pattern = "^[a-z]+$", .default_value = "en"},
    {.name = "ratio", .type = TOOLHOST_NUMBER, .default_value = "0.5"},
    {.name = "loud", .type = TOOLHOST_BOOLEAN, .default_value = "true"},
    {.name = "own", .type = TOOLHOST_ANY, .schema = "{\"type\":[\"integer\",\"string\"]}"},
    {.name = "any", .type = TOOLHOST_ANY, .description = "Anything."},
    {0},
};

static bool show(const toolhost_call *call, toolhost_result *result) {
    assert(toolhost_arguments(call)->count == 0);
    toolhost_text(result, "a \xff text");
    toolhost_image(result, "\x89P\0G", 4, "image/png");
    toolhost_audio(result, "RIFF", 4, "audio/wav");
    toolhost_document(result, "file:///notes.md", "text/markdown", "# Notes");
    toolhost_file(result, "file:///notes.zip", NULL, "PK", 2);
    toolhost_link(result, "https://example.com/", "An example", NULL, NULL);
    return toolhost_json(result, "[1,2,3]");
}

static bool use_imports(const toolhost_call *call, toolhost_result *result) {
    (void)call;
    toolhost_log(TOOLHOST_WARN, "%d rows were skipped", 3);
    toolhost_progress(3, 10, "reading pages");
    toolhost_progress(0.5, 0, NULL);
    unsigned char random[70000];
    memset(random, 0, sizeof random);
    toolhost_random(random, sizeof random);
    // The last ones come with a second request to the host.
    bool filled = false;
    for (size_t i = 65536; i < sizeof random; i++) {
        filled = filled || random[i] != 0;
    }
    assert(filled);
    const char *region = toolhost_config_require("region", result);
    if (region == NULL) {
        return false;
    }
    size_t count = 0;
    while (toolhost_config_all()[count].name != NULL) {
        count++;
    }
    return toolhost_textf(result, "%s %d %llu", region, (int)count,
                          (unsigned long long)toolhost_now_ms());
}

static bool ask(const toolhost_call *call, toolhost_result *result) {
    const toolhost_pair headers[] = {{"accept", "text/plain"}, {0}};
    toolhost_request request = {
        .method = "POST",
        .url = toolhost_string(call, "url"),
        .headers = headers,
        .body = "a\0b",
        .body_size = 3,
        .timeout_ms = 2000,
    };
    toolhost_response response = toolhost_http_fetch(&request);
    return toolhost_http_successful(&response, result) &&
           toolhost_textf(result, "%d %s %s", response.status,
                          toolhost_http_header(&response, "Content-Type"),
                          toolhost_http_text(&response));
}

static bool fail(const toolhost_call *call, toolhost_result *result) {
    const char *how = toolhost_string(call, "how");
    toolhost_text(result, "what was added before an error does not count");
    return strcmp(how, "invalid") == 0   ? toolhost_invalid_input(result, "`how` is %s", how)
           : strcmp(how, "missing") == 0 ? toolhost_not_found(result, "no %d", 5)
           : strcmp(how, "silent") == 0  ? false
                                         : toolhost_failed(result, "100%%");
}

static bool count_bytes(const toolhost_call *call, toolhost_result *result) {
    return toolhost_textf(result, "%d", (int)toolhost_string_length(call, "text"));
}

static bool has(const toolhost_call *call, toolhost_result *result) {
    return toolhost_textf(result, "%d", toolhost_has(call, "text"));
}

static bool own(const toolhost_call *call, toolhost_result *result) {
    return toolhost_textf(result, "%s", toolhost_has(call, "x") ? "x" : "no x");
}

#define STRING(named) {.name = named, .type = TOOLHOST_STRING, .required = true}
#define PARAMETERS(...) (const toolhost_parameter[]){__VA_ARGS__, {0}}
#define WRONG(named, ...)                                                                          \
    {.name = named, .description = "D.", .run = show, .parameters = PARAMETERS(__VA_ARGS__)}

const toolhost_tool toolhost_tools[] = {
    {.name = "describe",
     .title = "Describe a place",
     .description = "Describes a place.",
     .parameters = described,
     .output_schema = "{\"type\":\"string\"}",
     .read_only = TOOLHOST_YES,
     .open_world = TOOLHOST_NO,
     .run = describe},
    {.name = "show", .description = "Shows every kind of content.", .run = show},
    {.name = "use_imports", .description = "Uses imports.", .run = use_imports},
    {.name = "ask", .description = "Asks.", .run = ask, .parameters = PARAMETERS(STRING("url"))},
    {.name = "fail", .description = "Fails.", .run = fail, .parameters = PARAMETERS(STRING("how"))},
    {.name = "refuse_nul",
     .description = "Counts.",
     .run = count_bytes,
     .parameters = PARAMETERS({.name = "text", .type = TOOLHOST_STRING},
                              {.name = "more", .type = TOOLHOST_ARRAY})},
    {.name = "take_nul",
     .description = "Counts.",
     .run = count_bytes,
     .parameters = PARAMETERS({.name = "text", .type = TOOLHOST_STRING, .allows_nul = true})},
    {.name = "has",
     .description = "Has.",
     .run = has,
     .parameters = PARAMETERS({.name = "text", .type = TOOLHOST_STRING})},
    {.name = "own", .description = "Own.", .run = own, .input_schema = "{\"type\":\"object\"}"},
    {.name = "no_description", .run = show},
    {.name = "no_run", .description = "D."},
    WRONG("no_type", {.name = "a"}),
    WRONG("twice", STRING("a"), STRING("a")),
    WRONG("bad_default", {.name = "a", .type = TOOLHOST_INTEGER, .default_value = "1.5"}),
    WRONG("no_choice", {.name = "a", .type = TOOLHOST_STRING, .choices = units, .default_value = "K"}),
    WRONG("bad_bound", {.name = "a", .type = TOOLHOST_NUMBER, .minimum = "one"}),
    WRONG("bound_of_text", {.name = "a", .type = TOOLHOST_STRING, .minimum = "1"}),
    WRONG("length_of_number", {.name = "a", .type = TOOLHOST_NUMBER, .max_length = 1}),
    WRONG("needless_default",
          {.name = "a", .type = TOOLHOST_STRING, .required = true, .default_value = "x"}),
    {0},
};

// ---- Tests

static void a_definition_is_what_the_table_says(void) {
    const toolhost_abi_definition *definition = &toolhost_list_tools()->items[0];
    assert(strcmp(definition->name.data, "describe") == 0);
    assert(definition->title.some && strcmp(definition->title.value.data, "Describe a place") == 0);
    assert(strcmp(definition->description.data, "Describes a place.") == 0);
    assert(definition->output_schema.some);
    assert(definition->read_only.some && definition->read_only.value);
    assert(!definition->destructive.some && !definition->idempotent.some);
    assert(definition->open_world.some && !definition->open_world.value);
    assert(!toolhost_list_tools()->items[1].title.some);
}

static void a_schema_is_made_from_parameters(void) {
    const char *expected =
        "{\"type\":\"object\",\"properties\":{"
        "\"place\":{\"type\":\"object\",\"properties\":{"
        "\"latitude\":{\"description\":\"Degrees to the north.\",\"type\":\"number\","
        "\"minimum\":-90,\"maximum\":90},"
        "\"names\":{\"type\":\"array\",\"maxItems\":3,\"items\":{\"type\":\"string\",\"maxLength\":5},"
        "\"default\":[]}},\"required\":[\"latitude\"],\"additionalProperties\":false},"
        "\"units\":{\"type\":[\"string\",\"null\"],\"enum\":[\"celsius\",\"fahrenheit\",null]},"
        "\"words\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9223372036854775807,\"default\":3},"
        "\"language\":{\"type\":\"string\",\"pattern\":\"^[a-z]+$\",\"default\":\"en\"},"
        "\"ratio\":{\"type\":\"number\",\"default\":0.5},"
        "\"loud\":{\"type\":\"boolean\",\"default\":true},"
        "\"own\":{\"type\":[\"integer\",\"string\"]},"
        "\"any\":{\"description\":\"Anything.\"}},"
        "\"required\":[\"place\"],\"additionalProperties\":false}";
    assert(strcmp(toolhost_fake_schema("describe"), expected) == 0);
    assert(strcmp(toolhost_fake_schema("show"), "{\"type\":\"object\",\"properties\":{},\"required\":"
                                                "[],\"additionalProperties\":false}") == 0);
    assert(strcmp(toolhost_fake_schema("own"), "{\"type\":\"object\"}") == 0);
}

static void a_tool_without_a_right_schema_says_why(void) {
    static const char *const cases[][2] = {
        {"no_description", "the tool has no description; say what it does"},
        {"no_run", "the tool has no `run`"},
        {"no_type", "the parameter `a` has no type; give it one"},
        {"twice", "the parameter `a` stands twice in the table"},
        {"bad_default", "the parameter `a` has the default `1.5`, which its type does not take"},
        {"no_choice", "the parameter `a` has the default `K`, which is none of its choices"},
        {"bad_bound", "the parameter `a` has the minimum `one`, which its type does not take"},
        {"bound_of_text", "the parameter `a` has bounds of a number, but is none"},
        {"length_of_number", "the parameter `a` has choices, a pattern or a length, but is no string"},
        {"needless_default", "the parameter `a` is required and has a default"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *schema = toolhost_fake_schema(cases[i][0]);
        const toolhost_value *value = toolhost_json_read(schema, strlen(schema));
        // A text where a list belongs makes the host refuse the schema and show the text.
        const char *problem = toolhost_json_string(toolhost_json_member(value, "required"));
        assert(problem != NULL && strstr(problem, cases[i][1]) == problem);
    }
}

static void arguments_are_handed_out_and_defaults_filled_in(void) {
    const char *few = "{\"place\": {\"latitude\": 1.5}, \"units\": null}";
    assert(strcmp(toolhost_fake_call("describe", few).text, "1.5 none 3 en 0.5 1") == 0);
    const char *all = "{\"place\": {\"latitude\": -1e1}, \"units\": \"celsius\", \"words\": 9.0, "
                      "\"language\": \"de\", \"ratio\": 2, \"loud\": false}";
    assert(strcmp(toolhost_fake_call("describe", all).text, "-10 celsius 9 de 2 0") == 0);
    assert(strcmp(toolhost_fake_call("has", "{\"text\": \"\"}").text, "1") == 0);
    assert(strcmp(toolhost_fake_call("has", "{\"text\": null}").text, "0") == 0);
    assert(strcmp(toolhost_fake_call("has", "{}").text, "0") == 0);
    assert(strcmp(toolhost_fake_call("own", "{}").text, "no x") == 0);
    assert(strcmp(toolhost_fake_call("own", "{\"x\": null}").text, "x") == 0);
}

static void arguments_that_do_not_fit_are_invalid_input(void) {
    static const char *const cases[][2] = {
        {"{}", "`place` is required"},
        {"{\"place\": null}", "`place` is of another type"},
        {"{\"place\": []}", "`place` is of another type"},
        {"{\"place\": {}, \"words\": 1.5}", "`words` is of another type"},
        {"{\"place\": {}, \"words\": 9223372036854775808}", "`words` is of another type"},
        {"{\"place\": {}, \"words\": null}", "`words` is of another type"},
        {"[]", "the arguments are no JSON object"},
        {"{", "the arguments are no JSON object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        toolhost_outcome outcome = toolhost_fake_call("describe", cases[i][0]);
        assert(strcmp(outcome.error, "invalid_input") == 0);
        assert(strstr(outcome.text, cases[i][1]) == outcome.text);
    }
}

static void zeros_in_texts_are_refused_unless_a_parameter_allows_them(void) {
    const char *zero = "{\"text\": \"a\\u0000b\"}";
    assert(strcmp(toolhost_fake_call("refuse_nul", zero).error, "invalid_input") == 0);
    const char *inner = "{\"more\": [{\"a\\u0000\": 1}]}";
    assert(strcmp(toolhost_fake_call("refuse_nul", inner).error, "invalid_input") == 0);
    assert(strcmp(toolhost_fake_call("take_nul", zero).text, "3") == 0);
    assert(strcmp(toolhost_fake_call("take_nul", "{}").text, "0") == 0);
}

static void every_kind_of_content_is_handed_over(void) {
    toolhost_outcome outcome = toolhost_fake_call("show", "{}");
    assert(outcome.error == NULL && outcome.count == 7);
    const toolhost_piece *pieces = outcome.pieces;
    assert(strcmp(pieces[0].data, "a \ufffd text") == 0);
    assert(pieces[1].size == 4 && memcmp(pieces[1].data, "\x89P\0G", 4) == 0);
    assert(strcmp(pieces[2].kind, "audio") == 0 && strcmp(pieces[2].media_type, "audio/wav") == 0);
    assert(strcmp(pieces[3].data, "# Notes") == 0);
    assert(strcmp(pieces[4].data, "PK") == 0 && pieces[4].media_type == NULL);
    assert(strcmp(pieces[5].name, "An example") == 0 && pieces[5].description == NULL);
    assert(strcmp(pieces[6].kind, "json") == 0 && strcmp(pieces[6].data, "[1,2,3]") == 0);
}

static void errors_have_kind_and_message(void) {
    static const char *const cases[][3] = {
        {"invalid", "invalid_input", "`how` is invalid"},
        {"missing", "not_found", "no 5"},
        {"other", "failed", "100%"},
        {"silent", "failed", "the tool failed and does not say why"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *arguments = toolhost_format("{\"how\": \"%s\"}", cases[i][0]);
        toolhost_outcome outcome = toolhost_fake_call("fail", arguments);
        assert(strcmp(outcome.error, cases[i][1]) == 0 && strcmp(outcome.text, cases[i][2]) == 0);
        assert(outcome.count == 0);
    }
    toolhost_outcome outcome = toolhost_fake_call("shows", "{}");
    assert(strcmp(outcome.error, "not_found") == 0);
    assert(strcmp(outcome.text, "there is no tool `shows`") == 0);
}

static void imports_reach_the_host(void) {
    assert(strstr(toolhost_fake_call("use_imports", "{}").text, "`region` is not set") != NULL);
    const toolhost_pair config[] = {{"region", "eu"}, {"empty", ""}, {0}};
    toolhost_fake_reset();
    toolhost_fake_config(config);
    toolhost_fake_now(1700000000000);
    assert(strcmp(toolhost_fake_call("use_imports", "{}").text, "eu 2 1700000000000") == 0);
    assert(strcmp(toolhost_fake_lines(), "WARN 3 rows were skipped\n"
                                         "PROGRESS 3 of 10: reading pages\nPROGRESS 0.5\n") == 0);
    assert(strcmp(toolhost_config_get("empty"), "") == 0);
}

static int status;

static toolhost_response serve(const toolhost_request *request) {
    static const toolhost_pair headers[] = {{"x-type", "no"}, {"content-type", "text/plain"}, {0}};
    assert(strcmp(request->method, "POST") == 0 && strcmp(request->url, "https://a.example/") == 0);
    assert(strcmp(request->headers[0].name, "accept") == 0 && request->headers[1].name == NULL);
    assert(request->body_size == 3 && memcmp(request->body, "a\0b", 3) == 0);
    assert(request->timeout_ms == 2000);
    return (toolhost_response){.status = status, .headers = headers, .body = "\xff!", .body_size = 2};
}

static toolhost_response slow(const toolhost_request *request) {
    (void)request;
    return (toolhost_response){.error = TOOLHOST_HTTP_TIMEOUT, .problem = "too slow"};
}

static void requests_reach_the_server_and_answers_come_back(void) {
    const char *url = "{\"url\": \"https://a.example/\"}";
    assert(strcmp(toolhost_fake_call("ask", url).error, "failed") == 0);
    toolhost_fake_http(serve);
    status = 299;
    assert(strcmp(toolhost_fake_call("ask", url).text, "299 text/plain \ufffd!") == 0);
    status = 300;
    assert(strcmp(toolhost_fake_call("ask", url).error, "failed") == 0);
    status = 410;
    assert(strcmp(toolhost_fake_call("ask", url).error, "not_found") == 0);
    status = 302;
    toolhost_outcome outcome = toolhost_fake_call("ask", url);
    assert(strcmp(outcome.error, "failed") == 0);
    assert(strcmp(outcome.text, "the server answered with status 302") == 0);
    toolhost_fake_http(slow);
    assert(strcmp(toolhost_fake_call("ask", url).text, "too slow") == 0);
    toolhost_response response = toolhost_http_get("https://a.example/");
    assert(response.error == TOOLHOST_HTTP_TIMEOUT && response.status == 0);
    assert(response.body_size == 0 && toolhost_http_header(&response, "x-type") == NULL);
}

int main(void) {
    TOOLHOST_TEST(a_definition_is_what_the_table_says);
    TOOLHOST_TEST(a_schema_is_made_from_parameters);
    TOOLHOST_TEST(a_tool_without_a_right_schema_says_why);
    TOOLHOST_TEST(arguments_are_handed_out_and_defaults_filled_in);
    TOOLHOST_TEST(arguments_that_do_not_fit_are_invalid_input);
    TOOLHOST_TEST(zeros_in_texts_are_refused_unless_a_parameter_allows_them);
    TOOLHOST_TEST(every_kind_of_content_is_handed_over);
    TOOLHOST_TEST(errors_have_kind_and_message);
    TOOLHOST_TEST(imports_reach_the_host);
    TOOLHOST_TEST(requests_reach_the_server_and_answers_come_back);
    return 0;
}
