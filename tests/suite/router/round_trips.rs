//! Any JSON that fits a type goes into a tool and comes back, and any that does not is refused:
//! the guest `echoes`, and the same interface in Python.
//!
//! The types are those that the host reads from the component.

mod draw;
mod misfit;

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tokio::runtime::Runtime;
use toolhost::invocation::{Answer, Content, Outcome, Rejection};
use toolhost::tool::{Field, Input, Type};
use toolhost_tests::{Setup, TestHost};

use super::languages;

/// Good calls of each tool, and as many that are refused.
const CASES: u32 = 64;

/// A tool that hands back what it is given.
struct Echo {
    name: String,
    params: Vec<Field>,
    /// What clients are told of `params`.
    published: Input,
}

/// The tools of a host that hand back what they are given.
fn echoes(host: &TestHost) -> Vec<Echo> {
    let catalog = host.router().registry().current();
    let tools = catalog.entries().map(|entry| &entry.tool);
    let typed = tools.filter_map(|tool| match &*tool.input {
        Input::Typed { params, schema } => Some(Echo {
            name: tool.name.to_string(),
            params: params.clone(),
            published: Input::declared(schema.clone()).expect("a schema"),
        }),
        Input::Declared { .. } => None,
    });
    typed
        .filter(|echo| echo.name.starts_with("echo_"))
        .collect()
}

fn runner() -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// Arguments as a server reads them that a client wrote.
fn sent(args: &Value) -> Value {
    serde_json::from_str(&args.to_string()).expect("what was written is read")
}

/// Draws arguments for each tool and checks the answer; the panic lists all that is not as it
/// should be.
fn each<T: Debug>(
    host: &TestHost,
    drawn: impl Fn(&[Field]) -> BoxedStrategy<T>,
    check: impl Fn(&Echo, T) -> Result<(), TestCaseError>,
) {
    let wrong: Vec<String> = echoes(host)
        .iter()
        .filter_map(|echo| {
            let check = |drawn| check(echo, drawn);
            let failed = runner().run(&drawn(&echo.params), check).err()?;
            Some(format!("{}: {failed}", echo.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn failed(answer: &Answer) -> TestCaseError {
    TestCaseError::fail(format!("{:?}", answer.decided))
}

/// Calls each tool with values of its types, in any spelling that the host takes: the same values
/// come back, as the host spells them.
fn hands_back(runtime: &Runtime, host: &TestHost) {
    each(host, draw::record, |echo, drawn| {
        let answer = runtime.block_on(host.invoke(&echo.name, sent(&drawn.given)));
        let Ok(Outcome {
            result: Ok(output), ..
        }) = &answer.decided
        else {
            return Err(failed(&answer));
        };
        let back = match echo.name.as_str() {
            // A result in a record, for one that is returned is the result of the call.
            "echo_result" => drawn.back,
            _ => drawn.back["value"].clone(),
        };
        let (text, data) = match (&echo.params[0].ty, back) {
            (Type::String, Value::String(text)) => (text, None),
            (_, back) => (back.to_string(), Some(back)),
        };
        prop_assert_eq!(&output.content, &[Content::Text(text)]);
        prop_assert_eq!(&output.structured, &data);
        Ok(())
    });
}

/// Calls each tool with values that have one fault somewhere: none runs, the answer says what is
/// wrong, and the published schema takes it no more than the host does.
fn refuses(runtime: &Runtime, host: &TestHost) {
    each(host, misfit::record, |echo, args| {
        let is_published = echo.published.check(&args).is_ok();
        let answer = runtime.block_on(host.invoke(&echo.name, sent(&Value::Object(args))));
        let Err(Rejection::InvalidArguments { problems }) = &answer.decided else {
            return Err(failed(&answer));
        };
        prop_assert!(!problems.is_empty());
        prop_assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        // Schemas do not say where an `f32` ends.
        let is_too_large = problems[0].message.contains("3.4028235e38");
        prop_assert!(!is_published || is_too_large, "{problems:?}");
        Ok(())
    });
}

#[test]
fn any_json_that_fits_a_type_comes_back_and_any_other_is_refused() {
    let runtime = Runtime::new().expect("a runtime");
    let host = runtime.block_on(Setup::new().guest("echoes").start());
    assert_eq!(echoes(&host).len(), 35);
    hands_back(&runtime, &host);
    refuses(&runtime, &host);
}

#[test]
fn any_json_that_fits_a_type_comes_back_from_python() {
    let runtime = Runtime::new().expect("a runtime");
    let Some(host) = runtime.block_on(languages::host("python")) else {
        return;
    };
    // All but maps and lists of a fixed length, for which it has no bindings.
    assert_eq!(echoes(&host).len(), 28);
    hands_back(&runtime, &host);
}
