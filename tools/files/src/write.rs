//! Texts into files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::granted::Granted;
use crate::problem::Problem;

const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// What to do with the file.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// Make it, and refuse if it is there.
    Create,
    /// Put the text in place of what it holds.
    Replace,
    /// Add the text at its end.
    Append,
}

/// Writes `text` to the file `path`; the answer says what became of the file.
pub(crate) fn write(
    granted: &Granted,
    path: &str,
    text: &str,
    mode: Mode,
) -> Result<String, Problem> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Problem::Invalid(format!(
            "`text` is {} bytes long and {TEXT_BYTES_MAX} is the most; write it in parts with the mode `append`",
            text.len()
        )));
    }
    let place = granted.place(path)?;
    let shown = place.text();
    let unwritable = |error: io::Error| Problem::of_writing(&shown, &place.folder, &error);
    if place.path.is_dir() {
        return Err(Problem::Invalid(format!(
            "`{shown}` is a folder; give a file in it"
        )));
    }
    let before = fs::metadata(&place.path)
        .map(|metadata| metadata.len())
        .ok();
    if let Some(parent) = place.path.parent()
        && !parent.is_dir()
    {
        fs::create_dir_all(parent).map_err(unwritable)?;
    }
    match mode {
        Mode::Create => create(&place.path, text),
        Mode::Replace => replace(&place.path, text),
        Mode::Append => append(&place.path, text),
    }
    .map_err(unwritable)?;
    let bytes = text.len();
    Ok(match (mode, before) {
        (_, None) => format!("Made `{shown}` of {bytes} bytes."),
        (Mode::Append, Some(before)) => format!(
            "Added {bytes} bytes to `{shown}`, which has {} bytes.",
            before + bytes as u64
        ),
        (_, Some(before)) => {
            format!("Wrote {bytes} bytes to `{shown}` in place of {before} bytes.")
        }
    })
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    fill(file, text).inspect_err(|_| {
        // What cannot be written whole is not left behind half.
        let _ = fs::remove_file(path);
    })
}

/// Writes a new file and gives it the old one's place, so that a full folder costs nothing.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = beside(path);
    match create(&new, text) {
        // A call that ended in the middle left it.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(&new)?;
            create(&new, text)?;
        }
        done => done?,
    }
    fs::rename(&new, path).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let before = file.metadata()?.len();
    fill(file, text).inspect_err(|_| {
        // What was added of it would look like the whole.
        let file = OpenOptions::new().write(true).open(path);
        let _ = file.and_then(|file| file.set_len(before));
    })
}

fn fill(mut file: File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.flush()
}

/// The name of the new file until it takes the old one's place.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn each_mode_does_what_it_says() {
        let folder = Folder::with(&[]);
        let granted = folder.granted();
        let path = folder.path("a/b/c.txt");
        let steps = [
            (Mode::Create, "one", "one", "Made "),
            (Mode::Append, "two", "onetwo", "Added 3 bytes"),
            (Mode::Replace, "three", "three", "Wrote 5 bytes"),
        ];
        for (mode, text, expected, words) in steps {
            let answer = write(&granted, &path, text, mode).unwrap();
            assert!(answer.starts_with(words), "{answer}");
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        }
        let problem = write(&granted, &path, "x", Mode::Create).unwrap_err();
        assert!(matches!(problem, Problem::Invalid(text) if text.contains("is there already")));
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(fs::read_dir(folder.path("a/b")).unwrap().count(), 1);
        for (name, mode) in [("new1", Mode::Replace), ("new2", Mode::Append)] {
            write(&granted, &folder.path(name), "x", mode).unwrap();
            assert_eq!(fs::read_to_string(folder.path(name)).unwrap(), "x");
        }
    }

    #[test]
    fn left_over_of_an_earlier_call_is_no_hindrance() {
        let folder = Folder::with(&[("a", "old"), (".a.new", "half")]);
        write(&folder.granted(), &folder.path("a"), "new", Mode::Replace).unwrap();
        assert_eq!(fs::read_to_string(folder.path("a")).unwrap(), "new");
        assert!(!Path::new(&folder.path(".a.new")).exists());
    }

    #[test]
    fn senseless_writes_are_refused() {
        let folder = Folder::with(&[("a", "x"), ("b/c", "x")]);
        let granted = folder.granted();
        for (path, text) in [
            (folder.path("b"), "x"),
            (folder.path("a/x"), "x"),
            (folder.path("../x"), "x"),
            (folder.path("new"), &"x".repeat(TEXT_BYTES_MAX + 1)),
        ] {
            let problem = write(&granted, &path, text, Mode::Replace).unwrap_err();
            assert!(
                matches!(problem, Problem::Invalid(_)),
                "{path}: {problem:?}"
            );
        }
        assert_eq!(fs::read_to_string(folder.path("a")).unwrap(), "x");
    }
}
