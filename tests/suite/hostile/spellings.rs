//! Rows 26 to 28: requests that are written so that others may read them differently.

use serde_json::json;
use toolhost::invocation::Failure;
use toolhost::policy::Rule;
use toolhost_tests::servers::{Server, ok};

use super::Arena;
use super::egress::{METADATA, dials, get, request, zone};

/// Row 26: loopback and a refused name in every odd spelling; read as what they are, and denied.
#[tokio::test]
async fn no_spelling_hides_a_host() {
    let zone = zone(&["127.0.0.1"]);
    let grants =
        "{host: 127.0.0.1, schemes: [http], rate: 1000/s}, {host: allowed.test, rate: 1000/s}";
    let arena = Arena::with(dials(grants, &zone)).await;
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0x7f.1",
        "0x7F000001",
        "0x7f.0x0.0x0.0x1",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
    ] {
        let (told, denial) = arena.denied("get", get(&format!("http://{host}/"))).await;
        assert_eq!(denial.rule, Rule::Address, "{host}: {denial}");
        assert_eq!(denial.target, "GET http://127.0.0.1/", "{host}");
        assert_eq!(told, "DestinationIpProhibited", "{host}");
    }
    for (host, shown) in [
        ("EVIL.test", "evil.test"),
        ("evil.test.", "evil.test"),
        ("EviL.TEST.", "evil.test"),
        ("LOCALHOST", "localhost"),
        ("localhost.", "localhost"),
        ("0", "0.0.0.0"),
        ("0x7f.0x", "127.0.0.0"),
        ("[::]", "[::]"),
        ("[0::1]", "[::1]"),
        ("0xA9FEA9FE", METADATA),
        ("2852039166", METADATA),
        ("[::ffff:a9fe:a9fe]", METADATA),
    ] {
        let (_, denial) = arena.denied("get", get(&format!("http://{host}/"))).await;
        assert_eq!(denial.rule, Rule::Host, "{host}: {denial}");
        assert_eq!(denial.target, format!("GET http://{shown}/"), "{host}");
    }
    for host in ["Allowed.TEST.", "ALLOWED.test"] {
        let (_, denial) = arena.denied("get", get(&format!("https://{host}/"))).await;
        assert_eq!(denial.rule, Rule::Address, "it is granted: {denial}");
    }
    for host in [
        "127.0.0.1..",
        "a..test",
        "256.0.0.1",
        "1.2.3.4.5",
        "allowed.test%2eevil.test",
        "[::1",
        "[fe80::1%25eth0]",
        "::1",
        "allowed.test:",
        "allowed.test:0",
        "allowed.test:65536",
        "allowed.test:+443",
        "xn--a",
        "\u{ff11}27.0.0.1",
        "allowed\u{3002}test",
        "",
    ] {
        unreadable(&arena, &format!("https://{host}/"), &[]).await;
    }
}

/// A request that the engine does not even make, or that is denied as malformed.
async fn unreadable(arena: &Arena, url: &str, headers: &[(&str, &str)]) {
    let outcome = arena.runs("fetch", request("GET", url, headers)).await;
    let Err(Failure::Tool { message, .. }) = outcome.result else {
        panic!("{url} {headers:?}: {:?}", outcome.result)
    };
    let rules: Vec<Rule> = outcome
        .denials
        .counts
        .iter()
        .map(|(rule, _)| *rule)
        .collect();
    let by_engine = ["unfit", "header", "HttpRequestUriInvalid", "InternalError"];
    match rules[..] {
        [Rule::Malformed] => assert_eq!(message, "HttpRequestDenied", "{url} {headers:?}"),
        [] => assert!(
            by_engine.iter().any(|begin| message.starts_with(begin)),
            "{url} {headers:?}: {message}"
        ),
        _ => panic!("{url} {headers:?}: {:?}", outcome.denials),
    }
    assert_eq!(outcome.usage.http_requests, 0);
}

