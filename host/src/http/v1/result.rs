//! The result of a call, as clients read it.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::content::{self, McpItem, Shown};
use crate::http::error::{self, Error, Verdict};
use crate::invocation::{Answer, Output, Progress, Rejection, Usage};
use crate::policy::Denial;
use crate::tool::Problem;

/// What a call brought.
#[derive(Serialize, ToSchema)]
#[schema(as = ToolInvocationResult)]
pub(crate) struct InvokeResult<'a> {
    /// The answer: a text, an item, a list of items, or null; the message if the call failed.
    content: Shown<'a>,
    /// What went wrong.
    error_message: Option<&'a str>,
    /// 400 arguments, 404 or 500 from the tool, 413 output, 500 crash, 502 invalid output,
    /// 504 time, 507 memory, 508 fuel.
    error_code: Option<u16>,
    metadata: Metadata<'a>,
}

/// What a call cost, and more about what it brought.
#[derive(Serialize, ToSchema)]
#[schema(as = ToolInvocationMetadata)]
struct Metadata<'a> {
    /// From entering the router to having the answer.
    duration_ms: f64,
    /// The part of it spent waiting for a free place.
    queue_ms: f64,
    fuel_used: u64,
    memory_peak_bytes: u64,
    trace_id: &'a str,
    /// What kind of failure, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// What the tool tried and may not, the first few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    denials: Vec<Denied<'a>>,
    /// How far it had come when it failed, as it last said.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Step<'a>>,
    /// Everything that is wrong with the arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<ArgumentProblem<'a>>>,
    /// The answer as data, if the tool gave data.
    #[serde(skip_serializing_if = "Option::is_none")]
    structured: Option<&'a Value>,
    /// The whole answer in MCP's form, if `content` cannot hold all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_items: Option<Vec<McpItem<'a>>>,
}

/// One thing that the tool tried and may not.
#[derive(Serialize, ToSchema)]
#[schema(as = Denial)]
struct Denied<'a> {
    /// The rule that said no, in one word.
    #[schema(example = "network.host")]
    rule: &'static str,
    #[schema(example = "GET https://example.com/x")]
    target: &'a str,
    #[schema(example = "no grant names the host `example.com`")]
    reason: &'a str,
    /// The YAML that would grant it, under the provider's `config`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a str>,
}

/// How far a tool said it had come.
#[derive(Serialize, ToSchema)]
#[schema(as = Progress)]
struct Step<'a> {
    #[schema(example = 3.0)]
    done: f64,
    /// Null if it did not know.
    #[schema(example = 10.0)]
    total: Option<f64>,
    /// Empty if it did not say what it was doing.
    #[schema(example = "reading page 3")]
    message: &'a str,
}

/// One thing that is wrong with the arguments.
#[derive(Serialize, ToSchema)]
#[schema(as = ArgumentProblem)]
struct ArgumentProblem<'a> {
    #[schema(example = "city")]
    path: &'a str,
    #[schema(example = "is required, a string")]
    message: &'a str,
}

/// The body of a 200, or the error that the answer is.
pub(crate) fn render(answer: &Answer) -> Result<Vec<u8>, Error> {
    match &answer.decided {
        Ok(outcome) => {
            let metadata = Metadata {
                denials: outcome.denials.first.iter().map(Denied::from).collect(),
                ..Metadata::new(answer, outcome.queued, &outcome.usage)
            };
            match &outcome.result {
                Ok(output) => succeeded(output, metadata),
                Err(failure) => {
                    let metadata = Metadata {
                        kind: Some(failure.kind()),
                        progress: outcome.progress.last().map(Step::from),
                        ..metadata
                    };
                    missed(
                        error::failed(failure, &answer.trace_id),
                        &failure.to_string(),
                        metadata,
                    )
                }
            }
        }
        Err(rejection) => {
            let metadata = Metadata {
                kind: Some(rejection.kind()),
                problems: problems(rejection),
                ..Metadata::new(answer, Duration::ZERO, &Usage::default())
            };
            missed(error::rejected(rejection), &rejection.to_string(), metadata)
        }
    }
}

/// The body that `POST /v1/tool-runtime/invoke` would answer with, for calls made in-process.
pub fn result_json(answer: &Answer) -> Value {
    let bytes = render(answer).or_else(|error| serde_json::to_vec(&error.into_body()));
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes))
        .unwrap_or_default()
}

fn succeeded(output: &Output, metadata: Metadata<'_>) -> Result<Vec<u8>, Error> {
    let metadata = Metadata {
        structured: output.structured.as_ref(),
        content_items: content::whole(&output.content),
        ..metadata
    };
    write(&InvokeResult {
        content: content::shown(&output.content),
        error_message: None,
        error_code: None,
        metadata,
    })
}

/// A call that brought no result: the message stands in `content` too, for the model to read.
fn missed(verdict: Verdict, message: &str, metadata: Metadata<'_>) -> Result<Vec<u8>, Error> {
    let code = match verdict {
        Verdict::Code(code) => code,
        Verdict::Status(error) => return Err(error),
    };
    // Clients take an empty message for success.
    let message = if message.is_empty() {
        "the tool failed and did not say why"
    } else {
        message
    };
    let content = Shown::Text(message);
    write(&InvokeResult {
        content,
        error_message: Some(message),
        error_code: Some(code),
        metadata,
    })
}

