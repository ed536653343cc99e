#!/usr/bin/env python3
"""Checks the metrics demo with what it talks about: a host under load, and Prometheus.

    verify.py DEMO TOOLHOST PROMETHEUS PROMTOOL [--compose PLUGIN] [--collector OTELCOL]

DEMO is the folder of the demo, the others are programs. The demo's config is served and called
by its `load`; Prometheus reads from it every second with the demo's own config and rules. Then
every query of the dashboard has to return what it should. With the plugin `docker-compose` and
an OpenTelemetry collector, their files are validated too.

It takes no fixed port, writes to temporary folders only, and needs Python 3.11 and no package.
"""

import argparse
import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

DASHBOARD = "grafana/dashboards/tool-runtime-metrics.json"
# How long all queries together may take to come to what they should return.
PATIENCE_S = 30
# What Grafana would put in with a scrape each second.
RATE_INTERVAL = "5s"
RANGE = "30s"
# Metrics that are Prometheus's own.
OWN = {"ALERTS", "up"}
# Queries that may be zero although the load does everything: what is seen at a scrape only, and
# what should not happen at all.
MAY_BE_ZERO = {
    "Places held",
    "Waiting",
    "Telemetry sent and lost",
    "Compiled components",
    "Time to compile",
    "Calls that run and wait",
    "Connections, instances and tasks",
}
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool"}

problems = []


def problem(text):
    problems.append(text)
    print(f"  PROBLEM {text}", flush=True)


def step(text):
    print(f"{text}", flush=True)


# --- The dashboard as a file ---


def panels_of(dashboard):
    """Every panel, those in collapsed rows too."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def queries_of(dashboard):
    """Each query: what it belongs to, its expression, and whether it is of one moment."""
    for panel in panels_of(dashboard):
        for target in panel.get("targets", []):
            yield panel, target["refId"], target["expr"], target.get("instant", False)


def metrics_in(expr):
    """The names of metrics in an expression."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', '""', expr)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    names = re.findall(r"(?<![\w.])([a-zA-Z_:][\w:]*)\b(?!\s*\()", bare)
    return {name for name in names if name not in WORDS}


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def check_panel(panel, variables):
    title = panel.get("title") or f"panel {panel.get('id')}"
    where = f"dashboard: `{title}`:"
    for key in ("title", "description"):
        if not panel.get(key):
            problem(f"{where} has no {key}")
    if panel.get("datasource", {}).get("uid") != "${datasource}":
        problem(f"{where} its data source is not the variable `datasource`")
    defaults = panel.get("fieldConfig", {}).get("defaults", {})
    if not defaults.get("unit"):
        problem(f"{where} has no unit")
    if not defaults.get("thresholds", {}).get("steps"):
        problem(f"{where} has no thresholds")
    refs = [target["refId"] for target in panel.get("targets", [])]
    if not refs or len(refs) != len(set(refs)):
        problem(f"{where} its queries have no `refId`s of their own: {refs}")
    for target in panel.get("targets", []):
        if target.get("datasource", {}).get("uid") != "${datasource}":
            problem(f"{where} query {target['refId']} has a data source that is not the variable")
        for window in re.findall(r"\[([^\]]*)\]", target["expr"]):
            if window not in ("$__rate_interval", "$__range"):
                problem(f"{where} query {target['refId']} has the fixed window `{window}`")
    links = defaults.get("links", [])
    for used in re.findall(r"\$\{?(\w+)", json.dumps([panel.get("targets"), links])):
        if not used.startswith("__") and used not in variables:
            problem(f"{where} uses the variable `{used}`, which there is not")
    if "duration_seconds" in json.dumps(panel.get("targets")) and "llama_stack" in json.dumps(panel.get("targets")):
        if not any("${jaeger" in link["url"] for link in links):
            problem(f"{where} shows latency and has no link to Jaeger")


def check_dashboard(dashboard, demo):
    if not dashboard.get("uid") or dashboard.get("id") is not None:
        problem("dashboard: `uid` must be set, and `id` null")
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    for wanted in ("datasource", "group", "tool"):
        if wanted not in variables:
            problem(f"dashboard: there is no variable `{wanted}`")
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query" and variable["datasource"]["uid"] != "${datasource}":
            problem(f"dashboard: the variable `{variable['name']}` has a data source of its own")
    panels = list(panels_of(dashboard))
    ids = [panel.get("id") for panel in panels]
    for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1 or not isinstance(id_, int)}, key=str):
        problem(f"dashboard: the panel id {id_} is there {ids.count(id_)} times, or no number")
    titles = [panel.get("title") for panel in panels]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        problem(f"dashboard: several panels have the title `{title}`")
    places = [(panel.get("title"), panel["gridPos"]) for panel in panels]
    for at, (title, place) in enumerate(places):
        if place["x"] < 0 or place["w"] < 1 or place["h"] < 1 or place["x"] + place["w"] > 24:
            problem(f"dashboard: `{title}` is not within the grid: {place}")
        for other, elsewhere in places[:at]:
            if overlap(place, elsewhere):
                problem(f"dashboard: `{title}` overlaps `{other}`")
    for panel in panels:
        if panel["type"] != "row":
            check_panel(panel, variables)
    alerts = (demo / "alerts.yml").read_text()
    for named in re.findall(r'panel "([^"]+)"', alerts):
        if named not in titles:
            problem(f"alerts.yml: there is no panel `{named}` on the dashboard")


