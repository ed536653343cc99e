//! Takes a provider's secrets out of what a call leaves behind.
//!
//! The guest never has a secret; what it got back from a server was searched on the way in.
//! This is the second net: what a server encoded in a way that was not seen then.

use super::call::Run;
use crate::egress::Redactor;
use crate::invocation::{Content, Failure, Output, ResourceBody};

/// Redacts everything in `run` that a caller or an operator may read.
pub fn run(run: &mut Run, redactor: &Redactor) {
    if redactor.is_empty() {
        return;
    }
    for text in [&mut run.stdout, &mut run.stderr] {
        redact(text, redactor);
    }
    for progress in &mut run.progress {
        redact(&mut progress.message, redactor);
    }
    match &mut run.result {
        Ok(output) => redact_output(output, redactor),
        Err(failure) => redact_failure(failure, redactor),
    }
    for denial in &mut run.denials.first {
        redact(&mut denial.target, redactor);
        redact(&mut denial.reason, redactor);
        redact_if_any(&mut denial.grant, redactor);
    }
}

fn redact(text: &mut String, redactor: &Redactor) {
    if let std::borrow::Cow::Owned(clean) = redactor.text(text) {
        *text = clean;
    }
}

fn redact_if_any(text: &mut Option<String>, redactor: &Redactor) {
    if let Some(text) = text {
        redact(text, redactor);
    }
}

fn redact_output(output: &mut Output, redactor: &Redactor) {
    for content in &mut output.content {
        match content {
            Content::Text(text) => redact(text, redactor),
            Content::Image { data, media_type } | Content::Audio { data, media_type } => {
                *data = redactor.bytes(data).into_owned();
                redact(media_type, redactor);
            }
            Content::Resource {
                uri,
                body,
                media_type,
            } => {
                redact(uri, redactor);
                redact_if_any(media_type, redactor);
                match body {
                    ResourceBody::Text(text) => redact(text, redactor),
                    ResourceBody::Bytes(bytes) => *bytes = redactor.bytes(bytes).into_owned(),
                }
            }
            Content::Link {
                uri,
                name,
                description,
                media_type,
            } => {
                redact(uri, redactor);
                redact(name, redactor);
                redact_if_any(description, redactor);
                redact_if_any(media_type, redactor);
            }
        }
    }
    if let Some(value) = &mut output.structured {
        redactor.value(value);
    }
}

fn redact_failure(failure: &mut Failure, redactor: &Redactor) {
    match failure {
        Failure::Tool { message, .. } => redact(message, redactor),
        Failure::Trap { reason, stderr } => {
            redact(reason, redactor);
            redact(stderr, redactor);
        }
        Failure::InvalidOutput { reason } => redact(reason, redactor),
        Failure::Timeout { .. }
        | Failure::OutOfFuel { .. }
        | Failure::OutOfMemory { .. }
        | Failure::TooManyHostCalls { .. }
        | Failure::TooManyHandles { .. }
        | Failure::OutputTooLarge { .. }
        | Failure::Host => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::invocation::{Progress, Timing, ToolError, Usage};
    use crate::policy::{Denial, Denials, HostPattern, Rule, Secret, SecretGrant};

    const VALUE: &str = "sk-0123456789";

    fn redactor() -> Redactor {
        Redactor::new(&[SecretGrant {
            name: "key".to_owned(),
            value: Secret::new(VALUE),
            send_to: HostPattern::Under("example.com".to_owned()),
            header: "authorization".to_owned(),
            prefix: String::new(),
        }])
        .unwrap()
    }

    fn ended(result: Result<Output, Failure>) -> Run {
        let mut denials = Denials::default();
        denials.push(Denial {
            rule: Rule::Path,
            target: format!("GET https://example.com/{VALUE}"),
            reason: format!("the path `/{VALUE}`"),
            grant: Some(format!("grants: {VALUE}")),
        });
        Run {
            result,
            usage: Usage::default(),
            denials,
            exchanges: Vec::new(),
            timing: Timing {
                began: Instant::now(),
                instantiated: None,
                ended: Duration::ZERO,
            },
            stdout: format!("out {VALUE}"),
            stderr: format!("err {VALUE}"),
            progress: vec![Progress {
                after: Duration::ZERO,
                done: 1.0,
                total: None,
                message: VALUE.to_owned(),
            }],
        }
    }

    #[test]
    fn nothing_that_a_call_leaves_behind_shows_a_secret() {
        let value = || VALUE.to_owned();
        let content = vec![
            Content::Text(value()),
            Content::Image {
                data: VALUE.into(),
                media_type: value(),
            },
            Content::Audio {
                data: VALUE.into(),
                media_type: value(),
            },
            Content::Resource {
                uri: value(),
                media_type: Some(value()),
                body: ResourceBody::Text(value()),
            },
            Content::Resource {
                uri: value(),
                media_type: None,
                body: ResourceBody::Bytes(VALUE.into()),
            },
            Content::Link {
                uri: value(),
                name: value(),
                description: Some(value()),
                media_type: Some(value()),
            },
        ];
        let table = [
            Ok(Output {
                content,
                structured: Some(json!({ VALUE: [VALUE] })),
            }),
            Err(Failure::Tool {
                reason: ToolError::Failed,
                message: value(),
            }),
            Err(Failure::Trap {
                reason: value(),
                stderr: value(),
            }),
            Err(Failure::InvalidOutput { reason: value() }),
        ];
        for result in table {
            let mut ended = ended(result);
            run(&mut ended, &redactor());
            let shown = format!("{ended:?}");
            let bytes = format!("{:?}", VALUE.as_bytes());
            assert!(!shown.contains(VALUE), "{shown}");
            assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
        }
    }
}
