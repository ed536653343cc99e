//! The types of request and response bodies, each the union of what all client versions read.
//!
//! The result of a call is in `result`.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::catalog;
use crate::tool;

/// A list; there are no pages.
#[derive(Serialize, ToSchema)]
pub(crate) struct List<T> {
    pub(crate) data: Vec<T>,
}

/// A registered group of tools.
#[derive(Serialize, ToSchema)]
#[schema(as = ToolGroup)]
pub(crate) struct ToolGroup<'a> {
    #[schema(example = "builtin::weather")]
    identifier: &'a str,
    /// The same as `identifier`.
    provider_resource_id: &'a str,
    provider_id: &'a str,
    /// Always `tool_group`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always null.
    owner: Option<&'a str>,
    /// Always `via_register_api`.
    source: &'static str,
    /// Always null: this host runs components.
    mcp_endpoint: Option<McpEndpoint>,
    /// As given at registration.
    #[schema(value_type = Option<Object>)]
    args: Option<&'a Map<String, Value>>,
}

/// A remote MCP server.
#[derive(Serialize, ToSchema)]
pub(crate) struct McpEndpoint {
    uri: String,
}

/// A tool: `Tool` of clients before 0.3 and `ToolDef` of later ones in one object.
#[derive(Serialize, ToSchema)]
#[schema(as = Tool)]
pub(crate) struct Tool<'a> {
    #[schema(example = "get_weather")]
    identifier: &'a str,
    /// The same as `identifier`.
    name: &'a str,
    /// The same as `identifier`.
    provider_resource_id: &'a str,
    provider_id: &'a str,
    /// Always `tool`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `distribution`.
    tool_host: &'static str,
    toolgroup_id: &'a str,
    /// Empty if there is none.
    description: &'a str,
    /// The top level of `input_schema`, as clients before 0.3 read it.
    parameters: Vec<Parameter<'a>>,
    /// JSON Schema 2020-12.
    #[schema(value_type = Object)]
    input_schema: &'a Value,
    /// JSON Schema 2020-12, if the component declares one.
    #[schema(value_type = Option<Object>)]
    output_schema: Option<&'a Value>,
    /// Of tools whose component says so, `title` and `annotations` as MCP has them.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// A parameter of a tool.
#[derive(Debug, Serialize, PartialEq, ToSchema)]
#[schema(as = Parameter)]
pub(crate) struct Parameter<'a> {
    name: &'a str,
    /// JSON Schema's word for it; `string` if there is no single one.
    parameter_type: &'a str,
    /// Empty if there is none.
    description: &'a str,
    required: bool,
    default: Option<&'a Value>,
}

/// What to register.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents what `toolgroups::register` reads by hand"
)]
pub(crate) struct RegisterRequest {
    toolgroup_id: String,
    /// A configured provider; may be left out if there is only one.
    provider_id: Option<String>,
    /// An object, or a text that holds one in JSON.
    #[schema(value_type = Option<Object>)]
    args: Option<Map<String, Value>>,
    /// Must be null.
    mcp_endpoint: Option<McpEndpoint>,
}

/// What to call.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents what `tool_runtime::invoke` reads by hand"
)]
pub(crate) struct InvokeRequest {
    /// `tool`, `group/tool` or `group::tool`.
    #[schema(example = "get_weather")]
    tool_name: String,
    /// Arguments as the tool's `input_schema` wants them.
    #[schema(value_type = Object, example = json!({"city": "Tokyo", "units": "celsius"}))]
    kwargs: Map<String, Value>,
}

/// Whether the server is well.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "OK")]
    status: &'static str,
}

/// The server's own version.
#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    pub(crate) version: &'static str,
}

/// A route of the server.
#[derive(Serialize, ToSchema)]
#[schema(as = Route)]
pub(crate) struct Route<'a> {
    pub(crate) route: String,
    pub(crate) method: &'static str,
    pub(crate) provider_types: &'a [&'a str],
}

