//! The commands, run as a user runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use toolhost_tests::{binary, guest, root};

fn toolhost(args: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(args).current_dir(root());
    command.env("TOOLHOST_CACHE_DIR", root().join("target/test-cache"));
    command
        .env_remove("LLAMA_STACK_PORT")
        .env_remove("TOOLHOST_LOG");
    command.output().expect("`make build` made the binary")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn good(args: &[&str]) -> String {
    let output = toolhost(args);
    assert!(
        output.status.success(),
        "{args:?}: {}{}",
        stdout(&output),
        stderr(&output)
    );
    stdout(&output)
}

fn fails(args: &[&str], code: i32) -> String {
    let output = toolhost(args);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}: {}{}",
        stdout(&output),
        stderr(&output)
    );
    stderr(&output)
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A config with one guest.
fn config(dir: &Path, name: &str, limits: &str) -> PathBuf {
    let file = dir.join(format!("{name}.yaml"));
    let component = guest(name);
    let text = format!(
        "version: 2\nproviders:\n  tool_runtime:\n    - provider_id: p\n      provider_type: inline::wasm\n      config: {{component: \"{}\", limits: {limits}}}\ntool_groups:\n  - {{toolgroup_id: g, provider_id: p}}\n",
        component.display()
    );
    std::fs::write(&file, text).expect("written");
    file
}

const EXAMPLE: &str = "examples/weather-stack-config.yaml";

#[test]
fn a_shipped_tool_runs_from_the_command_line() {
    let text = good(&["invoke", "get_weather", "city=Tokyo", "units=celsius"]);
    insta::assert_snapshot!(text, @r"
    Weather in Tokyo:
      Temperature: 21°C
      Condition: windy
      Humidity: 66%
      Wind: 26 km/h NE
    ");
    let result = parse(&good(&[
        "invoke",
        "get_weather",
        "--args",
        r#"{"city": "Tokyo"}"#,
        "--json",
    ]));
    assert_eq!(
        result["content"]
            .as_str()
            .map(|text| text.starts_with("Weather in Tokyo:")),
        Some(true)
    );
    assert_eq!(result["error_code"], Value::Null);
    assert!(
        result["metadata"]["fuel_used"]
            .as_u64()
            .is_some_and(|fuel| fuel > 0)
    );
}

#[test]
fn values_are_read_as_their_parameter_wants_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = config(dir.path(), "echoes", "{}");
    let file = file.to_str().expect("UTF-8");
    assert_eq!(
        good(&["invoke", "echo_string", "value=5", "--config", file]),
        "5\n"
    );
    assert_eq!(
        good(&["invoke", "echo_u64", "value=5", "--config", file]),
        "5\n"
    );
    assert_eq!(
        good(&[
            "invoke",
            "echo_list",
            r#"value=["a","b"]"#,
            "--config",
            file
        ]),
        "[\"a\",\"b\"]\n"
    );
    assert_eq!(
        good(&["invoke", "g/echo_enum", "value=slow", "--config", file]),
        "\"slow\"\n"
    );
}

#[test]
fn each_way_to_fail_has_its_exit_code_and_says_what_to_type() {
    assert!(fails(&["invoke", "get_wether"], 2).contains("did you mean `get_weather`?"));
    assert!(fails(&["invoke", "get_weather", "town=Tokyo"], 2).contains("toolhost tools show"));
    assert!(fails(&["invoke", "get_weather", "Tokyo"], 2).contains("name=value"));
    assert!(fails(&["invoke", "get_weather", "--args", "[1]"], 2).contains("JSON object"));
    assert!(fails(&["invoke", "get_weather", "city="], 1).contains("tool_error"));
    assert!(fails(&["tools", "show", "nope"], 2).contains("toolhost tools list"));
    assert!(
        fails(&["tools", "list", "--endpoint", "http://127.0.0.1:9"], 69)
            .contains("toolhost serve")
    );
    assert!(fails(&["check", "missing.yaml"], 78).contains("missing.yaml"));
    assert!(fails(&["component", "inspect", "README.md"], 65).contains("README.md"));
    assert!(fails(&["fly"], 2).contains("Usage"));

    let dir = tempfile::tempdir().expect("a folder");
    let file = config(dir.path(), "loops_forever", "{fuel: 1M}");
    let text = fails(
        &["invoke", "run", "--config", file.to_str().expect("UTF-8")],
        1,
    );
    assert!(text.contains("out_of_fuel"), "{text}");
}

