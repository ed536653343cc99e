//! What is refused when it is loaded, and how the host says so.

use serde_json::json;
use toolhost_tests::{Setup, guest};

#[tokio::test]
async fn an_import_from_outside_wasi_is_refused_by_name() {
    let text = Setup::new().guest("imports_foreign").refused().await;
    assert!(
        text.contains("`toolhost-test:foreign/host@0.1.0`"),
        "{text}"
    );
    assert!(text.contains("config.yaml:5:"), "it says where: {text}");
}

#[tokio::test]
async fn a_resource_in_a_signature_is_refused_by_function() {
    let text = Setup::new().guest("exports_resource").refused().await;
    for words in [
        "#open` has a resource in its result",
        "#peek` has a resource in `counter`",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

/// Row 41: two tools of one name in one component; refused.
#[tokio::test]
async fn two_tools_of_one_name_in_one_component_are_refused() {
    let text = Setup::new().guest("collides").refused().await;
    assert!(text.contains("two tools named `same`"), "{text}");
}

#[tokio::test]
async fn every_broken_definition_of_a_provider_is_named() {
    let text = Setup::new().guest("provides_badly").refused().await;
    for name in [
        "bad name!",
        "not_json",
        "not_an_object",
        "not_a_schema",
        "bad_output",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
}

/// Row 8: a loop while a component is asked for its tools; refused within the limits.
#[tokio::test]
async fn a_provider_that_loops_while_it_is_asked_for_its_tools_is_refused_in_time() {
    let text = Setup::new()
        .guest_with("loops_at_load", "{limits: {fuel: 10M}}")
        .refused()
        .await;
    assert!(
        text.contains("`list-tools` failed") && text.contains("fuel"),
        "{text}"
    );
}

#[tokio::test]
async fn world_level_functions_are_tools_only_if_named() {
    let host = Setup::new().guest("world_functions").start().await;
    assert_eq!(
        host.good("double", json!({"value": 4})).await.structured,
        Some(json!(8))
    );
    host.rejects("add2", json!({"a": 1, "b": 2})).await;
    host.rejects("init", json!({})).await;

    let host = Setup::new()
        .guest_with("world_functions", "{functions: [add2]}")
        .start()
        .await;
    assert_eq!(
        host.good("add2", json!({"a": 1, "b": 2})).await.structured,
        Some(json!(3))
    );
    host.rejects("init", json!({})).await;

    let text = Setup::new()
        .guest_with("world_functions", "{functions: [add3]}")
        .refused()
        .await;
    assert!(text.contains("`add3` is no world-level function"), "{text}");
}

/// Row 21: files that are no component; refused, each by name.
#[tokio::test]
async fn a_file_that_is_missing_or_no_component_is_refused_with_all_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let text_file = dir.path().join("notes.wasm");
    std::fs::write(&text_file, "hello").expect("written");
    let module = dir.path().join("module.wasm");
    std::fs::write(&module, b"\0asm\x01\0\0\0").expect("written");
    let component = |path: &std::path::Path| format!("{{component: \"{}\"}}", path.display());
    let text = Setup::new()
        .provider("text", "inline::wasm", &component(&text_file))
        .provider("module", "inline::wasm", &component(&module))
        .provider(
            "missing",
            "inline::wasm",
            &component(&dir.path().join("missing.wasm")),
        )
        .provider("unknown", "inline::nope", "{}")
        .refused()
        .await;
    for words in [
        "4 problems",
        "wasm32-wasip2",
        "missing.wasm` cannot be read",
        "`inline::nope` is no shipped tool",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// Row 20: a component larger than allowed; refused by its size.
#[tokio::test]
async fn a_component_larger_than_allowed_is_not_even_read() {
    let text = Setup::new()
        .host("component_bytes_max: 1KiB")
        .guest("remembers")
        .refused()
        .await;
    assert!(text.contains("toolhost.component_bytes_max"), "{text}");
}

#[tokio::test]
async fn the_config_may_override_descriptions_and_limits_of_a_tool() {
    let config = "{tools: {double: {description: Twice as much, limits: {fuel: 2K}, parameters: {value: The number}}}}";
    let host = Setup::new()
        .guest_with("world_functions", config)
        .start()
        .await;
    let catalog = host.router().registry().current();
    let entry = catalog.entry("double").expect("it exists");
    assert_eq!(entry.tool.description, "Twice as much");
    assert_eq!(entry.limits.fuel, 2_000);
    assert_eq!(
        entry.tool.input.schema()["properties"]["value"]["description"],
        "The number"
    );

    let wrong = "{tools: {triple: {description: x}, double: {parameters: {valeu: x}}}}";
    let text = Setup::new()
        .guest_with("world_functions", wrong)
        .refused()
        .await;
    assert!(
        text.contains("no tool `triple`") && text.contains("no parameter `valeu`"),
        "{text}"
    );
}

/// Row 50: a byte of compiled code flipped; never loaded, and compiled anew.
#[tokio::test]
async fn a_cached_component_that_was_tampered_with_is_compiled_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    let cache = dir.path().join("cache");
    let yaml = format!(
        "version: 2\nserver: {{port: 0}}\nproviders:\n  tool_runtime:\n    - {{provider_id: p, provider_type: \"inline::wasm\", config: {{component: \"{}\"}}}}\ntool_groups:\n  - {{toolgroup_id: g, provider_id: p}}\ntoolhost:\n  cache_dir: \"{}\"\n",
        guest("remembers").display(),
        cache.display()
    );
    let start = async || {
        toolhost_tests::TestHost::from_yaml(&yaml)
            .await
            .expect("it starts")
    };
    start().await;
    let compiled = || -> Vec<std::path::PathBuf> {
        let files = std::fs::read_dir(&cache)
            .expect("the cache")
            .map(|file| file.expect("a file").path());
        files
            .filter(|path| path.extension().is_some_and(|ending| ending == "cwasm"))
            .collect()
    };
    let [file] = compiled().try_into().expect("one compiled component");
    let good = std::fs::read(&file).expect("read");
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&file, &flipped).expect("written");
    let host = start().await;
    assert_eq!(
        host.good("count", json!({})).await.structured,
        Some(json!(1))
    );
    assert_ne!(
        std::fs::read(&file).expect("read"),
        flipped,
        "the broken file is replaced"
    );
}
