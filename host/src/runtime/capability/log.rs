//! `toolhost:tool/log`: lines for whoever looks into a call, among those on stderr.

use super::contract::log::{Host, Level};
use crate::runtime::sandbox::Sandbox;

impl Host for Sandbox {
    fn log(&mut self, level: Level, message: String) {
        let level = match level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        self.stderr.line(level, &message);
    }
}
