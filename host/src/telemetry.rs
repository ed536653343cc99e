//! Logs, spans and metrics; owns every instrument.
//!
//! Decides nothing: it is handed facts and passes them on. Exporters are bounded and never
//! slow a call down. All names stand in `names.rs`.
//! Start reading at `Telemetry`, then `Recorder::start`.

mod console;
mod instruments;
mod logs;
mod names;
mod otlp;
mod outbox;
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

pub use logs::log_to_stderr;
pub use names::{ACTIVE, CONNECTIONS, INSTANCES, METRICS, Metric, POOL, QUEUED, TASKS};
pub use record::{Call, Labels, Recorder};
pub use request::{Endpoint, Request};
pub use setup::{Error, Scrape, Telemetry};
pub use store::Store;
