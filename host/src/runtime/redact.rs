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
    match &mut run.result {
        Ok(output) => redact_output(output, redactor),
        Err(failure) => redact_failure(failure, redactor),
    }
    for denial in &mut run.denials.first {
        redact(&mut denial.target, redactor);
        redact(&mut denial.reason, redactor);
        if let Some(grant) = &mut denial.grant {
            redact(grant, redactor);
        }
    }
}

fn redact(text: &mut String, redactor: &Redactor) {
    if let std::borrow::Cow::Owned(clean) = redactor.text(text) {
        *text = clean;
    }
}

fn redact_output(output: &mut Output, redactor: &Redactor) {
    for content in &mut output.content {
        match content {
            Content::Text(text) => redact(text, redactor),
            Content::Image { data, .. } | Content::Audio { data, .. } => {
                *data = redactor.bytes(data).into_owned();
            }
            Content::Resource { uri, body, .. } => {
                redact(uri, redactor);
                match body {
                    ResourceBody::Text(text) => redact(text, redactor),
                    ResourceBody::Bytes(bytes) => *bytes = redactor.bytes(bytes).into_owned(),
                }
            }
            Content::Link {
                uri,
                name,
                description,
                ..
            } => {
                redact(uri, redactor);
                redact(name, redactor);
                if let Some(text) = description {
                    redact(text, redactor);
                }
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
