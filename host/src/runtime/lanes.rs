//! Keeps long computations from making short ones wait.
//!
//! A call begins on the thread that took it in. If it still computes after a few ticks, it goes
//! on in the slow lane: threads that the system lets run only when nothing else wants to.
//! So however many guests loop, a call of microseconds finds a free core at once, and so do
//! the threads that answer health checks.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use thread_priority::ThreadPriority;
use thread_priority::unix::{
    NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// Ticks that a call may compute before it must change lanes: between 2 and 4 ms.
const TICKS_MAX: u32 = 2;

/// A call's own future, which can go on in another thread.
pub type Job<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Counts the ticks that one call computed through.
#[derive(Debug, Default)]
pub struct Ticks(AtomicU32);

impl Ticks {
    /// Counts one.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn are_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= TICKS_MAX
    }
}

/// The slow lane.
pub struct Lanes {
    slow: Option<Runtime>,
}

/// Ends the task when the caller is gone.
struct Abort<T>(JoinHandle<T>);

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Lanes {
    /// Starts as many threads as there are cores.
    pub fn start() -> std::io::Result<Lanes> {
        let slow = Builder::new_multi_thread()
            .thread_name("slow-lane")
            .on_thread_start(step_back)
            .enable_all()
            .build()?;
        Ok(Lanes { slow: Some(slow) })
    }

    /// Drives `job` to its end, in the slow lane once `ticks` are many. `None` if it panicked.
    /// Dropping the future drops the job.
    pub async fn run<T: Send + 'static>(&self, job: Job<T>, ticks: &Ticks) -> Option<T> {
        let mut job = Some(job);
        let in_this_thread = std::future::poll_fn(|cx| {
            let Some(running) = &mut job else {
                return Poll::Ready(None);
            };
            match running.as_mut().poll(cx) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if ticks.are_many() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        });
        let done = in_this_thread.await;
        if done.is_some() {
            return done;
        }
        let mut moved = Abort(self.slow()?.spawn(job?));
        (&mut moved.0).await.ok()
    }

    /// Jobs in the slow lane now.
    pub fn tasks(&self) -> usize {
        self.slow()
            .map_or(0, |slow| slow.metrics().num_alive_tasks())
    }

    fn slow(&self) -> Option<&Handle> {
        self.slow.as_ref().map(Runtime::handle)
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // Waiting for the threads is not allowed in asynchronous code, and not needed: every
        // job's owner has aborted it.
        if let Some(slow) = self.slow.take() {
            slow.shutdown_background();
        }
    }
}

/// Lets every other thread go first.
fn step_back() {
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    if let Err(error) =
        set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle)
    {
        tracing::warn!(
            ?error,
            "long computations run at normal priority; short ones may wait for them"
        );
    }
}