#[test]
fn a_failure_is_json_too_if_asked_for() {
    let output = toolhost(&["invoke", "get_weather", "city=", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let result = parse(&stdout(&output));
    assert_eq!(result["error_code"], 400);
    assert_eq!(result["metadata"]["kind"], "tool_error");
}

#[test]
fn tools_are_listed_and_shown_as_tables_and_as_json() {
    let text = good(&["tools", "list"]);
    assert!(
        text.contains("TOOL") && text.contains("get_weather") && text.contains("weather-runtime"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line == line.trim_end()),
        "no trailing spaces: {text:?}"
    );
    let list = parse(&good(&["tools", "list", "--json"]));
    let weather = (list.as_array().expect("a list").iter())
        .find(|tool| tool["name"] == "get_weather")
        .expect("it is shipped");
    assert_eq!(weather["input_schema"]["required"], json!(["city"]));
    let text = good(&["tools", "show", "weather/get_weather"]);
    for words in [
        "ARGUMENT",
        "celsius|fahrenheit",
        "The unit of temperatures",
        "64.0 MiB",
        "toolhost invoke get_weather",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(
        parse(&good(&["tools", "show", "get_weather", "--json"]))["limits"]["timeout"],
        "5s"
    );
}

#[test]
fn check_says_what_would_be_served() {
    let text = good(&["check", EXAMPLE]);
    for words in [
        "is good",
        "127.0.0.1:8321",
        "get_weather",
        "weather-runtime",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let report = parse(&good(&["check", EXAMPLE, "--json"]));
    assert_eq!(report["tools"][0]["name"], "get_weather");
    assert_eq!(report["providers"][0]["ungranted_imports"], json!([]));
}

#[test]
fn check_names_the_imports_that_are_denied() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = config(dir.path(), "reads_world", "{}");
    let text = good(&["check", file.to_str().expect("UTF-8")]);
    for import in [
        "wasi:filesystem/types@",
        "wasi:http/outgoing-handler@",
        "wasi:sockets/tcp@",
    ] {
        assert!(text.contains(import), "{import}: {text}");
    }
    assert!(!text.contains("wasi:clocks"), "{text}");
}

#[test]
fn check_lists_all_problems_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("bad.yaml");
    let text = "version: 2\nproviders:\n  tool_runtime:\n    - provider_id: p\n      provider_type: inline::weather\n      config:\n        limits: {fule: 1G, memory: 2GiB}\ntool_groups:\n  - toolgroup_id: g\n    provider_id: q\nserver: {port: 99999}\n";
    std::fs::write(&file, text).expect("written");
    let text = fails(&["check", file.to_str().expect("UTF-8")], 78);
    for words in [
        "4 problems",
        "bad.yaml:7:",
        "`fuel`",
        "1GiB",
        "bad.yaml:10:",
        "bad.yaml:11:",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn inspecting_a_component_runs_nothing_of_it_unless_it_is_asked_to() {
    let looping = guest("loops_at_load");
    let looping = looping.to_str().expect("UTF-8");
    let seen = parse(&good(&["component", "inspect", looping, "--json"]));
    assert_eq!(seen["contract"], "provider");
    assert_eq!(seen["pin"]["tools"], Value::Null);
    let text = good(&["component", "inspect", looping]);
    assert!(text.contains("--list-tools"), "{text}");
    let ran = fails(&["component", "inspect", looping, "--list-tools"], 65);
    assert!(ran.contains("`list-tools` failed"), "{ran}");
    let provides = guest("provides");
    let provides = provides.to_str().expect("UTF-8");
    let listed = parse(&good(&[
        "component",
        "inspect",
        provides,
        "--list-tools",
        "--json",
    ]));
    assert!(
        listed["tools"]
            .as_array()
            .is_some_and(|tools| !tools.is_empty())
    );
    assert!(listed["pin"]["tools"].is_string());
}

#[test]
fn a_component_is_inspected_and_given_docs() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("echoes.wasm");
    let (bare, out) = (guest("echoes"), out.to_str().expect("UTF-8").to_owned());
    let bare = bare.to_str().expect("UTF-8");
    let without = parse(&good(&["component", "inspect", bare, "--json"]));
    assert_eq!(without["tools"][0]["description"], "");
    let said = good(&[
        "component",
        "embed-docs",
        "tests/guests/echoes/wit",
        bare,
        "-o",
        &out,
    ]);
    assert!(said.contains("docs of"), "{said}");
    let with = parse(&good(&["component", "inspect", &out, "--json"]));
    let described = with["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .filter(|tool| tool["description"] != "")
        .count();
    assert!(described > 0, "{with}");
    let text = good(&["component", "inspect", &out]);
    assert!(text.contains("imports ("), "{text}");
    for digest in ["component", "tools"] {
        let pin = with["pin"][digest].as_str().expect("a digest");
        let other = without["pin"][digest].as_str().expect("a digest");
        assert_ne!(pin, other, "docs are in the file, and read by models");
        let line = format!("\n      {digest}: {pin}\n");
        assert!(text.contains(&line), "{line}: {text}");
    }
}

/// Adds, and asks WASI's first preview for random bytes before.
const SUMS: &str = r#"(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "acme:sums/sums@1.0.0#add") (param i32 i32) (result i32)
    (drop (call $random (i32.const 0) (i32.const 8)))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.shl
      (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1)))
      (i32.const 16))))"#;

