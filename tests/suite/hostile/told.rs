//! Rows 23, 24, 27, 31, 35 and 42, from the client's request to the collector: who is told what.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use toolhost_tests::collector::{Collector, text};
use toolhost_tests::servers::{Authority, Server, echo, redirect};
use toolhost_tests::{Setup, TestServer};

const VALUE: &str = "hunter2-hunter2";

/// `dials` on a host that listens, with a credential for `a.test` and a collector.
struct Stage {
    host: TestServer,
    server: Server,
    collector: Collector,
    own_port: u16,
    _authority: Authority,
}

impl Stage {
    async fn set() -> Stage {
        let authority = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own_port = listener.local_addr().expect("bound").port();
        let server = Server::tls(&authority, &["a.test"], |request| match request.path() {
            "/redirect" => redirect("http://169.254.169.254/latest/meta-data/"),
            _ => echo(request),
        })
        .await;
        let file = authority.folder().join("key");
        std::fs::write(&file, VALUE).expect("written");
        let ca = format!(", ca: \"{}\"", authority.file().display());
        let config = format!(
            "{{limits: {{fuel: 10M}}, grants: {{network: [{}, {{host: moved.test, addresses: [127.0.0.0/8]}}, {{host: localhost, schemes: [http], ports: [{own_port}], addresses: [127.0.0.0/8]}}], secrets: [{{name: API_KEY, from: \"file:{}\", send_to: a.test, prefix: \"Bearer \"}}]}}}}",
            server.entry("a.test", &ca),
            file.display()
        );
        let collector = Collector::start().await;
        let setup = Setup::new()
            .hostile("dials", &config)
            .collector(&collector.url)
            .names(|name| match name {
                "moved.test" => vec![[169, 254, 169, 254].into()],
                _ => vec![[127, 0, 0, 1].into()],
            });
        let host = setup.start().await.serve_on(listener).expect("it serves");
        Stage {
            host,
            server,
            collector,
            own_port,
            _authority: authority,
        }
    }

    /// What a client gets.
    async fn invoke(&self, tool: &str, args: &Value) -> Value {
        let answer = reqwest::Client::new()
            .post(format!("{}/v1/tool-runtime/invoke", self.host.url))
            .json(&json!({"tool_name": tool, "kwargs": args}))
            .send()
            .await
            .expect("an answer");
        let text = answer.text().await.expect("a body");
        assert!(!text.contains(VALUE), "{text}");
        serde_json::from_str(&text).expect("JSON")
    }

    async fn metrics(&self) -> String {
        let answer = reqwest::get(format!("{}/metrics", self.host.url)).await;
        answer.expect("an answer").text().await.expect("a body")
    }
}

fn fetch(url: &str, headers: &Value) -> Value {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    json!({"method": "GET", "scheme": scheme, "authority": authority, "path": path, "headers": headers, "follow_redirects": true})
}

