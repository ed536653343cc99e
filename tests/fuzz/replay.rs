//! A short run of every target: its corpus as it is, then mutations of it.
//!
//! `FUZZ_RUNS` is how many mutations (default 20,000), `FUZZ_SEED` which ones (default 1).

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use toolhost_fuzz::{Mutator, TARGETS, Target};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests sets it, not the host"
)]
fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number"))
    })
}

/// The inputs of a corpus, by the names of their files.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = folder("corpus").join(target);
    let files =
        std::fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let inputs = paths
        .iter()
        .map(|path| std::fs::read(path).expect("readable"));
    inputs.collect()
}

/// The words of a dictionary in libFuzzer's format: one a line, in quotes, with `\"`, `\\` and
/// `\x0a`.
fn words(target: &str) -> Vec<Vec<u8>> {
    let path = folder("dictionaries").join(format!("{target}.dict"));
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let quoted = text
        .lines()
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(word).collect()
}

fn word(quoted: &str) -> Vec<u8> {
    let mut word = Vec::new();
    let mut rest = quoted;
    while let Some(at) = rest.find('\\') {
        word.extend_from_slice(&rest.as_bytes()[..at]);
        let escaped = &rest[at + 1..];
        let hex = escaped
            .strip_prefix('x')
            .and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
        word.push(hex.unwrap_or_else(|| escaped.as_bytes()[0]));
        rest = &escaped[if hex.is_some() { 3 } else { 1 }..];
    }
    word.extend_from_slice(rest.as_bytes());
    word
}

fn run(target: Target, input: &[u8]) {
    let found = catch_unwind(|| target(input)).is_err();
    assert!(
        !found,
        "the panic above comes from b\"{}\"",
        input.escape_ascii()
    );
}

fn short_run(name: &str) {
    let (_, target) = TARGETS
        .into_iter()
        .find(|(known, _)| *known == name)
        .expect("a target");
    let corpus = corpus(name);
    for input in &corpus {
        run(target, input);
    }
    let mut mutator = Mutator::new(setting("FUZZ_SEED", 1), words(name));
    for _ in 0..setting("FUZZ_RUNS", 20_000) {
        run(target, &mutator.next(&corpus));
    }
}

#[test]
fn any_value_of_any_type_comes_back_as_it_was() {
    short_run("values");
}

#[test]
fn no_request_of_a_guest_escapes_its_grants() {
    short_run("egress");
}

#[test]
fn no_config_breaks_the_host() {
    short_run("config");
}

#[test]
fn no_request_body_breaks_the_host() {
    short_run("bodies");
}

#[test]
fn no_component_file_hides_its_manifest() {
    short_run("components");
}
