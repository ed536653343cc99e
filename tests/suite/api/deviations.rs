//! Where our answers differ from upstream's, and why.

use super::recordings::Exchange;

/// Where we answer with another status than some version of upstream, or mean something else
/// by the same one: the name of the exchange, our status, and why.
pub(super) const DEVIATIONS: &[(&str, u16, &str)] = &[
    (
        "admin_health",
        200,
        "0.2 has no such path; all versions' paths are served",
    ),
    ("admin_version", 200, "the same"),
    ("admin_inspect_routes", 200, "the same"),
    ("admin_providers", 200, "the same"),
    ("admin_providers_weather", 200, "the same"),
    (
        "rag_query_no_provider",
        400,
        "0.6 has no such path; all versions' paths are served",
    ),
    ("rag_insert_no_provider", 400, "the same"),
    (
        "models_list",
        200,
        "upstream without models has no such path, and its CLI then shows an error",
    ),
    ("root", 200, "says where to look"),
    (
        "client_version_mismatch",
        200,
        "clients of all versions are served",
    ),
    ("tool_get_unknown", 404, "a resource that does not exist"),
    ("tool_get_qualified", 200, "qualified names are understood"),
    ("invoke_ok_qualified", 200, "qualified names are understood"),
    (
        "invoke_image_content",
        400,
        "no guest answers with one image; `content.rs` has its shape",
    ),
    (
        "invoke_raise_value_error",
        200,
        "a tool's failure is a result, which no client repeats",
    ),
    ("invoke_raise_runtime_error", 200, "the same"),
    ("invoke_raise_timeout", 200, "the same"),
    ("invoke_raise_permission", 200, "the same"),
    ("invoke_raise_not_implemented", 200, "the same"),
    ("invoke_raise_key_error", 200, "the same"),
    (
        "invoke_missing_required_arg",
        200,
        "problems with arguments are a result that lists them",
    ),
    ("options_invoke", 403, "its `Origin` is another site's"),
    (
        "register_again_other",
        400,
        "0.2 overwrites, 0.6 refuses as we do",
    ),
    (
        "register_null_provider",
        400,
        "only where there is one provider may it be left out",
    ),
    (
        "register_args_string",
        200,
        "the CLI sends text, which upstream never accepts",
    ),
    (
        "register_args_null",
        400,
        "the exchange before it registered the group with other args",
    ),
    ("register_mcp", 400, "groups of this host are components"),
    ("toolgroup_get_mcp", 404, "the same"),
    ("unregister_mcp", 404, "the same"),
    (
        "tool_get_after_second_group",
        400,
        "the name is ambiguous; upstream lets the last group take it",
    ),
    (
        "invoke_after_unregister_group",
        200,
        "upstream forgets the tool of the group that stays",
    ),
];

/// Our status, where it is another or means something else.
pub(super) fn deviation(exchange: &Exchange) -> Option<u16> {
    DEVIATIONS
        .iter()
        .find(|(name, ..)| *name == exchange.name)
        .map(|(_, status, _)| *status)
}
