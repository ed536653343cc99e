//! SQLite, made safe: databases in memory that hold the tables they were given, and read them.
//!
//! All that is unsafe is here. Nothing here knows where tables come from or who asks.

mod statement;
mod system;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

#[cfg(not(target_family = "wasm"))]
use libsqlite3_sys as ffi;
#[cfg(target_family = "wasm")]
use sqlite_wasm_rs as ffi;

use crate::value::{Table, Value};
use statement::Statement;

/// Bounds of SQLite that keep its recursion off the end of the stack, and values small.
const LIMITS: [(c_int, c_int); 6] = [
    (ffi::SQLITE_LIMIT_LENGTH, 1_000_000),
    (ffi::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (ffi::SQLITE_LIMIT_COMPOUND_SELECT, 100),
    (ffi::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    (ffi::SQLITE_LIMIT_ATTACHED, 0),
    (ffi::SQLITE_LIMIT_VDBE_OP, 100_000),
];

/// Pragmas that only tell what there is.
const PRAGMAS: [&CStr; 4] = [
    c"table_info",
    c"table_xinfo",
    c"table_list",
    c"function_list",
];

/// Why there is no result.
#[derive(Debug, PartialEq)]
pub(crate) enum Error {
    /// The statement does more than read.
    Writes,
    /// There is no statement.
    Empty,
    /// There is more than one.
    Several,
    /// In SQLite's words, and which character of the statement it is about, if of one.
    Other(String, Option<usize>),
}

/// A database in memory.
pub(crate) struct Database {
    handle: *mut ffi::sqlite3,
}

/// A statement that runs, a row at a time.
pub(crate) struct Rows<'a> {
    statement: Statement<'a>,
    /// SQLite begins anew if it is asked for a row after the last.
    is_over: bool,
    pub(crate) columns: Vec<String>,
}

impl Database {
    /// An empty one.
    pub(crate) fn open() -> Result<Database, Error> {
        system::install();
        let mut database = Database {
            handle: ptr::null_mut(),
        };
        let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE;
        // SAFETY: the name ends with a zero, and the handle is closed when it is dropped.
        let code = unsafe {
            ffi::sqlite3_open_v2(
                c":memory:".as_ptr(),
                &mut database.handle,
                flags,
                ptr::null(),
            )
        };
        database.check(code)?;
        // A column in double quotes that there is not is a mistake, not a text.
        // SAFETY: the handle is open, and this setting takes a number and a place for the answer.
        unsafe {
            let nowhere = ptr::null_mut::<c_int>();
            ffi::sqlite3_db_config(database.handle, ffi::SQLITE_DBCONFIG_DQS_DML, 0, nowhere);
        }
        for (limit, value) in LIMITS {
            // SAFETY: the handle is open.
            unsafe { ffi::sqlite3_limit(database.handle, limit, value) };
        }
        Ok(database)
    }

    /// Makes a table and fills it.
    pub(crate) fn add(&self, name: &str, table: &Table) -> Result<(), Error> {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("{} {}", quoted(&column.name), column.kind.declared()))
            .collect();
        let name = quoted(name);
        self.run(&format!("create table {name} ({})", columns.join(", ")))?;
        let places = vec!["?"; table.columns.len()].join(", ");
        let sql = text(&format!("insert into {name} values ({places})"))?;
        let (insert, _) = self.prepare(&sql)?;
        self.run("begin")?;
        for row in &table.rows {
            insert.bind(row)?;
            insert.step()?;
            insert.reset();
        }
        self.run("commit")
    }

    /// Allows nothing but to read from here on.
    pub(crate) fn seal(&self) {
        // SAFETY: the function may be called as long as the handle is open.
        unsafe { ffi::sqlite3_set_authorizer(self.handle, Some(authorize), ptr::null_mut()) };
    }

    /// Begins to run the one statement in `sql`.
    pub(crate) fn query<'a>(&'a self, sql: &'a CStr) -> Result<Rows<'a>, Error> {
        let (statement, rest) = self.prepare(sql)?;
        if statement.handle.is_null() {
            return Err(Error::Empty);
        }
        if !self.is_blank(rest)? {
            return Err(Error::Several);
        }
        let columns = statement.columns();
        if columns.is_empty() {
            return Err(Error::Writes);
        }
        Ok(Rows {
            statement,
            is_over: false,
            columns,
        })
    }

    /// Whether only blanks and comments are left.
    fn is_blank<'a>(&'a self, mut rest: &'a CStr) -> Result<bool, Error> {
        while !rest.is_empty() {
            let Ok((statement, after)) = self.prepare(rest) else {
                return Ok(false);
            };
            if !statement.handle.is_null() {
                return Ok(false);
            }
            rest = after;
        }
        Ok(true)
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        let sql = text(sql)?;
        self.prepare(&sql)?.0.step().map(|_| ())
    }

    /// The first statement of `sql`, a null handle if it has none, and what follows.
    fn prepare<'a>(&'a self, sql: &'a CStr) -> Result<(Statement<'a>, &'a CStr), Error> {
        let mut statement = Statement::none(self);
        let mut rest = ptr::null();
        // SAFETY: the text ends with a zero, and the handle is finalized when it is dropped.
        let code = unsafe {
            ffi::sqlite3_prepare_v3(
                self.handle,
                sql.as_ptr(),
                -1,
                0,
                &mut statement.handle,
                &mut rest,
            )
        };
        self.check(code).map_err(|error| match error {
            Error::Other(message, _) => Error::Other(message, self.place(sql)),
            other => other,
        })?;
        // SAFETY: it points into `sql`, and so to a text that ends with the same zero.
        Ok((statement, unsafe { CStr::from_ptr(rest) }))
    }

    /// The character of `sql` that the last error is about, from one on.
    fn place(&self, sql: &CStr) -> Option<usize> {
        // SAFETY: the handle is open.
        let offset = unsafe { ffi::sqlite3_error_offset(self.handle) };
        let before = sql.to_bytes().get(..usize::try_from(offset).ok()?)?;
        Some(String::from_utf8_lossy(before).chars().count() + 1)
    }

    fn check(&self, code: c_int) -> Result<(), Error> {
        match code {
            ffi::SQLITE_OK | ffi::SQLITE_ROW | ffi::SQLITE_DONE => Ok(()),
            ffi::SQLITE_AUTH => Err(Error::Writes),
            _ => {
                // SAFETY: the message is valid until the next call, and copied before.
                let message = unsafe { owned(ffi::sqlite3_errmsg(self.handle)) };
                Err(Error::Other(message, None))
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: no statement outlives the database it borrows.
        unsafe { ffi::sqlite3_close(self.handle) };
    }
}

impl Rows<'_> {
    /// The next row, unless there is none.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Value>>, Error> {
        if !self.skip()? {
            return Ok(None);
        }
        let columns = 0..self.columns.len();
        let row = columns.map(|at| self.statement.value(at as c_int));
        Ok(Some(row.collect()))
    }

    /// Goes to the next row without reading it; whether there is one.
    pub(crate) fn skip(&mut self) -> Result<bool, Error> {
        self.is_over = self.is_over || !self.statement.step()?;
        Ok(!self.is_over)
    }
}

