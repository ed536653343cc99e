//! Whole configs, from text to [`Config`] or problems.

use std::collections::HashMap;

use super::*;
use crate::config::Source;
use crate::policy::Limits;

pub(super) const WEATHER: &str = "\
version: 2
providers:
  tool_runtime:
    - {provider_id: weather-runtime, provider_type: 'inline::weather', config: {}}
tool_groups:
  - {toolgroup_id: weather, provider_id: weather-runtime}
";

/// What an entry of `server.auth.keys` cannot lack.
pub(super) const NAMED_KEY: &str =
    "name: ci, hash: 'blake3:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'";

pub(super) fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, Problems> {
    read_with(text, variables, &Overrides::default())
}

pub(super) fn read_with(
    text: &str,
    variables: &[(&str, &str)],
    overrides: &Overrides,
) -> Result<Config, Problems> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let environment = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    parse(text, Path::new("conf/stack.yaml"), overrides, &environment)
}

/// `line path message` of each problem.
pub(super) fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let problems = read(text, variables)
        .err()
        .map(|problems| problems.0)
        .unwrap_or_default();
    assert!(problems.iter().all(|problem| !problem.remedy.is_empty()));
    let line = |problem: &Problem| {
        format!(
            "{} {} {}",
            problem.place.line, problem.place.path, problem.message
        )
    };
    problems.iter().map(line).collect()
}

/// A config of one provider with `grants`.
pub(super) fn granted(grants: &str) -> String {
    provider(&format!("{{grants: {grants}}}"))
}

/// A config whose one provider has this `config`.
pub(super) fn provider(config: &str) -> String {
    format!(
        "providers: {{tool_runtime: [{{provider_id: p, provider_type: 'inline::weather', config: {config}}}]}}"
    )
}

/// The one problem of `text`, which says `message` and recommends `remedy`.
#[track_caller]
pub(super) fn check(text: &str, message: &str, remedy: &str) {
    check_with(text, &[], message, remedy);
}

/// As [`check`], with an environment.
#[track_caller]
pub(super) fn check_with(text: &str, variables: &[(&str, &str)], message: &str, remedy: &str) {
    let found = read(text, variables)
        .err()
        .unwrap_or_else(|| panic!("{text} is accepted"))
        .0;
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    assert!(found[0].message.contains(message), "{text}: {}", found[0]);
    assert!(found[0].remedy.contains(remedy), "{text}: {}", found[0]);
}

/// A folder for one test, by a name of its own, which goes with the test.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Folder {
        let name = format!("toolhost-config-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_weather_example_loads() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/weather-stack-config.yaml"
    ));
    let config = load(path, &Overrides::default()).unwrap();
    assert_eq!(config.providers[0].name.as_str(), "weather-runtime");
    assert_eq!(
        config.providers[0].source,
        Source::Named("weather".to_owned())
    );
    assert_eq!(config.groups[0].name.as_str(), "weather");
    assert_eq!(config.groups[0].provider, config.providers[0].name);
    assert_eq!(config.groups[0].place.line, 9);
    assert!(config.ignored.is_empty());
}

#[test]
fn all_problems_are_listed_with_line_and_remedy() {
    let text = "\
version: 3
providers:
  tool_runtime:
    - provider_id: p
      provider_type: remote::model-context-protocol
      config: {limits: {fuel: 5, timeout: 5, memry: 1MiB}}
    - provider_id: p
      provider_type: inline::a/b
tool_groups:
  - toolgroup_id: g
    provider_id: q
  - toolgroup_id: g
    provider_id: ${env.NOBODY}
    mcp_endpoint: {uri: 'http://x/sse'}
servr: {}
";
    let expected = [
        "1 version `3` is no version that this host reads",
        "5 providers.tool_runtime[0].provider_type `remote::model-context-protocol` is no component",
        "6 providers.tool_runtime[0].config.limits.fuel `5` is below the least, `1K`",
        "6 providers.tool_runtime[0].config.limits.timeout `5` has no unit",
        "6 providers.tool_runtime[0].config.limits.memry key `memry` is unknown here",
        "7 providers.tool_runtime[1].provider_id `p` is a provider already, in line 4",
        "8 providers.tool_runtime[1].provider_type `inline::a/b` names no component",
        "11 tool_groups[0].provider_id `q` is no provider of this config",
        "13 tool_groups[1].provider_id environment variable `NOBODY` is not set or empty",
        "15 servr key `servr` is unknown here",
    ];
    assert_eq!(problems(text, &[]), expected);
    let shown = read(text, &[]).unwrap_err().to_string();
    assert!(
        shown.starts_with(
            "the config has 10 problems:\n  conf/stack.yaml:1:10: `version`: `3` is no"
        ),
        "{shown}"
    );
    assert!(shown.contains("\n    write `5s`\n"), "{shown}");
    assert!(
        shown.contains("\n    write `server`, or remove it\n"),
        "{shown}"
    );
}

