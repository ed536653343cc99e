//! Fails in every way that a function's result can express, and succeeds once.
//!
//! The host must report each error as the tool's own failure, with its kind and payload.

use exports::toolhost_test::fails::failing::{Guest, MyError, Quota, Reason};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({ generate_all });

struct Fails;

impl Guest for Fails {
    fn invalid_input(message: String) -> Result<String, ToolError> {
        Err(ToolError::InvalidInput(message))
    }

    fn not_found(message: String) -> Result<String, ToolError> {
        Err(ToolError::NotFound(message))
    }

    fn failed(message: String) -> Result<String, ToolError> {
        Err(ToolError::Failed(message))
    }

    fn own_error() -> Result<String, MyError> {
        Err(MyError::QuotaExceeded(Quota {
            call_limit: 10,
            reset_seconds: 60,
        }))
    }

    fn own_error_bare() -> Result<String, MyError> {
        Err(MyError::Offline)
    }

    fn string_error(message: String) -> Result<String, String> {
        Err(message)
    }

    fn enum_error() -> Result<String, Reason> {
        Err(Reason::TooLate)
    }

    fn only_error(fail: bool) -> Result<(), String> {
        if fail {
            Err("asked to fail".to_owned())
        } else {
            Ok(())
        }
    }

    fn bare(fail: bool) -> Result<(), ()> {
        if fail { Err(()) } else { Ok(()) }
    }

    fn succeeds() -> Result<String, ToolError> {
        Ok("fine".to_owned())
    }
}

export!(Fails);
