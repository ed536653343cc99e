//! The door to the spans that are kept.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::sinks::Sinks;
use crate::traces::{ClientEvent, Datasets, Error, OpenSpans, Reader};

/// Questions that are answered at the same time. One that finds nothing looks at every span.
const QUESTIONS_MAX: usize = 2;
/// How long a question waits for what was sent before it to be written.
const FRESH: Duration = Duration::from_secs(2);
/// Spans that clients may have open at the same time, and for how long.
const OPEN_MAX: usize = 4096;
const OPEN_TTL: Duration = Duration::from_secs(3600);

/// What all datasets together may hold, in bytes of JSON.
const DATASETS_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Spans of the past, and those that clients are making.
pub struct Store {
    sinks: Arc<Sinks>,
    reader: Reader,
    datasets: Datasets,
    open: OpenSpans,
    questions: Semaphore,
}

impl Store {
    /// Opens the file at `path`, which `sinks` write to.
    pub(super) fn open(path: &Path, sinks: Arc<Sinks>) -> Result<Store, Error> {
        Ok(Store {
            sinks,
            reader: Reader::open(path)?,
            datasets: Datasets::open(path, DATASETS_BYTES_MAX)?,
            open: OpenSpans::new(OPEN_MAX, OPEN_TTL),
            questions: Semaphore::new(QUESTIONS_MAX),
        })
    }

    /// Asks `question` of all spans that were sent before, and of the datasets, on a thread that
    /// may block. `None` if the thread panicked.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Reader, &Datasets) -> Result<T, Error> + Send + 'static,
    ) -> Option<Result<T, Error>> {
        // It is never closed.
        let _turn = self.questions.acquire().await.ok()?;
        let store = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            if let Some(writer) = &store.sinks.store {
                writer.flush(FRESH);
            }
            question(&store.reader, &store.datasets)
        });
        match asked.await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::error!(%error, "a question to the store of spans panicked");
                None
            }
        }
    }

    /// Takes what a client says of its own spans.
    pub fn take(&self, event: ClientEvent) {
        if let Some(writer) = &self.sinks.store {
            self.open.take(event, writer);
        }
    }

    /// Writes the spans that clients have not ended.
    pub(super) fn finish(&self) {
        if let Some(writer) = &self.sinks.store {
            self.open.finish(writer);
        }
    }
}
