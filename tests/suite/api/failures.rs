//! Calls that fail: every kind has its code and its word, and none is worth repeating.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::types::{self, require};
use super::wire::Wire;

/// A tool that fails, its arguments, and the code and kind of its failure.
type Case = (&'static str, Value, u16, &'static str);

fn cases() -> Vec<Case> {
    vec![
        (
            "invalid_input",
            json!({"message": "because"}),
            400,
            "tool_error",
        ),
        (
            "not_found",
            json!({"message": "because"}),
            404,
            "tool_error",
        ),
        ("failed", json!({"message": "because"}), 500, "tool_error"),
        ("failed", json!({"message": ""}), 500, "tool_error"),
        ("own_error", json!({}), 500, "tool_error"),
        ("bare", json!({"fail": true}), 500, "tool_error"),
        ("panic_now", json!({"message": "no more tea"}), 500, "trap"),
        ("overflow_stack", json!({}), 500, "trap"),
        ("run", json!({}), 508, "out_of_fuel"),
        ("grow", json!({}), 507, "out_of_memory"),
        (
            "flood",
            json!({"bytes": 2_000_000}),
            413,
            "output_too_large",
        ),
        ("nap", json!({"millis": 3_600_000}), 504, "timeout"),
        ("bad_json", json!({}), 502, "invalid_output"),
        ("get_weather", json!({}), 400, "invalid_arguments"),
    ]
}

