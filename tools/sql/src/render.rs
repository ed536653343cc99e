//! Writes rows for reading.

use csv::WriterBuilder;

use crate::Format;
use crate::query::{Found, Page};
use crate::value::Value;

/// The most characters of a cell of a table; JSON and CSV have all of them.
const CELL_CHARS_MAX: usize = 200;

/// The rows in a format, and how to get more of them; none if JSON alone is wanted.
pub(crate) fn text(found: &Found, page: Page, format: Format) -> Option<String> {
    let rows = match format {
        Format::Table => table(found),
        Format::Csv => csv(found),
        Format::Json => return None,
    };
    Some(format!("{rows}\n{}", summary(found, page)))
}

fn table(found: &Found) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut table = line(found.columns.iter().map(|name| cell(name)).collect());
    table += &format!("|{}\n", "---|".repeat(found.columns.len()));
    for row in &found.rows {
        table += &line(row.iter().map(|value| cell(&value.written())).collect());
    }
    table
}

/// On one line, without what ends a cell.
fn cell(text: &str) -> String {
    let mut cell: String = text.chars().take(CELL_CHARS_MAX).collect();
    if cell.len() < text.len() {
        cell.push('…');
    }
    cell.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn csv(found: &Found) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory cannot fail, and rows are as long as the header.
    let _ = writer.write_record(&found.columns);
    for row in &found.rows {
        let cells = row.iter().map(|value| match value {
            Value::Null => String::new(),
            other => other.written(),
        });
        let _ = writer.write_record(cells);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn summary(found: &Found, page: Page) -> String {
    let count = found.rows.len();
    let (first, last) = (page.offset + 1, page.offset + count);
    match (count, found.next) {
        (0, _) if page.offset > 0 => format!("No rows from row {first} on."),
        (0, _) => "No rows.".to_owned(),
        (_, Some(next)) => format!(
            "Rows {first} to {last}; there are more: call again with `offset` {next}, and an ORDER \
             BY so that rows keep their places."
        ),
        (_, None) if page.offset > 0 => format!("Rows {first} to {last}, the last."),
        (1, None) => "1 row.".to_owned(),
        (_, None) => format!("{count} rows."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Page = Page {
        limit: 2,
        offset: 0,
    };

    fn found() -> Found {
        Found {
            columns: vec!["a|b".to_owned(), "c".to_owned()],
            rows: vec![
                vec![Value::Integer(1), Value::Text("x\ny, \"z\"".to_owned())],
                vec![Value::Null, Value::Real(2.0)],
            ],
            next: None,
        }
    }

    #[test]
    fn a_table_has_a_line_for_each_row() {
        assert_eq!(
            text(&found(), PAGE, Format::Table).unwrap(),
            "| a\\|b | c |\n|---|---|\n| 1 | x y, \"z\" |\n| null | 2.0 |\n\n2 rows."
        );
        let long = Value::Text("é".repeat(300));
        assert_eq!(cell(&long.written()).chars().count(), 201);
    }

    #[test]
    fn csv_keeps_every_character() {
        assert_eq!(
            text(&found(), PAGE, Format::Csv).unwrap(),
            "a|b,c\n1,\"x\ny, \"\"z\"\"\"\n,2.0\n\n2 rows."
        );
        assert_eq!(text(&found(), PAGE, Format::Json), None);
    }

    #[test]
    fn what_is_left_is_said() {
        let mut found = found();
        found.next = Some(2);
        assert!(
            summary(&found, PAGE)
                .contains("Rows 1 to 2; there are more: call again with `offset` 2")
        );
        let page = Page {
            limit: 2,
            offset: 4,
        };
        found.next = None;
        assert_eq!(summary(&found, page), "Rows 5 to 6, the last.");
        found.rows.pop();
        assert_eq!(summary(&found, PAGE), "1 row.");
        found.rows.clear();
        assert_eq!(summary(&found, PAGE), "No rows.");
        assert_eq!(summary(&found, page), "No rows from row 5 on.");
    }
}
