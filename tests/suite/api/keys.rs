//! API keys: who is let in, what a key does not see, and what it may use up.

use std::io::Write;
use std::net::TcpStream;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::process::Command;
use toolhost::access::{Minted, mint};
use toolhost_tests::{Setup, binary};

use super::load::places;
use super::sockets::exchange;
use super::wire::{Answer, INVOKE, Wire, sent};

const PROBES: [&str; 4] = ["/v1/health", "/v1alpha/admin/health", "/healthz", "/readyz"];

/// A server with keys, of which it knows these by name.
struct Locked {
    wire: Wire,
    keys: Vec<(String, String)>,
}

impl Locked {
    /// A server made of `setup`; each key has a name and, in YAML's flow style, its rights.
    async fn with(setup: Setup, rights: &[(&str, &str)]) -> Locked {
        let mut keys = Vec::new();
        let mut entries = Vec::new();
        for (name, rights) in rights {
            let Minted { key, hash } = mint();
            keys.push(((*name).to_owned(), key));
            entries.push(format!("{{name: {name}, hash: '{hash}'{rights}}}"));
        }
        let auth = format!("auth: {{keys: [{}]}}", entries.join(", "));
        let wire = Wire::to(setup.server(&auth)).await;
        Locked { wire, keys }
    }

    fn key(&self, name: &str) -> &str {
        let found = self.keys.iter().find(|(other, _)| other == name);
        &found.expect("a key of the setup").1
    }

    /// A request under a key.
    fn request(&self, key: &str, method: &str, path: &str) -> RequestBuilder {
        self.wire.request(method, path).bearer_auth(self.key(key))
    }

    async fn get(&self, key: &str, path: &str) -> Answer {
        sent(self.request(key, "GET", path)).await
    }

    async fn invoke(&self, key: &str, tool: &str, kwargs: Value) -> Answer {
        let body = json!({"tool_name": tool, "kwargs": kwargs});
        sent(self.request(key, "POST", INVOKE).json(&body)).await
    }

    async fn register(&self, key: &str, group: &str, provider: &str) -> Answer {
        let body = json!({"toolgroup_id": group, "provider_id": provider});
        sent(self.request(key, "POST", "/v1/toolgroups").json(&body)).await
    }
}

/// The values of one field of a list.
fn column(answer: &Answer, field: &str) -> Vec<String> {
    let list = answer.json();
    let items = list["data"].as_array().expect("a list");
    let text = |item: &Value| item[field].as_str().expect("a text").to_owned();
    items.iter().map(text).collect()
}

/// Everything about an answer that a client can see and compare.
fn seen(answer: &Answer, name: &str) -> (u16, Vec<String>, String) {
    let headers = answer.headers.keys().map(ToString::to_string).collect();
    (answer.status, headers, answer.text().replace(name, "NAME"))
}

async fn weather_and_echoes() -> Locked {
    let setup = Setup::new().weather().guest("echoes");
    let rights = [
        ("all", ""),
        ("some", ", groups: [weather]"),
        ("admin", ", admin: true"),
    ];
    Locked::with(setup, &rights).await
}

/// Row 46: every route without a key; 401, and probes alone are answered.
#[tokio::test]
async fn without_a_key_only_probes_and_the_page_are_answered() {
    let locked = weather_and_echoes().await;
    let document = locked.get("all", "/openapi.json").await.json();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("methods").keys();
        routes.extend(methods.map(|method| (method.to_uppercase(), path.replace(['{', '}'], ""))));
    }
    assert!(routes.len() > 20, "{routes:?}");
    let others = [
        ("GET", "/nope"),
        ("PUT", INVOKE),
        ("GET", "/v1/health/"),
        ("HEAD", "/metrics"),
    ];
    routes.extend(others.map(|(method, path)| (method.to_owned(), path.to_owned())));

    for (method, path) in &routes {
        let answer = locked.wire.ask(method, path).await;
        // The page holds nothing, and asks for a key.
        if PROBES.contains(&path.as_str()) || path.starts_with("/ui") {
            assert_eq!(answer.status, 200, "{path}");
            continue;
        }
        assert_eq!(answer.status, 401, "{method} {path}");
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer",
            "{method} {path}"
        );
        let with_key = sent(locked.request("all", method, path)).await;
        assert_ne!(with_key.status, 401, "{method} {path}");
    }
}

