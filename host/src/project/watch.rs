//! Notices that files of a project change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often files are looked at. A person does not notice less.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Most files that are looked at; a project has some dozens.
const FILES_MAX: usize = 10_000;
/// What toolchains make or fetch, and what does not become part of a component.
const LEFT_OUT: [&str; 7] = [
    "Cargo.lock",
    "build",
    "deps",
    "node_modules",
    "target",
    "tests",
    "__pycache__",
];

/// When a file was written, and how large it is.
type Stamp = (Option<SystemTime>, u64);

/// The files of a project as they were when they were last looked at.
///
/// They are looked at again and again instead of being watched by the kernel: toolchains write
/// thousands of files beside them, and folders in the network tell nothing.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: BTreeMap<PathBuf, Stamp>,
}

impl Watch {
    /// From now on.
    pub fn new(folder: &Path) -> Watch {
        Watch {
            seen: look(folder),
            folder: folder.to_owned(),
        }
    }

    /// Waits until files have changed and then rested for a moment, since editors write in
    /// several steps. Returns which, relative to the project.
    pub async fn changed(&mut self) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = look(&self.folder);
            let differ = differences(&self.seen, &now);
            self.seen = now;
            if differ.is_empty() && !changed.is_empty() {
                changed.sort();
                changed.dedup();
                return changed;
            }
            changed.extend(differ);
        }
    }
}

fn look(folder: &Path) -> BTreeMap<PathBuf, Stamp> {
    let mut seen = BTreeMap::new();
    look_into(folder, Path::new(""), &mut seen);
    seen
}

/// What cannot be read is not there.
fn look_into(folder: &Path, inside: &Path, seen: &mut BTreeMap<PathBuf, Stamp>) {
    let entries = std::fs::read_dir(folder.join(inside)).into_iter().flatten();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if seen.len() >= FILES_MAX || name.starts_with('.') || LEFT_OUT.contains(&&*name) {
            continue;
        }
        let path = inside.join(&*name);
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => look_into(folder, &path, seen),
            Ok(metadata) => {
                seen.insert(path, (metadata.modified().ok(), metadata.len()));
            }
            Err(_) => {}
        }
    }
}

fn differences(
    before: &BTreeMap<PathBuf, Stamp>,
    after: &BTreeMap<PathBuf, Stamp>,
) -> Vec<PathBuf> {
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let new = after
        .iter()
        .filter(|(path, stamp)| before.get(*path) != Some(stamp));
    gone.chain(new.map(|(path, _)| path)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_noticed_and_what_toolchains_write_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("src/tool.py", "1");
        write("gone.py", "1");
        let mut watch = Watch::new(folder.path());
        write("target/x", "1");
        write(".git/index", "1");
        write("Cargo.lock", "1");
        write("src/tool.py", "22");
        write("wit/new.wit", "1");
        std::fs::remove_file(folder.path().join("gone.py")).unwrap();
        let expected = ["gone.py", "src/tool.py", "wit/new.wit"].map(PathBuf::from);
        assert_eq!(watch.changed().await, expected);
    }
}
