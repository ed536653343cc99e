//! Texts before and after.

use proptest::prelude::*;
use serde_json::json;

use super::super::cases::{Good, Piece, PieceKind};
use super::*;

const ERRORS: [&str; 1] = ["failed"];

fn text(text: &str) -> Expect {
    Expect::Good(Good {
        text: Some(text.to_owned()),
        ..Good::default()
    })
}

#[track_caller]
fn check(before: &str, changes: &[(usize, Expect)], expected: &str) {
    let after = update_cases(before, changes, &ERRORS);
    assert_eq!(after.as_deref(), Ok(expected), "{before}");
}

#[test]
fn only_the_expectation_is_written_anew() {
    let before = "\
# A file.
- call: a   # the first
  arguments: { x: 'it''s # }' }
  expect: { text: \"old } ' text\" } # what it says
# The second.
- expect:
    # about the text
    text: |-
      old
      text
# low
  call: b

- { call: c, name: it's, expect: {text: 'a''}b', contains: [x] } }
- call: d
  expect: { text: old }
";
    let after = "\
# A file.
- call: a   # the first
  arguments: { x: 'it''s # }' }
  expect: { text: \"new\" } # what it says
# The second.
- expect:
    text: \"b\\u2028\\n\"
# low
  call: b

- { call: c, name: it's, expect: { text: \"c\\nd\" } }
- call: d
  expect:
    text: |-
      Weather:

        1 °C
";
    let changes = [
        (3, text("Weather:\n\n  1 °C")),
        (0, text("new")),
        (1, text("b\u{2028}\n")),
        (2, text("c\nd")),
    ];
    check(before, &changes, after);
}

#[test]
fn an_expectation_that_is_missing_is_added() {
    for (before, expected) in [
        ("- call: a", "- call: a\n  expect: { text: \"x\" }"),
        (
            "- { call: a }\n",
            "- { call: a, expect: { text: \"x\" } }\n",
        ),
        (
            "calls:\n  - call: a\n    arguments:\n      b: 1\n\n  # next\n  - call: b\n",
            "calls:\n  - call: a\n    arguments:\n      b: 1\n    expect: { text: \"x\" }\n\n  # next\n  - call: b\n",
        ),
        (
            "calls: [ { call: a,\n  # why\n  name: b, } ]",
            "calls: [ { call: a,\n  # why\n  name: b, expect: { text: \"x\" } } ]",
        ),
    ] {
        check(before, &[(0, text("x"))], expected);
    }
}

#[test]
fn every_kind_of_expectation_can_be_written() {
    let piece = Piece {
        kind: PieceKind::Image,
        media_type: Some("image/png".to_owned()),
        uri: None,
        name: None,
        description: None,
        text: None,
        data: Some(vec![1]),
        size: None,
    };
    let good = Expect::Good(Good {
        structured: Some(json!({"a": [1, {"b c": null}], "true": "x", "e": {}, "f": 1.5})),
        content: Some(vec![piece.clone(), piece]),
        ..Good::default()
    });
    let failed = Expect::Error {
        kind: "failed".to_owned(),
        message: Some("no: # \"x\"".to_owned()),
    };
    check(
        "- call: a\n  expect: { text: b }\n- call: b\n  expect: { text: b }\n",
        &[(0, good), (1, failed)],
        "- call: a\n  expect:\n    structured: { a: [1, { \"b c\": null }], \"true\": \"x\", e: {}, f: 1.5 }\n    content:\n      - { kind: image, media_type: \"image/png\", base64: AQ== }\n      - { kind: image, media_type: \"image/png\", base64: AQ== }\n- call: b\n  expect: { error: failed, message: \"no: # \\\"x\\\"\" }\n",
    );
}

#[test]
fn what_cannot_be_changed_in_place_is_left() {
    let before = "calls:\n  - &one { call: a, expect: { text: b } }\n  - *one\n";
    assert!(update_cases(before, &[(1, text("x"))], &ERRORS).is_err());
    assert!(update_cases("- call: a\n", &[(7, text("x"))], &ERRORS).is_err());
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_was(said in "(\\PC|[\\n\\t\\r \u{85}\u{2028}#:'\"{},-]){0,40}", style in 0..3_usize) {
        let before = [
            "- call: a\n  expect: { text: b }\n",
            "- { call: a, expect: { text: b } }\n",
            "- call: a\n  expect:\n    text: b\n# end\n- call: b\n",
        ][style];
        let after = update_cases(before, &[(0, text(&said))], &ERRORS);
        prop_assert!(after.is_ok(), "{:?}", said);
    }
}