/// Whether a statement may do something; SQLite asks while it compiles it.
unsafe extern "C" fn authorize(
    _: *mut c_void,
    action: c_int,
    first: *const c_char,
    _: *const c_char,
    _: *const c_char,
    _: *const c_char,
) -> c_int {
    let is_allowed = match action {
        ffi::SQLITE_SELECT | ffi::SQLITE_READ | ffi::SQLITE_FUNCTION | ffi::SQLITE_RECURSIVE => {
            true
        }
        // SAFETY: SQLite gives the name of the pragma, which ends with a zero.
        ffi::SQLITE_PRAGMA => PRAGMAS.contains(&unsafe { CStr::from_ptr(first) }),
        _ => false,
    };
    if is_allowed {
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_DENY
    }
}

/// A copy of a text of SQLite's.
///
/// # Safety
///
/// It is null, or ends with a zero.
unsafe fn owned(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: as above.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_string_lossy().into_owned()
}

fn text(sql: &str) -> Result<CString, Error> {
    CString::new(sql).map_err(|_| Error::Other("a name contains a zero byte".to_owned(), None))
}

/// A name as a query writes it: in quotes if it needs them.
pub(crate) fn written(name: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_plain = name.starts_with(is_letter)
        && name
            .chars()
            .all(|letter| is_letter(letter) || letter.is_ascii_digit());
    // SAFETY: the length is that of the name.
    let is_keyword = || unsafe {
        let length = c_int::try_from(name.len()).unwrap_or(0);
        ffi::sqlite3_keyword_check(name.as_ptr().cast(), length) != 0
    };
    if is_plain && !is_keyword() {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A name in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
