//! The thread that writes, and the door to it.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::queue::{CHUNK_ROWS, Chunk, Counts, Item, Queue, Tally};
use super::retention::{Retention, Sweeper};
use super::store::Inserts;
use super::{Branch, Error, LateEvent, Time, schema};

/// How long spans wait for others to be written with.
const LINGER: Duration = Duration::from_millis(200);
/// Branches that are written in one go. Each takes some 25 µs; a pause after each one would cost more
/// than that.
const STINT: usize = 16;
/// Between clean-ups, if little is written.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// Spans between clean-ups, if much is.
const SWEEP_ROWS: u64 = 100_000;
/// Waits between attempts to write the same batch; thereafter it is dropped.
const BACKOFF: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
];
/// Longest wait at the end, whatever the caller says.
const CLOSE_MAX: Duration = Duration::from_secs(3600);
/// How long a writer that nobody closed takes to write what waits.
const DROP_TIMEOUT: Duration = Duration::from_secs(2);

/// How a [`Writer`] works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Spans that may wait, default 65,536.
    pub queue_spans_max: usize,
    /// What is kept in the file, default everything.
    pub retention: Retention,
    /// Who makes the spans, as the view `traces` says; default empty.
    pub service: String,
    /// Called once on the writer's thread, before anything else; default does nothing.
    pub on_start: fn(),
    /// Called on that thread after every 16 branches, unless somebody waits for it; default does
    /// nothing.
    pub between: fn(),
}

/// Writes branches to the file, on a thread of its own.
pub struct Writer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    /// Wakes the thread.
    work: Condvar,
    /// Wakes those that wait in [`Writer::flush`].
    settled: Condvar,
}

struct State {
    queue: Queue,
    /// Since when something waits, as far as the thread has seen.
    waiting: Option<Instant>,
    /// Those in [`Writer::flush`].
    flushers: usize,
    /// When to stop at the latest.
    closing: Option<Instant>,
}

/// What the thread has.
struct Worker {
    shared: Arc<Shared>,
    connection: Connection,
    service: String,
    between: fn(),
    sweeper: Sweeper,
    sweep_at: Instant,
    rows_since_sweep: u64,
    /// The last batch could not be written.
    is_failing: bool,
}

/// What the thread does next.
#[derive(PartialEq, Eq)]
enum Turn {
    Write { in_haste: bool },
    Sweep,
    End,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            queue_spans_max: 65_536,
            retention: Retention::default(),
            service: String::new(),
            on_start: || {},
            between: || {},
        }
    }
}

