//! Errors as responses, and what each failure and rejection of a call becomes.
//!
//! Upstream has three shapes of error body; ours holds the keys of all of them:
//! `{"detail": …, "error": {"message": …, "detail": …}}`.
//! The matches below have no wildcard: a new kind of failure must be given a code here.

mod wire;

use std::borrow::Cow;
use std::time::Duration;

use axum::http::StatusCode;
pub(crate) use wire::{Detail, ErrorBody, Invalid, OverBudget, Step};

use crate::access::{Exhausted, Refused};
use crate::invocation::{Failure, Rejection, ToolError};

/// When to ask again while the host shuts down: about when its successor listens.
const DRAINING_RETRY_AFTER: Duration = Duration::from_secs(5);

/// When a client that found no place for its connection may come back.
pub(crate) const FULL_RETRY_AFTER: Duration = Duration::from_secs(1);

/// Characters of a client's own words that an error repeats.
const SHOWN_MAX: usize = 200;

/// A response that is no success.
#[derive(Debug)]
pub(crate) struct Error {
    status: StatusCode,
    message: String,
    detail: Detail,
    metadata: Option<Box<OverBudget>>,
    retry_after: Option<Duration>,
}

impl Error {
    /// An error with one text.
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Error {
        let message = text.into();
        Error {
            status,
            detail: Detail::Text(message.clone()),
            message,
            metadata: None,
            retry_after: None,
        }
    }

    /// A 400 with one text.
    pub(crate) fn bad_request(text: impl Into<String>) -> Error {
        Error::new(StatusCode::BAD_REQUEST, text)
    }

    /// A 404 with one text.
    pub(crate) fn not_found(text: impl Into<String>) -> Error {
        Error::new(StatusCode::NOT_FOUND, text)
    }

    /// A 503 that says when to come back.
    pub(crate) fn draining() -> Error {
        Error::new(StatusCode::SERVICE_UNAVAILABLE, "the host is shutting down")
            .retry_after(DRAINING_RETRY_AFTER)
    }

    /// A 503 for a connection that is one too many.
    pub(crate) fn full() -> Error {
        Error::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many connections are open, in total or from this address",
        )
        .retry_after(FULL_RETRY_AFTER)
    }

    /// A 401, the same for a key that is wrong and for none.
    pub(crate) fn unauthorized(refused: &Refused) -> Error {
        let text = format!("{refused}: send it as `Authorization: Bearer KEY`");
        Error::new(StatusCode::UNAUTHORIZED, text)
    }

    /// A 403 for a key without the right.
    pub(crate) fn forbidden(text: impl Into<String>) -> Error {
        Error::new(StatusCode::FORBIDDEN, text)
    }

    /// A 429 that says what is used up and when there is more.
    pub(crate) fn over_budget(exhausted: &Exhausted) -> Error {
        let metadata = OverBudget::from(exhausted);
        let text = format!(
            "the budget of this API key is used up: {}",
            metadata.words()
        );
        let error = Error::new(StatusCode::TOO_MANY_REQUESTS, text);
        Error {
            metadata: Some(Box::new(metadata)),
            ..error.retry_after(exhausted.retry_after)
        }
    }

    /// A 500 that says nothing; the log has what happened.
    pub(crate) fn unexpected() -> Error {
        Error::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal server error: An unexpected error occurred.",
        )
    }

    /// A 400 with everything that is wrong with a request.
    pub(crate) fn invalid(errors: Vec<Invalid>) -> Error {
        let words: Vec<String> = errors.iter().map(Invalid::words).collect();
        let message = format!("invalid request: {}", words.join("; "));
        Error {
            status: StatusCode::BAD_REQUEST,
            message,
            detail: Detail::Invalid { errors },
            metadata: None,
            retry_after: None,
        }
    }

    /// The same with another text under `detail`, for clients that look for upstream's words.
    pub(crate) fn with_detail(self, detail: String) -> Error {
        Error {
            detail: Detail::Text(detail),
            ..self
        }
    }

    fn retry_after(self, wait: Duration) -> Error {
        Error {
            retry_after: Some(wait),
            ..self
        }
    }
}

/// How a call that brought no result is answered.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// With 200 and this `error_code`: no client retries it, and the model reads the message.
    Code(u16),
    /// With an error status.
    Status(Error),
}

/// The verdict on a run that failed.
pub(crate) fn failed(failure: &Failure, trace_id: &str) -> Verdict {
    match failure {
        Failure::Tool {
            reason: ToolError::InvalidInput,
            ..
        } => Verdict::Code(400),
        Failure::Tool {
            reason: ToolError::NotFound,
            ..
        } => Verdict::Code(404),
        Failure::Tool {
            reason: ToolError::Failed,
            ..
        }
        | Failure::Trap { .. } => Verdict::Code(500),
        Failure::Timeout { .. } => Verdict::Code(504),
        Failure::OutOfFuel { .. } | Failure::TooManyHostCalls { .. } => Verdict::Code(508),
        Failure::OutOfMemory { .. } | Failure::TooManyHandles { .. } => Verdict::Code(507),
        Failure::OutputTooLarge { .. } => Verdict::Code(413),
        Failure::InvalidOutput { .. } => Verdict::Code(502),
        Failure::Host => Verdict::Status(Error::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!(
                "Internal server error: {failure}; its log has the reason under trace id {trace_id}"
            ),
        )),
    }
}

