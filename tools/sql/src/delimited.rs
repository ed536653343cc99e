//! Reads tables as CSV, and guesses what separates the columns and what they hold.

use std::collections::HashSet;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use crate::value::{Column, Kind, Table, Value};

/// What may separate columns, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// From so many rows the separator is guessed.
const GUESS_ROWS: usize = 20;

/// The table in `text`, whose first row has the names of the columns. The error says what is
/// wrong, after the name of the table.
pub(crate) fn table(text: &str, delimiter: Option<char>) -> Result<Table, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = match delimiter {
        Some(given) => u8::try_from(given)
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(|| "`delimiter` must be an ASCII character, such as `;`".to_owned())?,
        None => guessed(text),
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        records.push(record.map_err(|error| unequal(&error, delimiter))?);
    }
    let mut records = records.into_iter();
    let Some(header) = records.next() else {
        return Err("`csv` is empty; its first row has the names of the columns".to_owned());
    };
    let records: Vec<StringRecord> = records.collect();
    let names = names(&header);
    let kinds: Vec<Kind> = (0..names.len()).map(|at| kind(&records, at)).collect();
    let row = |record: &StringRecord| {
        let cells = record.iter().zip(&kinds);
        cells.map(|(cell, kind)| value(cell, *kind)).collect()
    };
    let rows = records.iter().map(row).collect();
    let columns = names.into_iter().zip(&kinds);
    let columns = columns.map(|(name, &kind)| Column { name, kind });
    Ok(Table {
        columns: columns.collect(),
        rows,
    })
}

/// That which cuts the first rows into the most columns, equally many in each.
fn guessed(text: &str) -> u8 {
    let columns = |delimiter: u8| {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let rows = reader.records().take(GUESS_ROWS).map_while(Result::ok);
        let counts: Vec<usize> = rows.map(|row| row.len()).collect();
        let first = counts.first().copied().unwrap_or_default();
        let equal = counts.iter().filter(|count| **count == first).count();
        // A row that differs is a mistake in one separator sooner than all rows in another.
        if equal * 2 > counts.len() { first } else { 0 }
    };
    // To make a reader is expensive, and mostly there is nothing to choose from.
    let header = text.lines().next().unwrap_or_default();
    let occurring = DELIMITERS
        .iter()
        .filter(|one| header.as_bytes().contains(one));
    let occurring: Vec<u8> = occurring.copied().collect();
    match occurring[..] {
        [] => b',',
        [only] => only,
        // The first of those that are equally good.
        _ => {
            let best = occurring.into_iter().rev().max_by_key(|one| columns(*one));
            best.unwrap_or(b',')
        }
    }
}

fn unequal(error: &csv::Error, delimiter: u8) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            let separator = match delimiter {
                b'\t' => "a tab".to_owned(),
                other => format!("`{}`", char::from(other)),
            };
            format!(
                "line {line} of `csv` has {len} columns and those before it {expected_len}, \
                 separated by {separator}; put values that contain it in double quotes, or give \
                 another `delimiter`"
            )
        }
        _ => format!("`csv` cannot be read: {error}"),
    }
}

/// Every column has a name of its own, whatever the case of its letters.
pub(crate) fn distinct(name: &str, taken: &mut HashSet<String>) -> String {
    let mut distinct = name.to_owned();
    let mut count = 1;
    while !taken.insert(distinct.to_lowercase()) {
        count += 1;
        distinct = format!("{name}_{count}");
    }
    distinct
}

fn names(header: &StringRecord) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut name = |(at, cell): (usize, &str)| match cell.trim() {
        "" => distinct(&format!("column_{}", at + 1), &mut taken),
        name => distinct(name, &mut taken),
    };
    header.iter().enumerate().map(&mut name).collect()
}

/// The narrowest kind that holds every value of a column.
fn kind(records: &[StringRecord], at: usize) -> Kind {
    let mut kind = Kind::Integer;
    let mut seen = false;
    for cell in records.iter().filter_map(|record| record.get(at)) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        seen = true;
        if integer(cell).is_some() {
            continue;
        }
        match real(cell) {
            Some(_) => kind = Kind::Real,
            None => return Kind::Text,
        }
    }
    if seen { kind } else { Kind::Text }
}

