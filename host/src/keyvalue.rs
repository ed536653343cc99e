//! Keeps what tools store, in SQLite, by group.
//!
//! Nothing here knows about WebAssembly or grants: whoever calls says whose data it is and how
//! much there may be. Every function blocks. Start reading at `Store::set`.

mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 1024;
/// Keys on one page of [`Store::list`].
pub const PAGE_KEYS: u16 = 1000;

/// A database file with the stores of all groups.
pub struct Store {
    /// One for all: SQLite writes one at a time anyway, and no operation takes long.
    connection: Mutex<Connection>,
}

/// One store of one group; no group sees another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// The tool group that owns it.
    pub group: String,
    /// Its name.
    pub store: String,
}

/// Some keys, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// At most [`PAGE_KEYS`].
    pub keys: Vec<String>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<u64>,
}

/// Why something cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened.
    #[error("`{}` cannot be opened: {reason}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite says.
        reason: String,
    },

    /// Another version of this host made the file.
    #[error("`{}` was made by a newer version of this host", .0.display())]
    TooNew(PathBuf),

    /// The key is longer than [`KEY_BYTES_MAX`].
    #[error("the key has more than {KEY_BYTES_MAX} bytes")]
    KeyTooLong,

    /// Keys and values would take more than they may.
    #[error("the store is full: it may hold {limit} bytes")]
    Full {
        /// In bytes.
        limit: u64,
    },

    /// The value to count up is no number, or would be too large a one.
    #[error("the value is no whole number that can be counted up")]
    NotANumber,

    /// SQLite or the disk.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Store {
    /// Opens or makes the file at `path`, in a folder that exists.
    pub fn open(path: &Path) -> Result<Store, Error> {
        Ok(Store {
            connection: Mutex::new(schema::open(path)?),
        })
    }

    /// The value of `key`.
    pub fn get(&self, shelf: &Shelf, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT value FROM entries JOIN stores ON stores.id = entries.store_id
             WHERE group_name = ?1 AND store = ?2 AND key = ?3",
        )?;
        let value = statement.query_row(params![shelf.group, shelf.store, key], |row| row.get(0));
        Ok(value.optional()?)
    }

    /// Whether there is a value of `key`.
    pub fn exists(&self, shelf: &Shelf, key: &str) -> Result<bool, Error> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT 1 FROM entries JOIN stores ON stores.id = entries.store_id
             WHERE group_name = ?1 AND store = ?2 AND key = ?3",
        )?;
        Ok(statement.exists(params![shelf.group, shelf.store, key])?)
    }

    /// Sets `key` to `value`, unless all keys and values would then take more than `bytes_max`
    /// bytes. What takes less than before always fits.
    pub fn set(&self, shelf: &Shelf, key: &str, value: &[u8], bytes_max: u64) -> Result<(), Error> {
        self.change(|change| Sizes::of(change, shelf, key)?.put(change, key, value, bytes_max))
    }

    /// Removes `key`, if it is there.
    pub fn delete(&self, shelf: &Shelf, key: &str) -> Result<(), Error> {
        self.change(|change| {
            let sizes = Sizes::of(change, shelf, key)?;
            change
                .prepare_cached("DELETE FROM entries WHERE store_id = ?1 AND key = ?2")?
                .execute(params![sizes.store_id, key])?;
            sizes.keep(change, sizes.others())
        })
    }

    /// Adds `delta` to the decimal number that `key` holds (0 if it holds nothing), within
    /// `bytes_max` as in [`Store::set`], and gives the sum.
    pub fn increment(
        &self,
        shelf: &Shelf,
        key: &str,
        delta: u64,
        bytes_max: u64,
    ) -> Result<u64, Error> {
        self.change(|change| {
            let sizes = Sizes::of(change, shelf, key)?;
            let old: Option<Vec<u8>> = change
                .prepare_cached("SELECT value FROM entries WHERE store_id = ?1 AND key = ?2")?
                .query_row(params![sizes.store_id, key], |row| row.get(0))
                .optional()?;
            let old = match old {
                None => 0,
                Some(text) => number(&text).ok_or(Error::NotANumber)?,
            };
            let sum = old.checked_add(delta).ok_or(Error::NotANumber)?;
            sizes.put(change, key, sum.to_string().as_bytes(), bytes_max)?;
            Ok(sum)
        })
    }

    /// A page of keys from the one numbered `from`, in byte order.
    pub fn list(&self, shelf: &Shelf, from: u64) -> Result<Page, Error> {
        let Ok(offset) = i64::try_from(from) else {
            return Ok(Page::default());
        };
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT key FROM entries JOIN stores ON stores.id = entries.store_id
             WHERE group_name = ?1 AND store = ?2 ORDER BY key LIMIT ?3 OFFSET ?4",
        )?;
        // One more than a page shows whether there is another.
        let asked = params![shelf.group, shelf.store, i64::from(PAGE_KEYS) + 1, offset];
        let keys: Result<Vec<String>, _> = statement.query_map(asked, |row| row.get(0))?.collect();
        let mut page = Page {
            keys: keys?,
            next: None,
        };
        if page.keys.len() > usize::from(PAGE_KEYS) {
            page.keys.truncate(usize::from(PAGE_KEYS));
            page.next = Some(from + u64::from(PAGE_KEYS));
        }
        Ok(page)
    }

    /// What keys and values take together, in bytes.
    pub fn bytes(&self, shelf: &Shelf) -> Result<u64, Error> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT bytes FROM stores WHERE group_name = ?1 AND store = ?2")?;
        let bytes: Option<i64> = statement
            .query_row(params![shelf.group, shelf.store], |row| row.get(0))
            .optional()?;
        Ok(bytes.unwrap_or(0).unsigned_abs())
    }

    /// Runs `work` and keeps all of what it changed, or nothing.
    fn change<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = self.lock();
        // Immediate: it takes the file's lock at once, so another process can only make it wait.
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&change)?;
        change.commit()?;
        Ok(done)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic has rolled its transaction back.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a store takes, and one entry's part of it, in bytes. Kept as a running total: a sum over
