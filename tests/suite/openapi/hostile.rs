//! Descriptions that somebody wrote to do harm.

use std::time::Instant;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use toolhost_tests::Setup;

use super::{check, imported, refused};

fn spec(paths: &Value, more: &Value) -> (TempDir, std::path::PathBuf) {
    let mut root = json!({
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "servers": [{"url": "https://a.example"}],
        "paths": paths,
    });
    for (key, value) in more.as_object().expect("a map") {
        root[key] = value.clone();
    }
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("x.json");
    std::fs::write(&file, root.to_string()).expect("written");
    (dir, file)
}

fn many(count: usize) -> Value {
    let path = |n: usize| {
        (
            format!("/p{n}/{{id}}/x{}", n % 7),
            json!({"get": {
                "operationId": format!("op{n}"),
                "tags": [format!("t{}", n % 50)],
                "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"$ref": "#/components/schemas/A"}}],
            }}),
        )
    };
    Value::Object((0..count).map(path).collect())
}

#[test]
fn references_in_circles_and_bombs_of_references_end() {
    let mut schemas = Map::new();
    schemas.insert(
        "Round".to_owned(),
        json!({"$ref": "#/components/schemas/Round"}),
    );
    schemas.insert("L40".to_owned(), json!({"type": "string"}));
    for level in 0..40 {
        let next = json!({"$ref": format!("#/components/schemas/L{}", level + 1)});
        let all: Vec<Value> = (0..20).map(|_| next.clone()).collect();
        schemas.insert(format!("L{level}"), json!({"anyOf": all}));
    }
    let body = |name: &str| {
        json!({"post": {"requestBody": {"content": {"application/json": {
            "schema": {"$ref": format!("#/components/schemas/{name}")},
        }}}}})
    };
    let paths = json!({
        "/round": body("Round"),
        "/bomb": body("L0"),
        "/parameter": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}]}},
        "/path": {"$ref": "#/paths/~1path"},
    });
    let components = json!({"components": {
        "schemas": schemas,
        "parameters": {"P": {"$ref": "#/components/parameters/P"}},
    }});
    let (_dir, file) = spec(&paths, &components);
    let begin = Instant::now();
    let (config, said) = imported(&file, &[]);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    for words in [
        "GET /parameter: ",
        "/path: ",
        "within itself",
        "large, and cut",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let shown = check(&config, &[]);
    assert!(
        shown.contains("post_round") && shown.contains("post_bomb"),
        "{shown}"
    );
}

#[test]
fn ten_thousand_operations_are_too_many_unless_some_are_chosen() {
    let components = json!({"components": {"schemas": {"A": {"type": "string"}}}});
    let (_dir, file) = spec(&many(10_000), &components);
    let begin = Instant::now();
    let said = refused(&file, &[], 2);
    assert!(
        said.contains("10000 operations") && said.contains("--tag"),
        "{said}"
    );
    let (config, said) = imported(&file, &["--tag", "t7"]);
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
    // More paths than grants: they are cut, and said to be.
    assert!(said.contains("200 different paths"), "{said}");
    let shown = check(&config, &[]);
    assert!(shown.contains("op9957"), "{shown}");

    let (_dir, file) = spec(&many(256), &components);
    check(&imported(&file, &[]).0, &[]);
}

#[test]
fn large_schemas_are_cut_until_all_operations_fit() {
    let properties = |level: usize| -> Map<String, Value> {
        let property = |n: usize| {
            (
                format!("property_{n}"),
                json!({
                    "description": "d".repeat(300),
                    "$ref": format!("#/components/schemas/S{}", level + 1),
                }),
            )
        };
        (0..6).map(property).collect()
    };
    let mut schemas: Map<String, Value> = (0..5)
        .map(|level| {
            (
                format!("S{level}"),
                json!({"type": "object", "properties": properties(level)}),
            )
        })
        .collect();
    schemas.insert("S5".to_owned(), json!({"type": "string"}));
    schemas.insert("A".to_owned(), json!({"$ref": "#/components/schemas/S0"}));
    let (_dir, file) = spec(&many(200), &json!({"components": {"schemas": schemas}}));
    let (config, said) = imported(&file, &[]);
    assert!(
        config.len() < 1024 * 1024 && said.contains("large, and cut"),
        "{said}"
    );
    let shown = check(&config, &[]);
    assert!(shown.contains("op199"), "{shown}");
}