const SUMS_WIT: &str = "package acme:sums@1.0.0;
interface sums {
  /// Adds two numbers.
  add: func(a: s32, b: s32) -> s32;
}
world sums-tool { export sums; }
";

#[test]
fn a_core_module_becomes_a_component_that_serves_its_tools() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let module = wat::parse_str(SUMS).expect("a module");
    std::fs::write(at("sums.core.wasm"), module).expect("written");
    std::fs::write(at("sums.wit"), SUMS_WIT).expect("written");
    let (module, wit, out) = (at("sums.core.wasm"), at("sums.wit"), at("sums.wasm"));
    let made = ["component", "new", &module, "--wit", &wit, "-o", &out];
    let said = good(&made);
    assert!(said.contains("docs of 1 function(s)"), "{said}");
    let inspected = parse(&good(&["component", "inspect", &out, "--json"]));
    assert_eq!(inspected["tools"][0]["description"], "Adds two numbers.");
    let imports = inspected["imports"].as_array().expect("a list");
    assert!(imports.len() < 10, "only what it uses: {imports:?}");
    let yaml = format!(
        "version: 2\nproviders:\n  tool_runtime:\n  - provider_id: sums\n    provider_type: inline::wasm\n    config: {{component: \"{out}\"}}\ntool_groups:\n- {{toolgroup_id: sums, provider_id: sums}}\n"
    );
    std::fs::write(at("sums.yaml"), yaml).expect("written");
    let sum = good(&["invoke", "add", "--config", &at("sums.yaml"), "a=2", "b=40"]);
    assert_eq!(sum, "42\n");

    let said = fails(&["component", "new", &module, "-o", &out], 65);
    assert!(said.contains("add `--wit`"), "{said}");
    let world = ["--wit", &wit, "--world", "other"];
    let said = fails(
        &[&["component", "new", &module, "-o", &out], &world[..]].concat(),
        65,
    );
    assert!(said.contains("other"), "{said}");
}

#[test]
fn help_fits_eighty_columns_and_names_every_command() {
    let text = good(&["--help"]);
    for command in ["serve", "check", "tools", "invoke", "component"] {
        assert!(text.contains(command), "{text}");
    }
    for args in [
        &["--help"][..],
        &["serve", "--help"],
        &["invoke", "--help"],
        &["component", "embed-docs", "--help"],
    ] {
        assert!(
            good(args).lines().all(|line| line.chars().count() <= 100),
            "{args:?}"
        );
    }
}

#[test]
fn a_new_key_is_printed_once_with_what_a_config_says_of_it() {
    let minted = parse(&good(&["key", "new", "ci", "--json"]));
    assert_eq!(minted["name"], "ci");
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("keys.yaml");
    let said = good(&["key", "new", "ci"]);
    let (key, yaml) = said.split_once("server:").expect("the lines of a config");
    assert!(
        key.contains("toolhost_") && !yaml.contains("toolhost_"),
        "{said}"
    );
    std::fs::write(&file, format!("version: 2\nserver:{yaml}")).expect("written");
    good(&["check", file.to_str().expect("UTF-8")]);
    assert!(fails(&["key", "new", "a b"], 2).contains("no name of a key"));
    assert!(fails(&["tools", "list", "--api-key", "x"], 2).contains("--endpoint"));
}
