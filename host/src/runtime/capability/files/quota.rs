//! Holds a folder to what it may hold, whoever writes into it, from however many calls at once.
//!
//! Every growth is reserved before it happens. What disappears is not counted as it goes: once
//! nothing is left to reserve, the folder is measured anew. So the count is never too low, but
//! for one write that is under way when its call is cut off while the folder is measured.

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

/// A folder is measured at most a fifth of the time: a guest that fills it, deletes and fills it
/// again waits for its turn.
const PAUSE_FACTOR: u32 = 4;

/// So many bytes, in so many files and folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// The sizes of files and links, holes included.
    pub bytes: u64,
    /// Files, folders, links and all else.
    pub files: u64,
}

/// What one folder may hold and at most holds.
pub struct Quota {
    folder: Dir,
    max: Amount,
    counts: Mutex<Counts>,
    /// When it may be measured next. Locked for as long as it is measured.
    next: Arc<tokio::sync::Mutex<Instant>>,
    /// Shared by those who rename: a file that moves could hide from who measures.
    still: Arc<RwLock<()>>,
}

/// Nothing is measured while it lives.
pub struct Moving(#[expect(dead_code, reason = "held for its drop")] OwnedRwLockReadGuard<()>);

#[derive(Debug, Default)]
struct Counts {
    /// No less than the folder holds, with `pending`.
    held: Amount,
    /// Reserved for what is being written.
    pending: Amount,
    /// What ended being written since the measuring began: it may have come too late to be seen.
    settled: Amount,
}

/// Room for what is about to be written. Drop it when that is done, or failed halfway.
pub struct Reserved {
    quota: Arc<Quota>,
    amount: Amount,
}

impl Amount {
    /// Bytes in files that exist.
    pub fn bytes(bytes: u64) -> Amount {
        Amount { bytes, files: 0 }
    }

    /// One more file or folder, empty.
    pub const FILE: Amount = Amount { bytes: 0, files: 1 };

    fn plus(self, other: Amount) -> Amount {
        Amount {
            bytes: self.bytes.saturating_add(other.bytes),
            files: self.files.saturating_add(other.files),
        }
    }

    fn minus(self, other: Amount) -> Amount {
        Amount {
            bytes: self.bytes.saturating_sub(other.bytes),
            files: self.files.saturating_sub(other.files),
        }
    }

    fn fits(self, room: Amount) -> bool {
        // Nothing more is always fine, even in a folder that is more than full.
        (self.bytes == 0 || self.bytes <= room.bytes)
            && (self.files == 0 || self.files <= room.files)
    }
}

impl Quota {
    /// Opens and measures `folder`, which may hold `max`.
    pub fn open(folder: &Path, max: Amount) -> io::Result<Arc<Quota>> {
        let folder = Dir::open_ambient_dir(folder, ambient_authority())?;
        let held = measure(&folder, max.files)?;
        Ok(Arc::new(Quota {
            folder,
            max,
            counts: Mutex::new(Counts {
                held,
                ..Counts::default()
            }),
            next: Arc::new(tokio::sync::Mutex::new(Instant::now())),
            still: Arc::default(),
        }))
    }

    /// What it may hold.
    pub fn max(&self) -> Amount {
        self.max
    }

    /// Whether it is so full that no file can be added.
    pub fn is_full(&self) -> bool {
        !Amount::FILE.fits(self.max.minus(self.lock().held))
    }

    /// Reserves `least`, or as much more as fits up to `bytes_most` bytes, if the count as it is
    /// leaves room.
    pub fn try_reserve(self: &Arc<Self>, least: Amount, bytes_most: u64) -> Option<Reserved> {
        let mut counts = self.lock();
        let room = self.max.minus(counts.held);
        if !least.fits(room) {
            return None;
        }
        let amount = Amount {
            bytes: room.bytes.min(bytes_most).max(least.bytes),
            ..least
        };
        counts.held = counts.held.plus(amount);
        counts.pending = counts.pending.plus(amount);
        Some(Reserved {
            quota: self.clone(),
            amount,
        })
    }

    /// The same, after measuring the folder if need be. `None` if it is full.
    pub async fn reserve(self: &Arc<Self>, least: Amount, bytes_most: u64) -> Option<Reserved> {
        let reserved = self.try_reserve(least, bytes_most);
        if reserved.is_some() || !least.fits(self.max) {
            return reserved;
        }
        let mut next = self.next.clone().lock_owned().await;
        // Whoever measured before us may have found room for us too.
        if let Some(reserved) = self.try_reserve(least, bytes_most) {
            return Some(reserved);
        }
        tokio::time::sleep_until((*next).into()).await;
        let quota = self.clone();
        let still = self.still.clone().write_owned().await;
        // The locks go along: a caller that leaves does not end the measuring.
        let measured = tokio::task::spawn_blocking(move || {
            let _still = still;
            let began = Instant::now();
            quota.count_anew();
            *next = Instant::now() + pause(began.elapsed());
        });
        measured.await.ok()?;
        self.try_reserve(least, bytes_most)
    }

    /// To be held while something in it is renamed.
    pub async fn moving(&self) -> Moving {
        Moving(self.still.clone().read_owned().await)
    }

    fn count_anew(&self) {
        self.lock().settled = Amount::default();
        let found = measure(&self.folder, self.max.files);
        let mut counts = self.lock();
        counts.held = match found {
            Ok(found) => found.plus(counts.pending).plus(counts.settled),
            Err(error) => {
                // Full until it can be measured again.
                tracing::warn!(%error, "a folder granted for writing cannot be measured");
                self.max.plus(counts.pending)
            }
        };
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reserved {
    /// How many bytes.
    pub fn bytes(&self) -> u64 {
        self.amount.bytes
    }

    /// Keeps `bytes` of it reserved and gives the rest back, unused.
    pub fn shrink(&mut self, bytes: u64) {
        let rest = Amount::bytes(self.amount.bytes.saturating_sub(bytes));
        self.give_back(rest);
    }

    /// Gives all of it back: nothing was written.
    pub fn refund(mut self) {
        self.give_back(self.amount);
    }

    fn give_back(&mut self, rest: Amount) {
        let mut counts = self.quota.lock();
        counts.held = counts.held.minus(rest);
        counts.pending = counts.pending.minus(rest);
        drop(counts);
        self.amount = self.amount.minus(rest);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut counts = self.quota.lock();
        counts.pending = counts.pending.minus(self.amount);
        counts.settled = counts.settled.plus(self.amount);
    }
}

fn pause(took: Duration) -> Duration {
    took.saturating_mul(PAUSE_FACTOR)
}

/// What a folder holds, links not followed. Stops at one file more than `files_max`: such a
/// folder is full, and how many bytes it holds is not known.
fn measure(folder: &Dir, files_max: u64) -> io::Result<Amount> {
    let mut found = Amount::default();
    let mut folders = vec![PathBuf::from(".")];
    while let Some(path) = folders.pop() {
        let Some(entries) = still_there(folder.read_dir(&path))? else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let Some(metadata) = still_there(entry.metadata())? else {
                continue;
            };
            found.files += 1;
            if found.files > files_max {
                found.bytes = u64::MAX;
                return Ok(found);
            }
            if metadata.is_dir() {
                folders.push(path.join(entry.file_name()));
            } else {
                found.bytes = found.bytes.saturating_add(metadata.len());
            }
        }
    }
    Ok(found)
}

/// What was deleted or replaced while it was looked for is not counted.
fn still_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
