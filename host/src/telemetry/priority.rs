//! How threads that export stand back behind calls.

use thread_priority::ThreadPriority;
use thread_priority::unix::{
    NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};

/// Lets every call go before this thread: what is not exported is counted, and a call that waits
/// is felt. The lowest nice value would not do: such a thread is let finish its slice, which is
/// milliseconds, while one of this policy makes way as soon as it enters the kernel.
pub fn step_back() {
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let thread = thread_native_id();
    if let Err(error) = set_thread_priority_and_policy(thread, ThreadPriority::Min, idle) {
        tracing::warn!(?error, "telemetry is exported at normal priority");
    }
}
