//! What is kept, for whom, and how much.

use std::os::unix::fs::PermissionsExt;

use super::*;

const ROOMY: u64 = 1024 * 1024;

fn fresh() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("keyvalue.db")).unwrap();
    (dir, store)
}

fn shelf(group: &str, store: &str) -> Shelf {
    Shelf {
        group: group.to_owned(),
        store: store.to_owned(),
    }
}

#[test]
fn a_value_is_kept_replaced_and_removed() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    assert_eq!(store.get(&shelf, "a").unwrap(), None);
    assert!(!store.exists(&shelf, "a").unwrap());
    for value in [&b"one"[..], b"", b"\0\xff"] {
        store.set(&shelf, "a", value, ROOMY).unwrap();
        assert_eq!(store.get(&shelf, "a").unwrap().as_deref(), Some(value));
        assert!(store.exists(&shelf, "a").unwrap());
    }
    store.delete(&shelf, "a").unwrap();
    store.delete(&shelf, "a").unwrap();
    assert_eq!(store.get(&shelf, "a").unwrap(), None);
    assert_eq!(store.bytes(&shelf).unwrap(), 0);
}

#[test]
fn no_group_or_store_sees_another() {
    let (_dir, store) = fresh();
    let mine = shelf("mine", "notes");
    store.set(&mine, "a", b"secret", ROOMY).unwrap();
    let others = [
        shelf("theirs", "notes"),
        shelf("mine", "other"),
        shelf("mine:", "notes"),
        shelf("", "notes"),
        shelf("MINE", "notes"),
    ];
    for other in others {
        assert_eq!(store.get(&other, "a").unwrap(), None, "{other:?}");
        assert!(!store.exists(&other, "a").unwrap());
        assert_eq!(store.list(&other, 0).unwrap(), Page::default());
        assert_eq!(store.bytes(&other).unwrap(), 0);
        store.set(&other, "a", b"else", ROOMY).unwrap();
        store.delete(&other, "a").unwrap();
    }
    assert_eq!(
        store.get(&mine, "a").unwrap().as_deref(),
        Some(&b"secret"[..])
    );
}

#[test]
fn a_store_is_held_to_its_bytes() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    let set = |key: &str, bytes: usize| store.set(&shelf, key, &vec![b'v'; bytes], 100);
    set("ab", 50).unwrap();
    assert_eq!(store.bytes(&shelf).unwrap(), 52);
    assert!(matches!(set("c", 48), Err(Error::Full { limit: 100 })));
    assert_eq!(store.get(&shelf, "c").unwrap(), None);
    set("c", 47).unwrap();
    assert_eq!(store.bytes(&shelf).unwrap(), 100);
    // The same key again, a thousand times, takes the same room.
    for _ in 0..1000 {
        set("ab", 50).unwrap();
    }
    assert!(matches!(set("ab", 51), Err(Error::Full { .. })));
    assert!(matches!(set("", 1), Err(Error::Full { .. })));
    set("", 0).unwrap();
    store.delete(&shelf, "c").unwrap();
    assert_eq!(store.bytes(&shelf).unwrap(), 52);
    set("d", 47).unwrap();
}

#[test]
fn a_store_that_holds_more_than_it_may_can_only_shrink() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    store.set(&shelf, "a", &[0; 200], ROOMY).unwrap();
    store.set(&shelf, "a", &[0; 150], 100).unwrap();
    assert!(store.set(&shelf, "a", &[0; 151], 100).is_err());
    assert!(store.set(&shelf, "b", &[], 100).is_err());
}

#[test]
fn a_key_has_a_longest_length() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    let longest = "k".repeat(KEY_BYTES_MAX);
    store.set(&shelf, &longest, b"", ROOMY).unwrap();
    let longer = longest + "k";
    assert!(matches!(
        store.set(&shelf, &longer, b"", ROOMY),
        Err(Error::KeyTooLong)
    ));
    assert!(!store.exists(&shelf, &longer).unwrap());
}

