//! How threads that export stand back behind calls.

use rustix::process::setpriority_process;
use rustix::thread::gettid;

/// The lowest priority but idle. An idle thread would starve for minutes on a machine whose
/// processors others keep busy.
const NICE: i32 = 19;

/// Lets calls go before this thread: what is not exported is counted, and a call that waits is
/// felt. It must yield often, too: it is let finish its slice of milliseconds otherwise.
pub fn step_back() {
    if let Err(error) = setpriority_process(Some(gettid()), NICE) {
        tracing::warn!(%error, "telemetry is exported at normal priority");
    }
}
