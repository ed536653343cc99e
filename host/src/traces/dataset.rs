//! Named lists of JSON objects, such as spans that people have saved, in the same file.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde_json::{Map, Value, json};

use super::query::{limit, object};
use super::{Error, schema};

/// Longest name, in bytes.
const NAME_BYTES_MAX: usize = 256;
/// Largest row, and largest description of a dataset, in bytes of JSON.
const ROW_BYTES_MAX: usize = 1024 * 1024;
/// Rows that one step of a removal deletes, so that others may write in between.
const STEP_ROWS: u32 = 5000;

/// The datasets of a file. Every function blocks.
pub struct Datasets {
    connection: Mutex<Connection>,
    bytes_max: u64,
}

/// What a dataset is.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Its name, 1 to 256 bytes.
    pub name: String,
    /// What it is for, such as `eval/question-answer`.
    pub purpose: String,
    /// Where its rows came from, as the client says.
    pub source: Value,
    /// More about it.
    pub metadata: Map<String, Value>,
}

/// Some rows, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// At most as many as were asked for.
    pub rows: Vec<Map<String, Value>>,
    /// Whether others come behind them.
    pub has_more: bool,
}

impl Datasets {
    /// Opens or makes the file at `path`. All datasets together may hold `bytes_max` bytes of
    /// JSON; those do not count against [`super::Retention`].
    pub fn open(path: &Path, bytes_max: u64) -> Result<Datasets, Error> {
        Ok(Datasets {
            connection: Mutex::new(schema::open_to_write(path)?),
            bytes_max,
        })
    }