/// all entries would make each change as slow as the store is large.
#[derive(Clone, Copy)]
struct Sizes {
    store_id: i64,
    total: u64,
    entry: u64,
}

impl Sizes {
    /// Reads them; makes the store if it is new.
    fn of(change: &Transaction<'_>, shelf: &Shelf, key: &str) -> Result<Sizes, Error> {
        if key.len() > KEY_BYTES_MAX {
            return Err(Error::KeyTooLong);
        }
        change
            .prepare_cached("INSERT OR IGNORE INTO stores (group_name, store) VALUES (?1, ?2)")?
            .execute(params![shelf.group, shelf.store])?;
        let (store_id, total): (i64, i64) = change
            .prepare_cached("SELECT id, bytes FROM stores WHERE group_name = ?1 AND store = ?2")?
            .query_row(params![shelf.group, shelf.store], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let value: Option<i64> = change
            .prepare_cached("SELECT length(value) FROM entries WHERE store_id = ?1 AND key = ?2")?
            .query_row(params![store_id, key], |row| row.get(0))
            .optional()?;
        Ok(Sizes {
            store_id,
            total: total.unsigned_abs(),
            entry: value.map_or(0, |value| key.len() as u64 + value.unsigned_abs()),
        })
    }

    /// What all other entries take.
    fn others(self) -> u64 {
        self.total.saturating_sub(self.entry)
    }

    fn put(
        self,
        change: &Transaction<'_>,
        key: &str,
        value: &[u8],
        bytes_max: u64,
    ) -> Result<(), Error> {
        let total = self.others() + (key.len() + value.len()) as u64;
        if total > bytes_max && total > self.total {
            return Err(Error::Full { limit: bytes_max });
        }
        change
            .prepare_cached(
                "INSERT OR REPLACE INTO entries (store_id, key, value) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![self.store_id, key, value])?;
        self.keep(change, total)
    }

    fn keep(self, change: &Transaction<'_>, total: u64) -> Result<(), Error> {
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        change
            .prepare_cached("UPDATE stores SET bytes = ?2 WHERE id = ?1")?
            .execute(params![self.store_id, total])?;
        Ok(())
    }
}

/// Digits alone: `u64::from_str` would also take a sign.
fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}
