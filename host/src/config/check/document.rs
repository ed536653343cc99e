//! Files of others that are YAML or JSON, and no configs: descriptions of APIs, for instance.

use std::path::Path;
use std::thread;

use serde_json::Value;

use super::text_within;
use crate::config::Problem;
use crate::config::node::{self, Bounds};

/// Room for the largest descriptions of APIs in use, which are of 12 MB and nest 40 deep.
const BOUNDS: Bounds = Bounds {
    bytes_max: 16 * 1024 * 1024,
    nodes_max: 1_000_000,
    depth_max: 100,
};

/// What the deepest document takes in debug builds.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Reads the one document at `path`, in YAML or JSON: at most 16 MiB, a million values, aliases
/// expanded, and 100 levels. A key that stands twice in a map is a problem. Nothing in it comes
/// from the environment.
pub fn document(path: &Path) -> Result<Value, Problem> {
    let text = text_within(path, "correct the path", BOUNDS.bytes_max)?;
    let parse = || node::parse_within(&text, Some(path), &BOUNDS).map(|node| node.to_json());
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES);
        let parsed = thread.spawn_scoped(scope, parse).map(|run| run.join());
        match parsed {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // No thread to be had: this one's stack is enough for what people write.
            Err(_) => parse(),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::check::tests::Folder;

    fn problem(folder: &Folder, text: &str) -> String {
        let found = document(&folder.write("x.yaml", text));
        found.expect_err("it is refused").to_string()
    }

    #[test]
    fn yaml_and_json_are_the_same_document() {
        let folder = Folder::new("document");
        let expected = json!({"a": {"200": [1, 2.5, true, null, "${env.HOME}"]}, "no": "no"});
        for text in [
            "a:\n  200: [1, 2.5, true, ~, '${env.HOME}']\nno: no\n",
            "{\"a\": {\"200\": [1, 2.5, true, null, \"${env.HOME}\"]}, \"no\": \"no\"}",
        ] {
            assert_eq!(document(&folder.write("x", text)), Ok(expected.clone()));
        }
        let keys = document(&folder.write("x", "{z: 1, a: 2, m: 3}")).unwrap();
        let keys: Vec<_> = keys.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["z", "a", "m"], "in the order of the file");
    }

    #[test]
    fn bombs_and_keys_that_stand_twice_are_refused() {
        let folder = Folder::new("documents");
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{},", level - 1).repeat(10);
            bomb += &format!("a{level}: &a{level} [{alias}]\n");
        }
        problem(&folder, &bomb);
        let nested = |depth| ["{a: ".repeat(depth), "}".repeat(depth)].concat();
        assert!(document(&folder.write("deep.yaml", &nested(BOUNDS.depth_max))).is_ok());
        problem(&folder, &nested(BOUNDS.depth_max + 1));
        problem(&folder, &"[".repeat(1_000_000));
        for text in ["a: 1\na: 2\n", "{\"a\": 1, \"a\": 2}", "{1: x, '1': y}"] {
            assert!(problem(&folder, text).contains("stands twice"), "{text}");
        }
        let large = "#".repeat(BOUNDS.bytes_max + 1);
        assert!(problem(&folder, &large).contains("larger than `16MiB`"));
        let missing = document(Path::new("/nowhere/api.yaml")).unwrap_err();
        assert_eq!(missing.remedy, "correct the path");
    }
}