# --- The other files ---


def run(what, command, **more):
    """Runs a program that has to end well; what it says is shown if it does not."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, **more)
    if done.returncode:
        said = "\n    ".join((done.stdout + done.stderr).strip().splitlines())
        problem(f"{what} ends with {done.returncode}:\n    {said}")
    else:
        print(f"  ok: {what}", flush=True)


def check_files(demo):
    compose = (demo / "docker-compose.yml").read_text()
    for image in re.findall(r"^\s+image: (\S+)", compose, re.M):
        if ("/" in image and ":" not in image) or image.endswith(":latest"):
            problem(f"docker-compose.yml: `{image}` is not pinned")
    for path in re.findall(r"^\s+- (\./[^:\s]+):", compose, re.M):
        if not (demo / path).exists():
            problem(f"docker-compose.yml: `{path}` is mounted, and not there")
    for ports in re.findall(r"^ +ports:\n((?: +- .*\n)+)", compose, re.M):
        for port in re.findall(r"- (\S+)", ports):
            if not port.startswith("127.0.0.1:"):
                problem(f"docker-compose.yml: the port `{port}` is not bound to loopback")
    interval = re.search(r"scrape_interval: (\S+)", (demo / "prometheus.yml").read_text())[1]
    source = (demo / "grafana/provisioning/datasources/datasources.yml").read_text()
    if f"timeInterval: {interval}" not in source:
        problem(f"datasources.yml: `timeInterval` is not the `scrape_interval` of prometheus.yml, {interval}")
    for script in ("start", "load"):
        if not os.access(demo / script, os.X_OK):
            problem(f"`{script}` is not executable")
        run(f"sh -n {script}", ["sh", "-n", str(demo / script)])


# --- Programs that run ---


@contextlib.contextmanager
def running(command, **more):
    """A program in a process group of its own, all of which ends with this."""
    process = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, **more)
    try:
        yield process
    finally:
        for signal_, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal_)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break


class Lines:
    """What a program writes, read as it comes, so that it never waits for a reader."""

    def __init__(self, stream):
        self.lines = []
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        for line in stream:
            self.lines.append(line.rstrip())
            del self.lines[:-200]

    def wait_for(self, pattern, process, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in list(self.lines):
                if found := re.search(pattern, line):
                    return found[1]
            if process.poll() is not None:
                break
            time.sleep(0.05)
        said = "\n    ".join(self.lines[-20:])
        sys.exit(f"`{process.args[0]}` did not start:\n    {said}")


def get(url, seconds=5):
    with urllib.request.urlopen(url, timeout=seconds) as answer:
        return answer.read().decode()


class Prometheus:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, path, **parameters):
        url = self.url + path + "?" + urllib.parse.urlencode(parameters, doseq=True)
        try:
            return json.loads(get(url))["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.loads(error.read())["error"]) from None

    def values(self, expr, instant):
        """The last value of every series."""
        now = time.time()
        if instant:
            found = self.ask("query", query=expr, time=now)["result"]
            return [float(series["value"][1]) for series in found]
        found = self.ask("query_range", query=expr, start=now - 3, end=now, step=1)["result"]
        return [float(series["values"][-1][1]) for series in found]


def filled_in(expr, group=".*", tool=".*"):
    for name, value in (
        ("__rate_interval", RATE_INTERVAL),
        ("__interval", "1s"),
        ("__range", RANGE),
        ("group", group),
        ("tool", tool),
    ):
        expr = re.sub(rf"\$(\{{{name}(:\w+)?\}}|{name}\b)", value, expr)
    return expr


def variable_values(prometheus, query):
    """What `label_values(metric, label)` offers."""
    metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", query).groups()
    now = time.time()
    return prometheus.ask(f"label/{label}/values", **{"match[]": filled_in(metric), "start": now - 60, "end": now})


# --- Queries ---


def wrong_with(values, wants):
    """What a query's values lack of what is wanted, if anything."""
    if not values:
        return "returns nothing"
    if wants == "series":
        return None
    numbers = [value for value in values if math.isfinite(value)]
    if not numbers:
        return f"returns no number: {values[:3]}"
    if wants == "above zero" and max(numbers) <= 0:
        return "is zero"
    return None


