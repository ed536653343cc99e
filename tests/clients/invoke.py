"""Calls one tool of a running host by llama-stack-client, and prints what it answers."""

import json
import sys

from llama_stack_client import LlamaStackClient

url, tool, arguments = sys.argv[1:]
client = LlamaStackClient(base_url=url)
result = client.tool_runtime.invoke_tool(tool_name=tool, kwargs=json.loads(arguments))
if result.error_message:
    sys.exit(result.error_message)
print(result.content)
