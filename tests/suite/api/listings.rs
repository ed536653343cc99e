//! What can be called: tools, as clients of all versions read them, and their providers.

use serde_json::{Value, json};
use toolhost_tests::Setup;

use super::types::{self, require, require_list};
use super::wire::{Wire, sent};

fn data(value: &Value) -> &[Value] {
    value["data"].as_array().expect("a list")
}

#[tokio::test]
async fn a_tool_is_described_for_clients_of_all_versions_at_once() {
    let wire = Wire::to_weather().await;
    let tool = wire.get("/v1/tools/get_weather").await.json();
    insta::assert_json_snapshot!(tool, @r#"
    {
      "identifier": "get_weather",
      "name": "get_weather",
      "provider_resource_id": "get_weather",
      "provider_id": "weather-runtime",
      "type": "tool",
      "tool_host": "distribution",
      "toolgroup_id": "weather",
      "description": "Tells the current weather in a city: temperature, condition, humidity and wind.",
      "parameters": [
        {
          "name": "city",
          "parameter_type": "string",
          "description": "",
          "required": true,
          "default": null
        },
        {
          "name": "units",
          "parameter_type": "string",
          "description": "The unit of temperatures; celsius if left out.",
          "required": false,
          "default": null
        }
      ],
      "input_schema": {
        "type": "object",
        "properties": {
          "city": {
            "type": "string"
          },
          "units": {
            "type": "string",
            "enum": [
              "celsius",
              "fahrenheit"
            ],
            "description": "The unit of temperatures; celsius if left out."
          }
        },
        "required": [
          "city"
        ],
        "additionalProperties": false
      },
      "output_schema": {
        "type": "string"
      },
      "metadata": {}
    }
    "#);
    for path in [
        "/v1/tools",
        "/v1/admin/tools",
        "/v1/tool-runtime/list-tools",
        "/v1/tools?toolgroup_id=weather",
    ] {
        assert_eq!(
            wire.get(path).await.json(),
            json!({"data": [tool]}),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_tool_of_every_group_has_all_that_clients_require() {
    let wire = Wire::to(
        Setup::new()
            .weather()
            .guest("echoes")
            .guest("provides")
            .guest("fails"),
    )
    .await;
    let tools = wire.get("/v1/tools").await.json();
    require_list(types::TOOL, &tools);
    assert!(data(&tools).len() > 30, "{}", data(&tools).len());
    for tool in data(&tools) {
        assert_eq!(
            (&tool["name"], &tool["type"]),
            (&tool["identifier"], &json!("tool"))
        );
        assert_eq!(tool["input_schema"]["type"], "object", "{tool}");
        let parameters = tool["parameters"].as_array().expect("a list");
        parameters
            .iter()
            .for_each(|parameter| require(types::PARAMETER, parameter));
        let properties = tool["input_schema"]["properties"].as_object();
        assert_eq!(
            parameters.len(),
            properties.map_or(0, serde_json::Map::len),
            "{tool}"
        );
        let path = format!(
            "/v1/tools/{}/{}",
            tool["toolgroup_id"].as_str().expect("a group"),
            tool["name"].as_str().expect("a name")
        );
        assert_eq!(wire.get(&path).await.json(), *tool, "{path}");
    }
}

#[tokio::test]
async fn a_list_of_one_group_holds_its_tools_alone() {
    let wire = Wire::to(Setup::new().weather().guest("fails")).await;
    for path in [
        "/v1/tools?toolgroup_id=",
        "/v1/admin/tools?toolgroup_id=",
        "/v1/tool-runtime/list-tools?tool_group_id=",
    ] {
        let tools = wire.get(&format!("{path}fails")).await.json();
        assert_eq!(data(&tools).len(), 10, "{path}");
        assert!(
            data(&tools)
                .iter()
                .all(|tool| tool["toolgroup_id"] == "fails"),
            "{path}"
        );
        let all = wire.get(path).await.json();
        assert_eq!(
            data(&all).len(),
            11,
            "an empty value means no value: {path}"
        );
    }
}

#[tokio::test]
async fn what_upstream_ignores_in_a_query_is_ignored() {
    let wire = Wire::to_weather().await;
    let query = "mcp_endpoint%5Buri%5D=http%3A%2F%2Fh%2Fsse&tool_group_id=weather&authorization=x&foo=bar&=&%&tool_group_id=nope";
    let answer = wire
        .get(&format!("/v1/tool-runtime/list-tools?{query}"))
        .await;
    assert_eq!((answer.status, data(&answer.json()).len()), (200, 1));
}

#[tokio::test]
async fn old_clients_get_one_tool_a_line() {
    let wire = Wire::to(Setup::new().weather().guest("fails")).await;
    for accept in ["application/jsonl", "application/json, application/jsonl"] {
        let answer = sent(
            wire.request("GET", "/v1/tool-runtime/list-tools")
                .header("accept", accept),
        )
        .await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "application/jsonl")
        );
        let text = answer.text();
        assert!(text.ends_with('\n'), "{text}");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect();
        assert_eq!(
            json!({"data": lines}),
            wire.get("/v1/tool-runtime/list-tools").await.json()
        );
    }
    let request = wire
        .request("GET", "/v1/tool-runtime/list-tools?tool_group_id=nope")
        .header("accept", "application/jsonl");
    let answer = sent(request).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, "application/json")
    );
}

