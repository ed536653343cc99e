"""Lists the tools of a host and calls some, as one llama-stack-client does it. Reads the calls from
stdin, as pairs of name and arguments; prints one JSON object; the test reads it."""

import json
import sys

from llama_stack_client import LlamaStackClient

client = LlamaStackClient(base_url=sys.argv[1])


def call(name, kwargs):
    result = client.tool_runtime.invoke_tool(tool_name=name, kwargs=kwargs)
    return result.error_message or result.content


print(
    json.dumps(
        {
            "groups": sorted(group.identifier for group in client.toolgroups.list()),
            "tools": sorted(getattr(tool, "identifier", None) or tool.name for tool in client.tools.list()),
            "answers": [call(name, kwargs) for name, kwargs in json.load(sys.stdin)],
        },
        # Pieces of an answer.
        default=lambda item: item.model_dump(),
    )
)
