//! Who may run now, who waits, and who is sent away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use crate::catalog::Entry;
use crate::config;
use crate::invocation::Rejection;
use crate::runtime::{Runtime, Slot};

/// Between two looks at whether everything has come to an end.
const IDLE_POLL: Duration = Duration::from_millis(10);

/// Lets at most as many calls run as the pool has slots, of one group at most as many as its
/// share, and of one tool at most as many as its `concurrency`; a bounded number of others, of
/// each tool and in all, waits for a bounded time.
pub struct Admission {
    runtime: Arc<Runtime>,
    queue: Semaphore,
    queue_total: usize,
    queue_wait: Duration,
    draining: AtomicBool,
}

/// The right to run once.
pub struct Permit {
    /// A place in the engine's pool.
    pub slot: Slot,
    _shares: [OwnedSemaphorePermit; 2],
}

impl Admission {
    /// Admission to the slots of `runtime`.
    pub fn new(runtime: Arc<Runtime>, config: &config::Admission) -> Admission {
        Admission {
            runtime,
            queue: Semaphore::new(config.queue as usize),
            queue_total: config.queue as usize,
            queue_wait: config.queue_wait,
            draining: AtomicBool::new(false),
        }
    }

    /// Admits a call of `entry`, at once if there is room.
    pub async fn admit(&self, entry: &Entry) -> Result<Permit, Rejection> {
        if self.is_draining() {
            return Err(Rejection::Draining);
        }
        let shares = [&entry.share.running, &entry.group_running];
        if let Ok(tool) = shares[0].clone().try_acquire_owned()
            && let Ok(group) = shares[1].clone().try_acquire_owned()
            && let Some(slot) = self.runtime.try_slot()
        {
            return Ok(Permit {
                slot,
                _shares: [tool, group],
            });
        }
        let busy = |_| Rejection::Busy {
            tool: entry.tool.qualified(),
            retry_after: self.queue_wait,
        };
        let _place_in_queue = self.queue.try_acquire().map_err(busy)?;
        let _place_of_tool = entry.share.waiting.try_acquire().map_err(busy)?;
        // The shares first: calls of a tool that is at its limit must not sit on slots.
        let wait = async {
            let [tool, group] = shares;
            let tool = tool.clone().acquire_owned().await.ok()?;
            let group = group.clone().acquire_owned().await.ok()?;
            Some(Permit {
                slot: self.runtime.slot().await,
                _shares: [tool, group],
            })
        };
        let waited = tokio::time::timeout(self.queue_wait, wait).await;
        waited
            .ok()
            .flatten()
            .ok_or_else(|| busy(TryAcquireError::NoPermits))
    }

    /// Waits until nothing runs or waits. It looks now and then: standing in line for every
    /// slot would hold up the calls that wait for one.
    pub async fn idle(&self) {
        while !self.runtime.is_idle() || self.queue.available_permits() < self.queue_total {
            tokio::time::sleep(IDLE_POLL).await;
        }
    }

    /// Calls that wait for a place now.
    pub fn waiting(&self) -> usize {
        self.queue_total - self.queue.available_permits()
    }

    /// Refuses everything from now on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether [`Admission::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