/// A provider of tools.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
pub(crate) struct Provider<'a> {
    /// Always `tool_runtime`.
    pub(crate) api: &'static str,
    pub(crate) provider_id: &'a str,
    #[schema(example = "inline::weather")]
    pub(crate) provider_type: &'a str,
    /// As configured, secrets blotted out.
    #[schema(value_type = Object)]
    pub(crate) config: Value,
    pub(crate) health: ProviderHealth,
}

/// Whether a provider is well.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderHealth {
    #[schema(example = "OK")]
    pub(crate) status: &'static str,
    pub(crate) message: String,
}

/// A list in OpenAI's manner.
#[derive(Serialize, ToSchema)]
pub(crate) struct Models {
    /// Always `list`.
    pub(crate) object: &'static str,
    /// Always empty: this host has no models.
    #[schema(value_type = Vec<Object>)]
    pub(crate) data: [(); 0],
}

impl Health {
    /// All is well.
    pub(crate) const OK: Health = Health { status: "OK" };
}

impl<'a> From<&'a catalog::Group> for ToolGroup<'a> {
    fn from(group: &'a catalog::Group) -> ToolGroup<'a> {
        ToolGroup {
            identifier: group.name.as_str(),
            provider_resource_id: group.name.as_str(),
            provider_id: group.provider.as_str(),
            kind: "tool_group",
            owner: None,
            source: "via_register_api",
            mcp_endpoint: None,
            args: group.args.as_ref(),
        }
    }
}

impl<'a> From<&'a tool::Tool> for Tool<'a> {
    fn from(tool: &'a tool::Tool) -> Tool<'a> {
        let input_schema = tool.input.schema();
        Tool {
            identifier: tool.name.as_str(),
            name: tool.name.as_str(),
            provider_resource_id: tool.name.as_str(),
            provider_id: tool.provider.as_str(),
            kind: "tool",
            tool_host: "distribution",
            toolgroup_id: tool.group.as_str(),
            description: &tool.description,
            parameters: parameters(input_schema),
            input_schema,
            output_schema: tool.output_schema.as_ref(),
            metadata: tool.hints.to_json(),
        }
    }
}

/// The top level of an object schema, flat.
fn parameters(schema: &Value) -> Vec<Parameter<'_>> {
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, property)| Parameter {
            name,
            parameter_type: json_type(property).unwrap_or("string"),
            description: property
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            required: required.is_some_and(|names| names.iter().any(|other| other == name)),
            default: property.get("default"),
        })
        .collect()
}

/// The one type of a property, not counting null.
fn json_type(property: &Value) -> Option<&str> {
    let not_null = |ty: &&str| *ty != "null";
    match property.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).find(not_null),
        Some(ty) => ty.as_str(),
        None => ["anyOf", "oneOf"]
            .iter()
            .filter_map(|key| property.get(*key)?.as_array())
            .flatten()
            .filter_map(json_type)
            .find(not_null),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_the_top_level_of_the_schema() {
        let schema = json!({"type": "object", "required": ["city"], "properties": {
            "city": {"type": "string", "description": "City name"},
            "days": {"type": ["null", "integer"], "default": 3},
            "units": {"anyOf": [{"type": "null"}, {"type": "array"}]},
            "other": {"$ref": "#/$defs/x"},
            "any": true,
        }});
        let parameters = serde_json::to_value(parameters(&schema)).unwrap();
        let parameter =
            |name: &str, ty: &str, description: &str, required: bool, default: Value| {
                json!({"name": name, "parameter_type": ty, "description": description,
                   "required": required, "default": default})
            };
        let expected = json!([
            parameter("city", "string", "City name", true, json!(null)),
            parameter("days", "integer", "", false, json!(3)),
            parameter("units", "array", "", false, json!(null)),
            parameter("other", "string", "", false, json!(null)),
            parameter("any", "string", "", false, json!(null)),
        ]);
        assert_eq!(parameters, expected);
    }

    #[test]
    fn a_schema_without_properties_has_no_parameters() {
        for schema in [
            json!({}),
            json!({"type": "object"}),
            json!({"properties": 5}),
            json!(true),
        ] {
            assert_eq!(parameters(&schema), []);
        }
    }
}
