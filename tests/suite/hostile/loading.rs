//! Rows 20, 21, 40 and 41: what is refused, or tamed, before any call.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use toolhost::catalog::Registration;
use toolhost::invocation::Rejection;
use toolhost::tool::GroupName;
use toolhost_tests::{Setup, TestHost, hostile};

fn component(path: &Path) -> String {
    format!("{{component: \"{}\"}}", path.display())
}

/// The text must be short and hold nothing that a terminal would obey.
fn assert_harmless(text: &str) {
    assert!(text.len() < 64 << 10, "{} bytes", text.len());
    let control = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{}", text.escape_debug());
    assert!(!text.chars().any(is_invisible), "{}", text.escape_debug());
}

/// Characters that reorder text, or that no one sees and models read.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A component that makes so many core instances.
fn crowd(instances: usize) -> Vec<u8> {
    let many = "(core instance (instantiate $m))".repeat(instances);
    let text = format!(
        "(component (core module $m (memory 1)) {many}
           (core module $n (func (export \"f\"))) (core instance $i (instantiate $n))
           (func $f (canon lift (core func $i \"f\"))) (instance $a (export \"f\" (func $f)))
           (export \"hostile:crowds/attacks@0.1.0\" (instance $a)))"
    );
    wat::parse_str(text).expect("it encodes")
}

/// Row 20: 50 to 10,000 core instances; refused.
#[tokio::test]
async fn many_instances_in_one_component_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    for instances in [50, 900, 10_000] {
        let file = dir.path().join("crowds.wasm");
        std::fs::write(&file, crowd(instances)).expect("written");
        let begun = Instant::now();
        let text = Setup::new()
            .provider("crowds", "inline::wasm", &component(&file))
            .refused()
            .await;
        assert!(
            text.contains("instances") || text.contains("memories"),
            "{text}"
        );
        assert!(begun.elapsed() < Duration::from_secs(20), "{instances}");
    }
}

/// Row 20: a file of a terabyte; refused by its size, before it is in memory.
#[tokio::test]
async fn a_file_of_a_terabyte_is_refused_by_its_size() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("large.wasm");
    let file = std::fs::File::create(&path).expect("made");
    // Not every file system can hold it, even as a hole.
    let size = [1_u64 << 40, 1 << 33]
        .into_iter()
        .find(|size| file.set_len(*size).is_ok());
    assert!(size.is_some(), "a file of holes");
    let text = Setup::new()
        .provider("large", "inline::wasm", &component(&path))
        .provider("endless", "inline::wasm", "{component: /dev/zero}")
        .refused()
        .await;
    assert!(text.contains("2 problems"), "{text}");
    assert!(text.contains("toolhost.component_bytes_max"), "{text}");
}

/// Row 20: a type of 65,536 fields in a few hundred bytes; refused before its schema is made.
#[tokio::test]
async fn a_type_that_is_far_larger_than_its_text_is_refused() {
    let text = Setup::new().hostile("wide_types", "{}").refused().await;
    assert!(text.contains("too large a type"), "{text}");
}

/// Row 20: 64-bit and shared memory, which no limit covers; refused.
#[tokio::test]
async fn features_that_no_limit_covers_are_refused() {
    for component in ["wants_memory64", "wants_threads"] {
        let begun = Setup::new()
            .hostile(component, "{}")
            .weather()
            .build()
            .await;
        let Ok(host) = begun else { continue };
        // The engine may only find out when it makes the memory.
        host.fails("boast", json!({})).await;
        host.good("get_weather", json!({"city": "Oslo"})).await;
        assert_ne!(component, "wants_memory64", "it is refused at load");
    }
}

/// Row 21: archives, images, scripts and half a component in place of one; refused by name.
#[tokio::test]
async fn what_is_no_component_is_refused_in_words() {
    let whole = std::fs::read(hostile("burns")).expect("`make guests` built it");
    let table: [(&str, &[u8]); 7] = [
        ("zip", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        ("zstd", b"\x28\xb5\x2f\xfd\x24\0"),
        ("script", b"#!/bin/sh\nrm -rf /\n"),
        ("empty", b""),
        ("native", b"\x7fELF\x02\x01\x01\0"),
        ("half", &whole[..whole.len() / 2]),
    ];
    let dir = tempfile::tempdir().expect("a folder");
    let mut setup = Setup::new();
    for (name, bytes) in table {
        let path = dir.path().join(format!("{name}.wasm"));
        std::fs::write(&path, bytes).expect("written");
        setup = setup.provider(name, "inline::wasm", &component(&path));
    }
    let text = setup.refused().await;
    assert!(text.contains("7 problems"), "{text}");
    for (name, _) in table {
        assert!(text.contains("this is no component"), "{name}: {text}");
    }
    assert_harmless(&text);
}

/// Row 40: descriptions with instructions, terminal codes and invisible text; shown as text.
#[tokio::test]
async fn descriptions_are_text_and_nothing_else() {
    let host = Setup::new().hostile("misdescribes", "{}").start().await;
    let catalog = host.router().registry().current();
    for entry in catalog.entries() {
        let tool = &entry.tool;
        assert_harmless(&tool.description);
        assert!(!tool.description.is_empty(), "{}", tool.name);
        let mut texts = Vec::new();
        collect(tool.input.schema(), &mut texts);
        for text in texts {
            assert_harmless(&text);
        }
    }
    let description = |name: &str| {
        catalog
            .entry(name)
            .expect("it exists")
            .tool
            .description
            .clone()
    };
    assert!(description("injects").starts_with("Adds two numbers."));
    assert!(description("paints").contains("text"));
}

/// The words of a schema that are for people and models to read.
fn collect(schema: &Value, texts: &mut Vec<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(keywords) => {
            for (keyword, value) in keywords {
                match value {
                    Value::String(text) if ["title", "description"].contains(&&**keyword) => {
                        texts.push(text.clone());
                    }
                    value => collect(value, texts),
                }
            }
        }
        _ => {}
    }
}

/// Row 40: a description that is another each time; what was read when it was loaded stays.
#[tokio::test]
async fn a_description_does_not_change_while_the_host_runs() {
    let host = Setup::new().hostile("misdescribes", "{}").start().await;
    let description = |tool: &str| {
        let catalog = host.router().registry().current();
        let entry = catalog.entry(tool).expect("it exists");
        entry.tool.description.clone()
    };
    let first = description("changes");
    assert!(first.starts_with("Version "), "{first}");
    host.good("changes", json!({})).await;
    let registration = Registration {
        name: GroupName::parse("again").expect("a name"),
        provider: None,
        args: None,
    };
    host.router().register(registration).expect("it is new");
    assert_eq!(description("misdescribes/changes"), first);
    assert_eq!(description("again/changes"), first);

    let pinned = "{tools: {changes: {description: As approved.}}}";
    let host = Setup::new().hostile("misdescribes", pinned).start().await;
    let catalog = host.router().registry().current();
    let entry = catalog.entry("changes").expect("it exists");
    assert_eq!(entry.tool.description, "As approved.");
}

/// Row 40: a pattern that makes backtracking engines hang; checked in linear time.
#[tokio::test]
async fn a_pattern_cannot_make_the_check_of_arguments_slow() {
    let host = Setup::new().hostile("misdescribes", "{}").start().await;
    let begun = Instant::now();
    let text = format!("{}c", "a".repeat(50_000));
    let rejection = host.rejects("matches_slowly", json!({"x": text})).await;
    assert!(
        matches!(rejection, Rejection::InvalidArguments { .. }),
        "{rejection:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(
        rejection.to_string().len() < 4096,
        "it repeats the argument"
    );
}

/// Row 40: descriptions and schemas of a megabyte, schemas without end and schemas elsewhere;
/// refused, each by name, and nothing is fetched.
/// Row 41: names with `/`, `..`, look-alikes and control characters; refused, each by name.
#[tokio::test]
async fn names_and_schemas_that_deceive_are_refused_in_harmless_words() {
    let begun = Instant::now();
    let text = Setup::new().hostile("misnames", "{}").refused().await;
    assert_harmless(&text);
    for words in [
        "`..` is no tool name",
        "`a/b` is no tool name",
        "`../weather/get_weather` is no tool name",
        "`weather::get_weather` is no tool name",
        "it is empty",
        "it is too long",
        "large_description",
        "large_schema",
        "deep_schema",
        "remote_schema",
        "file_schema",
        "endless_schema",
        "doubling_schema",
        "large_pattern",
    ] {
        let mut shown = String::new();
        write!(shown, "{}", text.escape_debug()).expect("a string takes all");
        assert!(text.contains(words), "{words}: {shown}");
    }
    assert!(!text.contains("root:"), "a file was read: {text}");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

/// Row 41: two components that claim the same names; ambiguous bare, the same in any order.
#[tokio::test]
async fn two_components_that_claim_the_same_name_are_told_apart_by_their_groups() {
    let candidates = async |first: &str, second: &str| {
        let path = hostile("snoops");
        let setup = Setup::new().component(first, &path, "{}");
        let host: TestHost = setup.component(second, &path, "{}").start().await;
        for name in [first, second] {
            host.good(&format!("{name}/environment"), json!({})).await;
        }
        match host.rejects("environment", json!({})).await {
            Rejection::AmbiguousTool { candidates, .. } => candidates,
            other => panic!("{other:?}"),
        }
    };
    for _ in 0..3 {
        assert_eq!(
            candidates("one", "two").await,
            ["one/environment", "two/environment"]
        );
    }
    assert_eq!(
        candidates("two", "one").await,
        ["two/environment", "one/environment"]
    );
}
