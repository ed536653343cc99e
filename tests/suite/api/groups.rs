//! Registering groups, finding them under ids of any spelling, and unregistering them.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::types::{self, require};
use super::wire::{Answer, Wire};

async fn registered(wire: &Wire, body: Value) -> Answer {
    wire.post("/v1/toolgroups", body.to_string()).await
}

#[tokio::test]
async fn a_group_is_registered_on_a_configured_provider_and_answered_whole() {
    let wire = Wire::to_weather().await;
    let answer = registered(
        &wire,
        json!({"toolgroup_id": "user::x", "provider_id": "weather-runtime", "args": {"a": 1}}),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let expected = json!({
        "identifier": "user::x",
        "provider_resource_id": "user::x",
        "provider_id": "weather-runtime",
        "type": "tool_group",
        "owner": null,
        "source": "via_register_api",
        "mcp_endpoint": null,
        "args": {"a": 1},
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(wire.get("/v1/toolgroups/user::x").await.json(), expected);
    let list = wire.get("/v1/toolgroups").await.json();
    assert_eq!(list["data"][0]["identifier"], "weather");
    assert_eq!(list["data"][1], expected);
    assert_eq!(
        wire.invoke("user::x/get_weather", json!({"city": "Oslo"}))
            .await
            .json()["error_code"],
        Value::Null
    );
}

#[tokio::test]
async fn the_only_provider_is_meant_where_none_is_named() {
    let wire = Wire::to_weather().await;
    let table = [
        json!({"toolgroup_id": "a", "provider_id": null, "args": null, "mcp_endpoint": null}),
        json!({"toolgroup_id": "b"}),
    ];
    for body in table {
        let answer = registered(&wire, body).await;
        assert_eq!(
            (answer.status, &answer.json()["provider_id"]),
            (200, &json!("weather-runtime"))
        );
    }
    let two = Wire::to(Setup::new().weather().guest("fails")).await;
    let answer = registered(&two, json!({"toolgroup_id": "a", "provider_id": null})).await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (
            400,
            "a provider_id is needed; known are weather-runtime, fails"
        )
    );
}

#[tokio::test]
async fn args_may_be_text_that_holds_an_object() {
    let wire = Wire::to_weather().await;
    let answer = registered(
        &wire,
        json!({"toolgroup_id": "a", "args": "{\"region\": \"eu\"}"}),
    )
    .await;
    assert_eq!(
        (answer.status, &answer.json()["args"]),
        (200, &json!({"region": "eu"}))
    );
    for args in [json!("eu"), json!("[1]"), json!("{"), json!([1]), json!(5)] {
        let answer = registered(&wire, json!({"toolgroup_id": "b", "args": args})).await;
        assert_eq!(answer.invalid(), ["[body,args]: dict_type"], "{args}");
    }
}

#[tokio::test]
async fn the_same_group_may_be_registered_again_and_no_other_under_its_id() {
    let wire = Wire::to(Setup::new().weather().guest("fails")).await;
    let group = json!({"toolgroup_id": "a", "provider_id": "weather-runtime", "args": {"a": 1}});
    for _ in 0..2 {
        assert_eq!(registered(&wire, group.clone()).await.status, 200);
    }
    for (key, other) in [
        ("args", json!({"a": 2})),
        ("args", json!(null)),
        ("provider_id", json!("fails")),
    ] {
        let mut body = group.clone();
        body[key] = other;
        let answer = registered(&wire, body).await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.detail(),
            "Object of type 'tool_group' and identifier 'a' already exists. Unregister it first if you want to replace it."
        );
    }
    assert_eq!(
        wire.get("/v1/toolgroups").await.json()["data"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_in_words() {
    let wire = Wire::to_weather().await;
    let answer = registered(&wire, json!({"toolgroup_id": "a", "provider_id": "nope"})).await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (400, "Provider `nope` not found; known are weather-runtime")
    );
    let answer = registered(
        &wire,
        json!({"toolgroup_id": "a", "provider_id": "no name"}),
    )
    .await;
    assert_eq!(
        (answer.status, answer.detail().as_str()),
        (
            400,
            "Provider `no name` not found; known are weather-runtime"
        )
    );
    let answer = registered(
        &wire,
        json!({"toolgroup_id": "a", "mcp_endpoint": {"uri": "http://h/sse"}}),
    )
    .await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.detail().starts_with("`mcp_endpoint` must be null"),
        "{}",
        answer.text()
    );

    let table = [
        (
            json!({"provider_id": "weather-runtime"}),
            "[body,toolgroup_id]: missing",
        ),
        (
            json!({"toolgroup_id": 5}),
            "[body,toolgroup_id]: string_type",
        ),
        (
            json!({"toolgroup_id": "a", "provider_id": 5}),
            "[body,provider_id]: string_type",
        ),
        (
            json!({"toolgroup_id": "a", "mcp_endpoint": "http://h/sse"}),
            "[body,mcp_endpoint]: model_attributes_type",
        ),
    ];
    for (body, problem) in table {
        assert_eq!(registered(&wire, body).await.invalid(), [problem]);
    }
    for id in ["", " ", "a b", "a//b", "../a", "a\n", "ä", &"x".repeat(257)] {
        let answer = registered(&wire, json!({"toolgroup_id": id})).await;
        assert_eq!(
            answer.invalid(),
            ["[body,toolgroup_id]: value_error"],
            "{id:?}"
        );
        assert!(answer.bytes.len() < 1000, "{id:?}");
    }
    assert_eq!(
        wire.get("/v1/toolgroups").await.json()["data"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn an_unregistered_group_is_gone_with_its_tools() {
    let wire = Wire::to_weather().await;
    assert_eq!(
        registered(&wire, json!({"toolgroup_id": "a"})).await.status,
        200
    );
    let answer = wire.ask("DELETE", "/v1/toolgroups/a").await;
    assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    let words =
        "Tool Group 'a' not found. Use 'client.toolgroups.list()' to list available Tool Groups.";
    for (method, path) in [
        ("DELETE", "/v1/toolgroups/a"),
        ("GET", "/v1/toolgroups/a"),
        ("GET", "/v1/tools?toolgroup_id=a"),
        ("GET", "/v1/tool-runtime/list-tools?tool_group_id=a"),
    ] {
        let answer = wire.ask(method, path).await;
        assert_eq!(
            (answer.status, answer.detail().as_str()),
            (404, words),
            "{method} {path}"
        );
    }
    assert_eq!(
        wire.invoke("a/get_weather", json!({"city": "Oslo"}))
            .await
            .status,
        400
    );
    assert_eq!(
        wire.invoke("get_weather", json!({"city": "Oslo"}))
            .await
            .json()["error_code"],
        Value::Null
    );
}

#[tokio::test]
async fn an_id_is_found_in_every_spelling_of_a_path() {
    let wire = Wire::to_weather().await;
    let id = "team/a::b.c";
    assert_eq!(
        registered(&wire, json!({"toolgroup_id": id})).await.status,
        200
    );
    for spelling in [
        "team/a::b.c",
        "team/a%3A%3Ab.c",
        "team%2Fa%3a%3ab%2Ec",
        "%74eam/a::b.c",
    ] {
        let answer = wire.get(&format!("/v1/toolgroups/{spelling}")).await;
        assert_eq!(
            (answer.status, &answer.json()["identifier"]),
            (200, &json!(id)),
            "{spelling}"
        );
        for list in [
            "tools?toolgroup_id",
            "tool-runtime/list-tools?tool_group_id",
        ] {
            let tools = wire.get(&format!("/v1/{list}={spelling}")).await.json();
            assert_eq!(tools["data"][0]["toolgroup_id"], id, "{list} {spelling}");
        }
        for separator in ["/", "%2F", "::", "%3A%3A"] {
            let answer = wire
                .get(&format!("/v1/tools/{spelling}{separator}get_weather"))
                .await;
            assert_eq!(
                (answer.status, &answer.json()["toolgroup_id"]),
                (200, &json!(id)),
                "{spelling}{separator}"
            );
            require(types::TOOL, &answer.json());
        }
    }
    assert_eq!(
        wire.ask("DELETE", "/v1/toolgroups/team%2Fa%3A%3Ab.c")
            .await
            .status,
        204
    );
    assert_eq!(wire.get("/v1/toolgroups/team/a::b.c").await.status, 404);
}

#[tokio::test]
async fn an_id_that_is_no_text_or_very_long_is_not_found_briefly() {
    let wire = Wire::to_weather().await;
    for id in [
        "%ff",
        "%00",
        "%E2%80%AE",
        "weather/",
        "Weather",
        &"x".repeat(8_000),
    ] {
        for noun in ["toolgroups", "tools"] {
            let answer = wire.get(&format!("/v1/{noun}/{id}")).await;
            assert_eq!(answer.status, 404, "{noun} {id}");
            assert!(answer.bytes.len() < 2000, "{noun} {id}");
        }
    }
}