/// A URL, the headers of a request to it, the rule that denies it, and the target in the denial.
type Trick = (String, Value, &'static str, String);

/// By redirect, name and header to metadata, to the host itself, and elsewhere.
fn tricks(stage: &Stage) -> Vec<Trick> {
    let url = |path: &str| stage.server.url_at("a.test", path);
    let own = format!("http://localhost:{}/metrics", stage.own_port);
    vec![
        (
            url("/redirect"),
            json!([]),
            "network.host",
            "GET http://169.254.169.254/latest/meta-data/".to_owned(),
        ),
        (
            "https://moved.test/".to_owned(),
            json!([]),
            "network.address",
            "GET https://moved.test/".to_owned(),
        ),
        (
            url("/"),
            json!([["Host", "169.254.169.254"]]),
            "network.malformed",
            format!("GET {}", url("/")),
        ),
        (
            own.clone(),
            json!([]),
            "network.own_port",
            format!("GET {own}"),
        ),
        (
            "https://b.test/".to_owned(),
            json!([]),
            "network.host",
            "GET https://b.test/".to_owned(),
        ),
    ]
}

/// The credential goes to the server, and comes back as its name.
async fn works(stage: &Stage) {
    let url = stage.server.url_at("a.test", "/v1/items?q=1");
    let good = stage.invoke("fetch", &fetch(&url, &json!([]))).await;
    assert_eq!(good["error_message"], Value::Null, "{good}");
    let [arrived] = &stage.server.requests()[..] else {
        panic!("one request")
    };
    assert_eq!(arrived.path(), "/v1/items?q=1");
    assert_eq!(
        arrived.headers("authorization"),
        [format!("Bearer {VALUE}")]
    );
    let shown = good["metadata"]["structured"]["text"]
        .as_str()
        .expect("a text");
    assert!(
        shown.contains("authorization: Bearer [API_KEY redacted]"),
        "{shown}"
    );
    assert_eq!(good["metadata"].get("denials"), None);
}

/// The metric counts each of the tricks once by its rule, which two have in common.
fn counted(metrics: &str) {
    for (rule, count) in [
        ("network.host", 2),
        ("network.address", 1),
        ("network.malformed", 1),
        ("network.own_port", 1),
    ] {
        let of_rule = format!("rule=\"{rule}\"");
        let mut lines = metrics.lines().filter(|line| {
            line.starts_with("llama_stack_tool_runtime_denials_total{")
                && line.contains(&of_rule)
                && !line.ends_with(" 0")
        });
        let line = lines.next().expect("the rule was counted");
        assert!(line.contains("tool_name=\"fetch\""), "{line}");
        assert!(line.ends_with(&format!("}} {count}")), "{line}");
        assert_eq!(lines.next(), None);
    }
}

/// Rows 23, 24, 27 and 31: a tool with a credential works over TLS; by redirect, name or header
/// it gets neither to metadata, nor to the host itself, nor elsewhere, and the client, the
/// metric and the span name the rule.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_with_a_credential_works_over_tls_and_everyone_is_told_what_it_was_denied() {
    let stage = Stage::set().await;
    works(&stage).await;
    let table = tricks(&stage);
    for (url, headers, rule, target) in &table {
        let denied = stage.invoke("fetch", &fetch(url, headers)).await;
        assert_eq!(denied["error_code"], 500, "{url}: {denied}");
        assert_eq!(denied["metadata"]["kind"], "tool_error", "{url}");
        let denials = denied["metadata"]["denials"].as_array().expect("denials");
        let [denial] = &denials[..] else {
            panic!("{url}: {denials:?}")
        };
        assert_eq!(
            (&denial["rule"], &denial["target"]),
            (&json!(rule), &json!(target))
        );
        let grantable = ["network.host"].contains(rule);
        assert_eq!(denial["grant"].is_string(), grantable, "{url}: {denial}");
    }

    let metrics = stage.metrics().await;
    counted(&metrics);
    stage.host.stop().await.expect("it stops");
    let received = stage.collector.received();
    assert!(!format!("{received:?}{metrics}").contains(VALUE));
    let spans = stage.collector.calls();
    assert_eq!(spans.len(), table.len() + 1);
    assert!(spans[0].events.is_empty());
    let sent = |span: usize| text(&spans[span].attributes, "sandbox.http.requests");
    assert_eq!(
        (sent(0), sent(1), sent(5)),
        ("1".into(), "1".into(), "0".into())
    );
    for (span, (url, _, rule, target)) in spans[1..].iter().zip(&table) {
        let [event] = &span.events[..] else {
            panic!("{url}: {:?}", span.events)
        };
        assert_eq!(event.name, "denied");
        let told = |key| text(&event.attributes, key);
        assert_eq!(
            (&*told("denial.rule"), told("denial.target")),
            (*rule, target.clone())
        );
    }
}

/// Row 42: a request, then a trap, or a loop; the span says how many were sent, and of which
/// kind the end was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_span_of_a_crash_tells_of_the_requests_before_it() {
    let stage = Stage::set().await;
    let args = json!({"scheme": "https", "authority": stage.server.at("a.test"), "path": "/"});
    for (tool, kind) in [
        ("fetch_and_crash", "trap"),
        ("fetch_and_loop", "out_of_fuel"),
    ] {
        let answer = stage.invoke(tool, &args).await;
        assert_eq!(answer["metadata"]["kind"], kind, "{answer}");
    }
    stage.host.stop().await.expect("it stops");
    assert_eq!(stage.server.requests().len(), 2);
    let spans = stage.collector.calls();
    let told: Vec<_> = spans
        .iter()
        .map(|span| ["error.type", "sandbox.http.requests"].map(|key| text(&span.attributes, key)))
        .collect();
    assert_eq!(told, [["trap", "1"], ["out_of_fuel", "1"]]);
}