#[test]
fn strange_keys_are_keys_like_any() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    let keys = ["", "a\0b", "a", "A", "' OR 1=1 --", "ключ", "%", "a\0"];
    for key in keys {
        store.set(&shelf, key, key.as_bytes(), ROOMY).unwrap();
    }
    for key in keys {
        assert_eq!(
            store.get(&shelf, key).unwrap().as_deref(),
            Some(key.as_bytes())
        );
    }
    let mut sorted = keys.map(str::to_owned).to_vec();
    sorted.sort();
    assert_eq!(store.list(&shelf, 0).unwrap().keys, sorted);
    let bytes: usize = keys.iter().map(|key| 2 * key.len()).sum();
    assert_eq!(store.bytes(&shelf).unwrap(), bytes as u64);
}

#[test]
fn keys_come_in_pages() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    let page = usize::from(PAGE_KEYS);
    let keys: Vec<String> = (0..page + 5).map(|key| format!("{key:04}")).collect();
    for key in &keys {
        store.set(&shelf, key, b"", ROOMY).unwrap();
    }
    let first = store.list(&shelf, 0).unwrap();
    assert_eq!(first.keys, keys[..page]);
    let second = store.list(&shelf, first.next.unwrap()).unwrap();
    assert_eq!(second.keys, keys[page..]);
    assert_eq!(second.next, None);
    assert_eq!(store.list(&shelf, 5).unwrap().next, None);
    for beyond in [10_000, u64::MAX, 1 << 63] {
        assert_eq!(store.list(&shelf, beyond).unwrap(), Page::default());
    }
}

#[test]
fn a_number_is_counted_up() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    assert_eq!(store.increment(&shelf, "n", 3, ROOMY).unwrap(), 3);
    assert_eq!(store.increment(&shelf, "n", 39, ROOMY).unwrap(), 42);
    assert_eq!(store.get(&shelf, "n").unwrap().as_deref(), Some(&b"42"[..]));
    assert!(matches!(
        store.increment(&shelf, "n", u64::MAX, ROOMY),
        Err(Error::NotANumber)
    ));
    assert!(matches!(
        store.increment(&shelf, "n", 99, 3),
        Err(Error::Full { .. })
    ));
    for text in ["", "+1", "-1", "1.0", "x", "99999999999999999999"] {
        store.set(&shelf, "n", text.as_bytes(), ROOMY).unwrap();
        assert!(
            matches!(
                store.increment(&shelf, "n", 0, ROOMY),
                Err(Error::NotANumber)
            ),
            "{text}"
        );
    }
}

#[test]
fn calls_at_once_count_every_byte() {
    let (_dir, store) = fresh();
    let shelf = shelf("group", "notes");
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let (store, shelf) = (&store, &shelf);
            threads.spawn(move || {
                for key in 0..50 {
                    store.increment(shelf, "n", 1, ROOMY).unwrap();
                    // Some of these find the store full.
                    let _ = store.set(shelf, &format!("{thread}-{key}"), &[0; 96], 10_000);
                }
            });
        }
    });
    assert_eq!(
        store.get(&shelf, "n").unwrap().as_deref(),
        Some(&b"200"[..])
    );
    let listed = store.list(&shelf, 0).unwrap().keys;
    let bytes: usize = listed
        .iter()
        .map(|key| key.len() + if key == "n" { 3 } else { 96 })
        .sum();
    assert_eq!(store.bytes(&shelf).unwrap(), bytes as u64);
    assert!(bytes <= 10_000 + 4, "{bytes}");
}

#[test]
fn what_is_kept_is_there_after_a_restart_and_for_the_owner_alone() {
    let (dir, store) = fresh();
    let path = dir.path().join("keyvalue.db");
    let shelf = shelf("group", "notes");
    store.set(&shelf, "a", b"one", ROOMY).unwrap();
    drop(store);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let store = Store::open(&path).unwrap();
    assert_eq!(
        store.get(&shelf, "a").unwrap().as_deref(),
        Some(&b"one"[..])
    );
    assert_eq!(store.bytes(&shelf).unwrap(), 4);
}

#[test]
fn a_file_that_is_not_ours_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing/keyvalue.db");
    assert!(matches!(Store::open(&missing), Err(Error::Open { .. })));
    let other = dir.path().join("other.db");
    std::fs::write(
        &other,
        "this is a text, and a rather long one for a file header\n",
    )
    .unwrap();
    assert!(matches!(Store::open(&other), Err(Error::Open { .. })));
    let newer = dir.path().join("newer.db");
    drop(Store::open(&newer).unwrap());
    let connection = Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    assert!(matches!(Store::open(&newer), Err(Error::TooNew(_))));
}
