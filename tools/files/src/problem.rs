//! Why something cannot be done, in sentences that say what to do about it.

use std::io::{Error, ErrorKind};

/// Why it cannot be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The arguments make no sense.
    Invalid(String),
    /// There is no such file or folder.
    NotFound(String),
    /// Anything else.
    Failed(String),
}

impl Problem {
    /// What it means that `path` could not be read.
    pub(crate) fn of_reading(path: &str, error: &Error) -> Problem {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Problem::NotFound(format!(
                "there is no `{path}`; `list_files` shows what is there"
            )),
            ErrorKind::IsADirectory => {
                Problem::Invalid(format!("`{path}` is a folder; give a file in it"))
            }
            ErrorKind::PermissionDenied => Problem::Failed(format!(
                "`{path}` may not be read: it leads out of the granted folder, or the host may not read it"
            )),
            _ => Problem::Failed(format!("`{path}` cannot be read: {error}")),
        }
    }

    /// What it means that `path`, in the granted folder `folder`, could not be written.
    pub(crate) fn of_writing(path: &str, folder: &str, error: &Error) -> Problem {
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Problem::Failed(format!(
                    "`{path}` may not be written; if `{folder}` is granted for reading only, the \
                 operator must add `access: write` to its entry of `grants.files`"
                ))
            }
            ErrorKind::AlreadyExists => Problem::Invalid(format!(
                "`{path}` is there already; use the mode `replace` or `append`, or another name"
            )),
            ErrorKind::IsADirectory => {
                Problem::Invalid(format!("`{path}` is a folder; give a file in it"))
            }
            ErrorKind::NotADirectory => Problem::Invalid(format!(
                "a part of `{path}` is a file; give a path whose parts but the last are folders"
            )),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                full(path, folder)
            }
            // A stream that the host ends at the quota says no more than that it failed.
            _ if error.raw_os_error() == Some(WASI_EIO) => full(path, folder),
            _ => Problem::Failed(format!("`{path}` cannot be written: {error}")),
        }
    }
}

/// `EIO` of wasi-libc.
const WASI_EIO: i32 = 29;

fn full(path: &str, folder: &str) -> Problem {
    Problem::Failed(format!(
        "`{path}` cannot be written: `{folder}` would hold more than it may; write less, or ask \
         the operator for more `bytes` or `files` in its entry of `grants.files`"
    ))
}
