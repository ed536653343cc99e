//! What clients require of each object that they parse, over all versions.

use serde_json::Value;

/// A field and the JSON types it may have, as in `object|null`.
type Field = (&'static str, &'static str);

/// `ToolGroup`
pub(super) const GROUP: &[Field] = &[
    ("identifier", "string"),
    ("provider_id", "string"),
    ("provider_resource_id", "string"),
    ("type", "string"),
    ("args", "object|null"),
    ("mcp_endpoint", "object|null"),
];

/// `Tool` before 0.3 and `ToolDef` after.
pub(super) const TOOL: &[Field] = &[
    ("identifier", "string"),
    ("name", "string"),
    ("provider_id", "string"),
    ("provider_resource_id", "string"),
    ("type", "string"),
    ("tool_host", "string"),
    ("toolgroup_id", "string"),
    ("description", "string"),
    ("parameters", "array"),
    ("input_schema", "object"),
    ("output_schema", "object|null"),
    ("metadata", "object"),
];

/// `Parameter` of a `Tool`.
pub(super) const PARAMETER: &[Field] = &[
    ("name", "string"),
    ("parameter_type", "string"),
    ("description", "string"),
    ("required", "boolean"),
];

/// `ToolInvocationResult`
pub(super) const RESULT: &[Field] = &[
    ("content", "string|object|array|null"),
    ("error_message", "string|null"),
    ("error_code", "number|null"),
    ("metadata", "object"),
];

/// `ProviderInfo`
pub(super) const PROVIDER: &[Field] = &[
    ("api", "string"),
    ("provider_id", "string"),
    ("provider_type", "string"),
    ("config", "object"),
    ("health", "object"),
];

/// `RouteInfo`
pub(super) const ROUTE: &[Field] = &[
    ("route", "string"),
    ("method", "string"),
    ("provider_types", "array"),
];

/// `HealthInfo`
pub(super) const HEALTH: &[Field] = &[("status", "string")];

/// `VersionInfo`
pub(super) const VERSION: &[Field] = &[("version", "string")];

/// An error, in all of upstream's three shapes.
pub(super) const ERROR: &[Field] = &[("detail", "string|object"), ("error", "object")];

/// Panics unless `value` is an object with these fields.
pub(super) fn require(fields: &[Field], value: &Value) {
    for (name, types) in fields {
        let field = value
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is missing: {value}"));
        assert!(
            types.split('|').any(|ty| ty == json_type(field)),
            "`{name}` is no {types}: {value}"
        );
    }
}

/// Panics unless `value` is `{"data": […]}` with at least one object, each with these fields.
pub(super) fn require_list(fields: &[Field], value: &Value) {
    let items = value["data"]
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"));
    assert!(!items.is_empty(), "nothing in the list: {value}");
    items.iter().for_each(|item| require(fields, item));
}

/// JSON's own word for the type of a value.
pub(super) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
