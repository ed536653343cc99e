//! The examples in the documents are run, so that they stay true.

use std::path::PathBuf;

use toolhost::config::{self, Overrides};
use toolhost_tests::{TestHost, root};

fn documents() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs"))
        .expect("docs")
        .map(|entry| entry.expect("an entry").path());
    docs.chain([root().join("README.md")])
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect()
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn every_whole_config_in_the_documents_is_accepted() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut seen = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for yaml in blocks(&text, "yaml")
            .into_iter()
            .filter(|yaml| yaml.starts_with("version:"))
        {
            seen += 1;
            let file = dir.path().join("config.yaml");
            std::fs::write(&file, &yaml).expect("written");
            let loaded = config::load(&file, &Overrides::default());
            assert!(
                loaded.is_ok(),
                "{}: {}\n{yaml}",
                path.display(),
                loaded.unwrap_err()
            );
            // What names component files of its reader's own cannot be loaded further here.
            if !yaml.contains("inline::wasm") && !yaml.contains("components_dir") {
                let started = TestHost::from_yaml(&yaml).await;
                assert!(started.is_ok(), "{}\n{yaml}", path.display());
            }
        }
    }
    assert!(seen >= 3, "only {seen} configs found");
}