    /// Makes an empty dataset; nothing happens if it is there already and is the same.
    pub fn create(&self, dataset: &Dataset) -> Result<(), Error> {
        if dataset.name.is_empty() || dataset.name.len() > NAME_BYTES_MAX {
            let reason = format!("it must have 1 to {NAME_BYTES_MAX} bytes");
            return Err(Error::invalid("dataset_id", reason));
        }
        let source = dataset.source.to_string();
        let metadata = Value::Object(dataset.metadata.clone()).to_string();
        let parts = [&dataset.name, &dataset.purpose, &source, &metadata];
        let bytes = parts.iter().map(|part| part.len()).sum::<usize>();
        if bytes > ROW_BYTES_MAX {
            let reason = format!("its description may have {ROW_BYTES_MAX} bytes");
            return Err(Error::invalid("source", reason));
        }
        self.change(|change| {
            if let Some(old) = read(change, &dataset.name)? {
                return match old == *dataset {
                    true => Ok(()),
                    false => Err(Error::DatasetExists(dataset.name.clone())),
                };
            }
            self.check_room(change, bytes)?;
            change
                .prepare_cached(
                    "INSERT INTO datasets (name, purpose, source, metadata, bytes)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![
                    dataset.name,
                    dataset.purpose,
                    source,
                    metadata,
                    count(bytes)
                ])?;
            Ok(())
        })
    }

    /// The dataset of that name.
    pub fn get(&self, name: &str) -> Result<Option<Dataset>, Error> {
        read(&self.lock(), name)
    }

    /// All of them, by name.
    pub fn list(&self) -> Result<Vec<Dataset>, Error> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT name, purpose, source, metadata FROM datasets ORDER BY name")?;
        let datasets = statement.query_map((), Dataset::read)?;
        Ok(datasets.collect::<Result<_, _>>()?)
    }

    /// Removes a dataset and its rows; false if there is none of that name.
    pub fn remove(&self, name: &str) -> Result<bool, Error> {
        loop {
            let removed = self.change(|change| {
                let Some(id) = number(change, name)? else {
                    return Ok(Some(false));
                };
                let rows = change
                    .prepare_cached(
                        "DELETE FROM dataset_rows WHERE dataset = ?1 AND seq IN (
                             SELECT seq FROM dataset_rows WHERE dataset = ?1 LIMIT ?2)",
                    )?
                    .execute(params![id, STEP_ROWS])?;
                if rows == STEP_ROWS as usize {
                    return Ok(None);
                }
                change
                    .prepare_cached("DELETE FROM datasets WHERE id = ?1")?
                    .execute(params![id])?;
                Ok(Some(true))
            })?;
            if let Some(removed) = removed {
                return Ok(removed);
            }
        }
    }

    /// Adds rows at the end: all of them, or none.
    pub fn append(&self, name: &str, rows: &[Map<String, Value>]) -> Result<(), Error> {
        let mut texts = Vec::with_capacity(rows.len());
        for row in rows {
            let text = serde_json::to_string(row).expect("JSON is written to memory");
            if text.len() > ROW_BYTES_MAX {
                let reason = format!("a row may have {ROW_BYTES_MAX} bytes");
                return Err(Error::invalid("rows", reason));
            }
            texts.push(text);
        }
        let bytes = texts.iter().map(String::len).sum::<usize>();
        self.change(|change| {
            let id = number(change, name)?.ok_or_else(|| Error::NoDataset(name.to_owned()))?;
            self.check_room(change, bytes)?;
            let mut insert = change.prepare_cached(
                "INSERT INTO dataset_rows (dataset, seq, row)
                 SELECT ?1, rows + ?2, ?3 FROM datasets WHERE id = ?1",
            )?;
            for (place, text) in texts.iter().enumerate() {
                insert.execute(params![id, count(place), text])?;
            }
            change
                .prepare_cached(
                    "UPDATE datasets SET rows = rows + ?2, bytes = bytes + ?3 WHERE id = ?1",
                )?
                .execute(params![id, count(texts.len()), count(bytes)])?;
            Ok(())
        })
    }

    /// Rows from the one numbered `start` on, counted from 0; how many is limited as in
    /// [`super::TraceQuery`].
    pub fn rows(&self, name: &str, start: u64, asked: Option<u32>) -> Result<Rows, Error> {
        let limit = limit(asked)?;
        let start =
            i64::try_from(start).map_err(|_| Error::invalid("start_index", "it is too large"))?;
        let connection = self.lock();
        let id = number(&connection, name)?.ok_or_else(|| Error::NoDataset(name.to_owned()))?;
        let mut statement = connection.prepare_cached(
            "SELECT row FROM dataset_rows WHERE dataset = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
        )?;
        // One more than asked for shows whether there is another.
        let rows = statement.query_map(params![id, start, i64::from(limit) + 1], |row| {
            Ok(object(row.get_ref(0)?.as_str()?))
        })?;
        let mut rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        Ok(Rows { rows, has_more })
    }

    fn check_room(&self, change: &Transaction<'_>, more: usize) -> Result<(), Error> {
        let bytes: i64 = change
            .prepare_cached("SELECT coalesce(sum(bytes), 0) FROM datasets")?
            .query_row((), |row| row.get(0))?;
        match bytes.unsigned_abs() + more as u64 > self.bytes_max {
            true => Err(Error::Full {
                limit: self.bytes_max,
            }),
            false => Ok(()),
        }
    }

    /// Runs `work` and keeps all of what it changed, or nothing.
    fn change<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut connection = self.lock();
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

impl Dataset {
    /// One whose rows are added by whoever makes it.
    pub fn of_rows(name: String, purpose: &str) -> Dataset {
        Dataset {
            name,
            purpose: purpose.to_owned(),
            source: json!({"type": "rows", "rows": []}),
            metadata: Map::new(),
        }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Dataset> {
        Ok(Dataset {
            name: row.get(0)?,
            purpose: row.get(1)?,
            source: serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default(),
            metadata: object(row.get_ref(3)?.as_str()?),
        })
    }
}

fn read(connection: &Connection, name: &str) -> Result<Option<Dataset>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT name, purpose, source, metadata FROM datasets WHERE name = ?1")?;
    Ok(statement
        .query_row(params![name], Dataset::read)
        .optional()?)
}

fn number(connection: &Connection, name: &str) -> Result<Option<i64>, Error> {
    let mut statement = connection.prepare_cached("SELECT id FROM datasets WHERE name = ?1")?;
    Ok(statement
        .query_row(params![name], |row| row.get(0))
        .optional()?)
}

/// What is in memory fits.
fn count(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
