//! `toolhost limits`: proposes limits for a tool from what its calls used up.

mod observe;
mod propose;
mod report;
mod written;

use std::path::PathBuf;
use std::time::Duration;

use super::args;
use super::exit::Stop;
use super::render::{print_json, say};
use super::screen::Screen;
use super::text::clean;
use super::tools;
use super::traces::source::Source;
use crate::config::Unit;
use crate::http::viewer::wire;
use crate::policy::Limits;

/// A tool and the limits in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// Its bare name, as spans bear it.
    pub tool: String,
    /// Its provider.
    pub provider: String,
    /// What one call may use up.
    pub limits: Limits,
}

/// Proposes limits. Without a running host, `configured` says which tool has the name that was
/// typed, and `default` which file to read if none is named.
pub fn limits(
    args: &args::Limits,
    default: Option<PathBuf>,
    configured: impl FnOnce(&str) -> Result<Configured, Stop>,
) -> Result<(), Stop> {
    let source = Source::of(&args.from, default)?;
    let tool = match &source {
        Source::Host(host) => {
            let tools: wire::Tools = host.ask("/v1/toolhost/tools", &[])?;
            find(&tools.data, &args.tool)?
        }
        Source::File(_) => configured(&args.tool)?,
    };
    let seen = observe::observe(&source, &tool.tool, &args.since)?;
    let proposals = propose::propose(&tool.limits, &seen.usage);
    if args.json {
        print_json(&report::to_json(&tool, &seen, &proposals));
        return Ok(());
    }
    for line in report::lines(&tool, &seen, &proposals, Screen::stdout()) {
        say!("{line}");
    }
    Ok(())
}

/// The tool of that name among those of a running host.
fn find(tools: &[wire::Tool], name: &str) -> Result<Configured, Stop> {
    let tool = tools::find(tools, |tool| (&tool.toolgroup_id, &tool.name), name)?;
    let limits = read(&tool.limits).ok_or_else(|| {
        let name = clean(name);
        Stop::unavailable(format!(
            "the host words the limits of `{name}` in a way that this program does not know"
        ))
    })?;
    Ok(Configured {
        tool: tool.name.clone(),
        provider: tool.provider_id.clone(),
        limits,
    })
}

/// Limits as a host words them.
fn read(limits: &wire::Limits) -> Option<Limits> {
    let count = |text: &str| u32::try_from(Unit::Count.parse(text)?).ok();
    Some(Limits {
        fuel: Unit::Number.parse(&limits.fuel)?,
        memory_bytes: Unit::Bytes.parse(&limits.memory)?,
        timeout: Duration::from_nanos(Unit::Time.parse(&limits.timeout)?),
        output_bytes: Unit::Bytes.parse(&limits.output)?,
        log_bytes: Unit::Bytes.parse(&limits.log)?,
        concurrency: count(&limits.concurrency)?,
        hostcalls: Unit::Number.parse(&limits.hostcalls)?,
        tables: Unit::Number.parse(&limits.tables)?,
        handles: count(&limits.handles)?,
        http_requests: count(&limits.http_requests)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(group: &str, name: &str) -> wire::Tool {
        wire::Tool {
            name: name.to_owned(),
            toolgroup_id: group.to_owned(),
            provider_id: format!("{group}-runtime"),
            description: String::new(),
            input_schema: serde_json::json!({}),
            output_schema: None,
            metadata: Default::default(),
            limits: (&Limits::DEFAULT).into(),
            grants: Vec::new(),
        }
    }

    #[test]
    fn limits_are_read_as_a_host_words_them() {
        for limits in [Limits::FLOOR, Limits::DEFAULT, Limits::CEILING] {
            assert_eq!(read(&wire::Limits::from(&limits)), Some(limits));
        }
    }

    #[test]
    fn a_tool_is_found_by_its_name_and_group() {
        let tools = [tool("a", "add"), tool("b", "add"), tool("b", "sub")];
        for (name, expected) in [
            ("sub", Ok("b-runtime")),
            ("a/add", Ok("a-runtime")),
            ("b::add", Ok("b-runtime")),
            ("add", Err("several groups offer `add`")),
            ("mul", Err("no tool is named `mul`")),
        ] {
            match (find(&tools, name), expected) {
                (Ok(found), Ok(provider)) => assert_eq!(found.provider, provider),
                (Err(stop), Err(says)) => assert!(stop.message.contains(says)),
                (got, _) => panic!("{name}: {got:?}"),
            }
        }
    }
}
