//! The clock that makes running guests look up.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::Engine;

/// Between two looks of a guest at its deadline. At 2 ms the ticker takes 1% of a core.
const TICK: Duration = Duration::from_millis(2);

/// A thread that advances the engine's epoch until it is dropped.
pub struct Ticker {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts the only ticker of `engine`.
    pub fn start(engine: &Engine) -> Ticker {
        let engine = engine.weak();
        let (stop, stopped) = sync_channel::<()>(0);
        let thread = std::thread::Builder::new()
            .name("epoch-ticker".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    let Some(engine) = engine.upgrade() else {
                        return;
                    };
                    engine.increment_epoch();
                }
            })
            .expect("the system has room for one more thread at start");
        Ticker {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic, and there is nobody to tell if it did.
            let _ = thread.join();
        }
    }
}
