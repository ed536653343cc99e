//! What tools may reach besides the network: folders, stores, values; and sockets never.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use toolhost::invocation::{Failure, Outcome};
use toolhost::policy::{Denial, Rule};
use toolhost_tests::{Setup, TestHost, hostile, invoke};

async fn outcome(host: &TestHost, tool: &str, args: Value) -> Outcome {
    let answer = host.invoke(tool, args).await;
    answer
        .decided
        .unwrap_or_else(|rejection| panic!("{tool}: {rejection:?}"))
}

/// What a guest was told, and what the host noted.
async fn refused(host: &TestHost, tool: &str, args: Value) -> (String, Vec<Denial>) {
    let outcome = outcome(host, tool, args).await;
    match outcome.result {
        Err(Failure::Tool { message, .. }) => (message, outcome.denials.first),
        other => panic!("{tool}: {other:?}"),
    }
}

async fn value(host: &TestHost, tool: &str, args: Value) -> Value {
    let outcome = outcome(host, tool, args).await;
    let output = outcome
        .result
        .unwrap_or_else(|failure| panic!("{tool}: {failure:?}"));
    assert!(outcome.denials.is_empty(), "{tool}: {:?}", outcome.denials);
    output
        .structured
        .unwrap_or_else(|| json!(output.content.len()))
}

