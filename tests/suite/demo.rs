//! `examples/metrics-demo` with a real Prometheus: every query of its dashboard returns data.
//!
//! `make prometheus` unpacks Prometheus where Debian has it. `TOOLHOST_CLIENTS=all` makes a
//! missing one a failure.

use std::path::PathBuf;
use std::process::Command;

use toolhost_tests::{binary, is_installed, root};

pub fn installed() -> Option<PathBuf> {
    let folder = root().join(".venv/prometheus");
    is_installed(&folder.join("ready"), "Prometheus", "prometheus").then(|| folder.join("usr/bin"))
}

#[test]
fn every_panel_of_the_demo_has_data_and_its_alerts_evaluate() {
    let Some(programs) = installed() else {
        return;
    };
    let output = Command::new("python3")
        .arg(root().join("tests/demo/verify.py"))
        .arg(root().join("examples/metrics-demo"))
        .arg(binary())
        .arg(programs.join("prometheus"))
        .arg(programs.join("promtool"))
        .env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"))
        .output()
        .expect("Python is there");
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{said}");
}
