//! Notes in any store of texts by name. Nothing here knows about WebAssembly.

const NAME_CHARS_MAX: usize = 200;
const TEXT_BYTES_MAX: usize = 64 * 1024;
const SEARCH_CHARS_MAX: usize = 200;
/// Names in one answer.
const NAMES_MAX: usize = 500;
/// Findings in one answer.
const FINDINGS_MAX: usize = 50;
/// Findings in one note, so that one does not crowd out the others.
const FINDINGS_PER_NOTE_MAX: usize = 5;
/// Bytes of notes that one search reads: its fuel is bounded, and it can go on.
const SEARCHED_BYTES_MAX: usize = 2 * 1024 * 1024;
const LINE_CHARS_MAX: usize = 300;

/// Where notes are kept.
pub(crate) trait Store {
    /// The text of a note, if there is one.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Problem>;
    /// Keeps a note.
    fn set(&self, name: &str, text: &[u8]) -> Result<(), Problem>;
    /// Removes a note.
    fn delete(&self, name: &str) -> Result<(), Problem>;
    /// The names of all notes, in any order.
    fn names(&self) -> Result<Vec<String>, Problem>;
}

/// Why it cannot be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The arguments make no sense.
    Invalid(String),
    /// There is no such note.
    NotFound(String),
    /// The store refuses.
    Failed(String),
}

/// Some names of notes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) names: Vec<String>,
    /// How many there are on all pages.
    pub(crate) total: u32,
    /// The last name of this page, unless it is the last page.
    pub(crate) next: Option<String>,
}

/// What a search found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) lines: Vec<Line>,
    /// The last note that was searched, unless it is the last of all.
    pub(crate) next: Option<String>,
}

/// A line of a note; line 0 is its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) text: String,
}

/// Keeps `text` under `name`; the answer says what became of an older note.
pub(crate) fn save(store: &impl Store, name: &str, text: &str) -> Result<String, Problem> {
    let name = valid_name(name)?;
    if text.len() > TEXT_BYTES_MAX {
        return Err(Problem::Invalid(format!(
            "`text` is {} bytes long and a note holds {TEXT_BYTES_MAX}; split it into several notes",
            text.len()
        )));
    }
    if text.trim().is_empty() {
        return Err(Problem::Invalid(
            "`text` is empty; give the text to keep, or use `delete_note`".to_owned(),
        ));
    }
    let before = store.get(name)?;
    store.set(name, text.as_bytes())?;
    let size = text.len();
    Ok(match before {
        None => format!("Saved the new note `{name}` of {size} bytes."),
        Some(before) => format!(
            "Saved the note `{name}` of {size} bytes in place of one of {} bytes.",
            before.len()
        ),
    })
}

/// The text of the note `name`.
pub(crate) fn read(store: &impl Store, name: &str) -> Result<String, Problem> {
    let name = valid_name(name)?;
    match store.get(name)? {
        Some(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
        None => Err(missing(name)),
    }
}

/// The names that begin with `prefix` and follow `after`.
pub(crate) fn list(store: &impl Store, prefix: &str, after: Option<&str>) -> Result<Page, Problem> {
    let prefix = prefix.trim_start();
    let mut names = sorted_names(store)?;
    names.retain(|name| name.starts_with(prefix));
    let total = u32::try_from(names.len()).unwrap_or(u32::MAX);
    names.retain(|name| after.is_none_or(|after| name.as_str() > after));
    let more = names.len() > NAMES_MAX;
    names.truncate(NAMES_MAX);
    let next = names.last().filter(|_| more).cloned();
    Ok(Page { names, total, next })
}

/// The lines and names that contain `text`, in notes whose names follow `after`.
pub(crate) fn search(
    store: &impl Store,
    text: &str,
    after: Option<&str>,
) -> Result<Found, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > SEARCH_CHARS_MAX || text.contains('\n') {
        return Err(Problem::Invalid(format!(
            "`text` must be 1 to {SEARCH_CHARS_MAX} characters on one line; give a word or a part of one"
        )));
    }
    let needle = folded(text);
    let mut names = sorted_names(store)?;
    names.retain(|name| after.is_none_or(|after| name.as_str() > after));
    let mut lines = Vec::new();
    let mut bytes = 0;
    let count = names.len();
    for (index, name) in names.into_iter().enumerate() {
        // Another call may have deleted it meanwhile.
        let note = store.get(&name)?.unwrap_or_default();
        bytes += note.len();
        lines.extend(search_note(&name, &String::from_utf8_lossy(&note), &needle));
        let full = lines.len() + FINDINGS_PER_NOTE_MAX > FINDINGS_MAX;
        if (full || bytes > SEARCHED_BYTES_MAX) && index + 1 < count {
            let next = Some(name);
            return Ok(Found { lines, next });
        }
    }
    Ok(Found { lines, next: None })
}

