//! Lines of a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use crate::content;
use crate::granted::Granted;
use crate::problem::Problem;

const LINES_MAX: u32 = 2_000;
const LINES_DEFAULT: u32 = 500;
/// Bytes of text in one answer.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a file that one call looks at, to find the lines that are wanted.
const SCANNED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A part of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) from_line: u32,
    pub(crate) to_line: u32,
    /// The line to go on with, unless the file ends here.
    pub(crate) next_line: Option<u32>,
    /// What is missing.
    pub(crate) note: Option<String>,
}

/// Reads `count` lines of the file `path` from the line `from` on.
pub(crate) fn read(
    granted: &Granted,
    path: &str,
    from: Option<u32>,
    count: Option<u32>,
) -> Result<Part, Problem> {
    let from = from.unwrap_or(1);
    let count = count.unwrap_or(LINES_DEFAULT);
    if from == 0 || count == 0 || count > LINES_MAX {
        return Err(Problem::Invalid(format!(
            "`from_line` begins at 1, and `lines` is 1 to {LINES_MAX}"
        )));
    }
    let place = granted.place(path)?;
    let text = place.text();
    let unreadable = |error: io::Error| Problem::of_reading(&text, &error);
    if place.path.is_dir() {
        return Err(Problem::Invalid(format!(
            "`{text}` is a folder; `list_files` shows what is in it"
        )));
    }
    let mut file = File::open(&place.path).map_err(unreadable)?;
    let mut head = Vec::new();
    file.by_ref()
        .take(content::HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    if let Some(what) = content::binary(&head) {
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        return Err(Problem::Invalid(format!(
            "`{text}` is {what}, {bytes} bytes; only text in UTF-8 can be read"
        )));
    }
    let skipped = head.len() - content::unmarked(&head).len();
    let mut head = Cursor::new(head);
    head.set_position(skipped as u64);
    let whole = BufReader::with_capacity(64 * 1024, head.chain(file).take(SCANNED_BYTES_MAX));
    let mut lines = Lines::new(from, count);
    lines.collect(whole).map_err(unreadable)?;
    lines.into_part(&text)
}

/// Collects lines while it counts them.
struct Lines {
    from: u32,
    /// The first line that is not wanted.
    end: u32,
    /// The line that is read now.
    line: u32,
    text: Vec<u8>,
    /// The end of the last whole line in `text`.
    whole: usize,
    scanned: u64,
    /// Whether anything stands behind what is wanted.
    more: bool,
    /// Whether the line is too long for one answer.
    overlong: bool,
}

impl Lines {
    fn new(from: u32, count: u32) -> Lines {
        Lines {
            from,
            end: from.saturating_add(count),
            line: 1,
            text: Vec::new(),
            whole: 0,
            scanned: 0,
            more: false,
            overlong: false,
        }
    }

    fn collect(&mut self, mut reader: impl BufRead) -> io::Result<()> {
        loop {
            let buffer = reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            if self.line >= self.end {
                self.more = true;
                return Ok(());
            }
            let newline = memchr::memchr(b'\n', buffer);
            let taken = newline.map_or(buffer.len(), |at| at + 1);
            if self.line >= self.from {
                let room = TEXT_BYTES_MAX - self.text.len();
                if taken > room && self.whole > 0 {
                    // The line that does not fit begins the next part.
                    self.text.truncate(self.whole);
                    self.more = true;
                    return Ok(());
                }
                self.overlong |= taken > room;
                self.text.extend_from_slice(&buffer[..taken.min(room)]);
            }
            if newline.is_some() {
                self.line = self.line.saturating_add(1);
                self.whole = self.text.len();
            }
            self.scanned += taken as u64;
            reader.consume(taken);
            if self.overlong && newline.is_some() {
                self.more = !reader.fill_buf()?.is_empty();
                return Ok(());
            }
        }
    }

    fn into_part(self, path: &str) -> Result<Part, Problem> {
        // A last line without an end counts too.
        let open = self.whole < self.text.len();
        let last = if open { self.line } else { self.line - 1 };
        let exhausted = self.scanned >= SCANNED_BYTES_MAX;
        if self.text.is_empty() && self.from > 1 {
            return Err(if exhausted {
                Problem::Failed(format!(
                    "line {} of `{path}` lies beyond the first {SCANNED_BYTES_MAX} bytes, which is as \
                     far as can be read",
                    self.from
                ))
            } else {
                Problem::Invalid(format!(
                    "`{path}` has fewer lines; give a `from_line` before {}",
                    self.from
                ))
            });
        }
        let note = if self.overlong {
            Some(format!(
                "line {last} is cut after {TEXT_BYTES_MAX} bytes; the rest of it cannot be read, and \
                 `search_files` finds parts of it"
            ))
        } else if exhausted {
            Some(format!(
                "this is as far as can be read: {SCANNED_BYTES_MAX} bytes from the start"
            ))
        } else {
            None
        };
        let mut text = self.text;
        // A cut may go through a character.
        if self.overlong
            && let Err(error) = std::str::from_utf8(&text)
            && error.error_len().is_none()
        {
            text.truncate(error.valid_up_to());
        }
        Ok(Part {
            text: String::from_utf8_lossy(&text).into_owned(),
            from_line: self.from,
            to_line: last,
            next_line: self.more.then(|| last.saturating_add(1)),
            note,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn part(text: &str, from: u32, to: u32, next: Option<u32>) -> Part {
        Part {
            text: text.to_owned(),
            from_line: from,
            to_line: to,
            next_line: next,
            note: None,
        }
    }

    #[test]
    fn lines_come_as_they_are_wanted() {
        let folder = Folder::with(&[
            ("a", "one\ntwo\r\nthree"),
            ("empty", ""),
            ("marked", "\u{feff}x\n"),
        ]);
        let granted = folder.granted();
        for (name, from, count, expected) in [
            ("a", None, None, part("one\ntwo\r\nthree", 1, 3, None)),
            ("a", None, Some(1), part("one\n", 1, 1, Some(2))),
            ("a", Some(2), Some(1), part("two\r\n", 2, 2, Some(3))),
            ("a", Some(3), Some(9), part("three", 3, 3, None)),
            ("empty", None, None, part("", 1, 0, None)),
            ("marked", None, None, part("x\n", 1, 1, None)),
        ] {
            let read = read(&granted, &folder.path(name), from, count).unwrap();
            assert_eq!(read, expected, "{name} {from:?} {count:?}");
        }
    }

    #[test]
    fn long_file_comes_in_parts_that_miss_nothing() {
        let text: String = (0..20_000)
            .map(|number| format!("line {number}\n"))
            .collect();
        let folder = Folder::with(&[("long", &text)]);
        let granted = folder.granted();
        let mut joined = String::new();
        let mut from = Some(1);
        while from.is_some() {
            let part = read(&granted, &folder.path("long"), from, Some(LINES_MAX)).unwrap();
            assert!(part.text.len() <= TEXT_BYTES_MAX);
            joined.push_str(&part.text);
            from = part.next_line;
        }
        assert_eq!(joined, text);
    }

    #[test]
    fn lines_that_do_not_fit_wait_for_the_next_part_or_are_cut() {
        let wide = "é".repeat(TEXT_BYTES_MAX);
        let folder = Folder::with(&[("wide", &format!("short\n{wide}\nlast"))]);
        let granted = folder.granted();
        let path = folder.path("wide");
        let first = read(&granted, &path, None, None).unwrap();
        assert_eq!(first, part("short\n", 1, 1, Some(2)));
        let second = read(&granted, &path, first.next_line, None).unwrap();
        assert_eq!((second.to_line, second.next_line), (2, Some(3)));
        assert_eq!(second.text, "é".repeat(TEXT_BYTES_MAX / 2));
        assert!(second.note.unwrap().starts_with("line 2 is cut"));
        let third = read(&granted, &path, second.next_line, None).unwrap();
        assert_eq!(third, part("last", 3, 3, None));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = Folder::with(&[("a", "x\n"), ("b/c", "")]);
        std::fs::write(folder.path("image"), b"\x89PNG\r\n\x1a\n").unwrap();
        let granted = folder.granted();
        for (name, from, count, words) in [
            ("image", None, None, "is a PNG image, 8 bytes"),
            ("b", None, None, "is a folder"),
            ("none", None, None, "there is no"),
            ("a", Some(3), None, "fewer lines"),
            ("a", Some(0), None, "begins at 1"),
            ("a", None, Some(0), "1 to 2000"),
            ("a", None, Some(2_001), "1 to 2000"),
            ("a", Some(u32::MAX), Some(2_000), "fewer lines"),
        ] {
            let problem = read(&granted, &folder.path(name), from, count).unwrap_err();
            assert!(
                format!("{problem:?}").contains(words),
                "{name}: {problem:?}"
            );
        }
    }

    #[test]
    fn broken_characters_far_in_are_replaced() {
        let folder = Folder::with(&[]);
        let mut bytes = b"x\n".repeat(5_000);
        bytes.extend_from_slice(b"caf\xe9\n");
        std::fs::write(folder.path("odd"), &bytes).unwrap();
        let part = read(&folder.granted(), &folder.path("odd"), Some(5_001), None).unwrap();
        assert_eq!(part.text, "caf\u{fffd}\n");
    }
}
