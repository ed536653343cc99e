//! Answers and what is said of them.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::cli::test::written;
use crate::config::parse_cases;
use crate::invocation::{Outcome, Rejection, Timing};
use crate::policy::{Denial, Rule};

fn answer(result: Result<Output, Failure>) -> Answer {
    Answer {
        trace_id: String::new(),
        duration: Duration::from_millis(20),
        decided: Ok(Outcome {
            result,
            usage: Usage {
                fuel: 5_000,
                memory_peak_bytes: 1 << 20,
                output_bytes: 10,
                hostcalls: 3,
                http_requests: 2,
                ..Usage::default()
            },
            denials: Denials::default(),
            exchanges: Vec::new(),
            stdout: String::new(),
            stderr: String::new(),
            progress: Vec::new(),
            queued: Duration::ZERO,
            timing: Timing {
                began: Instant::now(),
                instantiated: None,
                ended: Duration::ZERO,
            },
        }),
    }
}

fn rich() -> Output {
    let image = Content::Image {
        data: vec![1, 2, 3],
        media_type: "image/png".to_owned(),
    };
    Output {
        content: vec![
            Content::Text("a\nb".to_owned()),
            image,
            Content::Text("{\"n\": 1}".to_owned()),
        ],
        structured: Some(json!({"n": 1})),
    }
}

fn plain() -> Output {
    Output {
        content: vec![Content::Text("hello".to_owned())],
        structured: None,
    }
}

fn refused() -> Failure {
    Failure::Tool {
        reason: ToolError::NotFound,
        message: "there is no `x`".to_owned(),
    }
}

/// A call with these keys.
fn case(keys: &str) -> Case {
    let errors = crate::cli::test::project::errors();
    let text = format!("- {{ call: a, {keys} }}\n");
    let file = parse_cases(&text, std::path::Path::new("x"), &errors);
    let mut file = file.unwrap_or_else(|problems| panic!("{problems}"));
    file.cases.remove(0)
}

