//! What is in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::granted::Granted;
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::walk::{self, Walk};

/// Entries in one answer.
const ENTRIES_MAX: usize = 500;

/// Entries of a folder.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    /// The last path of this listing, unless it is the last listing.
    pub(crate) next: Option<String>,
    /// What is missing.
    pub(crate) note: Option<String>,
}

/// An entry of a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) kind: Kind,
    pub(crate) bytes: u64,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Neither.
    Other,
}

/// The entries of `folder`, or the files beneath it that fit `pattern`, behind the path `after`.
pub(crate) fn list(
    granted: &Granted,
    folder: &str,
    pattern: Option<&str>,
    after: Option<&str>,
) -> Result<Listing, Problem> {
    let folder = folder.trim();
    if granted.is_above_all(folder) && !granted.folders().is_empty() {
        return Ok(all_granted(granted));
    }
    let place = granted.place(folder)?;
    let after = after.map(PathBuf::from);
    let unreadable = |error| folder_problem(&place.path, &place.text(), &error);
    match pattern {
        None => {
            let inside = walk::entries(&place.path).map_err(unreadable)?;
            let paths = inside.entries.into_iter().map(|(path, kind)| {
                let kind = match kind {
                    kind if kind.is_dir() => Kind::Folder,
                    kind if kind.is_file() => Kind::File,
                    _ => Kind::Other,
                };
                (path, kind)
            });
            let behind = paths.filter(|(path, _)| after.as_ref().is_none_or(|after| path > after));
            let mut listing = page(behind);
            if inside.cut {
                listing.note = Some(walk::CROWDED.to_owned());
            }
            Ok(listing)
        }
        Some(pattern) => {
            let pattern = Pattern::new(pattern)?;
            let mut walk = Walk::new(&place.path, after).map_err(unreadable)?;
            let files = walk
                .by_ref()
                .filter(|path| pattern.fits(&place.path, path))
                .map(|path| (path, Kind::File));
            let mut listing = page(files);
            if listing.next.is_none()
                && let Some(path) = walk.resume()
            {
                listing.next = Some(path.display().to_string());
                listing.note = Some("there are more files than one call looks at".to_owned());
            }
            if walk.is_crowded() {
                listing.note = Some(walk::CROWDED.to_owned());
            }
            Ok(listing)
        }
    }
}

/// What it means that `path` cannot be opened as a folder.
pub(crate) fn folder_problem(path: &Path, text: &str, error: &std::io::Error) -> Problem {
    if path.is_file() {
        return Problem::Invalid(format!("`{text}` is a file; `read_file` reads it"));
    }
    Problem::of_reading(text, error)
}

fn all_granted(granted: &Granted) -> Listing {
    let entry = |folder: &String| Entry {
        path: folder.clone(),
        kind: Kind::Folder,
        bytes: 0,
    };
    Listing {
        entries: granted.folders().iter().map(entry).collect(),
        next: None,
        note: None,
    }
}

fn page(paths: impl Iterator<Item = (PathBuf, Kind)>) -> Listing {
    let mut entries: Vec<Entry> = Vec::new();
    let mut next = None;
    for (path, kind) in paths {
        if entries.len() == ENTRIES_MAX {
            next = entries.last().map(|entry| entry.path.clone());
            break;
        }
        let bytes = match kind {
            Kind::File => fs::metadata(&path).map_or(0, |metadata| metadata.len()),
            Kind::Folder | Kind::Other => 0,
        };
        let path = path.display().to_string();
        entries.push(Entry { path, kind, bytes });
    }
    Listing {
        entries,
        next,
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn paths(listing: &Listing, folder: &Folder) -> Vec<String> {
        let entries = listing.entries.iter();
        entries.map(|entry| folder.inner(&entry.path)).collect()
    }

    #[test]
    fn folder_lists_its_own_entries_and_a_pattern_the_files_beneath() {
        let folder = Folder::with(&[
            ("b.md", "12345"),
            ("a/c.md", ""),
            ("a/x.txt", ""),
            (".git/d.md", ""),
        ]);
        let granted = folder.granted();
        let listing = list(&granted, &folder.path(""), None, None).unwrap();
        assert_eq!(paths(&listing, &folder), [".git", "a", "b.md"]);
        assert_eq!(listing.entries[1].kind, Kind::Folder);
        assert_eq!(
            (listing.entries[2].kind, listing.entries[2].bytes),
            (Kind::File, 5)
        );
        for (pattern, expected) in [
            ("*.md", vec!["b.md"]),
            ("**/*.md", vec!["a/c.md", "b.md"]),
            ("a/*", vec!["a/c.md", "a/x.txt"]),
            ("{a,b}*", vec!["b.md"]),
            ("nothing", vec![]),
        ] {
            let listing = list(&granted, &folder.path(""), Some(pattern), None).unwrap();
            assert_eq!(paths(&listing, &folder), expected, "{pattern}");
        }
    }

    #[test]
    fn long_listings_come_in_pages_that_miss_none() {
        let names: Vec<String> = (0..1_100)
            .map(|number| format!("{}/{number}", number % 7))
            .collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let folder = Folder::with(&files);
        let granted = folder.granted();
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let listing = list(&granted, &folder.path(""), Some("**"), after.as_deref()).unwrap();
            assert!(listing.entries.len() <= ENTRIES_MAX);
            seen.extend(listing.entries.into_iter().map(|entry| entry.path));
            after = listing.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1_100);
    }

    #[test]
    fn root_lists_the_granted_folders() {
        let granted = Granted::new(vec!["/b".to_owned(), "/a".to_owned()]);
        let listing = list(&granted, "/", None, None).unwrap();
        let paths: Vec<&str> = listing
            .entries
            .iter()
            .map(|entry| entry.path.as_str())
            .collect();
        assert_eq!(paths, ["/a", "/b"]);
    }

    #[test]
    fn what_is_no_folder_is_said_to_be_none() {
        let folder = Folder::with(&[("a.txt", "x")]);
        let granted = folder.granted();
        let file = list(&granted, &folder.path("a.txt"), None, None).unwrap_err();
        assert!(matches!(file, Problem::Invalid(text) if text.contains("is a file")));
        let missing = list(&granted, &folder.path("b"), None, None).unwrap_err();
        assert!(matches!(missing, Problem::NotFound(_)));
        let none = list(&Granted::new(Vec::new()), "/", None, None).unwrap_err();
        assert!(matches!(none, Problem::Failed(text) if text.contains("no folder is granted")));
    }
}
