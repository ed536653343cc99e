//! The table of attacks in `docs/security.md`, made from the tests that make them.
//!
//! A test's doc comment says what is tried and what must happen, each attack in the form
//! `Row 7: what is tried; what must happen.`, or `Rows 7 and 8: …` if it is about both.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use toolhost_tests::root;

use super::{docs, rust_files};

const DOCUMENT: &str = "security.md";
const BEGIN: &str = "<!-- The table of attacks, which `make docs` writes. -->";
const END: &str = "<!-- The end of the table of attacks. -->";

/// Rows in the list of attacks.
const ROWS: RangeInclusive<u8> = 1..=52;

/// Where tests are looked for.
const FOLDERS: [&str; 2] = ["tests/suite", "host/src"];

/// What cannot be tried here: the row, the attack, and why not.
const ABSENT: [(u8, &str, &str); 5] = [
    (
        21,
        "layers of a registry's image that unpack without end, or are of another type",
        "there is no registry and nothing is unpacked; a component is a file",
    ),
    (
        44,
        "HTTP/2: rapid resets, floods of CONTINUATION and of empty frames",
        "the server speaks HTTP/1.1 alone",
    ),
    (
        46,
        "tokens that have expired, name no algorithm or are for another audience",
        "there are no tokens that say something themselves; a key is known by its hash or not",
    ),
    (
        49,
        "a tag that is moved after its signature was checked",
        "there are no tags; a component is a file, read once, and held to its digest by `pin`",
    ),
    (
        52,
        "a reload of a config that is wrong",
        "a config is read once, at the start",
    ),
];

/// One attack that a test makes.
struct Attack {
    row: u8,
    tried: String,
    expected: String,
    test: String,
    /// Of the test's file, from the repository on.
    path: String,
}

impl Attack {
    /// Reads `text`, which is about `rows` and stands over the function `test`.
    fn all(rows: &[u8], text: &str, test: &str, path: &str) -> Vec<Attack> {
        let text = text.trim_end_matches('.');
        // The names of tests are sentences.
        let (tried, expected) = match text.split_once("; ") {
            Some((tried, expected)) => (tried, expected.to_owned()),
            None => (text, test.replace('_', " ")),
        };
        let attack = |row: &u8| Attack {
            row: *row,
            tried: tried.to_owned(),
            expected: expected.clone(),
            test: test.to_owned(),
            path: path.to_owned(),
        };
        rows.iter().map(attack).collect()
    }

    fn line(&self) -> String {
        let (tried, expected) = (cell(&self.tried), cell(&self.expected));
        format!(
            "| {} | {tried} | {expected} | [`{}`](../{}) |\n",
            self.row, self.test, self.path
        )
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The numbers that a line of a doc comment begins with, and what it says of them.
fn rows_of(line: &str) -> Option<(Vec<u8>, &str)> {
    let (head, text) = line.split_once(": ")?;
    let numbers = head.strip_prefix("Rows ").or(head.strip_prefix("Row "))?;
    let rows = numbers
        .split([',', ' '])
        .filter(|word| !word.is_empty() && *word != "and")
        .map(|word| word.parse().ok())
        .collect::<Option<Vec<u8>>>()?;
    Some((rows, text))
}

/// The rows and words of every attack in a doc comment.
fn said(doc: &[&str]) -> Vec<(Vec<u8>, String)> {
    let mut said: Vec<(Vec<u8>, String)> = Vec::new();
    let mut goes_on = false;
    for line in doc {
        if let Some((rows, text)) = rows_of(line) {
            said.push((rows, text.to_owned()));
            goes_on = true;
        } else if line.is_empty() {
            goes_on = false;
        } else if let Some((_, text)) = said.last_mut().filter(|_| goes_on) {
            text.push_str(&format!(" {line}"));
        }
    }
    said
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line);
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

fn attacks_in(text: &str, path: &str) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let (mut doc, mut is_test, mut in_attribute) = (Vec::new(), false, false);
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            doc.push(words.trim());
        } else if in_attribute || line.starts_with("#[") {
            is_test |= line.contains("test");
            in_attribute = !line.ends_with(']');
        } else {
            if let Some(test) = function(line).filter(|_| is_test) {
                for (rows, text) in said(&doc) {
                    attacks.extend(Attack::all(&rows, &text, test, path));
                }
            }
            doc.clear();
            is_test = false;
        }
    }
    attacks
}

/// Every attack, in the order of rows, then of files.
fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for folder in FOLDERS {
        let mut paths = Vec::new();
        rust_files(&root().join(folder), &mut paths);
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            let inside = path.strip_prefix(root()).unwrap_or(Path::new(""));
            attacks.extend(attacks_in(&text, &inside.to_string_lossy()));
        }
    }
    attacks.sort_by_key(|attack| attack.row);
    for attack in &attacks {
        let Attack { row, test, .. } = attack;
        assert!(ROWS.contains(row), "`{test}` is about row {row}");
    }
    attacks
}

fn table(attacks: &[Attack]) -> String {
    let mut table =
        String::from("| Row | What is tried | What must happen | Test |\n|---|---|---|---|\n");
    for row in ROWS {
        let lines = attacks.iter().filter(|attack| attack.row == row);
        table.extend(lines.map(Attack::line));
        for (_, tried, why) in ABSENT.iter().filter(|(absent, ..)| *absent == row) {
            table.push_str(&format!("| {row} | {tried} | cannot arise: {why} | – |\n"));
        }
    }
    table
}

#[test]
fn the_docs_show_every_attack_and_the_test_that_makes_it() {
    let text = docs(DOCUMENT);
    let (before, rest) = text.split_once(BEGIN).expect("the marker before the table");
    let (_, after) = rest.split_once(END).expect("the marker behind the table");
    let expected = format!("{before}{BEGIN}\n\n{}\n{END}{after}", table(&attacks()));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root().join("docs").join(DOCUMENT), expected).expect("written");
    } else if text != expected {
        panic!("the table of attacks in docs/{DOCUMENT} is not up to date; run `make docs`");
    }
}

#[test]
fn every_attack_of_the_list_is_tested_or_cannot_arise() {
    let attacks = attacks();
    let made = attacks.iter().map(|attack| attack.row);
    let absent = ABSENT.iter().map(|(row, ..)| *row);
    let known: BTreeSet<u8> = made.chain(absent).collect();
    let open: Vec<u8> = ROWS.filter(|row| !known.contains(row)).collect();
    assert!(open.is_empty(), "no test names these rows: {open:?}");
}

#[test]
fn attacks_are_read_out_of_doc_comments() {
    let text = r#"
        /// Row 7: a thing
        /// over two lines; it fails, and is told.
        /// Rows 8, 9 and 10: another | thing; nothing.
        ///
        /// More about it: with a colon.
        #[tokio::test(
            flavor = "multi_thread",
        )]
        async fn first_is_refused() {}

        /// Row 11: no test.
        fn no_test() {}

        /// Row 12: what is said in the name.
        #[test]
        fn second_is_refused() {}
    "#;
    let lines: String = attacks_in(text, "a.rs").iter().map(Attack::line).collect();
    let another = "another \\| thing | nothing | [`first_is_refused`](../a.rs) |";
    let expected = format!(
        "| 7 | a thing over two lines | it fails, and is told | [`first_is_refused`](../a.rs) |\n\
         | 8 | {another}\n| 9 | {another}\n| 10 | {another}\n\
         | 12 | what is said in the name | second is refused | [`second_is_refused`](../a.rs) |\n"
    );
    assert_eq!(lines, expected);
}
