//! Exit codes: 0 and those of `sysexits.h`.

use crate::app;
use crate::config::Problems;
use crate::invocation::{Failure, Rejection};
use crate::project;

/// The tool ran and failed, or a row of the conformance suite or a golden call did.
const TOOL_FAILED: u8 = 1;
/// What was asked for is wrong: unknown tool, bad arguments. Also clap's code.
const USAGE: u8 = 2;
/// An input file is wrong (`EX_DATAERR`).
const DATA: u8 = 65;
/// A running host cannot be reached, or a toolchain is missing (`EX_UNAVAILABLE`).
const UNAVAILABLE: u8 = 69;
/// The host itself failed (`EX_SOFTWARE`).
const HOST: u8 = 70;
/// Try again later (`EX_TEMPFAIL`).
const BUSY: u8 = 75;
/// The config is wrong (`EX_CONFIG`).
const CONFIG: u8 = 78;

/// Why a command did not succeed.
#[derive(Debug)]
pub struct Stop {
    /// For stderr.
    pub message: String,
    /// The process's exit code.
    pub code: u8,
}

impl Stop {
    fn new(code: u8, message: impl Into<String>) -> Stop {
        Stop {
            code,
            message: format!("error: {}", message.into().trim_end()),
        }
    }

    /// The config is wrong.
    pub fn config(problems: &Problems) -> Stop {
        Stop::new(CONFIG, problems.to_string())
    }

    /// The host does not start.
    pub fn start(error: &app::Error) -> Stop {
        let code = match error {
            app::Error::Config(_) => CONFIG,
            app::Error::Listen { .. } => UNAVAILABLE,
            app::Error::Start(_) | app::Error::Serve(_) => HOST,
        };
        Stop::new(code, error.to_string())
    }

    /// There is no project or no component of it.
    pub fn project(error: &project::Error) -> Stop {
        let code = match error {
            project::Error::Name { .. }
            | project::Error::NotEmpty(_)
            | project::Error::NotTyped { .. }
            | project::Error::Unknown { .. }
            | project::Error::Output { .. } => USAGE,
            project::Error::Missing { .. } => UNAVAILABLE,
            project::Error::Config(_) => CONFIG,
            project::Error::Toolchain { .. }
            | project::Error::NothingMade { .. }
            | project::Error::File { .. }
            | project::Error::Component(_) => DATA,
        };
        Stop::new(code, error.to_string())
    }

    /// The host itself failed.
    pub fn host(message: impl Into<String>) -> Stop {
        Stop::new(HOST, message)
    }

    /// What was typed is wrong.
    pub fn usage(message: impl Into<String>) -> Stop {
        Stop::new(USAGE, message)
    }

    /// A file is wrong.
    pub fn data(message: impl Into<String>) -> Stop {
        Stop::new(DATA, message)
    }

    /// A running host cannot be reached.
    pub fn unavailable(message: impl Into<String>) -> Stop {
        Stop::new(UNAVAILABLE, message)
    }

    /// A running host answered with an error status.
    pub fn status(status: u16, message: impl Into<String>) -> Stop {
        let exit = match status {
            429 | 503 => BUSY,
            400..500 => USAGE,
            _ => HOST,
        };
        Stop::new(exit, message)
    }

    /// A call on a running host brought no result; `kind` is its `metadata.kind`.
    pub fn remote(kind: &str, message: &str) -> Stop {
        let exit = if kind == "invalid_arguments" {
            USAGE
        } else {
            TOOL_FAILED
        };
        Stop::new(exit, format!("{message} ({kind})"))
    }

    /// The config is wrong, with a hint.
    pub fn config_with(problems: &Problems, hint: &str) -> Stop {
        Stop::new(CONFIG, format!("{problems}{hint}"))
    }

    /// Files of golden calls are wrong.
    pub fn tests(problems: &Problems) -> Stop {
        let count = problems.0.len();
        let plural = if count == 1 { "" } else { "s" };
        let lines = problems.0.iter().map(|problem| format!("  {problem}\n"));
        let lines: String = lines.collect();
        Stop::new(
            DATA,
            format!("the tests have {count} problem{plural}:\n{lines}"),
        )
    }

    /// Golden calls failed.
    pub fn calls(failed: usize, all: usize) -> Stop {
        Stop::new(TOOL_FAILED, format!("{failed} of {all} calls failed"))
    }

    /// Rows of the conformance suite failed.
    pub fn rows(failed: usize, all: usize) -> Stop {
        Stop::new(TOOL_FAILED, format!("{failed} of {all} rows failed"))
    }

    /// The tool ran and failed.
    pub fn failure(failure: &Failure) -> Stop {
        let code = match failure {
            Failure::Tool { .. }
            | Failure::Timeout { .. }
            | Failure::OutOfFuel { .. }
            | Failure::OutOfMemory { .. }
            | Failure::TooManyHostCalls { .. }
            | Failure::TooManyHandles { .. }
            | Failure::OutputTooLarge { .. }
            | Failure::Trap { .. }
            | Failure::InvalidOutput { .. } => TOOL_FAILED,
            Failure::Host => HOST,
        };
        Stop::new(code, format!("{failure} ({})", failure.kind()))
    }

    /// The tool never ran.
    pub fn rejection(rejection: &Rejection) -> Stop {
        let (code, remedy) = match rejection {
            Rejection::UnknownTool { .. } => {
                (USAGE, "\n  `toolhost tools list` shows what there is")
            }
            Rejection::AmbiguousTool { .. } => (USAGE, ""),
            Rejection::InvalidArguments { .. } => {
                (USAGE, "\n  `toolhost tools show TOOL` shows what it takes")
            }
            Rejection::Busy { .. } | Rejection::Draining => (BUSY, ""),
            Rejection::Cancelled => (HOST, ""),
        };
        Stop::new(code, format!("{rejection}{remedy}"))
    }
}
