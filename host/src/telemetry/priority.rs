//! How threads that export stand back behind calls.

use std::time::Duration;

use thread_priority::ThreadPriority;
use thread_priority::unix::{
    NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};

/// Kernels sleep some 50 µs longer than asked.
const PAUSE: Duration = Duration::from_micros(1);

/// Lets every call go before this thread: what is not exported is counted, and a call that waits
/// is felt. Whoever wakes takes the processor from a thread of this policy at once; of the lowest
/// nice value it would be let finish its slice, which is milliseconds.
pub fn step_back() {
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let thread = thread_native_id();
    if let Err(error) = set_thread_priority_and_policy(thread, ThreadPriority::Min, idle) {
        tracing::warn!(?error, "telemetry is exported at normal priority");
    }
}

/// Lets a call go on that waits for this thread's processor; to be called after every few hundred
/// microseconds of work. Whoever was interrupted in the middle of a call has no precedence over a
/// thread that is running already, whatever its policy: Linux may let that one run until the next
/// tick, up to 4 ms, on one processor while the other is idle. It cannot choose one that sleeps.
/// One that yields it does not choose either, but where others keep all processors busy that one
/// loses its turn for seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "it blocks a thread on which nobody waits"
)]
pub fn give_way() {
    std::thread::sleep(PAUSE);
}