def check_queries(prometheus, what, queries, end):
    """Asks until every query returns what it should, or time is up."""
    began = time.monotonic()
    total = len(queries)
    while queries:
        left = []
        for name, expr, instant, wants in queries:
            try:
                wrong = wrong_with(prometheus.values(expr, instant), wants)
            except ValueError as error:
                problem(f"{what}: {name}: {error}\n    {expr}")
                continue
            if wrong:
                left.append((name, expr, instant, wants, wrong))
        if left and time.monotonic() > end:
            for name, expr, _, _, wrong in left:
                problem(f"{what}: {name} {wrong}\n    {expr}")
            return
        queries = [query[:4] for query in left]
        if queries:
            time.sleep(0.5)
    print(f"  ok: {total} queries after {time.monotonic() - began:.1f} s: {what}", flush=True)


def dashboard_queries(dashboard, wants, **chosen):
    return [
        (f"`{panel['title']}` {ref}", filled_in(expr, **chosen), instant, wants(panel["title"]))
        for panel, ref, expr, instant in queries_of(dashboard)
    ]


def prometheus_config(demo, host, folder):
    """The demo's config and rules, with the host that runs here and without waiting."""
    text = (demo / "prometheus.yml").read_text()
    for old, new in (
        ("toolhost:8321", host),
        ("scrape_interval: 5s", "scrape_interval: 1s"),
        ("scrape_timeout: 4s", "scrape_timeout: 1s"),
        ("evaluation_interval: 5s", "evaluation_interval: 1s"),
    ):
        if old not in text:
            sys.exit(f"prometheus.yml: `{old}` is not there, which is to be replaced")
        text = text.replace(old, new)
    # What runs in containers only is not looked for.
    text = re.sub(r"targets: \[(otel-collector|localhost):\d+\]", "targets: []", text)
    (folder / "prometheus.yml").write_text(text)
    (folder / "alerts.yml").write_text((demo / "alerts.yml").read_text())
    return folder / "prometheus.yml"


def check_metrics(text, dashboard, demo, promtool):
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
    if done.returncode or done.stderr.strip():
        problem(f"promtool check metrics ends with {done.returncode}:\n    {(done.stdout + done.stderr).strip()}")
    else:
        print("  ok: promtool check metrics", flush=True)
    known = set(re.findall(r"^([a-zA-Z_:][\w:]*)[{ ]", text, re.M)) | OWN
    for panel, ref, expr, _ in queries_of(dashboard):
        for metric in sorted(metrics_in(expr) - known):
            problem(f"dashboard: `{panel['title']}` {ref} asks for `{metric}`, which /metrics has not")
    rules = re.sub(r"^\s*#.*", "", (demo / "alerts.yml").read_text(), flags=re.M)
    for expr in re.findall(r"^      +expr: (.*(?:\n        .*|\n *$)*)", rules, re.M):
        expr = re.sub(r"\n        (?:for|labels|annotations):[\s\S]*", "", expr).removeprefix("|")
        for metric in sorted(metrics_in(expr) - known):
            problem(f"alerts.yml: an alert asks for `{metric}`, which /metrics has not")


