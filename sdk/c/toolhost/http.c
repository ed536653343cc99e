/// Requests to the hosts that are granted.
#include <string.h>

#include "abi.h"

static size_t count(const toolhost_pair *pairs) {
    size_t count = 0;
    while (pairs != NULL && pairs[count].name != NULL) {
        count++;
    }
    return count;
}

toolhost_response toolhost_http_fetch(const toolhost_request *request) {
    size_t header_count = count(request->headers);
    toolhost_abi_pair *headers = toolhost_alloc(header_count * sizeof *headers);
    for (size_t i = 0; i < header_count; i++) {
        headers[i].first = toolhost_abi_text(request->headers[i].name);
        headers[i].second = toolhost_abi_text(request->headers[i].value);
    }
    toolhost_abi_string method = toolhost_abi_text(request->method ? request->method : "GET");
    toolhost_abi_string url = toolhost_abi_text(request->url);
    toolhost_abi_fetched fetched = {0};
    toolhost_abi_fetch(method.data, method.length, url.data, url.length, headers, header_count,
                       request->body != NULL, request->body, request->body ? request->body_size : 0,
                       request->timeout_ms > 0, request->timeout_ms, &fetched);
    toolhost_response response = {0};
    if (fetched.is_error) {
        // The cases of WIT count from 0, ours from 1.
        response.error = (toolhost_http_error)(fetched.of.error.kind + 1);
        response.problem = toolhost_copy(fetched.of.error.message.data,
                                         fetched.of.error.message.length);
        response.headers = toolhost_pairs((toolhost_abi_pairs){0});
        response.body = "";
    } else {
        response.status = fetched.of.response.status;
        response.headers = toolhost_pairs(fetched.of.response.headers);
        response.body_size = fetched.of.response.body.length;
        response.body = response.body_size == 0 ? "" : fetched.of.response.body.data;
    }
    return response;
}

toolhost_response toolhost_http_get(const char *url) {
    toolhost_request request = {.url = url};
    return toolhost_http_fetch(&request);
}

bool toolhost_http_successful(const toolhost_response *response, toolhost_result *result) {
    if (response->error != TOOLHOST_HTTP_NO_ERROR) {
        return toolhost_failed(result, "%s", response->problem);
    }
    if (response->status >= 200 && response->status <= 299) {
        return true;
    }
    const char *problem = "the server answered with status %d";
    return response->status == 404 || response->status == 410
               ? toolhost_not_found(result, problem, response->status)
               : toolhost_failed(result, problem, response->status);
}

static char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte; }

const char *toolhost_http_header(const toolhost_response *response, const char *name) {
    for (const toolhost_pair *pair = response->headers; pair->name != NULL; pair++) {
        size_t i = 0;
        while (name[i] != 0 && lower(pair->name[i]) == lower(name[i])) {
            i++;
        }
        if (name[i] == 0 && pair->name[i] == 0) {
            return pair->value;
        }
    }
    return NULL;
}

const char *toolhost_http_text(const toolhost_response *response) {
    size_t length = response->body_size;
    return toolhost_utf8(response->body, &length);
}