fn value(cell: &str, kind: Kind) -> Value {
    let number = cell.trim();
    if number.is_empty() {
        return Value::Null;
    }
    let number = match kind {
        Kind::Integer => integer(number).map(Value::Integer),
        Kind::Real => real(number).map(Value::Real),
        Kind::Text | Kind::Mixed => None,
    };
    number.unwrap_or_else(|| Value::Text(cell.to_owned()))
}

/// Not with zeros or a plus before it: those are of postcodes and telephone numbers.
fn integer(cell: &str) -> Option<i64> {
    if starts_plain(cell) {
        cell.parse().ok()
    } else {
        None
    }
}

fn real(cell: &str) -> Option<f64> {
    let is_written = cell
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    // More digits than these are those of an identifier, which a real would cut.
    let is_whole = cell
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !is_written || is_whole && integer(cell).is_none() || !starts_plain(cell) {
        return None;
    }
    cell.parse().ok().filter(|value: &f64| value.is_finite())
}

fn starts_plain(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell).as_bytes();
    match digits {
        [b'0', next, ..] => !next.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit() || *first == b'.',
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Table {
        table(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn check_kind(cells: &[&str], expected: Kind) {
        let text = format!(
            "a,b\n{}",
            cells
                .iter()
                .map(|cell| format!("{cell},x\n"))
                .collect::<String>()
        );
        assert_eq!(read(&text).columns[0].kind, expected, "{cells:?}");
    }

    #[test]
    fn a_column_has_the_narrowest_kind_that_holds_all_of_it() {
        check_kind(&["1", "-2", "0"], Kind::Integer);
        check_kind(&["9223372036854775807", ""], Kind::Integer);
        check_kind(&["1", "2.5"], Kind::Real);
        check_kind(&["1e3", "-0.5", ".5"], Kind::Real);
        check_kind(&["1", "n/a"], Kind::Text);
        check_kind(&["007"], Kind::Text);
        check_kind(&["+491234"], Kind::Text);
        check_kind(&["12345678901234567890"], Kind::Text);
        check_kind(&["inf"], Kind::Text);
        check_kind(&["nan"], Kind::Text);
        check_kind(&["1e999"], Kind::Text);
        check_kind(&["2025-07-18"], Kind::Text);
        check_kind(&["-"], Kind::Text);
        check_kind(&["", ""], Kind::Text);
    }

    #[test]
    fn empty_cells_are_null_and_the_others_keep_their_text() {
        let table = read("name,age\n Ada ,36\n\"Bob, Jr.\",\n\"say \"\"hi\"\"\",\"1\"\n");
        assert_eq!(
            table.rows,
            [
                vec![Value::Text(" Ada ".to_owned()), Value::Integer(36)],
                vec![Value::Text("Bob, Jr.".to_owned()), Value::Null],
                vec![Value::Text("say \"hi\"".to_owned()), Value::Integer(1)],
            ]
        );
    }

    #[test]
    fn the_separator_is_guessed() {
        for (text, expected) in [
            ("a,b\n1,2\n", ["a", "b"]),
            ("a;b\n1,5;2\n", ["a", "b"]),
            ("a\tb\n1\t2\n", ["a", "b"]),
            ("a|b\n1|2\n", ["a", "b"]),
            ("a;b\n\"1;2\";3\n", ["a", "b"]),
            ("\u{feff}a,b\r\n1,2\r\n", ["a", "b"]),
        ] {
            let table = read(text);
            let names: Vec<&str> = table.columns.iter().map(|one| &*one.name).collect();
            assert_eq!(names, expected, "{text:?}");
        }
        assert_eq!(table("a:b\n1:2", Some(':')).unwrap().columns.len(), 2);
        assert!(table("a", Some('é')).unwrap_err().contains("ASCII"));
    }

    #[test]
    fn columns_without_a_name_or_with_one_twice_get_one() {
        let table = read("id,,ID,id_2,id\n1,2,3,4,5\n");
        let names: Vec<&str> = table.columns.iter().map(|one| &*one.name).collect();
        assert_eq!(names, ["id", "column_2", "ID_2", "id_2_2", "id_3"]);
    }

    #[test]
    fn a_row_of_another_length_is_refused_with_its_line() {
        let error = table("a,b\n1,2\n1,2,3\n", None).unwrap_err();
        assert!(
            error.contains("line 3") && error.contains("3 columns"),
            "{error}"
        );
        assert!(table("", None).unwrap_err().contains("empty"));
        assert_eq!(read("a,b\n").rows.len(), 0);
    }
}