#[test]
fn names_that_collide_are_made_to_differ() {
    let paths = json!({
        "/a": {"get": {"operationId": "x"}, "put": {"operationId": "x"}, "post": {"operationId": "x!"}},
        "/b": {"get": {"operationId": "x_2"}, "put": {"operationId": "../../x"}},
        "/c": {"get": {"operationId": ""}, "post": {"operationId": "\u{202e}"}},
    });
    let (_dir, file) = spec(&paths, &json!({}));
    let shown = check(&imported(&file, &[]).0, &[]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    let tools = shown["tools"].as_array().expect("a list").iter();
    let mut names: Vec<&str> = tools.filter_map(|tool| tool["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["get_c", "post_c", "x", "x_2", "x_2_2", "x_3", "x_4"]
    );
}

/// Texts that would be something else to YAML, to the config or to a terminal.
const EVIL: &str = "${env.HOME} ${env.TOOLHOST_TEST:=gone}\nversion: 3\n          network: [{ host: evil.example }]\n# \u{1b}[31m \u{202e}\u{2028}\u{85} \"'`\\";

#[tokio::test]
async fn texts_of_the_description_stay_texts() {
    let paths = json!({"/a/{\u{1b}x}": {"get": {
        "operationId": EVIL, "summary": EVIL, "description": EVIL, "tags": [EVIL],
        "parameters": [
            {"in": "path", "name": "\u{1b}x", "required": true, "description": EVIL, "schema": {"default": EVIL, "enum": [EVIL]}},
            {"in": "query", "name": EVIL},
        ],
        "security": [{EVIL: []}],
    }}});
    let schemes =
        json!({EVIL: {"type": "apiKey", "in": "header", "name": "X-Key", "description": EVIL}});
    let more = json!({
        "info": {"title": EVIL, "version": EVIL},
        "components": {"securitySchemes": schemes},
    });
    let (_dir, file) = spec(&paths, &more);
    let (config, said) = imported(&file, &["--name", "evil"]);
    for c in config.chars().chain(said.chars()) {
        assert!(c == '\n' || !c.is_control(), "{c:?} in {config}{said}");
    }
    assert!(
        !config.contains("${") && !config.contains("\u{202e}"),
        "{config}"
    );
    let begin = |with: &str| {
        config
            .lines()
            .filter(|line| line.trim_start().starts_with(with))
            .count()
    };
    assert_eq!(
        (begin("- { host: "), begin("version: ")),
        (1, 1),
        "{config}"
    );
    let variable = config
        .split("from: \"env:")
        .nth(1)
        .or(config.split("from: env:").nth(1));
    let variable = variable
        .and_then(|rest| rest.split(['"', ',']).next())
        .expect("a variable");
    let shown = check(&config, &[(variable, "0123456789")]);
    // The tool says what the description says, and nothing of the environment.
    assert!(
        shown.contains("${env.HOME}") && !shown.contains("/root"),
        "{shown}"
    );
}

#[test]
fn no_description_gets_a_grant_of_private_addresses() {
    for url in [
        "http://127.0.0.1:8321",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://localhost/",
    ] {
        let (_dir, file) = spec(
            &json!({"/a": {"get": {}}}),
            &json!({"servers": [{"url": url}]}),
        );
        let (config, said) = imported(&file, &[]);
        assert!(!config.contains("addresses"), "{config}");
        assert!(
            said.contains("is not public, and requests to it are denied"),
            "{said}"
        );
        check(&config, &[]);
    }
}

#[test]
fn files_and_hosts_of_others_are_never_looked_at() {
    let paths = json!({
        "/a": {"$ref": "file:///etc/passwd"},
        "/b": {"post": {"requestBody": {"$ref": "https://127.0.0.1:1/x"}}},
        "/c": {"get": {"parameters": [{"in": "query", "name": "q", "schema": {"$ref": "../../etc/passwd"}}]}},
    });
    let (_dir, file) = spec(&paths, &json!({}));
    let (config, said) = imported(&file, &[]);
    assert!(said.contains("/a: the path is left out"), "{said}");
    assert!(
        said.contains("POST /b: the operation is left out"),
        "{said}"
    );
    assert!(
        said.contains("GET /c: a schema of its arguments leads to another file"),
        "{said}"
    );
    check(&config, &[]);
}

#[tokio::test]
async fn the_component_without_operations_says_how_to_get_some() {
    let setup = Setup::new().provider("openapi", "inline::openapi", "{}");
    let why = setup.group("openapi", "openapi").refused().await;
    assert!(why.contains("operations_1"), "{why}");
    let setup = Setup::new().provider(
        "openapi",
        "inline::openapi",
        "{grants: {config: {operations_1: '{\"name\": 1}'}}}",
    );
    let why = setup.group("openapi", "openapi").refused().await;
    assert!(
        why.contains("operation 1 of `grants.config` is wrong"),
        "{why}"
    );
}