/// Row 46: keys that are wrong, nearly right, unsigned or misplaced; nothing tells them from
/// none.
#[tokio::test]
async fn nothing_tells_a_wrong_key_from_none() {
    let locked = weather_and_echoes().await;
    let none = locked.wire.get("/v1/tools").await;
    assert!(
        none.detail().contains("Authorization: Bearer"),
        "{}",
        none.text()
    );
    let good = locked.key("all");
    let one_off = format!("{}0", &good[..good.len() - 1]);
    let one_off = if one_off == good {
        format!("{}1", &good[..good.len() - 1])
    } else {
        one_off
    };
    let jwt = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiIsImV4cCI6MX0.";
    for value in [
        "Bearer x".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {jwt}"),
        format!("Bearer {one_off}"),
        format!("Bearer {good}{good}"),
        format!("Basic {good}"),
        good.to_owned(),
        format!("Bearer {}", "x".repeat(10_000)),
    ] {
        let request = locked
            .wire
            .request("GET", "/v1/tools")
            .header("authorization", &value);
        let answer = sent(request).await;
        assert_eq!(seen(&answer, ""), seen(&none, ""), "{value}");
        let probe = locked
            .wire
            .request("GET", "/healthz")
            .header("authorization", &value);
        assert_eq!(sent(probe).await.status, 200, "{value}");
    }
    let twice = locked
        .request("all", "GET", "/v1/tools")
        .header("authorization", "Bearer x");
    assert_eq!(sent(twice).await.status, 401);
    let call = locked
        .wire
        .invoke("get_weather", json!({"city": "Oslo"}))
        .await;
    assert_eq!((call.status, call.header("x-should-retry")), (401, "false"));
    // Keys are no names: case counts, and what the scheme is called does not.
    let lower = locked.wire.request("GET", "/v1/tools");
    let lower = lower.header("authorization", format!("bearer {good}"));
    assert_eq!(sent(lower).await.status, 200);
}

#[tokio::test]
async fn a_key_with_groups_sees_and_calls_only_their_tools() {
    let locked = weather_and_echoes().await;
    assert_eq!(
        column(&locked.get("all", "/v1/toolgroups").await, "identifier"),
        ["weather", "echoes"]
    );
    for (path, field, expected) in [
        ("/v1/toolgroups", "identifier", "weather"),
        ("/v1/tools", "name", "get_weather"),
        ("/v1/admin/tools", "name", "get_weather"),
        ("/v1/tool-runtime/list-tools", "name", "get_weather"),
        ("/v1/providers", "provider_id", "weather-runtime"),
    ] {
        assert_eq!(
            column(&locked.get("some", path).await, field),
            [expected],
            "{path}"
        );
    }
    let call = locked
        .invoke("some", "get_weather", json!({"city": "Oslo"}))
        .await;
    assert_eq!(
        (call.status, &call.json()["error_code"]),
        (200, &Value::Null)
    );
    let call = locked
        .invoke("all", "echoes/echo_string", json!({"value": "x"}))
        .await;
    assert_eq!(call.json()["content"], "x");
    let metrics = locked.get("some", "/metrics").await;
    assert_eq!(metrics.status, 403, "they name every tool");
    assert_eq!(locked.get("all", "/metrics").await.status, 200);
    let routes = locked.get("some", "/v1/inspect/routes").await.text();
    assert!(
        routes.contains("inline::weather") && !routes.contains("inline::wasm"),
        "{routes}"
    );
}

/// Row 46: tools of groups that a key may not see; byte for byte as if they did not exist.
#[tokio::test]
async fn a_foreign_tool_looks_exactly_like_one_that_does_not_exist() {
    let locked = weather_and_echoes().await;
    for (foreign, absent) in [
        ("echo_string", "abcd_efghij"),
        ("echoes/echo_string", "abcdef/abcd_efghij"),
        ("echoes::echo_string", "abcdef::abcd_efghij"),
    ] {
        let kwargs = json!({"value": "x"});
        let [one, other] = [
            locked.invoke("some", foreign, kwargs.clone()).await,
            locked.invoke("some", absent, kwargs).await,
        ];
        assert_eq!(one.status, 400);
        assert_eq!(seen(&one, foreign), seen(&other, absent));
        let path = |name: &str| format!("/v1/tools/{name}");
        let [one, other] = [
            locked.get("some", &path(foreign)).await,
            locked.get("some", &path(absent)).await,
        ];
        assert_eq!(one.status, 404);
        assert_eq!(seen(&one, foreign), seen(&other, absent));
    }
    for path in [
        "/v1/toolgroups/NAME",
        "/v1/toolgroups/../toolgroups/NAME",
        "/v1/tools?toolgroup_id=NAME",
        "/v1/tool-runtime/list-tools?tool_group_id=NAME",
        "/v1/tools/NAME/",
        "/v1/tools/weather/../NAME/echo_string",
        "/v1/providers/NAME",
    ] {
        let [one, other] = [
            locked.get("some", &path.replace("NAME", "echoes")).await,
            locked.get("some", &path.replace("NAME", "abcdef")).await,
        ];
        assert!([400, 404].contains(&one.status), "{path}: {}", one.text());
        assert_eq!(seen(&one, "echoes"), seen(&other, "abcdef"), "{path}");
    }
    // Nor does a misspelt name lead to one that is not to be seen.
    let near = locked.invoke("some", "echo_strin", json!({})).await;
    assert!(!near.text().contains("echo_string"), "{}", near.text());
    assert!(!near.text().contains("echoes"), "{}", near.text());
}