/// A server that answers everything, and a guest that may reach it as `allowed.test`.
async fn allowed() -> (Server, Arena) {
    let server = Server::plain(|_| ok("")).await;
    let zone = zone(&["127.0.0.1"]);
    let arena = Arena::with(dials(&server.entry("allowed.test", ""), &zone)).await;
    (server, arena)
}

/// Row 27: userinfo, absolute URLs in the place of paths, line breaks; nothing is sent.
#[tokio::test]
async fn a_url_says_in_one_way_only_where_it_goes() {
    let (server, arena) = allowed().await;
    let own = server.at("allowed.test");
    for url in [
        format!("http://{own}@evil.test/"),
        format!("http://evil.test@{own}/"),
        format!("http://user:password@{own}/"),
        format!("http://{own}\\@evil.test/"),
        format!("http://{own}#@evil.test/"),
        format!("http://{own}\r\nhost: evil.test/"),
        format!("http://{own}/ HTTP/1.1\r\nhost: evil.test\r\n\r\n"),
        format!("http://{own}/\u{0}"),
        format!("http://{own}//evil.test/"),
        format!("http://{own}/\\evil.test"),
        format!("http://{own}/a b"),
        format!("http://{own}/{}", "x".repeat(8 * 1024)),
        format!("http://{own}/{}", "x".repeat(1024 * 1024)),
        format!("http://{}.test/", "x".repeat(1024 * 1024)),
    ] {
        unreadable(&arena, &url, &[]).await;
    }
    let mut absolute = request("GET", &format!("http://{own}/"), &[]);
    absolute["path"] = json!("http://evil.test/");
    assert_eq!(arena.refusal("fetch", absolute).await, "unfit path");
    assert!(server.requests().is_empty());
}

/// Row 27: headers that name another host, method, sender or connection; nothing is sent, and
/// the host's own name is.
#[tokio::test]
async fn no_header_says_that_a_request_goes_elsewhere() {
    let (server, arena) = allowed().await;
    let own = server.at("allowed.test");
    let url = format!("http://{own}/");
    for (name, value) in [
        ("host", "evil.test"),
        ("HOST", ""),
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1;host=evil.test"),
        ("via", "1.1 proxy"),
        ("x-original-url", "/admin"),
        ("x-rewrite-url", "/admin"),
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "DELETE"),
        ("connection", "close, authorization"),
        ("keep-alive", "timeout=1"),
        ("proxy-authorization", "Basic eDp5"),
        ("proxy-connection", "keep-alive"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "websocket"),
        ("http2-settings", "AAMAAABk"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        ("content-length", "-1"),
        ("content-length", "0, 5"),
        ("x\r\nhost", "evil.test"),
        ("x", "y\r\nhost: evil.test"),
        ("x", "y\nhost: evil.test"),
        ("x", "y\0"),
        ("x y", "z"),
        ("", "z"),
    ] {
        unreadable(&arena, &url, &[(name, value)]).await;
    }
    assert!(server.requests().is_empty());
    // Libraries of guests write the host themselves; the one that was asked is no lie.
    let fine = request("GET", &url, &[("x-mine", "y"), ("Host", &own)]);
    arena.good("fetch", fine).await;
    let [arrived] = &server.requests()[..] else {
        panic!("one request")
    };
    assert_eq!(arrived.headers("host"), [&*own]);
    assert_eq!(arrived.headers("x-mine"), ["y"]);
}

/// Row 27: a length that the body does not have; the next request does not begin in it.
#[tokio::test]
async fn a_length_that_is_not_the_bodys_ends_the_request() {
    let (server, arena) = allowed().await;
    let url = format!("http://{}/", server.at("allowed.test"));
    let short = request("GET", &url, &[("content-length", "5")]);
    assert_eq!(arena.refusal("fetch", short).await, "HttpProtocolError");
    arena
        .good("fetch", request("GET", &url, &[("x-mine", "z")]))
        .await;
    let last = server.requests().pop().expect("it arrived");
    assert_eq!(last.headers("x-mine"), ["z"]);
}