def check_running(demo, dashboard, arguments, folder):
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "TOOLHOST_", "LLAMA_STACK_", "SQLITE_STORE", "TELEMETRY_"))}
    clean |= {"TOOLHOST_CACHE_DIR": str(folder / "cache"), "TOOLHOST_DATA_DIR": str(folder / "data"), "NO_COLOR": "1"}
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "env": clean}
    with contextlib.ExitStack() as stack:
        host = stack.enter_context(running([arguments.toolhost, "serve", str(demo / "toolhost.yaml"), "--port", "0"], **both))
        host_lines = Lines(host.stdout)
        address = host_lines.wait_for(r" on http://(127\.0\.0\.1:\d+)$", host, 20)
        config = prometheus_config(demo, address, folder)
        server = stack.enter_context(
            running(
                [
                    arguments.prometheus,
                    f"--config.file={config}",
                    f"--storage.tsdb.path={folder / 'tsdb'}",
                    "--web.listen-address=127.0.0.1:0",
                ],
                **both,
            )
        )
        lines = Lines(server.stdout)
        port = lines.wait_for(r'"Listening on".* address=127\.0\.0\.1:(\d+)', server, 20)
        lines.wait_for(r"(Server is ready to receive web requests)", server, 20)
        prometheus = Prometheus(port)

        step("Nobody calls yet")
        end = time.monotonic() + PATIENCE_S
        check_queries(prometheus, "nobody calls", dashboard_queries(dashboard, lambda _: "series"), min(end, time.monotonic() + 15))

        step("Under load")
        stack.enter_context(
            running(["sh", str(demo / "load"), f"http://{address}"], env=clean | {"TOOLHOST": arguments.toolhost}, stdout=subprocess.DEVNULL)
        )
        check_queries(
            prometheus,
            "all tools",
            dashboard_queries(dashboard, lambda title: "number" if title in MAY_BE_ZERO else "above zero"),
            end,
        )
        check_queries(
            prometheus,
            "one tool",
            dashboard_queries(dashboard, lambda _: "number", group="weather", tool="get_weather"),
            end,
        )
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                found = variable_values(prometheus, variable["query"]["query"])
                if len(found) < 2:
                    problem(f"dashboard: the variable `{variable['name']}` offers only {found}")
                else:
                    print(f"  ok: the variable `{variable['name']}` offers {', '.join(found)}", flush=True)
        check_rules(prometheus)

        step("What /metrics says")
        check_metrics(get(f"http://{address}/metrics"), dashboard, demo, arguments.promtool)
        if host.poll() is not None:
            said = "\n    ".join(host_lines.lines[-20:])
            problem(f"the host ended with {host.returncode}:\n    {said}")


def check_rules(prometheus):
    """Every rule evaluates without an error, and the one that fires at once does."""
    end = time.monotonic() + 10
    while True:
        rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
        firing = {rule["name"] for rule in rules if rule["state"] == "firing"}
        if ("ToolDenied" in firing and all(rule["health"] != "unknown" for rule in rules)) or time.monotonic() > end:
            break
        time.sleep(0.3)
    for rule in rules:
        if rule["health"] != "ok":
            problem(f"alerts.yml: `{rule['name']}` is {rule['health']}: {rule.get('lastError')}")
    if firing != {"ToolDenied"}:
        problem(f"alerts.yml: `ToolDenied` alone should fire within seconds, and these do: {sorted(firing)}")
    else:
        print(f"  ok: {len(rules)} alerts evaluate, and `ToolDenied` fires", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("demo", "toolhost", "prometheus", "promtool"):
        parser.add_argument(name)
    parser.add_argument("--compose")
    parser.add_argument("--collector")
    arguments = parser.parse_args()
    demo = Path(arguments.demo).resolve()
    arguments.toolhost = str(Path(arguments.toolhost).resolve())

    step("Files")
    dashboard = json.loads((demo / DASHBOARD).read_text())
    check_dashboard(dashboard, demo)
    check_files(demo)
    promtool = arguments.promtool
    run("promtool check config", [promtool, "check", "config", str(demo / "prometheus.yml")])
    run("promtool check rules", [promtool, "check", "rules", str(demo / "alerts.yml")])
    run("promtool test rules", [promtool, "test", "rules", str(demo / "alerts.test.yml")])
    if arguments.compose:
        run("docker-compose config", [arguments.compose, "-f", str(demo / "docker-compose.yml"), "config", "-q"])
    if arguments.collector:
        run("collector validate", [arguments.collector, "validate", "--config", str(demo / "collector.yaml")])

    with tempfile.TemporaryDirectory(prefix="metrics-demo-") as folder:
        check_running(demo, dashboard, arguments, Path(folder))

    if problems:
        sys.exit(f"{len(problems)} problem(s)")
    step("All is well")


if __name__ == "__main__":
    main()
