//! Asks the host's stores for what is not in them for it, and fills them.
//!
//! The host must show each provider its own values only, and hold a store to its size.

use exports::hostile::stores::attacks::Guest;
use wasi::config::store as config;
use wasi::keyvalue::atomics;
use wasi::keyvalue::store::{self as keyvalue, Bucket};

wit_bindgen::generate!({ generate_all });

struct Stores;

impl Guest for Stores {
    fn config_get(key: String) -> Result<Option<String>, String> {
        config::get(&key).map_err(config_error)
    }

    fn config_all() -> Result<Vec<(String, String)>, String> {
        config::get_all().map_err(config_error)
    }

    fn open_bucket(bucket: String) -> Result<(), String> {
        open(&bucket).map(|_| ())
    }

    fn get_value(bucket: String, key: String) -> Result<Option<String>, String> {
        let value = open(&bucket)?.get(&key).map_err(error)?;
        Ok(value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn set_value(bucket: String, key: String, value: String) -> Result<(), String> {
        open(&bucket)?.set(&key, value.as_bytes()).map_err(error)
    }

    fn set_large(bucket: String, key_bytes: u32, value_bytes: u32) -> Result<(), String> {
        let key = "k".repeat(key_bytes as usize);
        open(&bucket)?
            .set(&key, &vec![b'v'; value_bytes as usize])
            .map_err(error)
    }

    fn fill(bucket: String, count: u32, value_bytes: u32) -> Result<u32, String> {
        let bucket = open(&bucket)?;
        let value = vec![b'v'; value_bytes as usize];
        for number in 0..count {
            bucket
                .set(&number.to_string(), &value)
                .map_err(|refusal| format!("key {number}: {}", error(refusal)))?;
        }
        Ok(count)
    }

    fn overwrite(bucket: String, times: u32, value_bytes: u32) -> Result<u32, String> {
        let bucket = open(&bucket)?;
        let value = vec![b'v'; value_bytes as usize];
        for _ in 0..times {
            bucket.set("same", &value).map_err(error)?;
        }
        Ok(times)
    }

    fn open_many(bucket: String, count: u32) -> Result<u32, String> {
        let held: Result<Vec<Bucket>, String> = (0..count).map(|_| open(&bucket)).collect();
        held.map(|buckets| buckets.len() as u32)
    }

    fn delete_key(bucket: String, key: String) -> Result<(), String> {
        open(&bucket)?.delete(&key).map_err(error)
    }

    fn increment(bucket: String, key: String, delta: u64) -> Result<u64, String> {
        atomics::increment(&open(&bucket)?, &key, delta).map_err(error)
    }

    fn has_key(bucket: String, key: String) -> Result<bool, String> {
        open(&bucket)?.exists(&key).map_err(error)
    }

    fn list_keys(bucket: String) -> Result<Vec<String>, String> {
        let bucket = open(&bucket)?;
        let (mut keys, mut cursor) = (Vec::new(), None);
        loop {
            let page = bucket.list_keys(cursor).map_err(error)?;
            keys.extend(page.keys);
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(keys);
            }
        }
    }

    fn list_from(bucket: String, cursor: Option<u64>) -> Result<Vec<String>, String> {
        let page = open(&bucket)?.list_keys(cursor).map_err(error)?;
        Ok(page.keys)
    }
}

fn open(bucket: &str) -> Result<Bucket, String> {
    keyvalue::open(bucket).map_err(error)
}

fn error(error: keyvalue::Error) -> String {
    match error {
        keyvalue::Error::NoSuchStore => "no-such-store".to_owned(),
        keyvalue::Error::AccessDenied => "access-denied".to_owned(),
        keyvalue::Error::Other(words) => format!("other: {words}"),
    }
}

fn config_error(error: config::Error) -> String {
    match error {
        config::Error::Upstream(words) => format!("upstream: {words}"),
        config::Error::Io(words) => format!("io: {words}"),
    }
}

export!(Stores);
