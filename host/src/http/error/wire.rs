//! The body of an error, and the response around it.

use std::borrow::Cow;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Error;
use crate::access::{Amounts, Exhausted};
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
    /// Only if a budget is used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<OverBudget>,
}

/// What a key may use up, and what is left of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OverBudget {
    /// Always `over_budget`.
    kind: &'static str,
    /// What one window has.
    budget: BudgetParts,
    /// What is left of this window.
    remaining: BudgetParts,
    /// The length of a window.
    window_seconds: u64,
}

/// The parts of a budget; one that is not there is not counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct BudgetParts {
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fuel: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
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

impl OverBudget {
    /// The parts that are used up, for people.
    pub(super) fn words(&self) -> String {
        let (left, budget) = (&self.remaining, &self.budget);
        let parts = [
            ("calls", left.calls, budget.calls),
            ("units of fuel", left.fuel, budget.fuel),
            ("bytes", left.bytes, budget.bytes),
        ];
        let used_up: Vec<String> = parts
            .iter()
            .filter(|(_, left, _)| *left == Some(0))
            .map(|(name, _, budget)| format!("{} {name}", budget.unwrap_or_default()))
            .collect();
        format!("{} in {} s", used_up.join(", "), self.window_seconds)
    }
}

impl From<&Exhausted> for OverBudget {
    fn from(exhausted: &Exhausted) -> OverBudget {
        let Amounts { calls, fuel, bytes } = exhausted.remaining;
        let budget = &exhausted.budget;
        OverBudget {
            kind: "over_budget",
            budget: BudgetParts {
                calls: budget.calls,
                fuel: budget.fuel,
                bytes: budget.bytes,
            },
            remaining: BudgetParts { calls, fuel, bytes },
            window_seconds: budget.window.as_secs(),
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
            metadata: self.metadata.map(|metadata| *metadata),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        // These types always serialise: their keys are texts.
        let bytes = serde_json::to_vec(&self.into_body()).unwrap_or_default();
        let mut response = reply::with(status, "application/json", bytes);
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
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