/// The guest `files` with folders of the host, each with where it is seen and what more is
/// granted.
async fn with_folders(folders: &[(&Path, &str, &str)]) -> TestHost {
    let grants: Vec<String> = folders
        .iter()
        .map(|(host, guest, more)| {
            format!("{{host: \"{}\", guest: {guest}{more}}}", host.display())
        })
        .collect();
    let config = format!(
        "{{grants: {{files: [{}]}}, limits: {{timeout: 10s}}}}",
        grants.join(", ")
    );
    Setup::new().hostile("files", &config).start().await
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a"), "hello").expect("written");
    std::fs::create_dir(folder.path().join("sub")).expect("made");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_folder_granted_for_reading_is_read() {
    let data = folder();
    let host = with_folders(&[(data.path(), "/data", "")]).await;
    assert_eq!(value(&host, "folders", json!({})).await, json!(["/data"]));
    let listed = value(&host, "list", json!({"path": "/data"})).await;
    assert_eq!(listed, json!(["a", "sub"]));
    let output = host.good("read", json!({"path": "/data/a"})).await;
    assert!(format!("{output:?}").contains("hello"), "{output:?}");
}

/// Every way to change `/data`, and what a denial calls it.
fn changes() -> [(&'static str, Value, &'static str); 14] {
    [
        (
            "write",
            json!({"path": "/data/a", "bytes": 1}),
            "write /data/a",
        ),
        (
            "write_text",
            json!({"path": "/data/b", "text": "x"}),
            "write /data/b",
        ),
        (
            "append",
            json!({"path": "/data/a", "bytes": 1}),
            "write /data/a",
        ),
        (
            "write_at",
            json!({"path": "/data/a", "offset": 3}),
            "write /data/a",
        ),
        (
            "set_size",
            json!({"path": "/data/a", "bytes": 0}),
            "write /data/a",
        ),
        ("truncate", json!({"path": "/data/a"}), "write /data/a"),
        (
            "open_for_writing",
            json!({"path": "/data/a"}),
            "write /data/a",
        ),
        ("set_times", json!({"path": "/data/a"}), "date /data/a"),
        ("make_folder", json!({"path": "/data/b"}), "make /data/b"),
        (
            "remove_folder",
            json!({"path": "/data/sub"}),
            "delete /data/sub",
        ),
        ("unlink", json!({"path": "/data/a"}), "delete /data/a"),
        (
            "rename",
            json!({"old": "/data/a", "new": "/data/b"}),
            "rename /data/a",
        ),
        (
            "hard_link",
            json!({"existing": "/data/a", "new": "/data/b"}),
            "link /data/b",
        ),
        (
            "symlink",
            json!({"target": "a", "new": "/data/b"}),
            "link /data/b",
        ),
    ]
}

/// Row 32: every way to change what may only be read; nothing changes.
#[tokio::test]
async fn a_folder_granted_for_reading_is_never_changed() {
    let data = folder();
    let host = with_folders(&[(data.path(), "/data", "")]).await;
    for (tool, args, target) in changes() {
        let (told, denials) = refused(&host, tool, args).await;
        assert_eq!(told, "read-only", "{tool}");
        let [denial] = denials.as_slice() else {
            panic!("{tool}: {denials:?}")
        };
        assert_eq!(denial.rule, Rule::ReadOnly, "{tool}");
        assert_eq!(denial.target, target, "{tool}");
        assert_eq!(
            denial.grant.as_deref(),
            Some("grants:\n  files:\n    - guest: \"/data\"\n      access: write"),
        );
    }
    assert_eq!(names(data.path()), ["a", "sub"]);
    let text = std::fs::read_to_string(data.path().join("a")).expect("there");
    assert_eq!(text, "hello");
}

/// Row 32: across rights; what may be written to gives no way into what may be read.
#[tokio::test]
async fn a_folder_for_writing_opens_no_way_into_one_for_reading() {
    let (read, write) = (folder(), folder());
    let other = folder();
    let host = with_folders(&[
        (read.path(), "/read", ""),
        (write.path(), "/write", ", access: write"),
        (other.path(), "/other", ", access: write"),
    ])
    .await;
    for (tool, args, told) in [
        (
            "rename",
            json!({"old": "/write/a", "new": "/read/b"}),
            "read-only",
        ),
        (
            "rename",
            json!({"old": "/read/a", "new": "/write/b"}),
            "read-only",
        ),
        (
            "hard_link",
            json!({"existing": "/read/a", "new": "/write/b"}),
            "read-only",
        ),
        (
            "hard_link",
            json!({"existing": "/write/a", "new": "/read/b"}),
            "read-only",
        ),
        (
            "hard_link",
            json!({"existing": "/write/a", "new": "/write/b"}),
            "not-permitted",
        ),
        (
            "symlink",
            json!({"target": "a", "new": "/write/b"}),
            "not-permitted",
        ),
        (
            "symlink",
            json!({"target": "/etc/passwd", "new": "/write/b"}),
            "not-permitted",
        ),
        // Each counts what it holds by itself.
        (
            "rename",
            json!({"old": "/write/a", "new": "/other/b"}),
            "cross-device",
        ),
    ] {
        let (found, _) = refused(&host, tool, args.clone()).await;
        assert_eq!(found, told, "{tool} {args}");
    }
    for folder in [&read, &write, &other] {
        assert_eq!(names(folder.path()), ["a", "sub"]);
    }
    let raced = json!({"folder": "/write", "target": "../../etc/passwd", "times": 50});
    let raced = outcome(&host, "race_links", raced).await;
    assert_eq!(raced.result.expect("an answer").structured, Some(json!([])));
    assert_eq!(raced.denials.counts, [(Rule::SpecialFile, 100)]);
}

#[tokio::test]
async fn a_folder_granted_for_writing_is_written_to() {
    let data = folder();
    let host = with_folders(&[(data.path(), "/data", ", access: write, bytes: 64KiB")]).await;
    for (tool, args) in [
        ("write_text", json!({"path": "/data/sub/b", "text": "hi"})),
        ("append", json!({"path": "/data/sub/b", "bytes": 10})),
        ("rename", json!({"old": "/data/sub/b", "new": "/data/c"})),
        ("set_size", json!({"path": "/data/c", "bytes": 5})),
        ("make_folder", json!({"path": "/data/new"})),
        ("remove_folder", json!({"path": "/data/sub"})),
        ("set_times", json!({"path": "/data/a"})),
        ("unlink", json!({"path": "/data/a"})),
    ] {
        value(&host, tool, args).await;
    }
    assert_eq!(names(data.path()), ["c", "new"]);
    let text = std::fs::read_to_string(data.path().join("c")).expect("there");
    assert_eq!(text, "hixxx");
    // Rewritten many times over: what is overwritten takes no room in the end.
    for _ in 0..10 {
        let args = json!({"path": "/data/c", "bytes": 40_000});
        assert_eq!(value(&host, "write", args).await, json!(40_000));
    }
}

/// Row 32: `..`, absolute paths, links that the operator left there; nothing outside is read.
#[tokio::test]
async fn nothing_outside_a_folder_is_reached() {
    let around = folder();
    std::fs::write(around.path().join("secret"), "s3cret").expect("written");
    let data = around.path().join("sub");
    symlink("/etc/passwd", data.join("absolute")).expect("linked");
    symlink("../secret", data.join("up")).expect("linked");
    symlink("/proc/self/environ", data.join("environ")).expect("linked");
    symlink("/", data.join("root")).expect("linked");
    symlink("loop", data.join("loop")).expect("linked");
    let host = with_folders(&[(&data, "/data", ", access: write")]).await;
    for path in [
        "../secret",
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "/proc/self/environ",
        "/data/../secret",
        "/data/./../secret",
        "/data/absolute",
        "/data/up",
        "/data/environ",
        "/data/root/etc/passwd",
        "/data/loop",
        "/data/sub/../../secret",
        "/database/secret",
    ] {
        refused(&host, "read", json!({"path": path})).await;
        refused(&host, "write_text", json!({"path": path, "text": "x"})).await;
        refused(
            &host,
            "unlink",
            json!({"path": format!("{path}/../../secret")}),
        )
        .await;
    }
    let secret = std::fs::read_to_string(around.path().join("secret")).expect("there");
    assert_eq!(secret, "s3cret");
}

/// Row 32: pipes, sockets and devices; refused at once, where opening would wait forever.
#[tokio::test]
async fn only_files_and_folders_are_opened() {
    let data = folder();
    let made = Command::new("mkfifo")
        .arg(data.path().join("pipe"))
        .status();
    assert!(made.expect("mkfifo").success());
    let _listener = UnixListener::bind(data.path().join("socket")).expect("bound");
    symlink("pipe", data.path().join("link")).expect("linked");
    let host = with_folders(&[(data.path(), "/data", ", access: write")]).await;
    for (tool, more) in [
        ("read", json!({})),
        ("open_for_writing", json!({})),
        ("truncate", json!({})),
        ("write_text", json!({"text": "x"})),
    ] {
        for name in ["pipe", "socket", "link"] {
            let mut args = more.clone();
            args["path"] = json!(format!("/data/{name}"));
            let (told, denials) = refused(&host, tool, args).await;
            assert_eq!(told, "not-permitted", "{tool} {name}");
            assert_eq!(denials[0].rule, Rule::SpecialFile);
            assert_eq!(denials[0].target, format!("open /data/{name}"));
            assert_eq!(denials[0].grant, None);
        }
    }
    let args = json!({"old": "/data/pipe", "new": "/data/a"});
    assert_eq!(refused(&host, "rename", args).await.0, "not-permitted");
    let state = value(&host, "stat", json!({"path": "/data/pipe"})).await;
    assert!(state.to_string().contains("fifo") || state.to_string().contains("unknown"));
}

/// Row 19: a full folder; the guest hears it, and the operator how to grant more.
#[tokio::test]
async fn a_full_folder_says_so() {
    let data = tempfile::tempdir().expect("a folder");
    let host = with_folders(&[(
        data.path(),
        "/data",
        ", access: write, bytes: 4KiB, files: 2",
    )])
    .await;
    for (tool, args) in [
        ("set_size", json!({"path": "/data/a", "bytes": 4097})),
        ("write_at", json!({"path": "/data/a", "offset": 4096})),
        ("make_many", json!({"path": "/data", "count": 3})),
    ] {
        let (told, denials) = refused(&host, tool, args).await;
        assert!(told.ends_with("insufficient-space"), "{tool}: {told}");
        assert_eq!(denials[0].rule, Rule::FileQuota, "{tool}");
        let grant = denials[0].grant.as_deref().expect("more can be granted");
        assert!(
            grant.ends_with("access: write\n      bytes: 8192\n      files: 4"),
            "{grant}"
        );
    }
    // What still fits is written.
    let written = outcome(&host, "write", json!({"path": "/data/0", "bytes": 100_000})).await;
    assert_eq!(
        written.result.expect("an answer").structured,
        Some(json!(4096))
    );
    assert_eq!(written.denials.counts, [(Rule::FileQuota, 1)]);
}

/// Row 19: many calls at once; together they write no more than one may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_at_once_share_one_quota() {
    const BYTES: u64 = 256 * 1024;
    let data = tempfile::tempdir().expect("a folder");
    let host = with_folders(&[(data.path(), "/data", ", access: write, bytes: 256KiB")]).await;
    let calls: Vec<_> = (0..16)
        .map(|number| {
            let router = host.router().clone();
            tokio::spawn(async move {
                let args = json!({"path": format!("/data/{number}"), "bytes": 100_000});
                invoke(&router, "write", args).await
            })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic");
    }
    let sizes = names(data.path()).into_iter().map(|name| {
        let about = data.path().join(name).metadata().expect("there");
        about.len()
    });
    let sum: u64 = sizes.sum();
    assert!(sum <= BYTES, "{sum}");
    assert!(sum > BYTES - 16 * 4096, "{sum}");
}

#[tokio::test]
async fn a_call_has_only_so_many_files_open() {
    let data = folder();
    let host = with_folders(&[(data.path(), "/data", "")]).await;
    let args = json!({"path": "/data/a", "count": 1000});
    let (told, _) = refused(&host, "open_many", args).await;
    assert_eq!(told, "file 128: insufficient-memory");
    value(&host, "open_many", json!({"path": "/data/a", "count": 128})).await;
}

/// Row 29: sockets of every kind, and a name that carries a secret; all denied and noted.
#[tokio::test]
async fn there_are_no_sockets_and_no_lookups() {
    let host = Setup::new().hostile("dials", "{}").start().await;
    for (tool, args, target) in [
        (
            "tcp_connect",
            json!({"ip": "127.0.0.1", "port": 80}),
            "tcp socket",
        ),
        (
            "tcp_connect",
            json!({"ip": "::1", "port": 80}),
            "tcp socket",
        ),
        (
            "tcp_listen",
            json!({"ip": "127.0.0.1", "port": 0}),
            "tcp socket",
        ),
        (
            "udp_send",
            json!({"ip": "127.0.0.1", "port": 53, "text": "x"}),
            "udp socket",
        ),
        (
            "lookup",
            json!({"name": "secret.attacker.com"}),
            "look up secret.attacker.com",
        ),
        (
            "lookup",
            json!({"name": "localhost\u{1b}[2J"}),
            "look up localhost\u{fffd}[2J",
        ),
    ] {
        let (told, denials) = refused(&host, tool, args).await;
        assert_eq!(told, "access-denied", "{tool}");
        assert_eq!(denials[0].rule, Rule::Sockets, "{tool}");
        assert_eq!(denials[0].target, target, "{tool}");
        assert_eq!(denials[0].grant, None);
    }
    let long = json!({"name": format!("{}.attacker.com", "x".repeat(300))});
    let (_, denials) = refused(&host, "lookup", long).await;
    assert_eq!(denials[0].target, format!("look up {}…", "x".repeat(100)));
}

/// The guest `stores` in two groups, with a store of `bytes`.
async fn with_store(data: &Path, bytes: &str) -> TestHost {
    let config = format!(
        "{{component: \"{}\", grants: {{config: {{units: metric, lang: en}}, keyvalue: {{store: notes, bytes: {bytes}}}}}, limits: {{timeout: 10s}}}}",
        hostile("stores").display()
    );
    Setup::new()
        .provider("stores", "inline::wasm", &config)
        .group("ours", "stores")
        .group("theirs", "stores")
        .host(&format!("data_dir: \"{}\"", data.display()))
        .start()
        .await
}

#[tokio::test]
async fn a_store_is_kept_for_the_group_that_the_call_came_through() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("toolhost/data");
    let key = json!({"bucket": "notes", "key": "k"});
    {
        let host = with_store(&data, "1MiB").await;
        let mode = data.metadata().expect("it was made").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else reads there");
        let set = json!({"bucket": "notes", "key": "k", "value": "mine"});
        value(&host, "ours/set_value", set).await;
        let theirs = value(&host, "theirs/get_value", key.clone()).await;
        assert_eq!(theirs, Value::Null);
        let listed = value(&host, "theirs/list_keys", json!({"bucket": "notes"})).await;
        assert_eq!(listed, json!([]));
    }
    let host = with_store(&data, "1MiB").await;
    let ours = outcome(&host, "ours/get_value", key.clone()).await;
    let output = ours.result.expect("a value");
    assert!(format!("{output:?}").contains("mine"), "{output:?}");
    let listed = value(&host, "ours/list_keys", json!({"bucket": "notes"})).await;
    assert_eq!(listed, json!(["k"]));
    value(&host, "ours/delete_key", key.clone()).await;
    let there = value(&host, "ours/has_key", key).await;
    assert_eq!(there, json!(false));
}

