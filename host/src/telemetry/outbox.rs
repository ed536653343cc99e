//! What waits for a collector: bounded, in batches, sent by a thread of its own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::priority;
use super::watch::Watch;
use crate::config::Batch;

/// A queue and the thread that empties it. Putting something in never waits for the collector.
#[derive(Debug)]
pub struct Outbox<T>(Arc<Shared<T>>);

/// What became of all that was put in, but for what still waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// What the collector took.
    pub taken: u64,
    /// What it did not take, or there was no room for.
    pub lost: u64,
}

#[derive(Debug)]
struct Shared<T> {
    batch: Batch,
    /// How many wait or are about to; no more than `batch.queue`.
    places: AtomicUsize,
    waiting: Mutex<Waiting<T>>,
    /// Something came, or the end is near.
    news: Condvar,
    /// The thread is through.
    done: Condvar,
    taken: AtomicU64,
    lost: AtomicU64,
}

#[derive(Debug)]
struct Waiting<T> {
    /// Each with how much it counts.
    items: VecDeque<(usize, T)>,
    /// All of them together.
    count: usize,
    is_closing: bool,
    is_done: bool,
}

impl<T: Send + 'static> Outbox<T> {
    /// Starts the thread `name`, which hands batches to `deliver` and tells `watch` how it went.
    pub fn start(
        name: &str,
        batch: Batch,
        mut watch: Watch,
        mut deliver: impl FnMut(Vec<T>) -> Result<(), String> + Send + 'static,
    ) -> std::io::Result<Outbox<T>> {
        let shared = Arc::new(Shared {
            batch,
            places: AtomicUsize::new(0),
            waiting: Mutex::new(Waiting {
                items: VecDeque::new(),
                count: 0,
                is_closing: false,
                is_done: false,
            }),
            news: Condvar::new(),
            done: Condvar::new(),
            taken: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            priority::step_back();
            let shared = Through(of_thread);
            while let Some((count, items)) = shared.0.next() {
                let count = count as u64;
                let delivered = deliver(items);
                let tally = if delivered.is_ok() {
                    &shared.0.taken
                } else {
                    &shared.0.lost
                };
                tally.fetch_add(count, Relaxed);
                watch.tell(&delivered, count);
            }
        })?;
        Ok(Outbox(shared))
    }

    /// Puts in what `item` makes, which counts as `count` things, if there is room.
    pub fn put(&self, count: usize, item: impl FnOnce() -> T) {
        let shared = &self.0;
        let taken = shared.places.fetch_add(count, Relaxed);
        if taken.saturating_add(count) > shared.batch.queue {
            shared.places.fetch_sub(count, Relaxed);
            shared.lost.fetch_add(count as u64, Relaxed);
            return;
        }
        let item = item();
        let mut waiting = shared.lock();
        let before = waiting.count;
        waiting.items.push_back((count, item));
        waiting.count += count;
        let is_batch = before < shared.batch.size && waiting.count >= shared.batch.size;
        drop(waiting);
        // In between, the thread waits for more, or has enough to do.
        if before == 0 || is_batch {
            shared.news.notify_one();
        }
    }

    /// What became of what was put in.
    pub fn sent(&self) -> Sent {
        Sent {
            taken: self.0.taken.load(Relaxed),
            lost: self.0.lost.load(Relaxed),
        }
    }

    /// Sends what waits, for at most `patience`; what is left then is lost. Blocks.
    pub fn close(&self, patience: Duration) -> Sent {
        let mut waiting = self.0.lock();
        waiting.is_closing = true;
        self.0.news.notify_one();
        let waited = self
            .0
            .done
            .wait_timeout_while(waiting, patience, |waiting| !waiting.is_done);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        // The batch on its way has had its time; the thread counts it when it is answered.
        let left = std::mem::take(&mut waiting.count);
        waiting.items.clear();
        drop(waiting);
        self.0.lost.fetch_add(left as u64, Relaxed);
        self.sent()
    }
}