impl Writer {
    /// Opens or makes the file at `path`, in a folder that exists, and starts the thread.
    ///
    /// A file of Llama Stack 0.1 or 0.2 is taken over in one transaction: its rows move to our
    /// tables, and views stand where its tables were. Rows without a proper id or time cannot
    /// move; if there are any, all old tables stay, as `upstream_traces` and so on.
    pub fn open(path: &Path, settings: Settings) -> Result<Writer, Error> {
        let connection = schema::open_to_write(path)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                queue: Queue::new(settings.queue_spans_max),
                waiting: None,
                flushers: 0,
                closing: None,
            }),
            work: Condvar::new(),
            settled: Condvar::new(),
        });
        let worker = Worker {
            shared: Arc::clone(&shared),
            connection,
            service: settings.service,
            between: settings.between,
            sweeper: Sweeper::new(settings.retention),
            sweep_at: Instant::now(),
            rows_since_sweep: 0,
            is_failing: false,
        };
        let on_start = settings.on_start;
        let thread = std::thread::Builder::new()
            .name("traces".to_owned())
            .spawn(move || {
                on_start();
                worker.run();
            })
            .map_err(|error| Error::Open {
                path: path.to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Writer {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Leaves a branch to be written. Never waits: without room it is dropped, or, if it is
    /// important, ordinary ones that have waited longest are.
    pub fn send(&self, branch: impl Into<Arc<Branch>>) {
        let branch = branch.into();
        if !branch.spans.is_empty() {
            self.push(Item::Branch(branch));
        }
    }

    /// Leaves an event to be written whose span is stored already, or unknown.
    pub fn send_late(&self, event: LateEvent) {
        self.push(Item::Late(event));
    }

    /// What became of everything that was sent.
    pub fn counts(&self) -> Counts {
        self.shared.lock().queue.counts()
    }

    /// Waits until all that was sent before is in the file, or lost as [`Writer::counts`] says.
    /// False if that takes longer than `timeout`.
    pub fn flush(&self, timeout: Duration) -> bool {
        let mut state = self.shared.lock();
        let last = state.queue.last();
        state.flushers += 1;
        self.shared.work.notify_one();
        let waited = self
            .shared
            .settled
            .wait_timeout_while(state, timeout, |state| !state.queue.is_settled(last));
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        state.flushers -= 1;
        !waited.timed_out()
    }

    /// Writes what waits, for as long as `timeout`, and ends the thread; what is left or comes
    /// later counts as dropped. It may take a second longer if the file is locked.
    pub fn close(&self, timeout: Duration) -> Counts {
        let deadline = Instant::now() + timeout.min(CLOSE_MAX);
        self.shared.lock().closing.get_or_insert(deadline);
        self.shared.work.notify_one();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that writes traces has panicked");
        }
        self.counts()
    }

    fn push(&self, item: Item) {
        let mut state = self.shared.lock();
        if state.closing.is_some() {
            state.queue.refuse(&item);
            return;
        }
        let before = state.queue.rows();
        let dropped = state.queue.push(item);
        let after = state.queue.rows();
        drop(state);
        // In between, the thread waits for more, or has enough to do.
        if before == 0 || (before < CHUNK_ROWS && after >= CHUNK_ROWS) {
            self.shared.work.notify_one();
        }
        drop(dropped);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close(DROP_TIMEOUT);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No operation on the queue can panic halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something to do; fills `batch` if that is to write.
    fn next(&self, batch: &mut Vec<Chunk>, sweep_at: Instant) -> Turn {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let rows = state.queue.rows();
            if let Some(deadline) = state.closing
                && (rows == 0 || now >= deadline)
            {
                state.queue.take(usize::MAX, batch);
                state.queue.settle(tally(batch), false);
                self.settled.notify_all();
                return Turn::End;
            }
            let mut until = sweep_at;
            if rows > 0 {
                let write_at = *state.waiting.get_or_insert(now) + LINGER;
                let in_haste = state.flushers > 0 || state.closing.is_some();
                if in_haste || rows >= CHUNK_ROWS || now >= write_at {
                    state.queue.take(CHUNK_ROWS, batch);
                    state.waiting = None;
                    return Turn::Write { in_haste };
                }
                until = until.min(write_at);
            }
            if now >= sweep_at {
                return Turn::Sweep;
            }
            let waited = self.work.wait_timeout(state, until - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits before the next attempt; false if the end has come before that.
    fn pause(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if state.closing.is_some_and(|deadline| now >= deadline) {
                return false;
            }
            let next = state.closing.map_or(until, |deadline| deadline.min(until));
            if now >= until {
                return true;
            }
            let waited = self.work.wait_timeout(state, next - now);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Worker {
    fn run(mut self) {
        let mut batch = Vec::new();
        loop {
            let turn = self.shared.next(&mut batch, self.sweep_at);
            if let Turn::Write { in_haste } = turn {
                self.write(&batch, in_haste);
            }
            // Outside the lock: there are thousands of small things to free.
            batch.clear();
            if turn == Turn::End {
                return;
            }
            if Instant::now() >= self.sweep_at {
                self.sweep();
            }
        }
    }

    /// Writes the batch in one transaction, or drops it after some attempts.
    fn write(&mut self, batch: &[Chunk], in_haste: bool) {
        let mut pauses = BACKOFF.iter();
        let is_stored = loop {
            let Err(error) = self.try_to_write(batch, in_haste) else {
                break true;
            };
            if !self.is_failing {
                self.is_failing = true;
                tracing::error!(%error, "traces cannot be written");
            }
            if !pauses.next().is_some_and(|pause| self.shared.pause(*pause)) {
                break false;
            }
        };
        let tally = tally(batch);
        let counts = {
            let mut state = self.shared.lock();
            state.queue.settle(tally, is_stored);
            state.queue.counts()
        };
        self.shared.settled.notify_all();
        if is_stored && self.is_failing {
            self.is_failing = false;
            let dropped = counts.dropped.branches;
            tracing::info!(
                dropped,
                "traces can be written again; {dropped} dropped so far"
            );
        }
        self.rows_since_sweep += tally.spans + tally.late_events;
        if self.rows_since_sweep >= SWEEP_ROWS {
            self.sweep_at = Instant::now();
        }
    }

    fn try_to_write(&mut self, batch: &[Chunk], in_haste: bool) -> rusqlite::Result<()> {
        let stored = Time::now();
        let change = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut inserts = Inserts::new(&change)?;
        for (number, item) in batch.iter().flat_map(Chunk::items).enumerate() {
            if number % STINT == 0 && !in_haste {
                (self.between)();
            }
            match item {
                Item::Branch(branch) => inserts.branch(branch, &self.service, stored)?,
                Item::Late(event) => inserts.late(event)?,
            }
        }
        drop(inserts);
        change.commit()
    }

    /// One step of a clean-up. Between steps, what waits is written.
    fn sweep(&mut self) {
        let more = self.sweeper.step(&mut self.connection, Time::now());
        let more = more.unwrap_or_else(|error| {
            tracing::warn!(%error, "old traces cannot be deleted");
            false
        });
        if !more {
            self.rows_since_sweep = 0;
            self.sweep_at = Instant::now() + SWEEP_EVERY;
        }
    }
}

fn tally(batch: &[Chunk]) -> Tally {
    let mut tally = Tally::default();
    batch.iter().for_each(|chunk| tally.add(chunk.tally()));
    tally
}