#[tokio::test]
async fn every_failure_is_a_result_with_a_code_and_a_kind_that_no_client_repeats() {
    let setup = Setup::new()
        .weather()
        .guest("fails")
        .guest("panics")
        .guest("provides")
        .guest("floods_output")
        .guest_with("loops_forever", "{limits: {fuel: 1M}}")
        .guest_with("grows_memory", "{limits: {memory: 8MiB}}")
        .guest_with("sleeps", "{limits: {timeout: 50ms}}");
    let wire = Wire::to(setup).await;
    for (tool, kwargs, code, kind) in cases() {
        let answer = wire.invoke(tool, kwargs).await;
        assert_eq!(answer.status, 200, "{tool}: {}", answer.text());
        assert_eq!(answer.header("x-should-retry"), "false", "{tool}");
        let body = answer.json();
        require(types::RESULT, &body);
        assert_eq!(body["error_code"], code, "{tool}: {body}");
        assert_eq!(body["metadata"]["kind"], kind, "{tool}: {body}");
        assert_eq!(
            body["metadata"]["trace_id"],
            answer.header("x-trace-id"),
            "{tool}"
        );
        assert!(
            body["error_message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "{tool}: {body}"
        );
        assert_eq!(
            body["content"], body["error_message"],
            "{tool}: a model reads the content"
        );
        assert_eq!(
            body["metadata"]["fuel_used"] == 0,
            kind == "invalid_arguments",
            "{tool}: {body}"
        );
        assert_eq!(
            wire.invoke("get_weather", json!({"city": "Oslo"}))
                .await
                .json()["error_code"],
            Value::Null,
            "after {tool}"
        );
    }
}

#[tokio::test]
async fn a_tools_own_words_reach_the_client_unchanged() {
    let wire = Wire::to(Setup::new().guest("fails")).await;
    let words = "no such city: \"Ōsaka\"\n\u{1F300} <b>&amp;</b>";
    let body = wire
        .invoke("not_found", json!({"message": words}))
        .await
        .json();
    assert_eq!(body["error_message"], words);
}

#[tokio::test]
async fn a_crash_tells_the_end_of_stderr_and_no_path_of_the_host() {
    let wire = Wire::to(Setup::new().guest("panics")).await;
    let body = wire
        .invoke("panic_now", json!({"message": "no more tea"}))
        .await
        .json();
    let message = body["error_message"].as_str().expect("a message");
    assert!(message.contains("no more tea"), "{message}");
    let root = toolhost_tests::root();
    assert!(
        !message.contains(root.to_str().expect("a readable path")),
        "{message}"
    );
}

#[tokio::test]
async fn all_problems_with_arguments_are_listed_at_once() {
    let wire = Wire::to_weather().await;
    let answer = wire
        .invoke("get_weather", json!({"units": "kelvin", "town": "Tokyo"}))
        .await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["error_code"], 400);
    let problems = body["metadata"]["problems"]
        .as_array()
        .expect("a list of problems");
    let paths: Vec<&str> = problems
        .iter()
        .map(|problem| problem["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(paths, ["city", "units", "town"], "{body}");
    for problem in problems {
        let message = body["error_message"].as_str().expect("a message");
        assert!(
            message.contains(problem["message"].as_str().expect("words")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn arguments_of_the_wrong_type_are_never_passed_on() {
    let wire = Wire::to_weather().await;
    for city in [
        json!(5),
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!(["Oslo"]),
    ] {
        let body = wire
            .invoke("get_weather", json!({"city": city}))
            .await
            .json();
        assert_eq!(
            (&body["error_code"], &body["metadata"]["kind"]),
            (&json!(400), &json!("invalid_arguments")),
            "{city}"
        );
    }
}

#[tokio::test]
async fn ten_thousand_arguments_are_answered_with_a_bounded_list() {
    let wire = Wire::to_weather().await;
    let kwargs: serde_json::Map<String, Value> = (0..10_000)
        .map(|number| (format!("a{number}"), json!(number)))
        .collect();
    let answer = wire.invoke("get_weather", Value::Object(kwargs)).await;
    assert_eq!(
        (answer.status, &answer.json()["error_code"]),
        (200, &json!(400))
    );
    assert!(answer.bytes.len() < 20_000, "{}", answer.bytes.len());
}

#[tokio::test]
async fn an_unknown_tool_is_refused_in_upstreams_words_with_the_nearest_name() {
    let wire = Wire::to_weather().await;
    let answer = wire.invoke("get_wether", json!({"city": "Oslo"})).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("x-should-retry"), "false");
    assert_eq!(
        answer.detail(),
        "Tool_group `get_wether` not served by provider: `weather-runtime`. Make sure there is an ToolGroups \
         provider serving this tool_group. Did you mean `get_weather`?"
    );
    let two = Wire::to(Setup::new().weather().guest("fails")).await;
    assert_eq!(
        two.invoke("zzzzzzzz", json!({})).await.detail(),
        "Tool_group `zzzzzzzz` not served by any of the providers: weather-runtime, fails. Make sure there is an \
         ToolGroups provider serving this tool_group."
    );
}

#[tokio::test]
async fn a_name_of_any_length_and_content_is_answered_briefly() {
    let wire = Wire::to_weather().await;
    for name in [
        "",
        " ",
        "get weather",
        "../../etc/passwd",
        "a\u{0}b",
        "\u{202e}",
        "🦀",
        &"x".repeat(100_000),
    ] {
        let answer = wire.invoke(name, json!({})).await;
        assert_eq!(answer.status, 400, "{name:?}");
        assert!(
            answer.bytes.len() < 4000,
            "{name:?}: {}",
            answer.bytes.len()
        );
    }
}

#[tokio::test]
async fn a_name_that_two_groups_offer_is_refused_with_both_qualified_names() {
    let wire = Wire::to(
        Setup::new()
            .weather()
            .group("builtin::weather", "weather-runtime"),
    )
    .await;
    let answer = wire.invoke("get_weather", json!({"city": "Oslo"})).await;
    assert_eq!(
        (answer.status, answer.header("x-should-retry")),
        (400, "false")
    );
    assert_eq!(
        answer.detail(),
        "several groups offer `get_weather`; say which: weather/get_weather, builtin::weather/get_weather"
    );
    let answer = wire.get("/v1/tools/get_weather").await;
    assert_eq!(answer.status, 400, "{}", answer.text());
}

#[tokio::test]
async fn a_call_that_fails_says_how_far_it_had_come() {
    let wire = Wire::to(Setup::new().guest("imports_contract")).await;
    let metadata = async |args: Value| {
        let call = json!({"tool_name": "work", "kwargs": args});
        let answer = wire.post("/v1/tool-runtime/invoke", call.to_string()).await;
        answer.json()["metadata"].clone()
    };
    let failed = metadata(json!({"steps": 1, "fail": true})).await;
    let began = json!({"done": 1.0, "total": 1.0, "message": "began"});
    assert_eq!(
        (&failed["kind"], &failed["progress"]),
        (&json!("trap"), &began)
    );
    let good = metadata(json!({"steps": 1})).await;
    assert_eq!(good.get("progress"), None);
}
