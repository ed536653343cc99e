"""Uses one llama-stack-client version as its users do. Prints one JSON object; the test reads it."""

import json
import sys

from llama_stack_client import BadRequestError, LlamaStackClient, NotFoundError

client = LlamaStackClient(base_url=sys.argv[1], api_key="sk-none", provider_data={"weather_api_key": "k"})
seen = {}


def attempt(name, call):
    try:
        seen[name] = call()
    except Exception as error:  # Every exception is a finding for the test to read.
        seen[name] = f"{type(error).__name__}: {error}"


def invoke(tool, **kwargs):
    result = client.tool_runtime.invoke_tool(tool_name=tool, kwargs=kwargs)
    return {
        "content": result.content,
        "error_code": result.error_code,
        "error_message": result.error_message,
        "metadata": result.metadata,
    }


def status(call):
    try:
        call()
    except (BadRequestError, NotFoundError) as error:
        return error.status_code
    return 200


attempt("weather", lambda: invoke("get_weather", city="Tokyo", units="celsius"))
attempt("qualified", lambda: invoke("weather/get_weather", city="Tokyo"))
attempt("bad_arguments", lambda: invoke("get_weather", town="Tokyo"))
attempt("fails", lambda: invoke("failed", message="on purpose"))
attempt("data", lambda: invoke("echo_u64", value=2**53 - 1))
attempt("unknown", lambda: status(lambda: invoke("nope")))
attempt("groups", lambda: [[g.identifier, g.provider_id, g.type] for g in client.toolgroups.list()])
attempt("group", lambda: client.toolgroups.get("weather").identifier)
attempt("no_group", lambda: status(lambda: client.toolgroups.get("nope")))
attempt("tools", lambda: sorted(str(getattr(t, "identifier", None) or t.name) for t in client.tools.list(toolgroup_id="weather")))
attempt("tool", lambda: client.tools.get("get_weather").description)
attempt("runtime_tools", lambda: len(list(client.tool_runtime.list_tools(tool_group_id="weather"))))
attempt("register", lambda: client.toolgroups.register(toolgroup_id="user::x", provider_id="weather-runtime", args={"a": 1}))
attempt("registered", lambda: invoke("user::x/get_weather", city="Oslo")["error_code"])
attempt("unregister", lambda: client.toolgroups.unregister("user::x"))
attempt("gone", lambda: status(lambda: client.toolgroups.get("user::x")))
attempt("providers", lambda: sorted(p.provider_id for p in client.providers.list()))
attempt("provider", lambda: client.providers.retrieve("weather-runtime").provider_type)
attempt("health", lambda: client.inspect.health().status)
attempt("version", lambda: client.inspect.version().version)
attempt("routes", lambda: any(r.route == "/v1/tool-runtime/invoke" for r in client.routes.list()))
attempt("models", lambda: len(list(client.models.list())))
print(json.dumps(seen, default=str))
