//! Rows 39, 40 and 42: answers that break the contract, and none at all.

use serde_json::{Value, json};
use toolhost::invocation::{Content, Failure};
use toolhost_tests::servers::Server;

use super::Arena;

/// Row 39: pointers, lengths, encodings and discriminants that cannot be; each a typed failure.
#[tokio::test]
async fn an_answer_that_breaks_the_rules_of_its_encoding_is_a_trap() {
    let arena = Arena::of("lies", "{limits: {fuel: 10M}}").await;
    let text = json!({"text": "hello"});
    let table = [
        ("string_ends_outside", json!({})),
        ("string_wraps", json!({})),
        ("string_of_gibibytes", json!({})),
        ("string_not_utf8", json!({})),
        ("string_half_surrogate", json!({})),
        ("string_cut_off", json!({})),
        ("utf16_half_surrogate", json!({})),
        ("utf16_odd_address", json!({})),
        ("latin1_of_gibibytes", json!({})),
        ("list_overflows", json!({})),
        ("list_odd_address", json!({})),
        ("list_ends_outside", json!({})),
        ("pointer_outside", json!({})),
        ("pointer_odd", json!({})),
        ("variant_unknown", json!({})),
        ("option_unknown", json!({})),
        ("result_unknown", json!({})),
        ("enum_unknown", json!({})),
        ("char_half_surrogate", json!({})),
        ("char_past_unicode", json!({})),
        ("realloc_traps", text.clone()),
        ("realloc_wild", text.clone()),
        ("realloc_odd", json!({"numbers": [1, 2]})),
        ("realloc_calls_out", text),
        ("post_return_traps", json!({})),
        ("post_return_calls_out", json!({})),
    ];
    for (tool, args) in table {
        let failure = arena.fails(tool, args).await;
        assert!(
            matches!(
                failure,
                Failure::Trap { .. } | Failure::OutputTooLarge { .. }
            ),
            "{tool}: {failure:?}"
        );
    }
    let truth = arena.good("tell_truth", json!({})).await;
    assert_eq!(truth.content, [Content::Text("hello".to_owned())]);
}

/// Row 39: NaN, infinities and bits that do not exist; JSON that every client can read.
#[tokio::test]
async fn odd_values_that_the_rules_allow_become_json() {
    let arena = Arena::of("lies", "{}").await;
    let table = [
        ("nan32", json!("NaN")),
        ("nan64", json!("NaN")),
        ("infinity", json!("-Infinity")),
        ("bool_of_two", json!(true)),
        ("byte_of_three_hundred", json!(44)),
        ("flags_unknown", json!(["read", "write", "run"])),
    ];
    for (tool, value) in table {
        assert_eq!(arena.value(tool, json!({})).await, value, "{tool}");
    }
    // Every text is written over the others: the guest harms only itself.
    let texts = json!({"texts": ["a", "bc", "def"]});
    assert_eq!(arena.value("realloc_same", texts).await, json!(3));
}

/// Row 39: JSON that is none, cut off, too deep or too large; invalid output, never a host error.
#[tokio::test]
async fn json_of_a_provider_that_does_not_parse_is_invalid_output() {
    let arena = Arena::of("misdescribes", "{}").await;
    for how in [
        "no_json",
        "empty_json",
        "two_values",
        "nan",
        "huge_number",
        "half_surrogate",
        "deep_json",
    ] {
        let failure = arena.fails("answers_badly", json!({"how": how})).await;
        assert!(
            matches!(&failure, Failure::InvalidOutput { reason } if reason.len() < 500),
            "{how}: {failure:?}"
        );
    }
    let failure = arena
        .fails("answers_badly", json!({"how": "million_items"}))
        .await;
    let limit_bytes = 1 << 20;
    assert_eq!(failure, Failure::OutputTooLarge { limit_bytes });
    let value = arena
        .value("answers_badly", json!({"how": "repeated_keys"}))
        .await;
    assert_eq!(value, json!({"a": 2}));
}

/// Row 39: answers whose texts, types and links are not what they should be; the host passes
/// on data, or refuses, and neither harms it.
#[tokio::test]
async fn odd_content_of_a_provider_harms_no_one() {
    let arena = Arena::of("misdescribes", "{}").await;
    for how in [
        "wide_json",
        "terminal_text",
        "wrong_media_type",
        "wild_uri",
        "terminal_error",
        "neither",
    ] {
        let outcome = arena.runs("answers_badly", json!({"how": how})).await;
        assert!(
            !matches!(outcome.result, Err(Failure::Host | Failure::Trap { .. })),
            "{how}: {:?}",
            outcome.result
        );
    }
    arena.runs("breaks_its_word", json!({})).await;
}

/// Row 42: a trap right after calling the host, or an exit in place of an answer; a trap.
#[tokio::test]
async fn a_crash_after_a_side_effect_is_a_trap_with_its_cost() {
    let arena = Arena::of("lies", "{}").await;
    let outcome = arena.runs("trap_after_call", json!({})).await;
    assert!(
        matches!(outcome.result, Err(Failure::Trap { .. })),
        "{:?}",
        outcome.result
    );
    assert_eq!(outcome.usage.hostcalls, 1);
    assert!(outcome.usage.fuel > 0);
}

/// Row 42: a request, and then a trap or a loop; what was sent and received is accounted for.
#[tokio::test]
async fn requests_are_accounted_for_even_if_the_tool_does_not_live_to_answer() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    let upstream = Server::answering(answer).await;
    let arena = Arena::of("dials", &upstream.grant("limits: {fuel: 100M}")).await;
    let args = json!({"scheme": "http", "authority": upstream.authority(), "path": "/"});
    for (count, tool) in ["fetch_and_crash", "fetch_and_loop"].iter().enumerate() {
        let outcome = arena.runs(tool, args.clone()).await;
        assert!(
            matches!(
                outcome.result,
                Err(Failure::Trap { .. } | Failure::OutOfFuel { .. })
            ),
            "{tool}: {:?}",
            outcome.result
        );
        assert_eq!(outcome.usage.http_requests, 1, "{tool}");
        assert_eq!(outcome.usage.http_received_bytes, 5, "{tool}");
        assert_eq!(upstream.connections(), count + 1, "{tool}");
    }
    let output = arena.value("get", json!({"url": upstream.url("/")})).await;
    assert_eq!(output["text"], json!("hello"));
    assert_eq!(
        output["headers"],
        Value::from(vec![vec!["content-length", "5"]])
    );
}