#[tokio::test]
async fn a_resource_that_does_not_exist_is_named_in_the_answer() {
    let wire = Wire::to_weather().await;
    let group = "Tool Group 'nope' not found. Use 'client.toolgroups.list()' to list available Tool Groups.";
    for (path, status, words) in [
        ("/v1/toolgroups/nope", 404, group),
        ("/v1/tools?toolgroup_id=nope", 404, group),
        ("/v1/tools/nope", 404, "Tool 'nope' not found"),
        (
            "/v1/tools/weather/nope",
            404,
            "Tool 'weather/nope' not found",
        ),
    ] {
        let answer = wire.get(path).await;
        assert_eq!(
            (answer.status, answer.detail().as_str()),
            (status, words),
            "{path}"
        );
    }
    let answer = wire.get("/v1/providers/nope").await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json()["detail"],
        "Invalid value: Provider nope not found",
        "as 0.2 says it"
    );
    assert_eq!(
        answer.json()["error"]["message"],
        "Provider nope not found",
        "as 0.6 says it"
    );
}

#[tokio::test]
async fn providers_show_their_kind_config_and_health() {
    let wire = Wire::to(
        Setup::new()
            .weather()
            .guest_with("sleeps", "{limits: {timeout: 50ms}}"),
    )
    .await;
    let providers = wire.get("/v1/providers").await.json();
    require_list(types::PROVIDER, &providers);
    let [weather, sleeps] = data(&providers) else {
        panic!("{providers}")
    };
    let expected = json!({
        "api": "tool_runtime",
        "provider_id": "weather-runtime",
        "provider_type": "inline::weather",
        "config": {},
        "health": {"status": "OK", "message": "tools served: 1"},
    });
    assert_eq!(*weather, expected);
    assert_eq!(
        (&sleeps["provider_type"], &sleeps["config"]["limits"]),
        (&json!("inline::wasm"), &json!({"timeout": "50ms"}))
    );
    for path in ["/v1/providers/sleeps", "/v1alpha/admin/providers/sleeps"] {
        assert_eq!(wire.get(path).await.json(), *sleeps, "{path}");
    }
}

#[tokio::test]
async fn titles_and_hints_of_a_component_stand_in_the_metadata_as_mcp_names_them() {
    let wire = Wire::to(Setup::new().guest("provides").guest("provides_first")).await;
    let metadata = async |group: &str, tool: &str| {
        let path = format!("/v1/tools?toolgroup_id={group}");
        let tools = wire.get(&path).await.json();
        let tools = data(&tools).iter();
        let found = tools.filter(|found| found["identifier"] == tool);
        found.map(|found| found["metadata"].clone()).next()
    };
    let described = json!({
        // Its control character is gone.
        "title": "Describe a day",
        "annotations": {
            "readOnlyHint": true,
            "destructiveHint": false,
            "idempotentHint": true,
            "openWorldHint": false,
        },
    });
    let shown = json!({"annotations": {"readOnlyHint": true}});
    for (group, tool, expected) in [
        ("provides", "describe", described),
        ("provides", "show_all", shown),
        ("provides", "empty", json!({})),
        ("provides_first", "describe", json!({})),
    ] {
        assert_eq!(
            metadata(group, tool).await,
            Some(expected),
            "{group} {tool}"
        );
    }
}
