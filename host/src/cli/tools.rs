//! `toolhost tools list` and `toolhost tools show`

use serde_json::{Value, json};

use super::args::{List, Show};
use super::exit::Stop;
use super::remote::Host;
use super::render::{parameters, print, print_json, say, table};
use super::text::clean;
use super::{load_to_look, with_app};
use crate::catalog::{Entry, Shipped};
use crate::http::viewer;

/// Lists every tool.
pub fn list(args: &List, shipped: &[Shipped]) -> Result<(), Stop> {
    let tools = match Host::of(&args.from) {
        Some(host) => host.tools()?,
        None => {
            let config = load_to_look(args.from.config.as_deref(), shipped)?;
            with_app(config, shipped, async |app| {
                Ok(app
                    .router()
                    .registry()
                    .current()
                    .entries()
                    .map(|entry| to_json(entry))
                    .collect())
            })?
        }
    };
    if args.json {
        print_json(&json!(tools));
        return Ok(());
    }
    let mut rows = table(&["TOOL", "GROUP", "PROVIDER", "DESCRIPTION"]);
    for tool in &tools {
        let text = |key: &str| tool[key].as_str().unwrap_or_default().to_owned();
        rows.add_row([
            text("name"),
            text("toolgroup_id"),
            text("provider_id"),
            text("description"),
        ]);
    }
    print(&rows);
    Ok(())
}

/// Shows one tool.
pub fn show(args: &Show, shipped: &[Shipped]) -> Result<(), Stop> {
    let tool = match Host::of(&args.from) {
        Some(host) => find_remote(&host.tools()?, &args.tool)?,
        None => {
            let config = load_to_look(args.from.config.as_deref(), shipped)?;
            with_app(config, shipped, async |app| {
                let catalog = app.router().registry().current();
                catalog
                    .entry(&args.tool)
                    .map(|entry| to_json(entry))
                    .map_err(|rejection| Stop::rejection(&rejection))
            })?
        }
    };
    if args.json {
        print_json(&tool);
        return Ok(());
    }
    let text = |key: &str| tool[key].as_str().unwrap_or_default();
    say!("{}/{}", text("toolgroup_id"), text("name"));
    if !text("description").is_empty() {
        say!("  {}", text("description"));
    }
    say!();
    print(&parameters(&tool["input_schema"]));
    if let Some(limits) = tool["limits"].as_object() {
        say!();
        let mut rows = table(&["LIMIT", "VALUE"]);
        for (key, value) in limits {
            rows.add_row([key.as_str(), value.as_str().unwrap_or_default()]);
        }
        print(&rows);
    }
    if let Some(grants) = tool["grants"].as_array() {
        say!();
        let mut rows = table(&["MAY TOUCH", "WHAT"]);
        for grant in grants {
            let text = |key: &str| grant[key].as_str().unwrap_or_default();
            rows.add_row([text("kind"), text("text")]);
        }
        match grants.is_empty() {
            true => say!("It may touch nothing."),
            false => print(&rows),
        }
    }
    say!(
        "\n  toolhost invoke {} {}",
        text("name"),
        example(&tool["input_schema"])
    );
    Ok(())
}

/// The one of `tools` that `name` means, as `tool`, `group/tool` or `group::tool`; `names` tells
/// the group and the name of each.
pub fn find<'t, T>(
    tools: &'t [T],
    names: impl Fn(&'t T) -> (&'t str, &'t str),
    name: &str,
) -> Result<&'t T, Stop> {
    let is_named = |tool: &&'t T| {
        let (group, tool) = names(tool);
        name == tool || name == format!("{group}/{tool}") || name == format!("{group}::{tool}")
    };
    let found: Vec<&T> = tools.iter().filter(is_named).collect();
    let name = clean(name);
    match found.as_slice() {
        [tool] => Ok(tool),
        [] => Err(Stop::usage(format!(
            "no tool is named `{name}`\n  `toolhost tools list` shows what there is"
        ))),
        _ => Err(Stop::usage(format!(
            "several groups offer `{name}`; say which, as in `group/{name}`"
        ))),
    }
}

/// The same among those that a host listed.
pub fn find_remote(tools: &[Value], name: &str) -> Result<Value, Stop> {
    find(tools, names_of, name).cloned()
}

fn names_of(tool: &Value) -> (&str, &str) {
    let text = |key: &str| tool[key].as_str().unwrap_or_default();
    (text("toolgroup_id"), text("name"))
}

/// The required arguments, as they are typed.
fn example(schema: &Value) -> String {
    let names = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    names
        .map(|name| format!("{name}=…"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A tool as this command prints it, and a host answers it to `/v1/toolhost/tools`.
pub fn to_json(entry: &Entry) -> Value {
    json!(viewer::describe(entry))
}
