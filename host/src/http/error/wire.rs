//! The body of an error, and the response around it.

use std::borrow::Cow;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Error;
use crate::http::reply;

/// What `detail` holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErrorDetail)]
#[serde(untagged)]
pub(crate) enum Detail {
    /// What went wrong.
    Text(String),
    /// Everything that is wrong with a request.
    Invalid {
        /// Never empty.
        errors: Vec<Invalid>,
    },
}

/// One thing that is wrong with a request, as pydantic words it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = InvalidField)]
pub(crate) struct Invalid {
    /// Where: `body` or `query`, then a field or the position of a syntax error.
    #[schema(value_type = Vec<serde_json::Value>, example = json!(["body", "kwargs"]))]
    pub(crate) loc: Vec<Step>,
    /// What, for people.
    #[schema(example = "Field required")]
    pub(crate) msg: Cow<'static, str>,
    /// What, for programs.
    #[serde(rename = "type")]
    #[schema(example = "missing")]
    pub(crate) kind: &'static str,
    /// More than upstream says; only in the error's message.
    #[serde(skip)]
    pub(crate) reason: Option<String>,
}

/// One step of the way to what is wrong.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Step {
    Name(&'static str),
    Position(usize),
}

/// The body of every response that is no success.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    detail: Detail,
    error: ErrorMember,
}

#[derive(Serialize, ToSchema)]
struct ErrorMember {
    /// One text that says it all.
    message: String,
    detail: Detail,
}

impl Invalid {
    /// The same for people, in one text.
    pub(crate) fn words(&self) -> String {
        let steps: Vec<String> = self.loc.iter().map(Step::words).collect();
        match &self.reason {
            Some(reason) => format!("`{}`: {} ({reason})", steps.join("."), self.msg),
            None => format!("`{}`: {}", steps.join("."), self.msg),
        }
    }
}

impl Step {
    fn words(&self) -> String {
        match self {
            Step::Name(name) => (*name).to_owned(),
            Step::Position(position) => position.to_string(),
        }
    }
}

impl Error {
    /// The body alone.
    pub(crate) fn into_body(self) -> ErrorBody {
        ErrorBody {
            detail: self.detail.clone(),
            error: ErrorMember {
                message: self.message,
                detail: self.detail,
            },
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        // These types always serialise: their keys are texts.
        let bytes = serde_json::to_vec(&self.into_body()).unwrap_or_default();
        let mut response = reply::with(status, "application/json", bytes);
        if let Some(wait) = retry_after {
            // Whole seconds, rounded up: a client that comes back early is refused again.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
        }
        response
    }
}