/// Row 46: paths as no client library sends them, with `..`, hidden slashes and two queries; a
/// foreign group looks as if it did not exist.
#[tokio::test]
async fn no_spelling_of_a_path_tells_a_foreign_tool_from_none() {
    let locked = weather_and_echoes().await;
    for path in [
        "/v1/tools/NAME/echo_string",
        "/v1/tools/NAME%2fecho_string",
        "/v1/tools/NAME%3a%3aecho_string",
        "/v1/tools/weather/../NAME/echo_string",
        "/v1/tools/weather/%2e%2e/NAME/echo_string",
        "/v1/tools/./NAME/echo_string",
        "/v1/tools//NAME/echo_string",
        "/v1/tools/NAME/echo_string%00",
        "/v1/toolgroups/NAME",
        "/v1/toolgroups/weather/../NAME",
        "/v1/toolgroups/NAME%00",
        "/v1/tools?toolgroup_id=weather&toolgroup_id=NAME",
        "/v1/tools?toolgroup_id=NAME&toolgroup_id=weather",
        "/v1/tool-runtime/list-tools?tool_group_id=NAME%00",
    ] {
        let [one, other] = ["echoes", "abcdef"].map(|name| {
            let (path, url) = (path.replace("NAME", name), locked.wire.server.url.clone());
            let key = locked.key("some");
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
            );
            tokio::task::spawn_blocking(move || {
                let answer = exchange(&url, &request).replace(name, "NAME");
                let is_date = |line: &&str| line.starts_with("date: ");
                let lines: Vec<&str> = answer.lines().filter(|line| !is_date(line)).collect();
                lines.join("\n")
            })
        });
        let (one, other) = (one.await.expect("no panic"), other.await.expect("no panic"));
        assert!(one.starts_with("HTTP/1.1 "), "{path}: {one}");
        assert!(!one.contains("Echoes"), "{path}: {one}");
        assert_eq!(one, other, "{path}");
    }
}

#[tokio::test]
async fn a_name_that_only_foreign_groups_share_is_not_ambiguous() {
    let locked = weather_and_echoes().await;
    assert_eq!(
        locked
            .register("admin", "other", "weather-runtime")
            .await
            .status,
        200
    );
    let kwargs = json!({"city": "Oslo"});
    let all = locked.invoke("all", "get_weather", kwargs.clone()).await;
    assert_eq!(all.status, 400, "{}", all.text());
    let some = locked.invoke("some", "get_weather", kwargs).await;
    assert_eq!(
        (some.status, &some.json()["error_code"]),
        (200, &Value::Null)
    );
    assert_eq!(
        locked.get("some", "/v1/tools/get_weather").await.status,
        200
    );
}

#[tokio::test]
async fn only_an_admin_registers_and_unregisters() {
    let locked = weather_and_echoes().await;
    for key in ["all", "some"] {
        let register = locked.register(key, "new", "weather-runtime").await;
        assert_eq!(register.status, 403, "{}", register.text());
        assert!(register.detail().contains("admin: true"));
        let texts = ["weather", "echoes", "absent"]
            .map(|group| sent(locked.request(key, "DELETE", &format!("/v1/toolgroups/{group}"))));
        for answer in texts {
            let answer = answer.await;
            assert_eq!((answer.status, answer.detail()), (403, register.detail()));
        }
    }
    assert_eq!(
        locked
            .register("admin", "new", "weather-runtime")
            .await
            .status,
        200
    );
    let gone = sent(locked.request("admin", "DELETE", "/v1/toolgroups/new")).await;
    assert_eq!(gone.status, 204);
}

#[tokio::test]
async fn a_budget_of_calls_ends_with_a_429_that_says_so() {
    let rights = [("two", ", budget: {calls: 2, window: 1h}"), ("free", "")];
    let locked = Locked::with(Setup::new().weather(), &rights).await;
    let kwargs = json!({"city": "Oslo"});
    for _ in 0..2 {
        let call = locked.invoke("two", "get_weather", kwargs.clone()).await;
        assert_eq!(call.status, 200, "{}", call.text());
    }
    let refused = locked.invoke("two", "get_weather", kwargs.clone()).await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.detail(),
        "the budget of this API key is used up: 2 calls in 3600 s"
    );
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((3500..=3600).contains(&wait), "{wait}");
    assert_eq!(
        refused.header("x-should-retry"),
        "false",
        "an hour is too long to try again"
    );
    let expected = json!({
        "kind": "over_budget", "budget": {"calls": 2}, "remaining": {"calls": 0}, "window_seconds": 3600,
    });
    assert_eq!(refused.json()["metadata"], expected);

    assert_eq!(
        locked.get("two", "/v1/tools").await.status,
        200,
        "looking costs nothing"
    );
    let call = locked.invoke("free", "get_weather", kwargs).await;
    assert_eq!(call.status, 200, "another key, another budget");
}

