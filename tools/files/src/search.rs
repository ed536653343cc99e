//! The lines of files that contain a text.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use regex::bytes::{Regex, RegexBuilder};

use crate::content;
use crate::granted::Granted;
use crate::list::folder_problem;
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::walk::{CROWDED, Walk};

const TEXT_CHARS_MAX: usize = 500;
/// Memory that a compiled expression and its cache may each take.
const REGEX_BYTES_MAX: usize = 1024 * 1024;
/// Findings in one answer, and in one file.
const FINDINGS_MAX: usize = 100;
const FINDINGS_PER_FILE_MAX: usize = 20;
const LINE_CHARS_MAX: usize = 300;
/// Larger files are left out.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Bytes of files that one call looks at: its fuel is bounded, and it can go on.
const SCANNED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How a text is meant.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// As it is, apart from case.
    Plain,
    /// As a regular expression.
    Regex,
}

/// What to look for, and where.
pub(crate) struct Query<'a> {
    pub(crate) folder: &'a str,
    pub(crate) text: &'a str,
    pub(crate) mode: Mode,
    pub(crate) pattern: Option<&'a str>,
    pub(crate) after: Option<&'a str>,
}

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    /// How many files were searched.
    pub(crate) files: u32,
    /// The last file that was looked at, unless it is the last of all.
    pub(crate) next: Option<String>,
    /// What was left out.
    pub(crate) note: Option<String>,
}

/// A line that was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) text: String,
}

/// Searches all files beneath a folder, or one file.
pub(crate) fn search(granted: &Granted, query: &Query<'_>) -> Result<Found, Problem> {
    let regex = regex(query.text, query.mode)?;
    let pattern = query.pattern.map(Pattern::new).transpose()?;
    let place = granted.place(query.folder)?;
    let mut tally = Tally::default();
    if place.path.is_file() {
        tally.look_at(&regex, &place.path);
        return Ok(tally.into_found(None));
    }
    let after = query.after.map(PathBuf::from);
    let mut walk = Walk::new(&place.path, after)
        .map_err(|error| folder_problem(&place.path, &place.text(), &error))?;
    let mut last = None;
    for path in walk.by_ref() {
        if pattern
            .as_ref()
            .is_some_and(|pattern| !pattern.fits(&place.path, &path))
        {
            continue;
        }
        if tally.is_full() {
            return Ok(tally.into_found(last));
        }
        tally.look_at(&regex, &path);
        last = Some(path.display().to_string());
    }
    tally.crowded_folder = walk.is_crowded();
    let next = walk.resume().map(|path| path.display().to_string());
    Ok(tally.into_found(next))
}

fn regex(text: &str, mode: Mode) -> Result<Regex, Problem> {
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX || text.contains(['\n', '\r', '\0'])
    {
        return Err(Problem::Invalid(format!(
            "`text` must be 1 to {TEXT_CHARS_MAX} characters on one line; give a word or a part of a line"
        )));
    }
    let (expression, ignores_case) = match mode {
        Mode::Plain => (regex::escape(text), true),
        Mode::Regex => (text.to_owned(), false),
    };
    RegexBuilder::new(&expression)
        .case_insensitive(ignores_case)
        .multi_line(true)
        .crlf(true)
        .size_limit(REGEX_BYTES_MAX)
        .dfa_size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => Problem::Invalid(
                "`text` is too large a regular expression; use smaller counts of repetition".to_owned(),
            ),
            _ => Problem::Invalid(format!(
                "`text` is no regular expression that can be used: {error}; leave out look-around and \
                 references, or use the mode `plain`"
            )),
        })
}

/// What was found so far, and what was not looked at.
#[derive(Default)]
struct Tally {
    found: Found,
    scanned: usize,
    binary: u32,
    large: u32,
    unreadable: u32,
    /// Files that have more findings than are given.
    crowded: u32,
    /// Whether files are missing because their folder has too many entries.
    crowded_folder: bool,
}

impl Tally {
    fn is_full(&self) -> bool {
        self.found.findings.len() + FINDINGS_PER_FILE_MAX > FINDINGS_MAX
            || self.scanned > SCANNED_BYTES_MAX
    }

