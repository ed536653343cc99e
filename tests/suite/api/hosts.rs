//! Web pages of other sites reach no route of a server that is bound to loopback.

use serde_json::Value;
use toolhost_tests::Setup;

use super::wire::{INVOKE, Wire, sent};

const EVIL: &str = "evil.example";

/// Every route that is served, and some that are not.
async fn routes(wire: &Wire) -> Vec<(String, String)> {
    let document = wire.get("/openapi.json").await.json();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("methods").keys();
        routes.extend(methods.map(|method| (method.to_uppercase(), path.replace(['{', '}'], ""))));
    }
    assert!(routes.len() > 20, "{routes:?}");
    routes.extend(
        [("GET", "/nope"), ("PUT", INVOKE), ("POST", "/v1/health/")]
            .map(|(method, path)| (method.to_owned(), path.to_owned())),
    );
    routes
}

/// Row 47: foreign `Host` and `Origin` headers on every route, metrics and probes included;
/// 403.
#[tokio::test]
async fn no_route_answers_under_the_name_of_another_site() {
    let wire = Wire::to_weather().await;
    for (method, path) in routes(&wire).await {
        for (header, value) in [("host", EVIL), ("origin", "http://evil.example")] {
            let answer = sent(wire.request(&method, &path).header(header, value)).await;
            assert_eq!(answer.status, 403, "{method} {path} with {header}");
            assert!(
                answer.detail().contains(EVIL)
                    && answer.detail().contains("toolhost.allowed_hosts"),
                "{}",
                answer.text()
            );
        }
    }
    let answer = sent(wire.request("POST", INVOKE).header("host", EVIL)).await;
    assert_eq!(answer.header("x-should-retry"), "false");
}

#[tokio::test]
async fn names_of_loopback_are_served() {
    let wire = Wire::to_weather().await;
    for host in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1:8321",
        "127.8.9.1",
        "[::1]:8321",
        "[::1]",
    ] {
        let answer = sent(wire.request("GET", "/metrics").header("host", host)).await;
        assert_eq!(answer.status, 200, "{host}");
        let origin = format!("http://{host}");
        let answer = sent(wire.request("GET", "/metrics").header("origin", &origin)).await;
        assert_eq!(answer.status, 200, "{origin}");
    }
}

/// Row 47: names that only look like loopback; refused.
#[tokio::test]
async fn spellings_that_only_look_like_loopback_are_refused() {
    let wire = Wire::to_weather().await;
    let hosts = [
        "localhost.evil.example",
        "evil.example:80",
        "localhost:80:80",
        "localhost@evil.example",
        "127.0.0.1.evil.example",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "[::]",
        "[::1",
        "10.0.0.1",
        "localhost.",
        "",
    ];
    for host in hosts {
        let answer = sent(wire.request("GET", "/healthz").header("host", host)).await;
        assert!(
            [400, 403].contains(&answer.status),
            "{host}: {}",
            answer.status
        );
    }
    for origin in [
        "null",
        "",
        "localhost",
        "file://",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
    ] {
        let answer = sent(wire.request("GET", "/healthz").header("origin", origin)).await;
        assert_eq!(answer.status, 403, "{origin}");
    }
}

#[tokio::test]
async fn an_allowed_name_is_served_on_any_port() {
    let setup = Setup::new()
        .weather()
        .host("allowed_hosts: [tools.example, other.example]");
    let wire = Wire::to(setup).await;
    for (host, status) in [
        ("tools.example", 200),
        ("TOOLS.example:1234", 200),
        ("other.example:8443", 200),
        ("sub.tools.example", 403),
        (EVIL, 403),
    ] {
        let answer = sent(wire.request("GET", "/v1/tools").header("host", host)).await;
        assert_eq!(answer.status, status, "{host}");
        let answer = sent(
            wire.request("GET", "/v1/tools")
                .header("origin", format!("https://{host}")),
        )
        .await;
        assert_eq!(answer.status, status, "origin {host}");
    }
}

/// Row 47: a page that asks for leave to read answers; it gets none.
#[tokio::test]
async fn a_web_page_is_never_allowed_to_read_an_answer() {
    let wire = Wire::to_weather().await;
    let preflight = wire
        .request("OPTIONS", INVOKE)
        .header("origin", "http://localhost:3000");
    let preflight = sent(preflight.header("access-control-request-method", "POST")).await;
    assert_eq!(preflight.status, 405);
    let simple = sent(
        wire.request("GET", "/v1/tools")
            .header("origin", "http://localhost:3000"),
    )
    .await;
    assert_eq!(simple.status, 200);
    for answer in [preflight, simple] {
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control-")),
            "{:?}",
            answer.headers
        );
    }
}

/// Row 47: a page of another site that deletes; 403, and nothing is deleted.
#[tokio::test]
async fn a_group_is_not_unregistered_by_another_site() {
    let wire = Wire::to_weather().await;
    let request = wire
        .request("DELETE", "/v1/toolgroups/weather")
        .header("origin", "https://evil.example");
    assert_eq!(sent(request).await.status, 403);
    let groups = wire.get("/v1/toolgroups").await.json();
    assert_eq!(groups["data"].as_array().map(Vec::len), Some(1), "{groups}");
    assert_ne!(groups["data"][0], Value::Null);
}
