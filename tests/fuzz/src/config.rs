//! Configs and manifests of any text.

use std::path::Path;

use toolhost::config::{self, Overrides, Problem, Problems};
use toolhost::runtime::{embed_needs, read_needs};

/// What the environment holds under `SECRET`; no problem may repeat it.
const SECRET: &str = "hunter2-planted";

const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// The input is the text of a config, and once more that of a tool's manifest.
///
/// Nothing panics. The same text gives the same config or the same problems. A problem stands
/// within the text, says what to do, and repeats neither control characters nor what the
/// environment holds. What a manifest declares can be embedded and is read back as it was.
pub fn config(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let path = Path::new("/nowhere/fuzz.yaml");
    let read = || config::parse(text, path, &Overrides::default(), &environment);
    match (read(), read()) {
        (Ok(config), Ok(again)) => assert_eq!(format!("{config:?}"), format!("{again:?}")),
        (Err(problems), Err(again)) => {
            assert_eq!(problems, again);
            check(text, &problems);
        }
        _ => panic!("read twice, it is good once"),
    }
    match config::parse_manifest(text, path) {
        Ok(needs) => {
            let wasm = embed_needs(EMPTY_COMPONENT, &needs);
            let wasm = wasm.unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(read_needs(&wasm).ok().flatten(), Some(needs));
        }
        Err(problems) => check(text, &problems),
    }
}

fn environment(name: &str) -> Option<String> {
    let value = match name {
        "SECRET" => SECRET,
        "EMPTY" => "",
        "PORT" => "8080",
        "HOME" => "/nowhere",
        _ => return None,
    };
    Some(value.to_owned())
}

fn check(text: &str, problems: &Problems) {
    assert!(!problems.0.is_empty());
    let lines: Vec<&str> = text.split(['\n', '\r']).collect();
    let lengths = lines.iter().map(|line| line.chars().count());
    let longest = lengths.max().unwrap_or(0);
    for problem in &problems.0 {
        let Problem {
            place,
            message,
            remedy,
        } = problem;
        assert!(!message.is_empty() && !remedy.is_empty(), "{problem:?}");
        for shown in [message, remedy, &place.path] {
            assert!(
                text.contains(SECRET) || !shown.contains(SECRET),
                "{problem:?}"
            );
            assert!(!shown.contains(char::is_control), "{problem:?}");
        }
        // What comes from the environment, or is missing altogether, stands nowhere.
        if place.line == 0 {
            continue;
        }
        let line = usize::try_from(place.line).unwrap_or(usize::MAX);
        // Behind the last line is where the end of the text stands.
        assert!(line <= lines.len() + 1, "{problem:?}");
        let column = usize::try_from(place.column).unwrap_or(usize::MAX);
        assert!((1..=longest + 1).contains(&column), "{problem:?}");
    }
}