    fn look_at(&mut self, regex: &Regex, path: &Path) {
        match contents(path) {
            Ok(Contents::Text(text)) => {
                self.found.files += 1;
                self.scanned += text.len();
                self.search(regex, &path.display().to_string(), content::unmarked(&text));
            }
            Ok(Contents::Binary) => {
                self.scanned += content::HEAD_BYTES;
                self.binary += 1;
            }
            Ok(Contents::Large) => self.large += 1,
            Err(_) => self.unreadable += 1,
        }
    }

    fn search(&mut self, regex: &Regex, path: &str, text: &[u8]) {
        // Most files have none, and to know it is cheaper than to look at each line.
        if !regex.is_match(text) {
            return;
        }
        let mut count = 0;
        for (number, line) in (1..).zip(lines(text)) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Some(place) = regex.find(line) else {
                continue;
            };
            if count == FINDINGS_PER_FILE_MAX {
                self.crowded += 1;
                return;
            }
            count += 1;
            let start = String::from_utf8_lossy(&line[..place.start()])
                .chars()
                .count();
            self.found.findings.push(Finding {
                path: path.to_owned(),
                line: number,
                text: excerpt(&String::from_utf8_lossy(line), start),
            });
        }
    }

    fn into_found(mut self, next: Option<String>) -> Found {
        let parts = [
            (self.binary, "no text in UTF-8"),
            (self.large, "larger than 4 MiB"),
            (self.unreadable, "not readable"),
        ];
        let mut notes: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, why)| format!("left out {count} files that are {why}"))
            .collect();
        if self.crowded > 0 {
            notes.push(format!(
                "{} files have more than {FINDINGS_PER_FILE_MAX} such lines",
                self.crowded
            ));
        }
        if self.crowded_folder {
            notes.push(CROWDED.to_owned());
        }
        self.found.note = (!notes.is_empty()).then(|| notes.join("; "));
        self.found.next = next;
        self.found
    }
}

/// The lines of `text`, of which the last has no end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text);
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

enum Contents {
    Text(Vec<u8>),
    Binary,
    Large,
}

fn contents(path: &Path) -> io::Result<Contents> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref()
        .take(content::HEAD_BYTES as u64)
        .read_to_end(&mut bytes)?;
    if content::binary(&bytes).is_some() {
        return Ok(Contents::Binary);
    }
    if bytes.len() == content::HEAD_BYTES {
        // Not asked beforehand, as a file may grow meanwhile.
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    }
    let large = bytes.len() as u64 > FILE_BYTES_MAX;
    Ok(if large {
        Contents::Large
    } else {
        Contents::Text(bytes)
    })
}

