"""Asks `client.telemetry` of one llama-stack-client version as its users do. Prints one JSON object; the test reads it."""

import datetime
import json
import sys
import time

from llama_stack_client import LlamaStackClient, NotFoundError

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"

client = LlamaStackClient(base_url=sys.argv[1], api_key="sk-none")
telemetry = client.telemetry
seen = {}


def log(**event):
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    event = {"trace_id": TRACE, "span_id": SPAN, "timestamp": now, **event}
    telemetry.log_event(event=event, ttl_seconds=60)


def of_tool(name):
    return [{"key": "gen_ai.tool.name", "op": "eq", "value": name}]


for tool, kwargs in [("get_weather", {"city": "Tokyo"}), ("failed", {"message": "on purpose"})]:
    client.tool_runtime.invoke_tool(tool_name=tool, kwargs=kwargs)

[failed] = telemetry.query_traces(attribute_filters=of_tool("failed"))
trace = telemetry.get_trace(failed.trace_id)
root = telemetry.get_span(trace.root_span_id, trace_id=trace.trace_id)
seen["root"] = [root.name, root.parent_span_id, root.attributes["http.response.status_code"]]
tree = telemetry.get_span_tree(trace.root_span_id, max_depth=2, attributes_to_return=["error.type"])
seen["tree"] = [[span.name, span.status, span.attributes] for span in tree.values()]
both = telemetry.query_traces(order_by=["-start_time"], limit=10)
seen["latest"] = both[0].trace_id == failed.trace_id and len(both) == 2
spans = telemetry.query_spans(
    attribute_filters=of_tool("get_weather"), attributes_to_return=["gen_ai.tool.name"]
)
seen["spans"] = [[span.name, span.attributes["gen_ai.tool.name"]] for span in spans]

log(type="structured_log", payload={"type": "span_start", "name": "mine"}, attributes={"k": "v"})
log(type="unstructured_log", message="hello", severity="info")
log(type="metric", metric="tokens", value=3, unit="1", attributes={"model": "m"})
log(type="structured_log", payload={"type": "span_end", "status": "ok"})
mine = telemetry.get_span(SPAN, trace_id=TRACE)
seen["mine"] = [mine.name, mine.attributes["k"]]

# Clients before 0.2.18 cannot ask for metrics.
if hasattr(telemetry, "query_metrics"):
    [series] = telemetry.query_metrics("tokens", query_type="range", start_time=int(time.time()) - 100)
    seen["metrics"] = [point.value for point in series.values]
try:
    telemetry.get_trace("0" * 31 + "1")
except NotFoundError as error:
    seen["unknown"] = error.status_code
print(json.dumps(seen))
