//! Logs, spans and metrics; owns every instrument.
//!
//! Decides nothing: it is handed facts and passes them on. Exporters are bounded and never
//! slow a call down. All names stand in `names.rs`.
//! Start reading at `Telemetry`, then `Recorder::start`.

mod console;
mod content;
mod instruments;
mod logs;
mod names;
mod otlp;
mod outbox;
mod plain;
mod priority;
mod record;
mod request;
mod sampling;
mod setup;
mod sinks;
mod store;
mod tree;
mod wall;
mod watch;

pub use logs::{log_for_authors, log_to_stderr};
pub use names::{
    ACTIVE, CONNECTIONS, DENIAL_RULE, DENIAL_TARGET, EVENT_DENIED, EVENT_LOG, EXECUTE_TOOL,
    INSTANCES, LOG_STREAM, LOG_TEXT, METRICS, Metric, POOL, QUEUED, SPAN_HOSTCALLS,
    SPAN_HTTP_REQUESTS, SPAN_LOG, SPAN_OUTPUT, TASKS,
};
pub use record::{Call, Labels, Recorder};
pub use request::{Endpoint, Request};
pub use setup::{Error, Scrape, Telemetry};
pub use store::Store;