#[test]
fn foreign_sections_are_set_aside_with_their_variables() {
    let text = "\
version: '2'
image_name: x
apis: [tool_runtime, inference]
external_providers_dir: ~/x
inference_store: {type: sqlite, db_path: '${env.NOBODY}'}
models: []
shields:
logging: {category_levels: {core: debug}}
providers:
  inference: [{provider_id: '${env.NOBODY}', provider_type: 'remote::vllm'}]
  telemetry: [{provider_id: __disabled__}]
  safety: []
server: {workers: 4, auth: null, quota:, cors: false}
";
    let expected = [
        "external_providers_dir",
        "inference_store",
        "logging",
        "providers.inference",
        "server.workers",
    ];
    assert_eq!(read(text, &[]).unwrap().ignored, expected);
    for section in FOREIGN {
        assert_eq!(
            read(&format!("{section}: {{a: 1}}"), &[]).unwrap().ignored,
            [*section]
        );
    }
}

#[test]
fn unknown_keys_come_with_the_nearest_known_one() {
    check(
        "tool_group: []",
        "key `tool_group` is unknown",
        "write `tool_groups`",
    );
    check(
        "providers: {tool_runtimes: []}",
        "key `tool_runtimes` is unknown",
        "write `tool_runtime`",
    );
    check(
        "registered_resources: {toolgroups: []}",
        "key `toolgroups` is unknown",
        "write `tool_groups`",
    );
    check(
        "toolhost: {queue-wait: 1s}",
        "key `queue-wait` is unknown",
        "write `queue_wait`",
    );
    check(
        "toolhost: {zzz: 1}",
        "key `zzz` is unknown",
        "known keys are `components_dir`, `cache_dir`, ",
    );
    check("server: {prt: 1}", "key `prt` is unknown", "write `port`");
    check(
        &provider("{api_key: x}"),
        "key `api_key` is unknown",
        "known keys are `component`, ",
    );
    check(
        &provider("{tools: {now: {descripton: x}}}"),
        "key `descripton` is unknown",
        "write `description`",
    );
    check(
        "tool_groups: [{toolgroup_id: '', provider_id: __disabled__, x: 1}]\nxyz: 1",
        "`xyz`",
        "known keys",
    );
}

