//! `toolhost:tool/progress`: how far a call has come.

use std::time::Instant;

use super::contract::progress::Host;
use crate::invocation::Progress;
use crate::runtime::sandbox::Sandbox;

/// Reports that are kept of one call: the first ones, and the last.
const KEPT_MAX: usize = 32;
/// Characters kept of a message.
const MESSAGE_CHARS_MAX: usize = 512;

impl Host for Sandbox {
    fn report(&mut self, done: f64, total: Option<f64>, message: Option<String>) {
        let began = self.account.began;
        let message = message.unwrap_or_default();
        if self.progress.len() == KEPT_MAX {
            self.progress.pop();
        }
        self.progress.push(Progress {
            after: Instant::now() - began,
            done,
            total,
            message: message.chars().take(MESSAGE_CHARS_MAX).collect(),
        });
    }
}
