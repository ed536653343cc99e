//! A statement: values go in, and rows come out.

use std::ffi::c_int;
use std::ptr;

use super::{Database, Error, ffi, owned};
use crate::value::Value;

/// A statement of a database.
pub(super) struct Statement<'a> {
    /// Null if there is none.
    pub(super) handle: *mut ffi::sqlite3_stmt,
    database: &'a Database,
}

impl<'a> Statement<'a> {
    /// None yet.
    pub(super) fn none(database: &'a Database) -> Self {
        Statement {
            handle: ptr::null_mut(),
            database,
        }
    }
}

impl Statement<'_> {
    /// Whether there is a row.
    pub(super) fn step(&self) -> Result<bool, Error> {
        // SAFETY: the handle is that of a statement.
        let code = unsafe { ffi::sqlite3_step(self.handle) };
        self.database.check(code)?;
        Ok(code == ffi::SQLITE_ROW)
    }

    pub(super) fn reset(&self) {
        // SAFETY: the handle is that of a statement.
        unsafe { ffi::sqlite3_reset(self.handle) };
    }

    pub(super) fn columns(&self) -> Vec<String> {
        // SAFETY: the handle is that of a statement, and names are copied before the next call.
        let name = |at| unsafe { owned(ffi::sqlite3_column_name(self.handle, at)) };
        // SAFETY: the handle is that of a statement.
        let count = unsafe { ffi::sqlite3_column_count(self.handle) };
        (0..count).map(name).collect()
    }

    pub(super) fn bind(&self, row: &[Value]) -> Result<(), Error> {
        for (value, at) in row.iter().zip(1..) {
            // SAFETY: the handle is that of a statement; texts and bytes are copied by SQLite.
            let code = unsafe {
                match value {
                    Value::Null => ffi::sqlite3_bind_null(self.handle, at),
                    Value::Integer(value) => ffi::sqlite3_bind_int64(self.handle, at, *value),
                    Value::Real(value) => ffi::sqlite3_bind_double(self.handle, at, *value),
                    Value::Text(text) => ffi::sqlite3_bind_text(
                        self.handle,
                        at,
                        text.as_ptr().cast(),
                        length(text.len())?,
                        ffi::SQLITE_TRANSIENT(),
                    ),
                    Value::Blob(bytes) => ffi::sqlite3_bind_blob(
                        self.handle,
                        at,
                        bytes.as_ptr().cast(),
                        length(bytes.len())?,
                        ffi::SQLITE_TRANSIENT(),
                    ),
                }
            };
            self.database.check(code)?;
        }
        Ok(())
    }

    /// A value of the row that was stepped to.
    pub(super) fn value(&self, at: c_int) -> Value {
        // SAFETY: there is a row; texts and bytes are valid until the next step, and copied
        // before, and their length is asked for after the text, as SQLite demands.
        unsafe {
            match ffi::sqlite3_column_type(self.handle, at) {
                ffi::SQLITE_INTEGER => Value::Integer(ffi::sqlite3_column_int64(self.handle, at)),
                ffi::SQLITE_FLOAT => Value::Real(ffi::sqlite3_column_double(self.handle, at)),
                ffi::SQLITE_TEXT => {
                    let start = ffi::sqlite3_column_text(self.handle, at);
                    let bytes = self.bytes(start.cast(), at);
                    Value::Text(String::from_utf8_lossy(bytes).into_owned())
                }
                ffi::SQLITE_BLOB => {
                    let start = ffi::sqlite3_column_blob(self.handle, at);
                    Value::Blob(self.bytes(start.cast(), at).to_vec())
                }
                _ => Value::Null,
            }
        }
    }

    /// # Safety
    ///
    /// `start` is what SQLite gave for the column, and nothing was asked of it since.
    unsafe fn bytes(&self, start: *const u8, at: c_int) -> &[u8] {
        // SAFETY: as above; an empty one may have no address.
        unsafe {
            let length = ffi::sqlite3_column_bytes(self.handle, at);
            match usize::try_from(length) {
                Ok(length) if !start.is_null() => std::slice::from_raw_parts(start, length),
                _ => &[],
            }
        }
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        // SAFETY: it is of no use any more; a null handle is none to SQLite.
        unsafe { ffi::sqlite3_finalize(self.handle) };
    }
}

fn length(bytes: usize) -> Result<c_int, Error> {
    c_int::try_from(bytes).map_err(|_| Error::Other("a value is too long".to_owned(), None))
}