fn write(result: &InvokeResult<'_>) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(result).map_err(|error| {
        tracing::error!(%error, "cannot serialise a result");
        Error::unexpected()
    })
}

impl<'a> Metadata<'a> {
    fn new(answer: &'a Answer, queued: Duration, usage: &Usage) -> Metadata<'a> {
        Metadata {
            duration_ms: millis(answer.duration),
            queue_ms: millis(queued),
            fuel_used: usage.fuel,
            memory_peak_bytes: usage.memory_peak_bytes,
            trace_id: &answer.trace_id,
            kind: None,
            denials: Vec::new(),
            progress: None,
            problems: None,
            structured: None,
            content_items: None,
        }
    }
}

fn problems(rejection: &Rejection) -> Option<Vec<ArgumentProblem<'_>>> {
    if let Rejection::InvalidArguments { problems } = rejection {
        return Some(problems.iter().map(ArgumentProblem::from).collect());
    }
    None
}

impl<'a> From<&'a Problem> for ArgumentProblem<'a> {
    fn from(problem: &'a Problem) -> ArgumentProblem<'a> {
        ArgumentProblem {
            path: &problem.path,
            message: &problem.message,
        }
    }
}

impl<'a> From<&'a Progress> for Step<'a> {
    fn from(progress: &'a Progress) -> Step<'a> {
        Step {
            done: progress.done,
            total: progress.total,
            message: &progress.message,
        }
    }
}

impl<'a> From<&'a Denial> for Denied<'a> {
    fn from(denial: &'a Denial) -> Denied<'a> {
        Denied {
            rule: denial.rule.as_str(),
            target: &denial.target,
            reason: &denial.reason,
            grant: denial.grant.as_deref(),
        }
    }
}

/// With three decimals.
fn millis(duration: Duration) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2^53 µs, which is 285 years"
    )]
    let micros = duration.as_micros() as f64;
    micros / 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use std::time::Instant;

    use crate::invocation::{Content, Failure, Outcome, Timing, ToolError};

    fn answer(decided: Result<Outcome, Rejection>) -> Answer {
        Answer {
            trace_id: "0af7".to_owned(),
            duration: Duration::from_nanos(1_234_567),
            decided,
        }
    }

    fn ran(result: Result<Output, Failure>) -> Answer {
        let usage = Usage {
            fuel: 12,
            memory_peak_bytes: 65536,
            ..Usage::default()
        };
        answer(Ok(Outcome {
            result,
            usage,
            denials: Default::default(),
            exchanges: Vec::new(),
            stdout: String::new(),
            stderr: String::new(),
            progress: Vec::new(),
            queued: Duration::from_micros(5),
            timing: Timing {
                began: Instant::now(),
                instantiated: None,
                ended: Duration::ZERO,
            },
        }))
    }

    fn body(answer: &Answer) -> Value {
        serde_json::from_slice(&render(answer).unwrap()).unwrap()
    }

    #[test]
    fn a_good_call_says_what_it_brought_and_cost() {
        let content = vec![Content::Text("sunny".to_owned())];
        let output = Output {
            content,
            structured: Some(json!({"t": 9_007_199_254_740_993_u64})),
        };
        let expected = json!({
            "content": "sunny", "error_message": null, "error_code": null,
            "metadata": {
                "duration_ms": 1.234, "queue_ms": 0.005, "fuel_used": 12, "memory_peak_bytes": 65536,
                "trace_id": "0af7", "structured": {"t": 9_007_199_254_740_993_u64},
            },
        });
        assert_eq!(body(&ran(Ok(output))), expected);
    }

    #[test]
    fn a_failed_call_repeats_its_message_as_content() {
        let failure = Failure::Tool {
            reason: ToolError::NotFound,
            message: "no such city".to_owned(),
        };
        let body = body(&ran(Err(failure)));
        assert_eq!(body["content"], "no such city");
        assert_eq!(body["error_message"], "no such city");
        assert_eq!(body["error_code"], 404);
        assert_eq!(body["metadata"]["kind"], "tool_error");
        assert_eq!(body["metadata"]["fuel_used"], 12);
    }

    #[test]
    fn a_failure_never_has_an_empty_message() {
        let failure = Failure::Tool {
            reason: ToolError::Failed,
            message: String::new(),
        };
        assert_eq!(
            body(&ran(Err(failure)))["error_message"],
            "the tool failed and did not say why"
        );
    }

    #[test]
    fn wrong_arguments_are_a_result_that_lists_them() {
        let problems = vec![Problem {
            path: "city".to_owned(),
            message: "is required, a string".to_owned(),
        }];
        let body = body(&answer(Err(Rejection::InvalidArguments { problems })));
        assert_eq!(body["error_code"], 400);
        assert_eq!(
            body["error_message"],
            "invalid arguments: `city`: is required, a string"
        );
        assert_eq!(body["metadata"]["kind"], "invalid_arguments");
        assert_eq!(
            body["metadata"]["problems"],
            json!([{"path": "city", "message": "is required, a string"}])
        );
        assert_eq!(body["metadata"]["fuel_used"], 0);
    }

    #[test]
    fn our_own_fault_and_a_full_house_are_no_results() {
        assert!(render(&ran(Err(Failure::Host))).is_err());
        assert_eq!(
            result_json(&answer(Err(Rejection::Cancelled)))["detail"],
            "the caller went away"
        );
        assert!(render(&answer(Err(Rejection::Draining))).is_err());
    }
}
