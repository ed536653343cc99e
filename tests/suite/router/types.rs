//! Every data type of the component model goes in and comes back.

use serde_json::{Value, json};
use toolhost::invocation::{Content, Rejection};
use toolhost_tests::Setup;

#[tokio::test]
async fn every_data_type_comes_back_as_it_went_in() {
    let host = Setup::new().guest("echoes").start().await;
    let parcel = json!({
        "parcel_id": u64::MAX,
        "send_to": {"street_name": "Main", "post_code": null},
        "gift_note": "hi",
        "items": [{"item_name": "cup", "how_many": 2}],
    });
    let table = [
        ("echo_bool", json!(true)),
        ("echo_s8", json!(-128)),
        ("echo_s16", json!(-32768)),
        ("echo_s32", json!(i32::MIN)),
        ("echo_s64", json!(i64::MIN)),
        ("echo_u8", json!(255)),
        ("echo_u16", json!(65535)),
        ("echo_u32", json!(u32::MAX)),
        ("echo_u64", json!(u64::MAX)),
        ("echo_f32", json!(0.1)),
        ("echo_f64", json!(-1.5e300)),
        ("echo_f64", json!("NaN")),
        ("echo_char", json!("🌦")),
        ("echo_bytes", json!([0, 1, 255])),
        ("echo_list", json!(["a", "", "ö"])),
        ("echo_tuple", json!([-1, "x"])),
        ("echo_record", parcel),
        ("echo_variant", json!("point")),
        ("echo_variant", json!({"circle": 1.5})),
        (
            "echo_variant",
            json!({"parcel-like": {"item_name": "cup", "how_many": 1}}),
        ),
        ("echo_enum", json!("very-fast")),
        ("echo_flags", json!(["fragile", "keep-cold"])),
        ("echo_option", json!(null)),
        ("echo_option", json!(7)),
        ("echo_nested_option", json!(null)),
        ("echo_nested_option", json!({"some": null})),
        ("echo_nested_option", json!({"some": 7})),
    ];
    for (tool, value) in table {
        let output = host.good(tool, json!({"value": value})).await;
        assert_eq!(output.structured, Some(value.clone()), "{tool}");
        assert_eq!(output.content, [Content::Text(value.to_string())], "{tool}");
    }
    let text = host
        .good("echo_string", json!({"value": "Zürich \u{0} 🌦"}))
        .await;
    assert_eq!(text.content, [Content::Text("Zürich \u{0} 🌦".to_owned())]);
    assert_eq!(text.structured, None, "a string is text, not data");
    for value in [json!({"ok": 1}), json!({"err": "no"})] {
        let output = host.good("echo_result", json!({"value": value})).await;
        assert_eq!(output.structured, Some(json!({"value": value})));
    }
}

#[tokio::test]
async fn an_option_may_be_left_out_and_a_big_integer_may_be_a_string() {
    let host = Setup::new().guest("echoes").start().await;
    let output = host.good("two_params", json!({"a": -7})).await;
    assert_eq!(output.content, [Content::Text("a=-7 b=none".to_owned())]);
    let output = host
        .good("echo_u64", json!({"value": "18446744073709551615"}))
        .await;
    assert_eq!(output.structured, Some(json!(u64::MAX)));
    let output = host.good("nothing", json!({})).await;
    assert!(output.content.is_empty());
}

#[tokio::test]
async fn all_problems_of_the_arguments_are_listed_at_once() {
    let host = Setup::new().guest("echoes").start().await;
    let bad = json!({"value": {
        "parcel_id": -1, "send_to": {"street_name": 5, "post_cod": "x"}, "items": [{"item_name": "cup", "how_many": 1.5}],
    }, "more": 1});
    let Rejection::InvalidArguments { problems } = host.rejects("echo_record", bad).await else {
        panic!()
    };
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_json_snapshot!(found, @r#"
    [
      "`value.parcel_id`: must be a whole number from 0 to 18446744073709551615, not -1",
      "`value.send_to.street_name`: must be a string, not 5",
      "`value.send_to.post_cod`: `post_cod` is unknown; did you mean `post_code`?",
      "`value.items[0].how_many`: must be a whole number from 0 to 4294967295, not 1.5",
      "`more`: `more` is unknown; known are `value`"
    ]
    "#);
}

#[tokio::test]
async fn values_outside_their_type_are_rejected_before_they_reach_the_guest() {
    let host = Setup::new().guest("echoes").start().await;
    let table: [(&str, Value); 14] = [
        ("echo_bool", json!("true")),
        ("echo_s8", json!(128)),
        ("echo_u8", json!(-1)),
        ("echo_u64", json!("18446744073709551616")),
        ("echo_s64", json!(1e300)),
        ("echo_f32", json!("many")),
        ("echo_char", json!("ab")),
        ("echo_char", json!("")),
        ("echo_list", json!("a")),
        ("echo_tuple", json!([1])),
        ("echo_variant", json!({"circle": 1.0, "point": null})),
        ("echo_enum", json!("fast")),
        ("echo_flags", json!(["heavy"])),
        ("echo_nested_option", json!(7)),
    ];
    for (tool, value) in table {
        let rejection = host.rejects(tool, json!({"value": value})).await;
        assert!(
            matches!(rejection, Rejection::InvalidArguments { .. }),
            "{tool} {value}: {rejection:?}"
        );
    }
}

#[tokio::test]
async fn the_schema_of_a_typed_tool_is_derived_from_its_component() {
    let host = Setup::new().weather().start().await;
    let catalog = host.router().registry().current();
    let tool = &catalog.entry("get_weather").expect("it exists").tool;
    assert_eq!(
        tool.description,
        "Tells the current weather in a city: temperature, condition, humidity and wind."
    );
    assert_eq!(tool.output_schema, Some(json!({"type": "string"})));
    assert_eq!(
        *tool.input.schema(),
        json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "units": {
                    "type": "string",
                    "enum": ["celsius", "fahrenheit"],
                    "description": "The unit of temperatures; celsius if left out."
                },
            },
            "required": ["city"],
            "additionalProperties": false,
        })
    );
}