/// Removes the note `name`.
pub(crate) fn delete(store: &impl Store, name: &str) -> Result<String, Problem> {
    let name = valid_name(name)?;
    if store.get(name)?.is_none() {
        return Err(missing(name));
    }
    store.delete(name)?;
    Ok(format!("Deleted the note `{name}`."))
}

fn search_note(name: &str, text: &str, needle: &str) -> Vec<Line> {
    let numbered = (1..).zip(text.lines());
    std::iter::once((0, name))
        .chain(numbered)
        .filter_map(|(number, line)| {
            let folded = folded(line);
            let start = folded[..folded.find(needle)?].chars().count();
            Some(Line {
                name: name.to_owned(),
                number,
                text: excerpt(line, start),
            })
        })
        .take(FINDINGS_PER_NOTE_MAX)
        .collect()
}

/// `text` without differences of case, with as many characters as before.
fn folded(text: &str) -> String {
    // Most text is ASCII, and for that this takes a tenth of the fuel.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect()
}

/// The part of `line` around its character `start`.
fn excerpt(line: &str, start: usize) -> String {
    let count = line.chars().count();
    if count <= LINE_CHARS_MAX {
        return line.trim().to_owned();
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

fn sorted_names(store: &impl Store) -> Result<Vec<String>, Problem> {
    let mut names = store.names()?;
    names.sort_unstable();
    Ok(names)
}

fn valid_name(name: &str) -> Result<&str, Problem> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Problem::Invalid(
            "`name` is empty; give a short name, such as `projects/website`".to_owned(),
        ));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Problem::Invalid(format!(
            "`name` is longer than {NAME_CHARS_MAX} characters; give a short name, and the rest in `text`"
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(Problem::Invalid(
            "`name` contains control characters; give a name on one line".to_owned(),
        ));
    }
    Ok(name)
}

fn missing(name: &str) -> Problem {
    Problem::NotFound(format!(
        "there is no note `{name}`; `list_notes` shows the names of all"
    ))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Default)]
    struct Shelf(RefCell<BTreeMap<String, Vec<u8>>>);

    impl Shelf {
        fn with(notes: &[(&str, &str)]) -> Shelf {
            let shelf = Shelf::default();
            for (name, text) in notes {
                save(&shelf, name, text).unwrap();
            }
            shelf
        }
    }

    impl Store for Shelf {
        fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
            Ok(self.0.borrow().get(name).cloned())
        }

        fn set(&self, name: &str, text: &[u8]) -> Result<(), Problem> {
            self.0.borrow_mut().insert(name.to_owned(), text.to_vec());
            Ok(())
        }

        fn delete(&self, name: &str) -> Result<(), Problem> {
            self.0.borrow_mut().remove(name);
            Ok(())
        }

        fn names(&self) -> Result<Vec<String>, Problem> {
            Ok(self.0.borrow().keys().rev().cloned().collect())
        }
    }

    fn message<T: std::fmt::Debug>(result: Result<T, Problem>) -> String {
        match result.unwrap_err() {
            Problem::Invalid(text) | Problem::NotFound(text) | Problem::Failed(text) => text,
        }
    }

    #[test]
    fn saved_note_is_read_until_it_is_deleted() {
        let shelf = Shelf::default();
        let answer = save(&shelf, " a/b ", "one\n").unwrap();
        assert_eq!(answer, "Saved the new note `a/b` of 4 bytes.");
        assert_eq!(read(&shelf, "a/b").unwrap(), "one\n");
        let answer = save(&shelf, "a/b", "three").unwrap();
        assert_eq!(
            answer,
            "Saved the note `a/b` of 5 bytes in place of one of 4 bytes."
        );
        assert_eq!(delete(&shelf, "a/b").unwrap(), "Deleted the note `a/b`.");
        assert!(message(read(&shelf, "a/b")).starts_with("there is no note `a/b`"));
        assert!(message(delete(&shelf, "a/b")).starts_with("there is no note `a/b`"));
    }

    #[test]
    fn senseless_names_and_texts_are_refused() {
        let shelf = Shelf::default();
        for name in ["", " \t", "a\nb", "a\0", &"x".repeat(201)] {
            for result in [
                save(&shelf, name, "x"),
                read(&shelf, name),
                delete(&shelf, name),
            ] {
                assert!(matches!(result, Err(Problem::Invalid(_))), "{name:?}");
            }
        }
        for text in ["", " \n", &"x".repeat(64 * 1024 + 1)] {
            assert!(matches!(save(&shelf, "a", text), Err(Problem::Invalid(_))));
        }
        assert!(save(&shelf, &"é".repeat(200), &"x".repeat(64 * 1024)).is_ok());
    }

    #[test]
    fn names_come_in_order_and_by_prefix() {
        let shelf = Shelf::with(&[("b", "x"), ("a/2", "x"), ("a/1", "x")]);
        let all = list(&shelf, "", None).unwrap();
        assert_eq!(all.names, ["a/1", "a/2", "b"]);
        assert_eq!((all.total, all.next), (3, None));
        let some = list(&shelf, "a/", Some("a/1")).unwrap();
        assert_eq!(some.names, ["a/2"]);
        assert_eq!(some.total, 2);
        assert!(list(&shelf, "c", None).unwrap().names.is_empty());
    }

    #[test]
    fn many_names_come_in_pages_that_miss_none() {
        let shelf = Shelf::default();
        for number in 0..1_234 {
            save(&shelf, &format!("{number:04}"), "x").unwrap();
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = list(&shelf, "", after.as_deref()).unwrap();
            assert_eq!(page.total, 1_234);
            assert!(page.names.len() <= NAMES_MAX);
            seen.extend(page.names);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 1_234);
        assert!(seen.is_sorted());
    }

    #[test]
    fn search_finds_lines_and_names_whatever_their_case() {
        let shelf = Shelf::with(&[
            ("Garden", "Roses\nwater the GARDEN on Mondays\n"),
            ("people/Zoë", "Likes gardening.\r\nBorn in ÖSTERSUND."),
            ("other", "nothing"),
        ]);
        let found = search(&shelf, " garden ", None).unwrap();
        let lines: Vec<_> = found
            .lines
            .iter()
            .map(|line| (line.name.as_str(), line.number, line.text.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("Garden", 0, "Garden"),
                ("Garden", 2, "water the GARDEN on Mondays"),
                ("people/Zoë", 1, "Likes gardening."),
            ]
        );
        assert_eq!(found.next, None);
        assert_eq!(
            search(&shelf, "östersund", None).unwrap().lines[0].number,
            2
        );
        assert!(search(&shelf, "cactus", None).unwrap().lines.is_empty());
        for text in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(matches!(
                search(&shelf, text, None),
                Err(Problem::Invalid(_))
            ));
        }
    }

    #[test]
    fn long_search_goes_on_where_it_stopped() {
        let shelf = Shelf::default();
        for number in 0..40 {
            save(&shelf, &format!("{number:02}"), &"apple\n".repeat(20)).unwrap();
        }
        let mut names = Vec::new();
        let mut after = None;
        loop {
            let found = search(&shelf, "apple", after.as_deref()).unwrap();
            assert!(found.lines.len() <= FINDINGS_MAX);
            names.extend(found.lines.into_iter().map(|line| line.name));
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names.len(), 40 * FINDINGS_PER_NOTE_MAX);
        assert!(names.is_sorted());
    }

    #[test]
    fn long_lines_are_cut_around_what_was_found() {
        // `İ` has a longer lower-case form, which must not shift the cut.
        let line = format!("{}needle{}", "İ".repeat(5_000), "ß".repeat(5_000));
        let shelf = Shelf::with(&[("a", &line)]);
        let text = &search(&shelf, "NEEDLE", None).unwrap().lines[0].text;
        assert!(text.contains("needle"), "{text}");
        assert!(text.starts_with('…') && text.ends_with('…'));
        assert_eq!(text.chars().count(), LINE_CHARS_MAX + 2);
        assert!(excerpt(&line, 0).ends_with("İ…"));
        assert!(excerpt(&line, 10_005).starts_with("…ß"));
    }

    #[test]
    fn texts_that_are_no_unicode_are_read_all_the_same() {
        let shelf = Shelf::default();
        shelf.set("odd", b"caf\xe9 au lait").unwrap();
        assert_eq!(read(&shelf, "odd").unwrap(), "caf\u{fffd} au lait");
        assert_eq!(search(&shelf, "lait", None).unwrap().lines.len(), 1);
    }
}