#[tokio::test]
async fn a_store_that_is_not_granted_does_not_open() {
    let data = tempfile::tempdir().expect("a folder");
    let host = with_store(data.path(), "1MiB").await;
    for bucket in ["", "default", "Notes", "notes ", "../notes"] {
        let (told, denials) = refused(&host, "ours/open_bucket", json!({"bucket": bucket})).await;
        assert_eq!(told, "access-denied", "{bucket}");
        assert_eq!(denials[0].rule, Rule::Keyvalue);
        assert_eq!(denials[0].reason, "the only store granted is `notes`");
        assert_eq!(
            denials[0].grant.as_deref(),
            Some(format!("grants:\n  keyvalue:\n    store: \"{bucket}\"").as_str())
        );
    }
    let host = Setup::new().hostile("stores", "{}").start().await;
    let (told, denials) = refused(&host, "open_bucket", json!({"bucket": "notes"})).await;
    assert_eq!(told, "access-denied");
    assert_eq!(denials[0].reason, "no store is granted");
    assert_eq!(value(&host, "config_all", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_store_is_held_to_its_bytes_for_each_group() {
    let data = tempfile::tempdir().expect("a folder");
    let host = with_store(data.path(), "10KiB").await;
    let fill = json!({"bucket": "notes", "count": 100, "value_bytes": 1000});
    for group in ["ours", "theirs"] {
        let (told, denials) = refused(&host, &format!("{group}/fill"), fill.clone()).await;
        assert_eq!(told, "key 10: other: the store is full");
        assert_eq!(denials[0].rule, Rule::KeyvalueQuota);
        let grant = denials[0].grant.as_deref().expect("more can be granted");
        assert!(
            grant.ends_with("store: \"notes\"\n    bytes: 20480"),
            "{grant}"
        );
    }
    let large = json!({"bucket": "notes", "key_bytes": 1025, "value_bytes": 0});
    let (told, _) = refused(&host, "ours/set_large", large).await;
    assert_eq!(told, "other: the key has more than 1024 bytes");
    let beyond = json!({"bucket": "notes", "cursor": u64::MAX});
    assert_eq!(value(&host, "ours/list_from", beyond).await, json!([]));
}

#[tokio::test]
async fn a_config_gives_what_is_granted() {
    let data = tempfile::tempdir().expect("a folder");
    let host = with_store(data.path(), "1MiB").await;
    assert_eq!(
        value(&host, "ours/config_all", json!({})).await,
        json!([["lang", "en"], ["units", "metric"]])
    );
    let missing = value(&host, "ours/config_get", json!({"key": "home"})).await;
    assert_eq!(missing, Value::Null);
}
