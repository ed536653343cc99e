//! The keys that say where telemetry goes and what is kept of it.

use super::{Key, Takes, Unit, key};

pub(super) const KEYS: [Key; 15] = [
    key(
        "providers.telemetry",
        Takes::Maps,
        "none",
        "Where telemetry goes, as Llama Stack 0.2 writes it; one entry, and variables win over it",
    ),
    key(
        "providers.telemetry[].provider_id",
        Takes::Text,
        "required",
        "Name of the provider; `__disabled__` or a variable that is empty leaves it out",
    ),
    key(
        "providers.telemetry[].provider_type",
        Takes::Text,
        "required",
        "`inline::meta-reference`",
    ),
    key(
        "providers.telemetry[].config",
        Takes::Map,
        "none",
        "Settings of the provider",
    ),
    key(
        "providers.telemetry[].config.service_name",
        Takes::Text,
        "`toolhost`",
        "The service's name in all telemetry",
    ),
    key(
        "providers.telemetry[].config.sinks",
        Takes::AnyOf(&["console", "sqlite", "otel_trace", "otel_metric", "otel_log"]),
        "`console`, `sqlite`, and OTLP where an endpoint is set",
        "Where telemetry goes; also as a text with commas",
    ),
    key(
        "providers.telemetry[].config.sqlite_db_path",
        Takes::Path,
        "that of `toolhost.traces.file`",
        "SQLite file of the spans, unless `toolhost.traces.file` names one",
    ),
    key(
        "providers.telemetry[].config.otel_exporter_otlp_endpoint",
        Takes::Text,
        "none",
        "The collector, such as `http://localhost:4318`; switches OTLP on",
    ),
    key(
        "providers.telemetry[].config.otel_trace_endpoint",
        Takes::Text,
        "none",
        "The whole URL for spans, such as `http://localhost:4318/v1/traces`; switches them on",
    ),
    key(
        "providers.telemetry[].config.otel_metric_endpoint",
        Takes::Text,
        "none",
        "The whole URL for metrics, such as `http://localhost:4318/v1/metrics`; switches them on",
    ),
    key("toolhost.traces", Takes::Map, "none", "The store of spans"),
    key(
        "toolhost.traces.file",
        Takes::Path,
        "`trace_store.db` in `SQLITE_STORE_DIR`, else in `toolhost.data_dir`",
        "SQLite file of the spans, or null for none",
    ),
    key(
        "toolhost.traces.age",
        Takes::Amount(Unit::Time, "1m", "3650d"),
        "7d",
        "How long a span is kept",
    ),
    key(
        "toolhost.traces.bytes",
        Takes::Amount(Unit::Bytes, "1MiB", "1TiB"),
        "1GiB",
        "What the file may grow to before the oldest spans go",
    ),
    key(
        "toolhost.traces.content",
        Takes::Amount(Unit::Bytes, "0", "64KiB"),
        "0",
        "What spans keep of arguments and of results, of each; 0 keeps nothing",
    ),
];
