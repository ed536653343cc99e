//! The config that is written, whole and with comments.

use std::fmt::Write;

use super::names::Names;
use super::network::{self, Entry};
use super::notes::Notes;
use super::operation::Operation;
use super::secrets::{self, Secret};
use super::spec::Spec;
use crate::cli::exit::Stop;
use crate::policy::quote;

/// What one config key may hold, with room to spare.
pub const VALUE_BYTES_MAX: usize = 60 * 1024;

/// A config, and what stands in it.
#[derive(Debug)]
pub struct Made {
    pub yaml: String,
    /// Names of the tools.
    pub tools: Vec<String>,
    pub network: Vec<Entry>,
    pub secrets: Vec<Secret>,
}

/// Writes the config of `operations`.
pub fn make(
    spec: &Spec,
    names: &Names,
    operations: &[Operation<'_>],
    notes: &mut Notes,
) -> Result<Made, Stop> {
    let network = network::derive(operations, notes).map_err(Stop::usage)?;
    let secrets = secrets::derive(spec, names, operations, notes);
    let mut yaml = String::new();
    head(&mut yaml, spec, &secrets);
    let (provider, group) = (quote(&names.provider), quote(&names.group));
    let _ = write!(
        yaml,
        "version: 2
providers:
  tool_runtime:
    - provider_id: {provider}
      provider_type: inline::openapi
      config:
        limits: {{ timeout: 30s }}
        grants:
          # The hosts, methods and paths of the operations below, and no others.
          network:
"
    );
    for entry in &network {
        let _ = writeln!(yaml, "            {}", entry.yaml());
    }
    write_secrets(&mut yaml, &secrets);
    yaml += "          # One operation a line. A line that is removed is a tool less; after changes of the
          # API, import it anew.
          config:
";
    for (index, lines) in parts(operations).iter().enumerate() {
        let _ = writeln!(yaml, "            operations_{}: |", index + 1);
        for line in lines {
            let _ = writeln!(yaml, "              {line}");
        }
    }
    let _ = write!(
        yaml,
        "tool_groups:\n  - {{ toolgroup_id: {group}, provider_id: {provider} }}\n"
    );
    Ok(Made {
        yaml,
        tools: operations.iter().map(|one| one.name.clone()).collect(),
        network,
        secrets,
    })
}

fn head(yaml: &mut String, spec: &Spec, secrets: &[Secret]) {
    let (title, version) = (comment(spec.title()), comment(spec.version()));
    let _ = writeln!(
        yaml,
        "# The operations of `{title}` {version} as tools, made by `toolhost import openapi`."
    );
    let needed: Vec<&Secret> = secrets.iter().filter(|one| !one.is_optional).collect();
    if !needed.is_empty() {
        *yaml += "# Before it is served, these variables must be set:\n";
    }
    let mut told: Vec<&str> = Vec::new();
    for secret in needed {
        if !told.contains(&secret.variable.as_str()) {
            told.push(&secret.variable);
            let _ = writeln!(yaml, "#   {}: {}", secret.variable, secret.what);
        }
    }
}

fn write_secrets(yaml: &mut String, secrets: &[Secret]) {
    if secrets.is_empty() {
        return;
    }
    let is_active = |secret: &&Secret| !secret.is_optional;
    *yaml += "          # Added to requests by the host; the tool never has them.\n";
    let active = secrets.iter().filter(is_active).count();
    *yaml += match active {
        0 => "          # secrets:\n",
        _ => "          secrets:\n",
    };
    for secret in secrets {
        let scheme = comment(&secret.scheme);
        let optional = if secret.is_optional {
            ", which is optional"
        } else {
            ""
        };
        let _ = writeln!(yaml, "            # `{scheme}`{optional}: {}", secret.what);
        let mut entry = format!(
            "- {{ name: {}, from: {}, send_to: {}, header: {}",
            quote(&secret.name),
            quote(&format!("env:{}", secret.variable)),
            quote(&secret.send_to),
            quote(&secret.header)
        );
        if let Some(prefix) = &secret.prefix {
            entry += &format!(", prefix: {}", quote(prefix));
        }
        let mark = if secret.is_optional { "# " } else { "" };
        let _ = writeln!(yaml, "            {mark}{entry} }}");
    }
}

/// The lines of operations, in as few values as hold them.
fn parts<'o>(operations: &'o [Operation<'_>]) -> Vec<Vec<&'o str>> {
    let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
    let mut bytes = 0;
    for operation in operations {
        let line = operation.line.as_str();
        bytes += line.len() + 1;
        if bytes > VALUE_BYTES_MAX {
            parts.push(Vec::new());
            bytes = line.len() + 1;
        }
        if let Some(part) = parts.last_mut() {
            part.push(line);
        }
    }
    parts
}

/// `text` as a comment can hold it: words, and nothing that could be taken for more.
fn comment(text: &str) -> String {
    let is_harmless = |c: char| c == ' ' || c.is_alphanumeric() || "-_.,()".contains(c);
    let words = text.chars().map(|c| if is_harmless(c) { c } else { ' ' });
    let words: String = words.take(80).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