/// The verdict on a call that never ran.
pub(crate) fn rejected(rejection: &Rejection) -> Verdict {
    Verdict::Status(match rejection {
        Rejection::InvalidArguments { .. } => return Verdict::Code(400),
        Rejection::UnknownTool {
            name,
            nearest,
            providers,
        } => {
            let hint = nearest
                .as_ref()
                .map(|nearest| format!(" Did you mean `{nearest}`?"))
                .unwrap_or_default();
            Error::bad_request(format!("{}{hint}", not_served(name, providers)))
        }
        Rejection::AmbiguousTool { .. } => Error::bad_request(rejection.to_string()),
        Rejection::Busy { retry_after, .. } => {
            Error::new(StatusCode::TOO_MANY_REQUESTS, rejection.to_string())
                .retry_after(*retry_after)
        }
        Rejection::Draining => Error::draining(),
        // Nobody is left to read it.
        Rejection::Cancelled => Error::new(StatusCode::SERVICE_UNAVAILABLE, rejection.to_string()),
    })
}

/// The error of a look-up that is no call.
pub(crate) fn not_found(asked: &str, rejection: &Rejection) -> Error {
    match rejection {
        Rejection::UnknownTool { .. } => {
            Error::not_found(format!("Tool '{}' not found", shorten(asked)))
        }
        Rejection::AmbiguousTool { .. }
        | Rejection::InvalidArguments { .. }
        | Rejection::Busy { .. }
        | Rejection::Draining
        | Rejection::Cancelled => Error::bad_request(rejection.to_string()),
    }
}

/// Upstream's words for a tool that no provider has.
pub(crate) fn not_served<S: AsRef<str>>(name: &str, providers: &[S]) -> String {
    let by = match providers {
        [only] => format!("provider: `{}`", only.as_ref()),
        _ => {
            let names: Vec<&str> = providers.iter().map(AsRef::as_ref).collect();
            format!("any of the providers: {}", names.join(", "))
        }
    };
    format!(
        "Tool_group `{name}` not served by {by}. Make sure there is an ToolGroups provider serving this tool_group."
    )
}

/// What a client wrote, bounded, for an answer that repeats it.
pub(crate) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::RETRY_AFTER;
    use axum::response::IntoResponse;

    use super::*;

    fn status_and_text(verdict: Verdict) -> (u16, String) {
        match verdict {
            Verdict::Code(code) => (200, code.to_string()),
            Verdict::Status(error) => (error.status.as_u16(), error.message),
        }
    }

    #[test]
    fn an_unknown_tool_is_refused_in_upstreams_words() {
        let unknown = |providers: &[&str], nearest: Option<&str>| {
            let providers = providers.iter().map(ToString::to_string).collect();
            let rejection = Rejection::UnknownTool {
                name: "nope".to_owned(),
                nearest: nearest.map(ToOwned::to_owned),
                providers,
            };
            status_and_text(rejected(&rejection))
        };
        let end = "Make sure there is an ToolGroups provider serving this tool_group.";
        let many =
            format!("Tool_group `nope` not served by any of the providers: weather, mcp. {end}");
        assert_eq!(unknown(&["weather", "mcp"], None), (400, many));
        let one = format!(
            "Tool_group `nope` not served by provider: `weather`. {end} Did you mean `rope`?"
        );
        assert_eq!(unknown(&["weather"], Some("rope")), (400, one));
    }

    #[test]
    fn every_failure_of_a_tool_is_a_result_and_only_ours_is_a_500() {
        let tool = |reason| Failure::Tool {
            reason,
            message: String::new(),
        };
        for (failure, code) in [
            (tool(ToolError::InvalidInput), "400"),
            (tool(ToolError::NotFound), "404"),
            (tool(ToolError::Failed), "500"),
            (
                Failure::Timeout {
                    limit: Duration::from_secs(1),
                },
                "504",
            ),
            (Failure::OutOfFuel { limit: 1 }, "508"),
            (Failure::OutOfMemory { limit_bytes: 1 }, "507"),
            (Failure::TooManyHostCalls { limit: 1 }, "508"),
            (Failure::TooManyHandles { limit: 1 }, "507"),
            (Failure::OutputTooLarge { limit_bytes: 1 }, "413"),
            (
                Failure::Trap {
                    reason: String::new(),
                    stderr: String::new(),
                },
                "500",
            ),
            (
                Failure::InvalidOutput {
                    reason: String::new(),
                },
                "502",
            ),
        ] {
            assert_eq!(
                status_and_text(failed(&failure, "abc")),
                (200, code.to_owned()),
                "{failure:?}"
            );
        }
        let (status, text) = status_and_text(failed(&Failure::Host, "abc"));
        assert_eq!(status, 500);
        assert!(text.ends_with("under trace id abc"), "{text}");
    }

    #[test]
    fn a_busy_tool_says_when_to_come_back_in_whole_seconds() {
        for (wait, header) in [
            (Duration::ZERO, "1"),
            (Duration::from_millis(1001), "2"),
            (Duration::from_secs(3), "3"),
        ] {
            let Verdict::Status(error) = rejected(&Rejection::Busy {
                tool: "g/t".to_owned(),
                retry_after: wait,
            }) else {
                panic!("busy is a status");
            };
            let response = error.into_response();
            assert_eq!(response.status(), 429);
            assert_eq!(response.headers()[RETRY_AFTER], header);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shorten("abc"), "abc");
        assert_eq!(shorten(&"é".repeat(300)).chars().count(), SHOWN_MAX + 1);
    }
}
