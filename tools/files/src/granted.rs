//! The folders that are granted, and which paths lie in them.

use std::path::{Path, PathBuf};

use crate::problem::Problem;

const PATH_BYTES_MAX: usize = 1_000;

/// The granted folders, as the guest sees them.
pub(crate) struct Granted {
    folders: Vec<String>,
}

/// A path in a granted folder, without `.` and `..`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// The granted folder.
    pub(crate) folder: String,
}

impl Place {
    /// The path as text.
    pub(crate) fn text(&self) -> String {
        self.path.display().to_string()
    }
}

impl Granted {
    /// `folders` are absolute paths.
    pub(crate) fn new(mut folders: Vec<String>) -> Granted {
        folders.sort_unstable();
        Granted { folders }
    }

    /// The folders in order.
    pub(crate) fn folders(&self) -> &[String] {
        &self.folders
    }

    /// Whether `path` is the root of all, which is not granted itself.
    pub(crate) fn is_above_all(&self, path: &str) -> bool {
        !path.is_empty()
            && path.chars().all(|c| c == '/')
            && !self.folders.iter().any(|folder| folder == "/")
    }

    /// Where `path` leads, if that is granted.
    pub(crate) fn place(&self, path: &str) -> Result<Place, Problem> {
        let path = path.trim();
        if path.len() > PATH_BYTES_MAX || path.chars().any(char::is_control) {
            return Err(Problem::Invalid(format!(
                "the path is longer than {PATH_BYTES_MAX} bytes or contains control characters; \
                 give one that `list_files` shows"
            )));
        }
        if self.folders.is_empty() {
            return Err(Problem::Failed(format!(
                "no folder is granted; the operator must grant one to this tool's provider, with \
                 {}",
                grant("/data")
            )));
        }
        if !path.starts_with('/') {
            let example = Path::new(&self.folders[0]).join(path);
            return Err(Problem::Invalid(format!(
                "`{path}` is no absolute path; write it from a granted folder on, such as `{}`",
                example.display()
            )));
        }
        let mut clean = PathBuf::from("/");
        for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part == ".." {
                return Err(Problem::Invalid(format!(
                    "`{path}` contains `..`; write the path without it"
                )));
            }
            clean.push(part);
        }
        // Of a folder in a folder the inner one is meant.
        let folder = self
            .folders
            .iter()
            .filter(|folder| clean.starts_with(folder))
            .max_by_key(|folder| folder.len());
        match folder {
            Some(folder) => Ok(Place {
                path: clean,
                folder: folder.clone(),
            }),
            None => Err(Problem::NotFound(format!(
                "`{path}` is in no granted folder; granted are {}; the operator can grant others \
                 with {}",
                quoted(&self.folders),
                grant("FOLDER")
            ))),
        }
    }
}

fn grant(guest: &str) -> String {
    format!("`grants: {{ files: [ {{ host: FOLDER_OF_THE_HOST, guest: {guest} }} ] }}`")
}

fn quoted(folders: &[String]) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| format!("`{folder}`")).collect();
    folders.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted() -> Granted {
        Granted::new(vec![
            "/notes".to_owned(),
            "/data".to_owned(),
            "/data/in".to_owned(),
        ])
    }

    #[test]
    fn paths_in_granted_folders_are_tidied() {
        for (path, clean, folder) in [
            ("/data", "/data", "/data"),
            (" /data/ ", "/data", "/data"),
            ("//data/./a//b", "/data/a/b", "/data"),
            ("/data/in/x", "/data/in/x", "/data/in"),
            ("/data/inner", "/data/inner", "/data"),
            ("/notes/a b.txt", "/notes/a b.txt", "/notes"),
        ] {
            let place = granted().place(path).unwrap();
            assert_eq!(
                (place.text().as_str(), place.folder.as_str()),
                (clean, folder)
            );
        }
    }

    #[test]
    fn other_paths_are_refused_with_what_to_do() {
        for (path, words) in [
            ("", "is no absolute path"),
            ("a.txt", "such as `/data/a.txt`"),
            ("/data/../etc", "contains `..`"),
            ("/data\0", "control characters"),
            ("/etc/passwd", "granted are `/data`, `/data/in`, `/notes`"),
            ("/database", "in no granted folder"),
            ("/", "in no granted folder"),
            (&"/x".repeat(501), "longer than"),
        ] {
            let problem = granted().place(path).unwrap_err();
            assert!(
                format!("{problem:?}").contains(words),
                "{path}: {problem:?}"
            );
        }
        let problem = Granted::new(Vec::new()).place("/data").unwrap_err();
        assert!(matches!(problem, Problem::Failed(text) if text.contains("guest: /data")));
    }

    #[test]
    fn root_stands_for_all_folders_unless_it_is_granted() {
        assert!(granted().is_above_all("/"));
        assert!(!granted().is_above_all("/data"));
        assert!(!granted().is_above_all(""));
        assert!(!Granted::new(vec!["/".to_owned()]).is_above_all("/"));
    }
}
