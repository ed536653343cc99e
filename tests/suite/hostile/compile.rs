//! Row 20: components that are small to send and hard to compile.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use toolhost_tests::{Setup, bombs};

/// A host that is given `bomb` as its only component.
fn given(dir: &Path, bomb: &[u8]) -> Setup {
    let file = dir.join("bomb.wasm");
    std::fs::write(&file, bomb).expect("written");
    let config = format!("{{component: \"{}\"}}", file.display());
    Setup::new().provider("bomb", "inline::wasm", &config)
}

/// The compilers of this process that read a component of so many bytes.
fn compilers(bytes: usize) -> Vec<PathBuf> {
    let input = format!("--input={bytes}");
    let processes = std::fs::read_dir("/proc").expect("Linux");
    let is_compiler = |process: &PathBuf| {
        // One that ended in between has no command line.
        let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0)
            .any(|argument| argument == input.as_bytes())
    };
    let processes = processes.filter_map(|entry| Some(entry.ok()?.path()));
    processes.filter(is_compiler).collect()
}

/// Row 20: 10,000 instances, 50 components within one another, a million functions, one
/// function of megabytes, instances that double at each level; refused by their number or size.
#[tokio::test]
async fn a_component_of_too_many_parts_is_refused_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    for (bomb, words) in [
        (bombs::core_instances(10_000), "100 core instances"),
        (
            bombs::nested_components(50),
            "16 levels of nested components",
        ),
        (bombs::functions(1_000_001), "1000000 functions"),
        (bombs::huge_function(1_000_000), "function body size"),
        (bombs::doubling_instances(15), "32768 core module instances"),
    ] {
        let begun = Instant::now();
        let text = given(dir.path(), &bomb).refused().await;
        assert!(text.contains(words), "{words}: {text}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{words}");
        assert!(compilers(bomb.len()).is_empty(), "{words}");
    }
}

/// Row 20: components within bounds that keep a compiler busy for minutes, or fill its memory;
/// stopped, each by its limit, and no compiler stays behind.
#[tokio::test]
async fn a_compiler_is_stopped_at_its_limits() {
    let dir = tempfile::tempdir().expect("a folder");
    for (bomb, limit, words) in [
        (
            bombs::live_values(5000, 500),
            "compile_timeout: 1s",
            "takes longer than the 1s of `toolhost.compile_timeout`",
        ),
        (
            bombs::branch_tables(1000, 1000),
            "compile_memory: 64MiB",
            "takes more than the 67108864 bytes of `toolhost.compile_memory`",
        ),
    ] {
        let begun = Instant::now();
        let setup = given(dir.path(), &bomb).host(limit);
        let text = setup.refused().await;
        assert!(text.contains(words), "{words}: {text}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{words}");
        assert!(compilers(bomb.len()).is_empty(), "{words}");
    }
}

/// Row 20: a bomb that is loaded beside a host that serves; its calls stay fast meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_serves_does_not_notice_what_another_compiles() {
    let host = Setup::new().weather().start().await;
    let dir = tempfile::tempdir().expect("a folder");
    let bomb = bombs::live_values(4999, 500);
    let setup = given(dir.path(), &bomb).host("compile_timeout: 1s");
    let loading = tokio::spawn(async move { setup.refused().await });
    let (mut calls, mut slowest) = (0, Duration::ZERO);
    while !loading.is_finished() {
        let begun = Instant::now();
        host.good("get_weather", json!({"city": "Oslo"})).await;
        slowest = slowest.max(begun.elapsed());
        calls += usize::from(!compilers(bomb.len()).is_empty());
    }
    let text = loading.await.expect("no panic");
    assert!(text.contains("toolhost.compile_timeout"), "{text}");
    assert!(calls > 10, "{calls} calls while it compiled");
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    assert!(compilers(bomb.len()).is_empty());
}
