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

/// Calls that hold a place in the instance pool.
pub const ACTIVE: Metric = Metric {
    name: "llama_stack.tool_runtime.active_calls",
    prometheus: "llama_stack_tool_runtime_active_calls",
    help: "Calls that hold a place in the instance pool now",
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

/// Every instrument.
pub const METRICS: [Metric; 7] = [
    INVOCATIONS,
    DURATION,
    DENIALS,
    ACTIVE,
    INSTANCES,
    TASKS,
    CONNECTIONS,
];

/// Upper bounds of the duration histogram, in seconds: 0.5 ms to 60 s.
pub const DURATION_BUCKETS: [f64; 16] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
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
/// What the labels say of a tool that is not in the catalog.
pub const UNKNOWN: &str = "unknown";

/// Span attributes: OpenTelemetry's GenAI conventions, then our own.
pub const GEN_AI_OPERATION: &str = "gen_ai.operation.name";
/// `gen_ai.operation.name` of a tool call.
pub const EXECUTE_TOOL: &str = "execute_tool";
/// The tool's bare name.
pub const GEN_AI_TOOL_NAME: &str = "gen_ai.tool.name";
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
/// Peak linear memory in bytes.
pub const SPAN_MEMORY: &str = "sandbox.memory.peak_bytes";
/// Calls of host functions.
pub const SPAN_HOSTCALLS: &str = "sandbox.hostcalls";
/// Outgoing HTTP requests sent.
pub const SPAN_HTTP_REQUESTS: &str = "sandbox.http.requests";
/// Span event: policy denied something that the tool tried.
pub const EVENT_DENIED: &str = "denied";
/// Of [`EVENT_DENIED`]: the rule that said no.
pub const DENIAL_RULE: &str = "denial.rule";
/// Of [`EVENT_DENIED`]: what the tool tried.
pub const DENIAL_TARGET: &str = "denial.target";
