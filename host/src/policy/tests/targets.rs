//! Targets as guests write them, and headers that they may not set.

use super::*;

#[test]
fn a_target_is_written_in_its_one_spelling() {
    let table = [
        ("GET https://example.com", "GET https://example.com/"),
        ("GET https://EVIL.com./x", "GET https://evil.com/x"),
        ("GET HTTPS://example.com:443/x", "GET https://example.com/x"),
        ("GET http://example.com:080/x", "GET http://example.com/x"),
        (
            "GET http://example.com:443/x",
            "GET http://example.com:443/x",
        ),
        (
            "POST https://example.com:8443/x?q=1",
            "POST https://example.com:8443/x",
        ),
        (
            "GET https://example.com/?q=../%2e%2e\\",
            "GET https://example.com/",
        ),
        (
            "GET https://example.com/v%31/x",
            "GET https://example.com/v1/x",
        ),
        ("get https://example.com/", "get https://example.com/"),
        ("X-YZ https://example.com/", "X-YZ https://example.com/"),
        ("GET http://127.1/", "GET http://127.0.0.1/"),
        ("GET http://2130706433/", "GET http://127.0.0.1/"),
        ("GET http://0x7f.1/", "GET http://127.0.0.1/"),
        (
            "GET http://[::ffff:7f00:1]:8080/",
            "GET http://127.0.0.1:8080/",
        ),
        ("GET http://[::1]/", "GET http://[::1]/"),
        ("GET http://[::1]:65535/", "GET http://[::1]:65535/"),
    ];
    for (text, expected) in table {
        assert_eq!(target(text).to_string(), expected, "{text}");
        assert_eq!(target(expected), target(text), "{text}");
    }
    let without_path = Target::parse("GET", "https", "example.com", "?q=1").unwrap();
    assert_eq!(without_path.path, "/");
}

#[test]
fn what_can_be_read_in_two_ways_is_malformed() {
    let long = format!("/{}", "a".repeat(8 * 1024));
    let longest_method = "M".repeat(33);
    let table = [
        ("GET", "allowed.com@evil.com", "/"),
        ("GET", "user:password@allowed.com", "/"),
        ("GET", "@allowed.com", "/"),
        ("GET", "allowed.com%40evil.com", "/"),
        ("GET", "", "/"),
        ("GET", ":443", "/"),
        ("GET", "example.com:", "/"),
        ("GET", "example.com:0", "/"),
        ("GET", "example.com:00", "/"),
        ("GET", "example.com:65536", "/"),
        ("GET", "example.com:99999999999999999999", "/"),
        ("GET", "example.com:+443", "/"),
        ("GET", "example.com:-1", "/"),
        ("GET", "example.com:0x1bb", "/"),
        ("GET", "example.com:https", "/"),
        ("GET", "example.com:443:80", "/"),
        ("GET", "example.com: 443", "/"),
        ("GET", "::1", "/"),
        ("GET", "[::1", "/"),
        ("GET", "[::1]:", "/"),
        ("GET", "[::1]:0", "/"),
        ("GET", "[::1]443", "/"),
        ("GET", "[::1]].com", "/"),
        ("GET", "example.com\r\nhost: evil.com", "/"),
        ("GET", "example.com/evil", "/"),
        ("GET", "evil.com\\.allowed.com", "/"),
        ("GET", "evil.com#.allowed.com", "/"),
        ("GET", "evil.com?.allowed.com", "/"),
        ("GET", "example.com", "x"),
        ("GET", "example.com", "http://evil.com/"),
        ("GET", "example.com", "//evil.com/"),
        ("OPTIONS", "example.com", "*"),
        ("GET", "example.com", "/x#y"),
        ("GET", "example.com", "/x?y#z"),
        ("GET", "example.com", "/x?y z"),
        ("GET", "example.com", "/x HTTP/1.1\r\nhost: evil.com"),
        ("GET", "example.com", "/x?y\r\nz"),
        ("GET", "example.com", "/x?y\u{a0}z"),
        ("GET", "example.com", "/v1/../x"),
        ("GET", "example.com", "/v1/%2e%2e/x"),
        ("GET", "example.com", "/v1/%252e%252e/x"),
        ("GET", "example.com", long.as_str()),
        ("", "example.com", "/"),
        ("GET ", "example.com", "/"),
        ("GET /x", "example.com", "/"),
        ("GET\r\n", "example.com", "/"),
        ("GÉT", "example.com", "/"),
        ("G(T", "example.com", "/"),
        (longest_method.as_str(), "example.com", "/"),
    ];
    for (method, authority, path) in table {
        let shown = format!("{method:?} {authority:?} {path:?}");
        let denial = Target::parse(method, "https", authority, path).expect_err(&shown);
        assert_eq!(denial.rule, Rule::Malformed, "{shown}");
        assert_eq!(denial.grant, None, "{shown}");
        assert!(!denial.to_string().contains(char::is_control), "{denial}");
        assert!(denial.target.chars().count() <= 200, "{denial}");
        assert!(!denial.reason.ends_with('.'), "{denial}");
    }
}

#[test]
fn other_schemes_and_tunnels_are_not_for_any_grant() {
    for scheme in [
        "", "ftp", "ws", "wss", "file", "gopher", "httpx", "http ", "data",
    ] {
        let denial = Target::parse("GET", scheme, "example.com", "/").unwrap_err();
        assert_eq!(
            (denial.rule, denial.grant),
            (Rule::Scheme, None),
            "{scheme}"
        );
    }
    for method in ["CONNECT", "TRACE", "connect", "Trace"] {
        let denial = Target::parse(method, "https", "example.com", "/").unwrap_err();
        assert_eq!(
            (denial.rule, denial.grant),
            (Rule::Method, None),
            "{method}"
        );
    }
}

#[test]
fn a_denial_shows_neither_userinfo_nor_query() {
    for (authority, path) in [
        ("me:hunter2@example.com", "/"),
        ("hunter2@@example.com", "/"),
        ("example.com", "/../x?key=hunter2"),
    ] {
        let denial = Target::parse("GET", "https", authority, path).unwrap_err();
        assert!(!denial.to_string().contains("hunter2"), "{denial}");
        assert!(denial.target.contains("example.com"), "{denial}");
    }
}

#[test]
fn headers_of_the_host_are_not_for_guests() {
    for name in [
        "Connection",
        "keep-alive",
        "Proxy-Authorization",
        "proxy-connection",
        "TE",
        "trailer",
        "Transfer-Encoding",
        "upgrade",
        "HTTP2-Settings",
        "host",
        "Forwarded",
        "X-Forwarded-For",
        "x-forwarded-host",
        "X-Real-IP",
        "via",
        "traceparent",
        "tracestate",
        "baggage",
        "X-HTTP-Method-Override",
        "x-http-method",
        "x-method-override",
        "X-Original-URL",
        "x-rewrite-url",
    ] {
        assert!(header_is_refused(name), "{name}");
        assert!(header_refusal(name).is_some(), "{name}");
    }
    for name in [
        "accept",
        "accept-encoding",
        "authorization",
        "content-length",
        "content-type",
        "cookie",
        "hostname",
        "proxied",
        "range",
        "user-agent",
        "x-api-key",
        "x-request-id",
        "viaduct",
        "",
    ] {
        assert!(!header_is_refused(name), "{name}");
    }
}