impl<T> Shared<T> {
    /// The next batch and its count, when it is full or has waited long enough; `None` at the end.
    fn next(&self) -> Option<(usize, Vec<T>)> {
        let mut waiting = self.lock();
        while waiting.items.is_empty() && !waiting.is_closing {
            let woken = self.news.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let until = Instant::now() + self.batch.delay;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let is_due = waiting.count >= self.batch.size || left.is_zero();
            if is_due || waiting.is_closing {
                break;
            }
            let woken = self.news.wait_timeout(waiting, left);
            (waiting, _) = woken.unwrap_or_else(PoisonError::into_inner);
        }
        let (mut count, mut batch) = (0, Vec::new());
        while count < self.batch.size
            && let Some((more, item)) = waiting.items.pop_front()
        {
            count += more;
            batch.push(item);
        }
        waiting.count -= count;
        drop(waiting);
        self.places.fetch_sub(count, Relaxed);
        (!batch.is_empty()).then_some((count, batch))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that the thread is through, however it ends.
struct Through<T>(Arc<Shared<T>>);

impl<T> Drop for Through<T> {
    fn drop(&mut self) {
        self.0.lock().is_done = true;
        self.0.done.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn batch(queue: usize, size: usize) -> Batch {
        Batch {
            queue,
            size,
            delay: Duration::from_secs(3600),
        }
    }

    fn watch() -> Watch {
        Watch::new("spans", "http://c")
    }

    #[test]
    fn what_is_put_in_is_delivered_in_order_and_in_batches() {
        let (sender, batches) = mpsc::channel();
        let outbox = Outbox::start("test", batch(100, 3), watch(), move |items| {
            sender.send(items).map_err(|error| error.to_string())
        });
        let outbox = outbox.unwrap();
        for item in 1..=4 {
            outbox.put(1, || item);
        }
        assert_eq!(batches.recv_timeout(PATIENCE).unwrap(), [1, 2, 3]);
        assert_eq!(outbox.close(PATIENCE), Sent { taken: 4, lost: 0 });
        assert_eq!(batches.recv_timeout(PATIENCE).unwrap(), [4]);
    }

    #[test]
    fn what_waits_long_enough_is_sent_alone() {
        let (sender, batches) = mpsc::channel();
        let quick = Batch {
            delay: Duration::from_millis(1),
            ..batch(100, 100)
        };
        let outbox = Outbox::start("test", quick, watch(), move |items: Vec<u8>| {
            sender.send(items).map_err(|error| error.to_string())
        });
        outbox.unwrap().put(1, || 7);
        assert_eq!(batches.recv_timeout(PATIENCE).unwrap(), [7]);
    }

    #[test]
    fn what_does_not_fit_or_is_not_taken_is_counted_and_nobody_waits_for_it() {
        let (begun, is_begun) = mpsc::channel();
        let (answer, answers) = mpsc::channel::<Result<(), String>>();
        let outbox = Outbox::start("test", batch(4, 2), watch(), move |_: Vec<u8>| {
            begun.send(()).ok();
            answers
                .recv_timeout(PATIENCE)
                .map_err(|error| error.to_string())?
        });
        let outbox = outbox.unwrap();
        outbox.put(2, || 0);
        is_begun.recv_timeout(PATIENCE).unwrap();
        // The collector holds the first two; four may wait.
        outbox.put(3, || 0);
        outbox.put(2, || unreachable!("there is no room"));
        outbox.put(1, || 0);
        assert_eq!(outbox.sent(), Sent { taken: 0, lost: 2 });
        answer.send(Err("full".to_owned())).unwrap();
        answer.send(Ok(())).unwrap();
        answer.send(Ok(())).unwrap();
        assert_eq!(outbox.close(PATIENCE), Sent { taken: 4, lost: 4 });
    }

    #[test]
    fn a_collector_that_never_answers_delays_the_end_by_no_more_than_patience() {
        let (_kept, never) = mpsc::channel::<()>();
        let (begun, is_begun) = mpsc::channel();
        let outbox = Outbox::start("test", batch(4, 1), watch(), move |_: Vec<u8>| {
            begun.send(()).ok();
            never.recv().map_err(|error| error.to_string())
        });
        let outbox = outbox.unwrap();
        for _ in 0..3 {
            outbox.put(1, || 0);
        }
        is_begun.recv_timeout(PATIENCE).unwrap();
        assert_eq!(
            outbox.close(Duration::from_millis(1)),
            Sent { taken: 0, lost: 2 }
        );
    }
}
