//! Request bodies that are no calls: each is refused in words, none harms.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::wire::{INVOKE, Wire, sent};

const BOTH: [&str; 2] = ["[body,tool_name]: missing", "[body,kwargs]: missing"];

#[tokio::test]
async fn a_body_without_its_fields_says_which_are_missing() {
    let wire = Wire::to_weather().await;
    for body in [
        "",
        "{}",
        "[1]",
        "null",
        "5",
        "\"get_weather\"",
        r#"{"tool_name": null, "kwargs": null}"#,
    ] {
        assert_eq!(wire.post(INVOKE, body).await.invalid(), BOTH, "{body}");
    }
    let table = [
        (r#"{"tool_name": "get_weather"}"#, "[body,kwargs]: missing"),
        (
            r#"{"tool_name": "get_weather", "kwargs": null}"#,
            "[body,kwargs]: missing",
        ),
        (r#"{"kwargs": {}}"#, "[body,tool_name]: missing"),
        (
            r#"{"tool_name": "get_weather", "kwargs": "{}"}"#,
            "[body,kwargs]: dict_type",
        ),
        (
            r#"{"tool_name": "get_weather", "kwargs": []}"#,
            "[body,kwargs]: dict_type",
        ),
        (
            r#"{"tool_name": "get_weather", "kwargs": 1}"#,
            "[body,kwargs]: dict_type",
        ),
        (
            r#"{"tool_name": 5, "kwargs": {}}"#,
            "[body,tool_name]: string_type",
        ),
        (
            r#"{"tool_name": ["get_weather"], "kwargs": {}}"#,
            "[body,tool_name]: string_type",
        ),
    ];
    for (body, problem) in table {
        let answer = wire.post(INVOKE, body).await;
        assert_eq!(answer.invalid(), [problem], "{body}");
        assert_eq!(answer.header("x-should-retry"), "false", "{body}");
    }
}

#[tokio::test]
async fn a_request_without_a_body_or_a_content_type_is_read_as_an_empty_one() {
    let wire = Wire::to_weather().await;
    assert_eq!(wire.ask("POST", INVOKE).await.invalid(), BOTH);
}

/// Row 43: broken JSON, half surrogates, numbers that no float holds; a 400 that says where.
#[tokio::test]
async fn broken_json_is_refused_with_the_place() {
    let wire = Wire::to_weather().await;
    let table: [(&[u8], &str); 6] = [
        (b"{nope", "[body,1]: json_invalid"),
        (b"{", "[body,1]: json_invalid"),
        (b"{\n\n  nope}", "[body,5]: json_invalid"),
        (b"{} {}", "[body,3]: json_invalid"),
        (b"\xff", "[body,0]: json_invalid"),
        (b"'tool_name'", "[body,0]: json_invalid"),
    ];
    for (body, problem) in table {
        let answer = wire.post(INVOKE, body).await;
        assert_eq!(answer.invalid(), [problem], "{}", body.escape_ascii());
        assert_eq!(
            answer.json()["detail"]["errors"][0]["msg"],
            "JSON decode error"
        );
    }
    let bodies: [&[u8]; 4] = [
        b"{\"tool_name\": \"get_weather\", \"kwargs\": {\"city\": \"\xc3\x28\"}}",
        b"{\"tool_name\": \"get_weather\", \"kwargs\": {\"city\": \"\\ud800\"}}",
        b"{\"tool_name\": \"get_weather\", \"kwargs\": {\"city\": 1e999}}",
        b"\xef\xbb\xbf{}",
    ];
    for body in bodies {
        let invalid = wire.post(INVOKE, body).await.invalid();
        assert!(
            invalid.len() == 1 && invalid[0].ends_with("json_invalid"),
            "{}: {invalid:?}",
            body.escape_ascii()
        );
    }
}

/// Row 43: a hundred thousand levels of JSON; a 400, and the next call is answered.
#[tokio::test]
async fn nesting_without_end_is_refused() {
    let wire = Wire::to_weather().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let call = format!("{{\"tool_name\": \"get_weather\", \"kwargs\": {{\"city\": {deep}}}}}");
        for body in [deep, call] {
            let invalid = wire.post(INVOKE, body).await.invalid();
            assert!(invalid[0].ends_with("json_invalid"), "{invalid:?}");
        }
    }
    assert_eq!(
        wire.invoke("get_weather", json!({"city": "Oslo"}))
            .await
            .status,
        200
    );
}

/// Row 43: keys that stand twice; the last counts, at every level.
#[tokio::test]
async fn of_a_key_that_stands_twice_the_last_counts() {
    let wire = Wire::to_weather().await;
    let body = r#"{"tool_name": "nope", "kwargs": 5, "tool_name": "get_weather", "kwargs": {"city": 1, "city": "Paris"}}"#;
    let answer = wire.post(INVOKE, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer.json()["content"]
            .as_str()
            .is_some_and(|text| text.starts_with("Weather in Paris:")),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn further_fields_are_ignored() {
    let wire = Wire::to_weather().await;
    let body = json!({"tool_name": "get_weather", "kwargs": {"city": "Oslo"}, "authorization": "secret", "foo": [1]});
    let answer = wire.post(INVOKE, body.to_string()).await;
    assert_eq!(
        (answer.status, &answer.json()["error_code"]),
        (200, &Value::Null)
    );
    assert!(!answer.text().contains("secret"));
}

#[tokio::test]
async fn a_body_that_does_not_claim_to_be_json_has_no_fields() {
    let wire = Wire::to_weather().await;
    let body = json!({"tool_name": "get_weather", "kwargs": {"city": "Oslo"}}).to_string();
    let with = |content_type: &str| {
        wire.request("POST", INVOKE)
            .header("content-type", content_type)
            .body(body.clone())
    };
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        assert_eq!(
            sent(with(content_type)).await.invalid(),
            BOTH,
            "{content_type}"
        );
    }
    for content_type in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/problem+json",
    ] {
        assert_eq!(sent(with(content_type)).await.status, 200, "{content_type}");
    }
    let bare = wire.request("POST", INVOKE).body(body.clone());
    assert_eq!(sent(bare).await.status, 200, "without a content type");
}

/// Row 43: bodies over the limit; a 413 on every route.
#[tokio::test]
async fn a_body_over_the_limit_is_refused_on_every_route_that_reads_one() {
    let wire = Wire::to(Setup::new().weather().host("body_bytes_max: 1KiB")).await;
    let body = |bytes: usize| {
        let call = json!({"tool_name": "get_weather", "kwargs": {"city": "Oslo"}}).to_string();
        format!("{call}{}", " ".repeat(bytes - call.len()))
    };
    assert_eq!(wire.post(INVOKE, body(1024)).await.status, 200);
    for path in [INVOKE, "/v1/toolgroups"] {
        let answer = wire.post(path, body(1025)).await;
        assert_eq!(answer.status, 413, "{path}");
        assert_eq!(
            answer.detail(),
            "the request body is larger than the server's limit of 1024 bytes"
        );
    }
    assert_eq!(
        wire.post(INVOKE, body(1025)).await.header("x-should-retry"),
        "false"
    );
}