/// The part of `line` around its character `start`.
fn excerpt(line: &str, start: usize) -> String {
    let count = line.chars().count();
    if count <= LINE_CHARS_MAX {
        return line.to_owned();
    }
    let from = start
        .saturating_sub(LINE_CHARS_MAX / 3)
        .min(count - LINE_CHARS_MAX);
    let part: String = line.chars().skip(from).take(LINE_CHARS_MAX).collect();
    let before = if from > 0 { "…" } else { "" };
    let behind = if from + LINE_CHARS_MAX < count {
        "…"
    } else {
        ""
    };
    format!("{before}{part}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn query<'a>(folder: &'a str, text: &'a str, mode: Mode) -> Query<'a> {
        Query {
            folder,
            text,
            mode,
            pattern: None,
            after: None,
        }
    }

    fn lines(found: &Found, folder: &Folder) -> Vec<(String, u32, String)> {
        let findings = found.findings.iter();
        findings
            .map(|finding| {
                (
                    folder.inner(&finding.path),
                    finding.line,
                    finding.text.clone(),
                )
            })
            .collect()
    }

    fn expected(lines: &[(&str, u32, &str)]) -> Vec<(String, u32, String)> {
        let lines = lines.iter();
        lines
            .map(|(path, line, text)| ((*path).to_owned(), *line, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn texts_and_expressions_are_found_line_by_line() {
        let folder = Folder::with(&[
            ("a.txt", "one\r\nError 12\r\nerror x"),
            ("b/c.md", "ÉRROR 3\n\n[error]\n"),
            (".hidden", "error"),
        ]);
        let granted = folder.granted();
        let root = folder.path("");
        for (text, mode, lines_expected) in [
            (
                "ERROR",
                Mode::Plain,
                vec![
                    ("a.txt", 2, "Error 12"),
                    ("a.txt", 3, "error x"),
                    ("b/c.md", 3, "[error]"),
                ],
            ),
            ("[error]", Mode::Plain, vec![("b/c.md", 3, "[error]")]),
            ("érror", Mode::Plain, vec![("b/c.md", 1, "ÉRROR 3")]),
            (
                r"^\w+ \d+$",
                Mode::Regex,
                vec![("a.txt", 2, "Error 12"), ("b/c.md", 1, "ÉRROR 3")],
            ),
            (r"one\s+Error", Mode::Regex, vec![]),
            (
                "^$",
                Mode::Regex,
                vec![("b/c.md", 2, ""), ("b/c.md", 4, "")],
            ),
        ] {
            let found = search(&granted, &query(&root, text, mode)).unwrap();
            assert_eq!(lines(&found, &folder), expected(&lines_expected), "{text}");
            assert_eq!((found.files, found.next), (2, None));
        }
        let file = folder.path("b/c.md");
        let found = search(&granted, &query(&file, "error", Mode::Plain)).unwrap();
        assert_eq!((found.files, found.findings.len()), (1, 1));
        let only = Query {
            pattern: Some("**/*.md"),
            ..query(&root, "error", Mode::Plain)
        };
        assert_eq!(search(&granted, &only).unwrap().files, 1);
    }

    #[test]
    fn what_is_left_out_is_said() {
        let crowd = "apple\n".repeat(30);
        let large = "apple\n".repeat(700_000);
        let folder = Folder::with(&[("crowd", &crowd), ("large", &large)]);
        std::fs::write(folder.path("image"), b"\x89PNG apple").unwrap();
        let root = folder.path("");
        let found = search(&folder.granted(), &query(&root, "apple", Mode::Plain)).unwrap();
        assert_eq!(found.findings.len(), FINDINGS_PER_FILE_MAX);
        let note = found.note.unwrap();
        for words in [
            "1 files that are no text",
            "1 files that are larger than 4 MiB",
            "more than 20",
        ] {
            assert!(note.contains(words), "{note}");
        }
    }

    #[test]
    fn long_search_goes_on_where_it_stopped() {
        let names: Vec<String> = (0..30)
            .map(|number| format!("{}/{number:02}", number % 3))
            .collect();
        let text = "apple\n".repeat(15);
        let files: Vec<(&str, &str)> = names
            .iter()
            .map(|name| (name.as_str(), text.as_str()))
            .collect();
        let folder = Folder::with(&files);
        let root = folder.path("");
        let mut after: Option<String> = None;
        let mut count = 0;
        loop {
            let whole = query(&root, "apple", Mode::Plain);
            let found = search(
                &folder.granted(),
                &Query {
                    after: after.as_deref(),
                    ..whole
                },
            )
            .unwrap();
            assert!(found.findings.len() <= FINDINGS_MAX);
            count += found.findings.len();
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(count, 30 * 15);
    }

    #[test]
    fn senseless_texts_are_refused() {
        let folder = Folder::with(&[]);
        let root = folder.path("");
        for (text, mode) in [
            ("", Mode::Plain),
            ("a\nb", Mode::Plain),
            ("(", Mode::Regex),
            ("(?=a)b", Mode::Regex),
            ("(a{1000}){1000}", Mode::Regex),
            (&"x".repeat(501), Mode::Plain),
        ] {
            let problem = search(&folder.granted(), &query(&root, text, mode)).unwrap_err();
            assert!(
                matches!(problem, Problem::Invalid(_)),
                "{text}: {problem:?}"
            );
        }
    }

    #[test]
    fn long_lines_are_cut_around_what_was_found() {
        let line = format!("{}needle{}", "a".repeat(5_000), "é".repeat(5_000));
        let folder = Folder::with(&[("a", &line)]);
        let root = folder.path("");
        let found = search(&folder.granted(), &query(&root, "NEEDLE", Mode::Plain)).unwrap();
        let text = &found.findings[0].text;
        assert!(text.contains("needle") && text.starts_with('…') && text.ends_with('…'));
        assert_eq!(text.chars().count(), LINE_CHARS_MAX + 2);
    }
}
