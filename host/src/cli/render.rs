//! Tables and JSON.

use std::fmt;
use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

/// Prints a line. A reader that has gone away, as `head` does, is no error.
pub fn line(text: fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// `println!` that survives a closed pipe.
macro_rules! say {
    () => { $crate::cli::render::line(format_args!("")) };
    ($($text:tt)*) => { $crate::cli::render::line(format_args!($($text)*)) };
}
pub(super) use say;

/// A table without borders that fits the terminal.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.to_vec());
    table
}

/// Prints a table without trailing spaces.
pub fn print(table: &Table) {
    for line in table.to_string().lines() {
        say!("{}", line.trim_end());
    }
}

/// Prints JSON for programs.
pub fn print_json(value: &Value) {
    say!("{value:#}");
}

/// Bytes for people, in binary units.
pub fn bytes(count: u64) -> String {
    bytesize::ByteSize::b(count).display().iec().to_string()
}

/// One parameter a line: name, type, whether it is needed, what it is.
pub fn parameters(schema: &Value) -> Table {
    let mut table = table(&["ARGUMENT", "TYPE", "NEEDED", "DESCRIPTION"]);
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|names| names.iter().any(|n| n == name))
    };
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let description = property["description"].as_str().unwrap_or_default();
        let needed = if required(name) { "yes" } else { "no" };
        table.add_row([name.as_str(), &type_words(property), needed, description]);
    }
    table
}

fn type_words(property: &Value) -> String {
    if let Some(names) = property["enum"].as_array() {
        return names
            .iter()
            .map(|name| {
                name.as_str()
                    .map_or_else(|| name.to_string(), str::to_owned)
            })
            .collect::<Vec<_>>()
            .join("|");
    }
    match &property["type"] {
        Value::String(ty) => ty.clone(),
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("|"),
        _ => "any".to_owned(),
    }
}
