//! Every metric name, label and span attribute, with its help text.

/// What `docs/metrics.md` says of one instrument.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The OpenTelemetry name.
    pub name: &'static str,
    /// The name on `/metrics` and in Prometheus, without `_bucket`, `_sum`, `_count`.
    pub prometheus: &'static str,
    /// The help text.
    pub help: &'static str,
}

/// Finished invocations, rejected ones included.
pub const INVOCATIONS: Metric = Metric {
    name: "llama_stack.tool_runtime.invocations_total",
    prometheus: "llama_stack_tool_runtime_invocations_total",
    help: "Tool invocations that came to an end, by tool and status",
};

/// How long they took.
pub const DURATION: Metric = Metric {
    name: "llama_stack.tool_runtime.duration_seconds",
    prometheus: "llama_stack_tool_runtime_duration_seconds",
    help: "Seconds from an invocation entering the router to its answer",
};

/// What running tools tried and may not.
pub const DENIALS: Metric = Metric {
    name: "llama_stack.tool_runtime.denials_total",
    prometheus: "llama_stack_tool_runtime_denials_total",
    help: "Things that running tools tried and policy denied, by tool and rule",
};

/// Invocations that failed.
pub const ERRORS: Metric = Metric {
    name: "llama_stack.tool_runtime.errors_total",
    prometheus: "llama_stack_tool_runtime_errors_total",
    help: "Tool invocations that failed or were refused, by tool and kind",
};

/// How long calls waited for a place.
pub const QUEUE_WAIT: Metric = Metric {
    name: "llama_stack.tool_runtime.queue_wait_seconds",
    prometheus: "llama_stack_tool_runtime_queue_wait_seconds",
    help: "Seconds that a call waited for a place in the instance pool",
};

/// How long instances took to make.
pub const INSTANTIATION: Metric = Metric {
    name: "llama_stack.tool_runtime.instantiation_seconds",
    prometheus: "llama_stack_tool_runtime_instantiation_seconds",
    help: "Seconds in which the sandbox and instance of a call were made",
};

/// How long components took to compile.
pub const COMPILATION: Metric = Metric {
    name: "llama_stack.tool_runtime.compile_seconds",
    prometheus: "llama_stack_tool_runtime_compile_seconds",
    help: "Seconds in which a component was compiled",
};

/// Where components came from.
pub const LOADS: Metric = Metric {
    name: "llama_stack.tool_runtime.component_loads_total",
    prometheus: "llama_stack_tool_runtime_component_loads_total",
    help: "Components that were loaded, by where their machine code came from",
};

/// Fuel of calls.
pub const FUEL: Metric = Metric {
    name: "llama_stack.tool_runtime.fuel",
    prometheus: "llama_stack_tool_runtime_fuel",
    help: "Fuel that a call burned, about one for each instruction",
};

/// Memory of calls.
pub const MEMORY: Metric = Metric {
    name: "llama_stack.tool_runtime.memory_peak_bytes",
    prometheus: "llama_stack_tool_runtime_memory_peak_bytes",
    help: "The most linear memory that a call held",
};

/// Arguments of calls.
pub const INPUT: Metric = Metric {
    name: "llama_stack.tool_runtime.input_bytes",
    prometheus: "llama_stack_tool_runtime_input_bytes",
    help: "Size of the request of a call that ran, as it came in",
};

/// Answers of calls.
pub const OUTPUT: Metric = Metric {
    name: "llama_stack.tool_runtime.output_bytes",
    prometheus: "llama_stack_tool_runtime_output_bytes",
    help: "Size of what a tool answered, as limits.output counts it",
};

/// Requests of tools.
pub const HTTP_REQUESTS: Metric = Metric {
    name: "llama_stack.tool_runtime.http_requests_total",
    prometheus: "llama_stack_tool_runtime_http_requests_total",
    help: "HTTP requests that tools sent, by tool, granted host and what came of them",
};

/// Requests that were answered.
pub const REQUESTS: Metric = Metric {
    name: "llama_stack.requests_total",
    prometheus: "llama_stack_requests_total",
    help: "HTTP requests that were answered, by API, method of it and status",
};

/// How long requests took.
pub const REQUEST_DURATION: Metric = Metric {
    name: "llama_stack.request_duration_seconds",
    prometheus: "llama_stack_request_duration_seconds",
    help: "Seconds from the head of an HTTP request to that of its answer",
};

/// Requests under way.
pub const CONCURRENT_REQUESTS: Metric = Metric {
    name: "llama_stack.concurrent_requests",
    prometheus: "llama_stack_concurrent_requests",
    help: "HTTP requests being answered now, by API",
};

/// Calls that hold a place in the instance pool.
pub const ACTIVE: Metric = Metric {
    name: "llama_stack.tool_runtime.active_calls",
    prometheus: "llama_stack_tool_runtime_active_calls",
    help: "Calls that hold a place in the instance pool now",
};