/// What is said of an answer, without details.
fn said(keys: &str, answer: &Answer) -> Vec<String> {
    let findings = judge(&case(keys), answer);
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

#[test]
fn what_fits_is_good() {
    for keys in [
        "expect: { text: \"a\\nb\\n{\\\"n\\\": 1}\" }",
        "expect: { contains: a }",
        "expect: { contains: [a, b], structured: { n: 1.0 } }",
        "expect: { content: [text, image, text] }",
        "expect: { content: [{ text: \"a\\nb\" }, { kind: image, bytes: 3, media_type: image/png }, text] }",
        "expect: { content: [text, { kind: image, base64: AQID }, text] }",
    ] {
        assert_eq!(said(keys, &answer(Ok(rich()))), [""; 0], "{keys}");
    }
    for keys in [
        "expect: { error: not_found }",
        "expect: { error: tool_error, message: no `x` }",
    ] {
        assert_eq!(said(keys, &answer(Err(refused()))), [""; 0], "{keys}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    for (keys, expected) in [
        (
            "name: x",
            "the call has no `expect`; `toolhost test --update` writes what came back",
        ),
        ("expect: { text: a }", "`text` differs"),
        (
            "expect: { contains: [a, z] }",
            "the text does not contain `z`",
        ),
        ("expect: { structured: { n: 2 } }", "`structured` differs"),
        ("expect: { content: [text] }", "`content` differs"),
        (
            "expect: { content: [text, { kind: image, base64: AQIE }, text] }",
            "`content` differs",
        ),
        (
            "expect: { error: failed }",
            "the error `failed` was expected, and an answer came back",
        ),
    ] {
        assert_eq!(said(keys, &answer(Ok(rich()))), [expected], "{keys}");
    }
    let no_data = "the tool gave no data, and `structured` expects some";
    assert_eq!(
        said("expect: { structured: 1 }", &answer(Ok(plain()))),
        [no_data]
    );
    for (keys, expected) in [
        (
            "expect: { error: failed }",
            "the error `failed` was expected, and `not_found` came back",
        ),
        (
            "expect: { error: not_found, message: y }",
            "the message does not contain `y`",
        ),
        (
            "expect: { text: a }",
            "an answer was expected, and an error came back: `not_found`",
        ),
    ] {
        assert_eq!(said(keys, &answer(Err(refused()))), [expected], "{keys}");
    }
}

#[test]
fn what_the_call_used_is_held_against_its_limits() {
    let within = "expect: { text: hello }, limits: { fuel: 5K, memory: 1MiB, time: 20ms, output: 10B, hostcalls: 3, http_requests: 2 }";
    assert_eq!(said(within, &answer(Ok(plain()))), [""; 0]);
    let beyond = "expect: { text: hello }, limits: { fuel: 4999, memory: 1MB, time: 19ms, output: 9B, hostcalls: 2, http_requests: 1 }";
    let expected = [
        "the call used 5000 fuel, more than `limits.fuel` of 4999",
        "the call used 1048576 bytes of memory, more than `limits.memory` of 1000000",
        "the call used 10 bytes of output, more than `limits.output` of 9",
        "the call used 3 host calls, more than `limits.hostcalls` of 2",
        "the call used 2 requests, more than `limits.http_requests` of 1",
        "the call took 20ms, more than `limits.time` of 19ms",
    ];
    assert_eq!(said(beyond, &answer(Ok(plain()))), expected);
    let findings = judge(&case(beyond), &answer(Ok(plain())));
    assert!(findings.iter().all(|finding| !finding.is_expectation));
}

#[test]
fn a_failed_call_shows_what_it_was_denied_and_what_it_wrote() {
    let mut denied = answer(Err(refused()));
    let Ok(outcome) = &mut denied.decided else {
        panic!("it ran");
    };
    outcome.denials.push(Denial {
        rule: Rule::Host,
        target: "GET https://a.example/".to_owned(),
        reason: "no grant names the host `a.example`".to_owned(),
        grant: Some("grants:\n  network:\n    - { host: a.example }".to_owned()),
    });
    outcome.stderr = "no such thing".to_owned();
    assert_eq!(said("expect: { error: not_found }", &denied), [""; 0]);
    let findings = judge(&case("expect: { text: hello }"), &denied);
    assert!(
        findings[1].message.contains("no grant names"),
        "{findings:?}"
    );
    assert!(
        findings[1].details.ends_with("    - { host: a.example }"),
        "{findings:?}"
    );
    assert_eq!(findings[2].details, "no such thing");
}

#[test]
fn an_update_keeps_to_what_was_looked_at() {
    let rejected = Answer {
        decided: Err(Rejection::InvalidArguments {
            problems: Vec::new(),
        }),
        ..answer(Ok(plain()))
    };
    for (keys, answer, expected) in [
        ("name: x", answer(Ok(plain())), "{ text: hello }"),
        (
            "name: x",
            answer(Ok(rich())),
            "{ structured: { n: 1 }, content: [{ text: \"a\\nb\" }, { kind: image, media_type: image/png, bytes: 3 }, { text: '{\"n\": 1}' }] }",
        ),
        (
            "expect: { contains: z }",
            answer(Ok(plain())),
            "{ text: hello }",
        ),
        (
            "expect: { structured: 2 }",
            answer(Ok(rich())),
            "{ structured: { n: 1 } }",
        ),
        (
            "expect: { structured: 2 }",
            answer(Ok(plain())),
            "{ text: hello }",
        ),
        (
            "expect: { text: z }",
            answer(Err(refused())),
            "{ error: not_found }",
        ),
        (
            "name: x",
            answer(Err(refused())),
            "{ error: not_found, message: there is no `x` }",
        ),
        (
            "expect: { error: failed, message: z }",
            answer(Err(refused())),
            "{ error: not_found, message: there is no `x` }",
        ),
        (
            "expect: { error: failed }",
            rejected,
            "{ error: invalid_arguments }",
        ),
    ] {
        let expected = case(&format!("expect: {expected}")).expect;
        let written = written::expect(case(keys).expect.as_ref(), &answer);
        assert_eq!(Some(&written), expected.as_ref(), "{keys}");
        let again = Case {
            expect: Some(written),
            ..case("name: x")
        };
        assert_eq!(judge(&again, &answer), [], "{keys}");
    }
}
