//! Keeps finished spans in SQLite, bounded, and answers questions about them.
//!
//! `Writer` takes what one request made, a `Branch` of a trace, and never makes its caller
//! wait: what does not fit is dropped and counted. `Reader` answers from the same file.
//! Nothing here knows about OpenTelemetry, HTTP or the configuration. Every function blocks, but
//! `Writer::send`, `Writer::counts` and `OpenSpans::take` for no longer than a short lock.
//! Start reading at `schema`, then `writer` and `query`.
//!
//! The views `traces`, `spans` and `span_events` of the file look like the tables that Llama
//! Stack 0.1 and 0.2 kept, so what people have written against those goes on working.

mod client;
mod dataset;
mod filter;
mod list;
mod metrics;
mod query;
mod queue;
mod retention;
mod schema;
mod series;
mod span;
mod stats;
mod store;
#[cfg(test)]
mod tests;
mod time;
mod tree;
mod upstream;
mod walk;
mod writer;

use std::path::PathBuf;

pub use client::{ClientEvent, OpenSpans, Payload, Severity};
pub use dataset::{Dataset, Datasets, Rows};
pub use filter::{Column, Filter, Op, Order};
pub use list::{Cursor, ListFilter, Summary};
pub use metrics::{Granularity, Label, Matcher, MatcherOp, MetricsQuery, Point, Series};
pub use query::{Reader, Trace, TraceQuery};
pub use queue::{Counts, Tally};
pub use retention::Retention;
pub use series::{STEPS_MAX, SeriesQuery, Step};
pub use span::{
    Attributes, Branch, ERROR_TYPE, Event, FUEL, Kind, LateEvent, MEMORY, Name, Span, SpanId,
    Status, TOOL, TraceId, Value,
};
pub use stats::{Observed, Quantiles, ToolStats};
pub use time::Time;
pub use tree::{StoredEvent, StoredSpan, TreeQuery};
pub use writer::{Settings, Writer};

/// Rows of an answer if nobody says how many.
pub const LIMIT: u32 = 100;
/// Most rows of an answer.
pub const LIMIT_MAX: u32 = 10_000;

/// Why something cannot be kept or answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened.
    #[error("`{}` cannot be opened: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite says.
        reason: String,
    },

    /// A later version of this host made the file.
    #[error("`{}` was made by a newer version of this host", .0.display())]
    TooNew(PathBuf),

    /// The file is no database, or one of another program.
    #[error("`{}` belongs to another program", .0.display())]
    Foreign(PathBuf),

    /// A question that cannot be answered.
    #[error("`{field}` is not valid: {reason}")]
    Invalid {
        /// What is wrong, as the API names it.
        field: &'static str,
        /// What it must be.
        reason: String,
    },

    /// No dataset has that name.
    #[error("there is no dataset `{0}`")]
    NoDataset(String),

    /// A dataset of that name is there, and is another one.
    #[error("there is a dataset `{0}` already")]
    DatasetExists(String),

    /// All datasets together would take more than they may.
    #[error("the datasets are full: they may hold {limit} bytes")]
    Full {
        /// In bytes.
        limit: u64,
    },

    /// SQLite or the disk.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Error {
    fn invalid(field: &'static str, reason: impl Into<String>) -> Error {
        Error::Invalid {
            field,
            reason: reason.into(),
        }
    }
}