#[test]
fn values_of_the_wrong_type_are_problems() {
    for (text, message, remedy) in [
        ("", "the file is empty", "write `version: 2`"),
        ("[]", "a list is no map", "key: value"),
        ("version: two", "`two` is no version", "write `version: 2`"),
        ("image_name: [x]", "a list is no text", "write a text"),
        ("image_name: 5", "`5` is no text", "put it in quotes"),
        ("apis: tool_runtime", "`tool_runtime` is no list", "- "),
        ("apis: [{}]", "a map is no text", "write a text"),
        ("providers: []", "a list is no map", "key: value"),
        ("providers: {tool_runtime: {}}", "a map is no list", "- "),
        (
            "providers: {tool_runtime: [x]}",
            "`x` is no map",
            "key: value",
        ),
        ("tool_groups: [x]", "`x` is no map", "key: value"),
        ("server: 8321", "`8321` is no map", "key: value"),
        (
            "server: {host: not a host}",
            "`not a host` is no address",
            "127.0.0.1",
        ),
        (
            "server: {port: http}",
            "`http` is no whole number",
            "`0` to `65535`",
        ),
        ("toolhost: {cache_dir: ''}", "path is empty", "write a path"),
        (
            "toolhost: {allowed_hosts: ['http://x']}",
            "`http://x` is no host name",
            "without scheme",
        ),
        (
            "toolhost: {allowed_hosts: ['*']}",
            "`*` is no host name",
            "without scheme",
        ),
    ] {
        check(text, message, remedy);
    }
    check(&provider("[]"), "a list is no map", "key: value");
    check(
        &provider("{functions: [1]}"),
        "`1` is no text",
        "put it in quotes",
    );
    check(
        &provider("{tools: {a/b: {}}}"),
        "`a/b` is no tool name",
        "bare name",
    );
    check(
        &provider("{tools: {now: {parameters: {city: []}}}}"),
        "a list is no text",
        "write a text",
    );
}

#[test]
fn what_comes_from_the_environment_is_in_no_problem() {
    let text = "\
version: ${env.SECRET}
image_name: [x, '${env.SECRET}']
providers:
  tool_runtime:
    - {provider_id: 'x ${env.SECRET}', provider_type: '${env.SECRET}', config: {limits: {timeout: '${env.NUMBER}', fuel: 'a${env.SECRET}'}}}
    - {provider_id: '${env.SECRET}', provider_type: 'inline::x', config: '${env.SECRET}'}
    - {provider_id: '${env.SECRET}', provider_type: 'inline::x'}
tool_groups:
  - {toolgroup_id: '${env.SECRET}!', provider_id: 'y${env.SECRET}'}
  - {toolgroup_id: g, provider_id: hunter}
server: {host: 'a b ${env.SECRET}', port: '${env.NUMBER}', auth: '${env.SECRET}'}
toolhost: {allowed_hosts: ['${env.SECRET} x'], grace: '${env.NUMBER}', queue: '${env.SECRET}'}
";
    let variables = [
        ("SECRET", "hunter2"),
        ("NUMBER", "424242"),
        ("LLAMA_STACK_PORT", "hunter2"),
        ("TOOLHOST_LOG_FORMAT", "hunter2"),
    ];
    let problems = read(text, &variables).unwrap_err();
    let shown = problems.to_string();
    assert_eq!(problems.0.len(), 19, "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("424242"),
        "{shown}"
    );
    assert!(
        shown.contains("(from the environment) is no version"),
        "{shown}"
    );
}

#[test]
fn without_a_file_every_shipped_tool_is_served() {
    let environment = |name: &str| (name == "LLAMA_STACK_PORT").then(|| "0".to_owned());
    let config = from_shipped(&["weather", "clock"], &Overrides::default(), &environment).unwrap();
    assert_eq!(config.server.listen, "127.0.0.1:0".parse().unwrap());
    assert_eq!(config.providers[1].name.as_str(), "clock-runtime");
    assert_eq!(config.providers[1].kind, "inline::clock");
    assert_eq!(
        config.providers[1].source,
        Source::Named("clock".to_owned())
    );
    assert_eq!(config.groups[0].name.as_str(), "weather");
    assert_eq!(config.groups[0].provider.as_str(), "weather-runtime");
    assert_eq!(config.runtime.limits, Limits::DEFAULT);
    assert!(from_shipped(&["no/tool"], &Overrides::default(), &environment).is_err());
}

#[test]
fn files_that_cannot_be_read_are_one_problem() {
    for (path, message, remedy) in [
        (
            "/nowhere/stack.yaml",
            "there is no such file",
            "type `toolhost serve` without a file",
        ),
        ("/", "the file cannot be read", "may read"),
        ("/dev/zero", "larger than `1MiB`", "smaller"),
    ] {
        let problems = load(Path::new(path), &Overrides::default()).unwrap_err().0;
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains(message), "{}", problems[0]);
        assert!(problems[0].remedy.contains(remedy), "{}", problems[0]);
    }
}
