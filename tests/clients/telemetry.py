"""Asks `client.telemetry` of one llama-stack-client version as its users do, and the database with
SQL. Usage: telemetry.py URL DATABASE. Prints one JSON object; the test reads it."""

import datetime
import json
import sqlite3
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

telemetry.save_spans_to_dataset(
    attribute_filters=of_tool("get_weather"), attributes_to_save=["gen_ai.tool.name"], dataset_id="mine"
)
[row] = client.datasets.iterrows("mine").data
seen["saved"] = [row["name"], row["gen_ai.tool.name"], client.datasets.retrieve("mine").purpose]

# What people have written against the database itself, which is open meanwhile.
database = sqlite3.connect(sys.argv[2])


def ask(sql, *bound):
    return [list(row) for row in database.execute(sql, bound)]


seen["sql"] = {
    "traces": ask("""SELECT count(*) FROM traces t WHERE root_span_id IS NOT NULL AND start_time <= end_time"""),
    "spans of each": ask("""SELECT count(s.span_id) FROM traces t LEFT JOIN spans s ON t.trace_id = s.trace_id
        GROUP BY t.trace_id, t.root_span_id, t.start_time, t.end_time ORDER BY t.start_time LIMIT 2"""),
    "root": ask("SELECT name FROM spans WHERE trace_id = ? AND parent_span_id IS NULL", failed.trace_id),
    "failed": ask("SELECT name, json_extract(attributes, '$.\"error.type\"') FROM spans WHERE status = 'ERROR' ORDER BY start_time"),
    "search": ask("""SELECT DISTINCT t.trace_id = ? FROM traces t JOIN spans s ON t.trace_id = s.trace_id
        WHERE s.attributes LIKE '%tool_error%'""", failed.trace_id),
    "most common": ask("SELECT name, count(*) AS n FROM spans GROUP BY name ORDER BY n DESC, name LIMIT 1"),
    "log": ask("SELECT json_extract(attributes, '$.message') FROM span_events WHERE span_id = ? AND name = 'unstructured_log'", SPAN),
}

# Clients before 0.2.18 cannot ask for metrics.
if hasattr(telemetry, "query_metrics"):
    [series] = telemetry.query_metrics("tokens", query_type="range", start_time=int(time.time()) - 100)
    seen["metrics"] = [point.value for point in series.values]
try:
    telemetry.get_trace("0" * 31 + "1")
except NotFoundError as error:
    seen["unknown"] = error.status_code
print(json.dumps(seen))
