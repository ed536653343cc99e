//! Request headers that a guest may not set.

/// Names in lower case, a `*` at the end for every name that begins so; and why.
const REFUSED: [(&str, &str); 20] = [
    ("connection", CONNECTION),
    ("http2-settings", CONNECTION),
    ("keep-alive", CONNECTION),
    ("proxy-*", CONNECTION),
    ("te", CONNECTION),
    ("trailer", CONNECTION),
    ("transfer-encoding", CONNECTION),
    ("upgrade", CONNECTION),
    ("host", TARGET),
    ("x-http-method*", TARGET),
    ("x-method-override", TARGET),
    ("x-original-*", TARGET),
    ("x-rewrite-url", TARGET),
    ("forwarded", ORIGIN),
    ("via", ORIGIN),
    ("x-forwarded-*", ORIGIN),
    ("x-real-ip", ORIGIN),
    ("baggage", TRACE),
    ("traceparent", TRACE),
    ("tracestate", TRACE),
];

const CONNECTION: &str = "it is about the connection, which is the host's";
const TARGET: &str = "it tells servers another target than the one that was decided";
const ORIGIN: &str = "it tells servers who asks";
const TRACE: &str = "it is trace context, which is the host's";

/// Why a guest may not set the request header `name`, in any case: it is about the connection
/// (hop-by-hop), names another host, method or path than the one decided, forges who asks, or
/// forges trace context. `None` if it may. `content-length` may be set; whoever sends the request
/// holds it to the body.
pub fn header_refusal(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let is_named = |refused: &str| match refused.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == refused,
    };
    REFUSED
        .iter()
        .find(|(refused, _)| is_named(refused))
        .map(|(_, why)| *why)
}

/// Whether [`header_refusal`] has a reason against `name`.
pub fn header_is_refused(name: &str) -> bool {
    header_refusal(name).is_some()
}
