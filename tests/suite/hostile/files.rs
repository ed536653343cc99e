//! Rows 19 and 32: a guest that fills a folder, and links that change while it looks. What it
//! may reach at all is tested with the grants.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use toolhost::invocation::Failure;
use toolhost::policy::Rule;

use super::Arena;

const MIB: u64 = 1 << 20;

/// A host whose attacker may write 1 MiB in 20 files.
async fn arena(folder: &Path) -> Arena {
    let config = format!(
        "{{grants: {{files: [{{host: \"{}\", guest: /data, access: write, bytes: 1MiB, files: 20}}]}}, limits: {{timeout: 1m, hostcalls: 10M}}}}",
        folder.display()
    );
    Arena::of("files", &config).await
}

/// Bytes and files below a folder.
fn held(folder: &Path) -> (u64, u64) {
    let (mut bytes, mut files) = (0, 0);
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let about = entry.metadata().expect("there");
        files += 1;
        bytes += about.len();
        if about.is_dir() {
            let inside = held(&entry.path());
            bytes = bytes - about.len() + inside.0;
            files += inside.1;
        }
    }
    (bytes, files)
}

/// Row 19: 100 GB into a folder of 1 MiB, poured, appended, at a far place or by decree; the
/// quota holds on the disk.
#[tokio::test]
async fn a_folder_holds_no_more_bytes_than_granted() {
    let folder = tempfile::tempdir().expect("a folder");
    let arena = arena(folder.path()).await;
    let huge = 100_000_000_000_u64;
    for (tool, args) in [
        ("write", json!({"path": "/data/a", "bytes": huge})),
        ("append", json!({"path": "/data/a", "bytes": huge})),
        ("write", json!({"path": "/data/b", "bytes": huge})),
        ("write_at", json!({"path": "/data/c", "offset": huge})),
        ("set_size", json!({"path": "/data/d", "bytes": huge})),
        ("write_at", json!({"path": "/data/c", "offset": u64::MAX})),
        ("set_size", json!({"path": "/data/d", "bytes": u64::MAX})),
    ] {
        let outcome = arena.runs(tool, args).await;
        assert!(
            !matches!(outcome.result, Err(Failure::Host)),
            "{tool}: {:?}",
            outcome.result
        );
        let counted = outcome.denials.counts.iter();
        assert!(
            counted.clone().any(|(rule, _)| *rule == Rule::FileQuota) || outcome.result.is_err(),
            "{tool}: {:?}",
            outcome.denials
        );
        let (bytes, _) = held(folder.path());
        assert!(bytes <= MIB, "{tool}: {bytes}");
    }
    for path in ["/data/a", "/data/b"] {
        let _ = arena.runs("unlink", json!({"path": path})).await;
    }
    let written = arena
        .value("write", json!({"path": "/data/e", "bytes": MIB / 2}))
        .await;
    assert_eq!(written, json!(MIB / 2), "what was freed can be used");
}

/// Row 19: 100,000 files and folders; the quota holds, and the guest learns of it.
#[tokio::test]
async fn a_folder_holds_no_more_files_than_granted() {
    let folder = tempfile::tempdir().expect("a folder");
    let arena = arena(folder.path()).await;
    let args = json!({"path": "/data", "count": 100_000});
    let refusal = arena.refusal("make_many", args).await;
    assert!(refusal.starts_with("file 20: "), "{refusal}");
    let args = json!({"path": "/data", "depth": 1000});
    arena.refusal("make_folders_within", args).await;
    for number in 0..100 {
        let link = json!({"target": "0", "new": format!("/data/link{number}")});
        arena.runs("symlink", link).await;
        let link = json!({"existing": "/data/0", "new": format!("/data/hard{number}")});
        arena.runs("hard_link", link).await;
    }
    let (_, files) = held(folder.path());
    assert!(files <= 20, "{files}");
}

/// Row 19: 100,000 files open at once; too many handles, and none stays open.
#[tokio::test]
async fn open_files_end_at_the_limit_of_handles() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a"), "hello").expect("written");
    let arena = arena(folder.path()).await;
    let args = json!({"path": "/data/a", "count": 100_000});
    let failure = arena.fails("open_many", args).await;
    assert!(
        matches!(
            failure,
            Failure::TooManyHandles { .. } | Failure::Tool { .. }
        ),
        "{failure:?}"
    );
    let ours = || {
        let open = fs::read_dir("/proc/self/fd").expect("Linux");
        let links = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        links
            .filter(|path| path.starts_with(folder.path().join("a")))
            .count()
    };
    assert_eq!(ours(), 0, "files of a call that is over stay open");
    let text = arena.good("read", json!({"path": "/data/a"})).await;
    assert!(format!("{text:?}").contains("hello"), "{text:?}");
}

/// Row 32: a folder that somebody else swaps for a link to the outside, again and again, while
/// the guest reads and writes there; it sees the folder or nothing.
#[tokio::test]
async fn a_link_that_takes_a_folders_place_meanwhile_leads_nowhere() {
    let around = tempfile::tempdir().expect("a folder");
    let (outside, data) = (around.path().join("outside"), around.path().join("data"));
    for (folder, text) in [(&outside, "s3cret"), (&data.join("sub"), "inside")] {
        fs::create_dir_all(folder).expect("made");
        fs::write(folder.join("a"), text).expect("written");
    }
    let arena = arena(&data).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let swapping = {
        let (is_over, outside) = (is_over.clone(), outside.clone());
        let (sub, away) = (data.join("sub"), data.join("away"));
        std::thread::spawn(move || {
            let mut swaps = 0;
            while !is_over.load(Ordering::Relaxed) {
                fs::rename(&sub, &away).expect("moved away");
                let target = [outside.as_path(), Path::new("../outside")][swaps % 2];
                symlink(target, &sub).expect("linked");
                fs::remove_file(&sub).expect("unlinked");
                fs::rename(&away, &sub).expect("moved back");
                swaps += 1;
            }
            swaps
        })
    };
    let (mut attempts, mut reads) = (0, 0);
    // On a busy machine hardly any read may find the folder.
    while attempts < 500 || (reads == 0 && attempts < 50_000) {
        attempts += 1;
        let read = arena
            .host
            .invoke("read", json!({"path": "/data/sub/a"}))
            .await;
        let outcome = read.decided.expect("it ran");
        if let Ok(output) = outcome.result {
            assert!(format!("{output:?}").contains("inside"), "{output:?}");
            reads += 1;
        }
        let args = json!({"path": "/data/sub/b", "text": "x"});
        arena.host.invoke("write_text", args).await;
        let args = json!({"path": "/data/sub/a"});
        arena.host.invoke("stat", args).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let swaps = swapping.join().expect("no panic");
    assert!(reads > 0 && swaps > 100, "{reads} reads, {swaps} swaps");
    assert_eq!(held(&outside), (6, 1));
    let secret = fs::read_to_string(outside.join("a")).expect("there");
    assert_eq!(secret, "s3cret");
}
