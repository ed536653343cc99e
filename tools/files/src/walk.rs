//! The files of a folder at all depths, in the order of their paths.

use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Entries that one call looks at: each costs the host work.
const ENTRIES_MAX: usize = 10_000;
/// Folders within folders.
const DEPTH_MAX: usize = 64;
/// What to say of a folder with more entries than can be looked at.
pub(crate) const CROWDED: &str =
    "a folder has more than 10000 entries, and those beyond are left out";

/// What is in a folder, in the order of names.
pub(crate) struct Entries {
    pub(crate) entries: Vec<(PathBuf, FileType)>,
    /// Whether there are more than can be looked at.
    pub(crate) cut: bool,
}

/// The entries of `folder`.
pub(crate) fn entries(folder: &Path) -> io::Result<Entries> {
    let mut entries = Vec::new();
    let mut cut = false;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entries.len() == ENTRIES_MAX {
            cut = true;
            break;
        }
        entries.push((entry.path(), entry.file_type()?));
    }
    entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Entries { entries, cut })
}

/// Gives the files beneath a folder. Names that begin with a dot are left out, and links too.
pub(crate) struct Walk {
    /// What is still to be seen in each open folder, the next one last.
    open: Vec<Vec<(PathBuf, FileType)>>,
    /// Files up to here were given before.
    after: Option<PathBuf>,
    seen: usize,
    /// The last entry that was looked at.
    last_seen: Option<PathBuf>,
    /// Whether the walk ended before the last file.
    cut: bool,
    /// Whether a folder has more entries than can be looked at.
    crowded: bool,
}

impl Walk {
    /// A walk through `folder` that begins behind the path `after`.
    pub(crate) fn new(folder: &Path, after: Option<PathBuf>) -> io::Result<Walk> {
        let mut walk = Walk {
            open: Vec::new(),
            after,
            seen: 0,
            last_seen: None,
            cut: false,
            crowded: false,
        };
        walk.enter(folder)?;
        Ok(walk)
    }

    /// Where another walk can go on, if this one ended before the last file.
    pub(crate) fn resume(&self) -> Option<&Path> {
        self.last_seen.as_deref().filter(|_| self.cut)
    }

    /// Whether files are missing because their folder has too many entries.
    pub(crate) fn is_crowded(&self) -> bool {
        self.crowded
    }

    fn enter(&mut self, folder: &Path) -> io::Result<()> {
        let mut inside = entries(folder)?;
        self.crowded |= inside.cut;
        inside.entries.reverse();
        self.open.push(inside.entries);
        Ok(())
    }

    /// Whether all of `path`, which may be a folder, was given before.
    fn is_past(&self, path: &Path, kind: FileType) -> bool {
        self.after.as_ref().is_some_and(|after| {
            path < after && !after.starts_with(path) || path == after && !kind.is_dir()
        })
    }
}

impl Iterator for Walk {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        loop {
            let (path, kind) = match self.open.last_mut()?.pop() {
                Some(entry) => entry,
                None => {
                    self.open.pop();
                    continue;
                }
            };
            let hidden = path
                .file_name()
                .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if hidden || self.is_past(&path, kind) {
                continue;
            }
            self.seen += 1;
            if self.seen > ENTRIES_MAX {
                self.cut = true;
                self.open.clear();
                return None;
            }
            self.last_seen = Some(path.clone());
            if kind.is_file() {
                return Some(path);
            }
            if kind.is_dir() && self.open.len() < DEPTH_MAX {
                // One that vanished meanwhile, or that the host may not read, has no files.
                let _ = self.enter(&path);
            }
        }
    }
}