/// Row 27: a header of the guest's that is about another host; the denial names rule and header.
#[tokio::test]
async fn a_forged_host_header_is_a_denial_that_says_so() {
    let zone = zone(&["127.0.0.1"]);
    let arena = Arena::with(dials("{host: allowed.test}", &zone)).await;
    let args = request("GET", "https://allowed.test/x", &[("Host", METADATA)]);
    let (told, denial) = arena.denied("fetch", args).await;
    assert_eq!(told, "HttpRequestDenied");
    assert_eq!(denial.rule, Rule::Malformed);
    assert_eq!(denial.target, "GET https://allowed.test/x");
    assert!(denial.reason.contains("`host`"), "{denial}");
}

/// Row 28: a granted host by another method or path, and paths that are not what they seem.
#[tokio::test]
async fn methods_and_paths_are_held_to_the_grant() {
    let server = Server::plain(|_| ok("")).await;
    let zone = zone(&["127.0.0.1"]);
    let grant = format!(
        "{{host: a.test, schemes: [http], methods: [GET], path: /v1/items/*, ports: [{}], addresses: [127.0.0.0/8], rate: 1000/s}}",
        server.port()
    );
    let arena = Arena::with(dials(&grant, &zone)).await;
    let url = |path: &str| server.url_at("a.test", path);
    for method in [
        "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "get", "Get",
        "GET1", "PROPFIND",
    ] {
        let (_, denial) = arena
            .denied("fetch", request(method, &url("/v1/items/1"), &[]))
            .await;
        assert_eq!(denial.rule, Rule::Method, "{method}: {denial}");
    }
    for (path, rule) in [
        ("/", Rule::Path),
        ("/v1/items", Rule::Path),
        ("/v1/items/1/2", Rule::Path),
        ("/v1/other/1", Rule::Path),
        ("/V1/items/1", Rule::Path),
        ("/v1/items1", Rule::Path),
        ("/?/v1/items/1", Rule::Path),
        ("/v1/items/..", Rule::Malformed),
        ("/v1/items/../admin", Rule::Malformed),
        ("/v1/items/./1", Rule::Malformed),
        ("/v1/items/.", Rule::Malformed),
        ("/v1/items/%2e%2e/admin", Rule::Malformed),
        ("/v1/items/%2E%2e", Rule::Malformed),
        ("/v1/items/.%2e", Rule::Malformed),
        ("/v1/items/..%2fadmin", Rule::Malformed),
        ("/v1/items/..%5cadmin", Rule::Malformed),
        ("/v1/items/%252e%252e", Rule::Malformed),
        ("/v1/items/%25252e", Rule::Malformed),
        ("/v1/items/a%2fb", Rule::Malformed),
        ("/v1/items/%00", Rule::Malformed),
        ("/v1/items/%zz", Rule::Malformed),
        ("/v1/items/%", Rule::Malformed),
        ("/v1//items/1", Rule::Malformed),
        ("/v1/items//1", Rule::Malformed),
    ] {
        let (_, denial) = arena.denied("fetch", request("GET", &url(path), &[])).await;
        assert_eq!(denial.rule, rule, "{path}: {denial}");
    }
    assert!(server.requests().is_empty());
    for (path, arrives) in [
        ("/v1/items/1", "/v1/items/1"),
        ("/v1/items/%31", "/v1/items/1"),
        ("/v1/items/1#/../admin", "/v1/items/1"),
        (
            "/v1/items/1?next=/../../admin",
            "/v1/items/1?next=/../../admin",
        ),
    ] {
        arena.good("fetch", request("GET", &url(path), &[])).await;
        let last = server.requests().pop().expect("it arrived");
        assert_eq!(last.path(), arrives);
    }
}