/// Calls that wait for a place.
pub const QUEUED: Metric = Metric {
    name: "llama_stack.tool_runtime.queued_calls",
    prometheus: "llama_stack_tool_runtime_queued_calls",
    help: "Calls that wait for a place in the instance pool now",
};

/// Places in the pool.
pub const POOL: Metric = Metric {
    name: "llama_stack.tool_runtime.pool_places",
    prometheus: "llama_stack_tool_runtime_pool_places",
    help: "Places of the instance pool, which is how many calls can run at the same time",
};

/// Instances alive.
pub const INSTANCES: Metric = Metric {
    name: "llama_stack.tool_runtime.live_instances",
    prometheus: "llama_stack_tool_runtime_live_instances",
    help: "Component instances alive now, one for each call that runs",
};

/// Tasks of the host.
pub const TASKS: Metric = Metric {
    name: "llama_stack.tool_runtime.live_tasks",
    prometheus: "llama_stack_tool_runtime_live_tasks",
    help: "Asynchronous tasks of the host alive now",
};

/// Connections of clients.
pub const CONNECTIONS: Metric = Metric {
    name: "llama_stack.tool_runtime.open_connections",
    prometheus: "llama_stack_tool_runtime_open_connections",
    help: "Connections that clients hold open now",
};

/// Telemetry that a sink took.
pub const SENT: Metric = Metric {
    name: "llama_stack.telemetry.sent_total",
    prometheus: "llama_stack_telemetry_sent_total",
    help: "Spans, log records and exports of metrics that a sink took",
};

/// Telemetry that a sink lost.
pub const DROPPED: Metric = Metric {
    name: "llama_stack.telemetry.dropped_total",
    prometheus: "llama_stack_telemetry_dropped_total",
    help: "Spans, log records and exports of metrics that a sink had no room for or did not take",
};

/// What runs.
pub const BUILD: Metric = Metric {
    name: "llama_stack.tool_runtime.build_info",
    prometheus: "llama_stack_tool_runtime_build_info",
    help: "Always 1; the labels say which build of the host runs",
};

/// Every instrument.
pub const METRICS: [Metric; 25] = [
    INVOCATIONS,
    DURATION,
    ERRORS,
    DENIALS,
    QUEUE_WAIT,
    INSTANTIATION,
    COMPILATION,
    LOADS,
    FUEL,
    MEMORY,
    INPUT,
    OUTPUT,
    HTTP_REQUESTS,
    REQUESTS,
    REQUEST_DURATION,
    CONCURRENT_REQUESTS,
    ACTIVE,
    QUEUED,
    POOL,
    INSTANCES,
    TASKS,
    CONNECTIONS,
    SENT,
    DROPPED,
    BUILD,
];

/// Upper bounds of the duration histogram, in seconds: 0.5 ms to 60 s.
pub const DURATION_BUCKETS: [f64; 16] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// Upper bounds of short times, in seconds: 1 µs to 1 s.
pub const SHORT_BUCKETS: [f64; 13] = [
    1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 1e-2, 0.1, 1.0,
];

/// Upper bounds of fuel: a thousand to a trillion.
pub const FUEL_BUCKETS: [f64; 10] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/// Upper bounds of memory, in bytes: 64 KiB to 1 GiB.
pub const MEMORY_BUCKETS: [f64; 8] = [
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
    1_073_741_824.0,
];

/// Upper bounds of payloads, in bytes: 256 B to 64 MiB.
pub const PAYLOAD_BUCKETS: [f64; 7] = [
    256.0,
    1024.0,
    16_384.0,
    65536.0,
    1_048_576.0,
    4_194_304.0,
    67_108_864.0,
];

/// The instrumentation scope, as upstream names it.
pub const SCOPE: &str = "llama_stack.tool_runtime";

/// Label of every instrument.
pub const TOOL_NAME: &str = "tool_name";
/// See [`TOOL_NAME`].
pub const TOOL_GROUP: &str = "tool_group";
/// See [`TOOL_NAME`].
pub const PROVIDER: &str = "provider";
/// `success` or `error`; of invocations and their duration.
pub const STATUS: &str = "status";
/// The rule that said no; of denials.
pub const RULE: &str = "rule";
/// Of errors: the stable word for what went wrong.
pub const ERROR_KIND: &str = "error_type";
/// Of tools' requests: the host as the grant names it.
pub const HOST: &str = "host";
/// Of tools' requests: such as `2xx`, or a stable word for what went wrong.
pub const RESULT: &str = "result";
/// Of requests: the part of Llama Stack's API, such as `tool_runtime`.
pub const API: &str = "api";
/// Of requests: what upstream calls the function behind the route, such as `invoke_tool`.
pub const METHOD: &str = "method";
/// Of requests: the HTTP status.
pub const STATUS_CODE: &str = "status_code";
/// Of loads: [`CACHE`] or [`COMPILER`].
pub const SOURCE: &str = "source";
/// The cache of machine code.
pub const CACHE: &str = "cache";
/// The compiler.
pub const COMPILER: &str = "compiler";
/// Of telemetry: where it goes, as `providers.telemetry` names it.
pub const SINK: &str = "sink";
/// Of the build: the host's version.
pub const VERSION: &str = "version";
/// Field of a log line: the trace that it is about, 32 hexadecimal digits.
pub const LOG_TRACE_ID: &str = "trace_id";
/// Likewise the span, 16 hexadecimal digits.
pub const LOG_SPAN_ID: &str = "span_id";
/// What the labels say of a tool that is not in the catalog.
pub const UNKNOWN: &str = "unknown";

