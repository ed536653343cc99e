//! What is reserved, measured and given back.

use super::*;

const MAX: Amount = Amount {
    bytes: 1000,
    files: 5,
};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(dir: &tempfile::TempDir, name: &str, bytes: usize) {
    std::fs::write(dir.path().join(name), vec![b'x'; bytes]).unwrap();
}

#[test]
fn a_folder_is_measured_with_all_that_is_in_it() {
    let dir = folder();
    write(&dir, "a", 100);
    std::fs::create_dir_all(dir.path().join("b/c")).unwrap();
    write(&dir, "b/c/d", 20);
    // A link counts itself, not what it leads to.
    std::os::unix::fs::symlink("/etc", dir.path().join("e")).unwrap();
    // Holes count: they can be filled.
    let sparse = std::fs::File::create(dir.path().join("f")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    let open = Dir::open_ambient_dir(dir.path(), ambient_authority()).unwrap();
    let found = measure(&open, 100).unwrap();
    assert_eq!(
        found,
        Amount {
            bytes: 120 + 4 + (1 << 40),
            files: 6
        }
    );
    // More files than allowed are not counted to the end.
    assert_eq!(
        measure(&open, 3).unwrap(),
        Amount {
            bytes: u64::MAX,
            files: 4
        }
    );
    assert!(Quota::open(&dir.path().join("missing"), MAX).is_err());
}

#[tokio::test]
async fn what_is_reserved_is_gone_until_the_folder_is_measured() {
    let dir = folder();
    let quota = Quota::open(dir.path(), MAX).unwrap();
    let whole = quota.try_reserve(Amount::bytes(1000), 1000).unwrap();
    assert!(quota.try_reserve(Amount::bytes(1), 1).is_none());
    // Measuring finds nothing, but what is being written may still come.
    assert!(quota.reserve(Amount::bytes(1), 1).await.is_none());
    drop(whole);
    assert!(quota.try_reserve(Amount::bytes(1), 1).is_none());
    // It never came.
    assert!(quota.reserve(Amount::bytes(1000), 1000).await.is_some());
    // What can never fit is refused without a look.
    assert!(quota.reserve(Amount::bytes(1001), 1001).await.is_none());
}

#[tokio::test]
async fn what_was_deleted_makes_room() {
    let dir = folder();
    write(&dir, "a", 900);
    let quota = Quota::open(dir.path(), MAX).unwrap();
    assert!(quota.reserve(Amount::bytes(101), 101).await.is_none());
    std::fs::remove_file(dir.path().join("a")).unwrap();
    assert!(quota.reserve(Amount::bytes(101), 101).await.is_some());
}

#[tokio::test]
async fn nothing_is_measured_while_something_moves() {
    let dir = folder();
    write(&dir, "a", 900);
    let quota = Quota::open(dir.path(), MAX).unwrap();
    std::fs::remove_file(dir.path().join("a")).unwrap();
    let moving = quota.moving().await;
    let waiting = quota.reserve(Amount::bytes(1000), 1000);
    tokio::pin!(waiting);
    for _ in 0..100 {
        let polled = futures_util::poll!(waiting.as_mut());
        assert!(polled.is_pending());
        tokio::task::yield_now().await;
    }
    drop(moving);
    assert!(waiting.await.is_some());
}

#[tokio::test]
async fn what_is_not_used_is_given_back() {
    let dir = folder();
    write(&dir, "a", 400);
    let quota = Quota::open(dir.path(), MAX).unwrap();
    let mut reserved = quota.try_reserve(Amount::bytes(10), 5000).unwrap();
    assert_eq!(reserved.bytes(), 600);
    reserved.shrink(100);
    assert_eq!(reserved.bytes(), 100);
    let second = quota.try_reserve(Amount::bytes(500), 500).unwrap();
    assert!(quota.try_reserve(Amount::bytes(1), 1).is_none());
    second.refund();
    reserved.refund();
    assert_eq!(
        quota.try_reserve(Amount::bytes(1), 5000).unwrap().bytes(),
        600
    );
}

#[tokio::test]
async fn files_are_counted_like_bytes() {
    let dir = folder();
    for name in ["a", "b", "c"] {
        write(&dir, name, 0);
    }
    let quota = Quota::open(dir.path(), MAX).unwrap();
    let both: Vec<_> = (0..2)
        .map(|_| quota.try_reserve(Amount::FILE, 0).unwrap())
        .collect();
    assert!(quota.reserve(Amount::FILE, 0).await.is_none());
    assert!(quota.is_full());
    // Files that exist may still grow.
    assert!(quota.try_reserve(Amount::bytes(1000), 1000).is_some());
    drop(both);
    assert!(quota.reserve(Amount::FILE, 0).await.is_some());
}

#[tokio::test]
async fn a_folder_with_too_many_files_is_full() {
    let dir = folder();
    for name in 0..7 {
        write(&dir, &name.to_string(), 0);
    }
    let quota = Quota::open(dir.path(), MAX).unwrap();
    assert!(quota.is_full());
    assert!(quota.reserve(Amount::bytes(1), 1).await.is_none());
    // Nothing more is never too much.
    assert!(quota.try_reserve(Amount::default(), 0).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_never_write_more_than_fits() {
    let dir = folder();
    let quota = Quota::open(
        dir.path(),
        Amount {
            bytes: 1000,
            files: 100,
        },
    )
    .unwrap();
    let writers = (0..4).map(|writer| {
        let (quota, path) = (quota.clone(), dir.path().to_owned());
        tokio::spawn(async move {
            for round in 0..40 {
                let Some(reserved) = quota
                    .reserve(
                        Amount {
                            bytes: 70,
                            files: 1,
                        },
                        70,
                    )
                    .await
                else {
                    // Full: the first to see it makes some room.
                    let _ = std::fs::remove_file(path.join(format!("{writer}-{}", round / 2)));
                    continue;
                };
                std::fs::write(path.join(format!("{writer}-{round}")), [0; 70]).unwrap();
                drop(reserved);
                let open = Dir::open_ambient_dir(&path, ambient_authority()).unwrap();
                assert!(measure(&open, 1000).unwrap().bytes <= 1000);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}
