//! The two ways to be a tool, and how each says no.

use serde_json::json;
use toolhost::invocation::{Content, Failure, ResourceBody, ToolError};
use toolhost_tests::{Setup, TestHost};

fn tool(reason: ToolError, message: &str) -> Failure {
    Failure::Tool {
        reason,
        message: message.to_owned(),
    }
}

#[tokio::test]
async fn the_shared_error_type_says_what_kind_of_failure_it_is() {
    let host = Setup::new().guest("fails").start().await;
    let table = [
        ("invalid_input", ToolError::InvalidInput),
        ("not_found", ToolError::NotFound),
        ("failed", ToolError::Failed),
    ];
    for (name, reason) in table {
        assert_eq!(
            host.fails(name, json!({"message": "because"})).await,
            tool(reason, "because")
        );
    }
    assert_eq!(
        host.good("succeeds", json!({})).await.content,
        [Content::Text("fine".to_owned())]
    );
}

#[tokio::test]
async fn any_other_error_type_is_written_out() {
    let host = Setup::new().guest("fails").start().await;
    let table = [
        (
            "own_error",
            json!({}),
            r#"{"quota-exceeded":{"call_limit":10,"reset_seconds":60}}"#,
        ),
        ("own_error_bare", json!({}), "offline"),
        (
            "string_error",
            json!({"message": "plain words"}),
            "plain words",
        ),
        ("enum_error", json!({}), "too-late"),
        ("only_error", json!({"fail": true}), "asked to fail"),
        (
            "bare",
            json!({"fail": true}),
            "the tool failed and does not say why",
        ),
    ];
    for (name, args, message) in table {
        assert_eq!(
            host.fails(name, args).await,
            tool(ToolError::Failed, message),
            "{name}"
        );
    }
    for name in ["only_error", "bare"] {
        assert!(
            host.good(name, json!({"fail": false}))
                .await
                .content
                .is_empty(),
            "{name}"
        );
    }
}

/// One of each version of the contract.
const PROVIDERS: [&str; 2] = ["provides_first", "provides"];

#[tokio::test]
async fn a_provider_of_any_version_describes_its_tools_and_gives_rich_content() {
    for provider in PROVIDERS {
        gives_rich_content(&Setup::new().guest(provider).start().await).await;
    }
}

async fn gives_rich_content(host: &TestHost) {
    let content = host.good("show_all", json!({})).await.content;
    let kinds: Vec<&str> = content
        .iter()
        .map(|item| match item {
            Content::Text(_) => "text",
            Content::Image { media_type, .. } | Content::Audio { media_type, .. } => media_type,
            Content::Resource {
                body: ResourceBody::Text(_),
                ..
            } => "document text",
            Content::Resource {
                body: ResourceBody::Bytes(_),
                ..
            } => "document bytes",
            Content::Link { .. } => "link",
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "text",
            "image/png",
            "audio/wav",
            "document text",
            "document bytes",
            "link",
            "text"
        ]
    );
    let output = host.good("just_json", json!({})).await;
    assert_eq!(output.structured, Some(json!({"answer": 42})));
    assert!(host.good("empty", json!({})).await.content.is_empty());
    assert!(matches!(
        host.fails("bad_json", json!({})).await,
        Failure::InvalidOutput { .. }
    ));
    for (how, reason) in [
        ("invalid_input", ToolError::InvalidInput),
        ("not_found", ToolError::NotFound),
        ("failed", ToolError::Failed),
    ] {
        assert_eq!(
            host.fails("refuse", json!({"how": how})).await,
            tool(reason, "asked to refuse")
        );
    }
}

#[tokio::test]
async fn arguments_of_a_provider_are_checked_against_its_own_schema_all_at_once() {
    for provider in PROVIDERS {
        checks_arguments(&Setup::new().guest(provider).start().await).await;
    }
}

async fn checks_arguments(host: &TestHost) {
    let output = host
        .good("describe", json!({"city": "Oslo", "days": 3}))
        .await;
    assert_eq!(
        output.content,
        [Content::Text("city=Oslo days=3 units=none".to_owned())]
    );
    let rejection = host
        .rejects("describe", json!({"city": "", "days": 15}))
        .await
        .to_string();
    assert!(
        rejection.contains("`city`") && rejection.contains("`days`"),
        "{rejection}"
    );
}