/// Span attributes: OpenTelemetry's GenAI conventions, then our own.
pub const GEN_AI_OPERATION: &str = "gen_ai.operation.name";
/// `gen_ai.operation.name` of a tool call.
pub const EXECUTE_TOOL: &str = "execute_tool";
/// The tool's bare name.
pub const GEN_AI_TOOL_NAME: &str = "gen_ai.tool.name";
/// The arguments as JSON, if the operator wants them kept.
pub const GEN_AI_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
/// What the tool answered, likewise.
pub const GEN_AI_RESULT: &str = "gen_ai.tool.call.result";
/// The stable word for what went wrong.
pub const ERROR_TYPE: &str = "error.type";
/// The tool's group.
pub const SPAN_TOOL_GROUP: &str = "tool_runtime.tool_group";
/// The tool's provider.
pub const SPAN_PROVIDER: &str = "tool_runtime.provider";
/// Milliseconds spent waiting for a place.
pub const SPAN_QUEUE_MS: &str = "tool_runtime.queue.wait_ms";
/// Fuel burned.
pub const SPAN_FUEL: &str = "sandbox.fuel.consumed";
/// Bytes written to stdout and stderr.
pub const SPAN_LOG: &str = "sandbox.log.bytes";
/// Size of what the tool answered, as `limits.output` counts it.
pub const SPAN_OUTPUT: &str = "sandbox.output.bytes";
/// Peak linear memory in bytes.
pub const SPAN_MEMORY: &str = "sandbox.memory.peak_bytes";
/// Calls of host functions.
pub const SPAN_HOSTCALLS: &str = "sandbox.hostcalls";
/// How often policy said no.
pub const SPAN_DENIALS: &str = "sandbox.denials";
/// The limit that the call ran into: units of fuel, bytes, milliseconds or a count.
pub const SPAN_LIMIT: &str = "sandbox.limit";
/// Outgoing HTTP requests sent.
pub const SPAN_HTTP_REQUESTS: &str = "sandbox.http.requests";
/// Name of the span of a wait for a place.
pub const ADMISSION: &str = "admission";
/// Name of the span in which an instance is made.
pub const INSTANTIATE: &str = "instantiate";
/// Name of the span in which the guest computes.
pub const CALL: &str = "call";
/// OpenTelemetry's HTTP conventions: the method.
pub const HTTP_METHOD: &str = "http.request.method";
/// The status of the answer.
pub const HTTP_STATUS: &str = "http.response.status_code";
/// The route that answered, with its parameters unfilled.
pub const HTTP_ROUTE: &str = "http.route";
/// The path of a request.
pub const URL_PATH: &str = "url.path";
/// The URL of a request, without its query.
pub const URL_FULL: &str = "url.full";
/// The server's name or address.
pub const SERVER_ADDRESS: &str = "server.address";
/// The server's port.
pub const SERVER_PORT: &str = "server.port";
/// Span event: the guest wrote a line.
pub const EVENT_LOG: &str = "log";
/// Of [`EVENT_LOG`]: `stdout` or `stderr`.
pub const LOG_STREAM: &str = "log.iostream";
/// Of [`EVENT_LOG`]: the line.
pub const LOG_TEXT: &str = "message";
/// Span event: the guest said how far it had come.
pub const EVENT_PROGRESS: &str = "progress";
/// Of [`EVENT_PROGRESS`]: what was done.
pub const PROGRESS_DONE: &str = "progress.done";
/// Of [`EVENT_PROGRESS`]: of how much, if it knew.
pub const PROGRESS_TOTAL: &str = "progress.total";
/// Of [`EVENT_PROGRESS`]: what it was doing.
pub const PROGRESS_TEXT: &str = "message";
/// Span event: policy denied something that the tool tried.
pub const EVENT_DENIED: &str = "denied";
/// Of [`EVENT_DENIED`]: the rule that said no.
pub const DENIAL_RULE: &str = "denial.rule";
/// Of [`EVENT_DENIED`]: what the tool tried.
pub const DENIAL_TARGET: &str = "denial.target";
