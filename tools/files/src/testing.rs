//! A folder for one test.

use std::fs;
use std::path::Path;

use crate::granted::Granted;

/// A folder that is granted, and goes when the test ends.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Folder(folder)
    }

    /// A grant of it.
    pub(crate) fn granted(&self) -> Granted {
        Granted::new(vec![self.0.path().display().to_string()])
    }

    /// The absolute path of something in it.
    pub(crate) fn path(&self, inner: &str) -> String {
        self.0.path().join(inner).display().to_string()
    }

    /// The path within it.
    pub(crate) fn inner(&self, path: &str) -> String {
        let inner = Path::new(path).strip_prefix(self.0.path()).unwrap();
        inner.display().to_string()
    }
}
