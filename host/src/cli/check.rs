//! `toolhost check`

use serde_json::{Value, json};

use super::args::Check;
use super::exit::Stop;
use super::render::{print, print_json, say, table};
use super::tools::to_json;
use super::{load_to_look, with_app};
use crate::catalog::{Provider, Shipped};

/// Loads everything that `serve` would load, and prints what it would serve.
pub fn check(args: &Check, shipped: &[Shipped]) -> Result<(), Stop> {
    let config = load_to_look(Some(&args.config), shipped)?;
    let (ignored, listen) = (config.ignored.clone(), config.server.listen);
    let (tools, providers) = with_app(config, shipped, async |app| {
        let catalog = app.router().registry().current();
        let tools: Vec<Value> = catalog.entries().map(|entry| to_json(entry)).collect();
        Ok((
            tools,
            catalog
                .providers()
                .iter()
                .map(|provider| to_provider(provider))
                .collect::<Vec<_>>(),
        ))
    })?;
    if args.json {
        print_json(
            &json!({"listen": listen.to_string(), "tools": tools, "providers": providers, "ignored": ignored}),
        );
        return Ok(());
    }
    say!(
        "{} is good; `toolhost serve {0}` would listen on {listen} and serve:\n",
        args.config.display()
    );
    let mut rows = table(&[
        "TOOL", "GROUP", "PROVIDER", "FUEL", "MEMORY", "TIMEOUT", "OUTPUT",
    ]);
    for tool in &tools {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let limit = |key: &str| text(&tool["limits"][key]);
        rows.add_row([
            text(&tool["name"]),
            text(&tool["toolgroup_id"]),
            text(&tool["provider_id"]),
            limit("fuel"),
            limit("memory"),
            limit("timeout"),
            limit("output"),
        ]);
    }
    print(&rows);
    for provider in &providers {
        let imports: Vec<&str> = provider["ungranted_imports"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !imports.is_empty() {
            say!(
                "\n`{}` imports what it is not granted; a use of it is denied:",
                provider["provider_id"].as_str().unwrap_or_default()
            );
            for import in imports {
                say!("  {import}");
            }
        }
    }
    if !ignored.is_empty() {
        say!(
            "\nThese sections are for others and have no effect here: {}",
            ignored.join(", ")
        );
    }
    Ok(())
}

fn to_provider(provider: &Provider) -> Value {
    let ungranted = provider.program.ungranted(provider.world.grants());
    json!({
        "provider_id": provider.name.as_str(),
        "provider_type": provider.kind,
        "component_digest": provider.program.digest,
        "ungranted_imports": ungranted.collect::<Vec<_>>(),
    })
}