#[tokio::test]
async fn fuel_and_bytes_are_charged_when_a_call_is_over() {
    let rights = [
        ("fuel", ", budget: {fuel: 1K, window: 1m}"),
        ("bytes", ", budget: {bytes: 1KiB, window: 1m}"),
    ];
    let locked = Locked::with(Setup::new().weather(), &rights).await;
    for (key, words) in [
        ("fuel", "1000 units of fuel in 60 s"),
        ("bytes", "1024 bytes in 60 s"),
    ] {
        let mut answer = locked
            .invoke(key, "get_weather", json!({"city": "Oslo"}))
            .await;
        assert_eq!(answer.status, 200, "{key}");
        for _ in 0..4 {
            answer = locked
                .invoke(key, "get_weather", json!({"city": "Oslo"}))
                .await;
        }
        assert_eq!(answer.status, 429, "{key}");
        assert!(answer.detail().ends_with(words), "{}", answer.text());
        assert_eq!(answer.json()["metadata"]["remaining"], json!({key: 0}));
    }
}

#[tokio::test]
async fn a_call_without_a_place_costs_nothing_and_a_wrong_one_its_call() {
    let rights = [("two", ", budget: {calls: 2}"), ("free", "")];
    let locked = Locked::with(Setup::new().weather(), &rights).await;
    let wrong = locked.invoke("two", "nope", json!({})).await;
    assert_eq!(wrong.status, 400);
    locked.wire.server.router.drain();
    for _ in 0..3 {
        let answer = locked
            .invoke("two", "get_weather", json!({"city": "Oslo"}))
            .await;
        assert_eq!(answer.status, 503, "{}", answer.text());
    }
    let wrong = locked.invoke("two", "nope", json!({})).await;
    assert_eq!(wrong.status, 400, "the second call");
    assert_eq!(locked.invoke("two", "nope", json!({})).await.status, 429);
}

/// Row 45: calls that are cancelled again and again; each costs all that it might have burned.
#[tokio::test]
async fn a_call_whose_client_goes_away_costs_all_that_it_might_have_burned() {
    let setup = Setup::new().guest_with(
        "sleeps",
        "{limits: {timeout: 5m, fuel: 1G, concurrency: 1}}",
    );
    let rights = [("ci", ", budget: {fuel: 1G, window: 1h}")];
    let locked = Locked::with(setup, &rights).await;
    let body = json!({"tool_name": "nap", "kwargs": {"millis": 200_000}}).to_string();
    let request = format!(
        "POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        locked.key("ci"),
        body.len()
    );
    let server = &locked.wire.server;
    let mut client =
        TcpStream::connect(server.url.trim_start_matches("http://")).expect("a connection");
    client.write_all(request.as_bytes()).expect("it is sent");
    places(server, 0).await;
    drop(client);
    places(server, 1).await;
    let answer = locked.invoke("ci", "nap", json!({"millis": 1})).await;
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(answer.json()["metadata"]["remaining"], json!({"fuel": 0}));
}

#[tokio::test]
async fn the_command_line_sends_the_key_that_it_is_given() {
    let locked = Locked::with(Setup::new().weather(), &[("ci", "")]).await;
    let run = async |variable: Option<&str>, flag: Option<&str>| {
        let mut command = Command::new(binary());
        command.args(["tools", "list", "--endpoint", &locked.wire.server.url]);
        command.env_remove("TOOLHOST_API_KEY");
        command.envs(variable.map(|key| ("TOOLHOST_API_KEY", key)));
        command.args(flag.into_iter().flat_map(|key| ["--api-key", key]));
        command
            .output()
            .await
            .expect("`make build` made the binary")
    };
    let key = locked.key("ci");
    for (variable, flag, is_good) in [
        (None, None, false),
        (Some("x"), None, false),
        (Some(key), None, true),
        (None, Some(key), true),
        (Some("x"), Some(key), true),
    ] {
        let output = run(variable, flag).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), is_good, "{errors}");
        if !is_good {
            assert_eq!(output.status.code(), Some(2));
            assert!(errors.contains("TOOLHOST_API_KEY"), "{errors}");
        }
    }
}
