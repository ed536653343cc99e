//! Paths and patterns of paths.

use super::super::path::normalise;
use super::*;

/// Other paths to some server than they look like.
const AMBIGUOUS: [&str; 78] = [
    "",
    "x",
    "*",
    "v1/x",
    "//",
    "//evil.com/x",
    "/v1//x",
    "/v1/x//",
    "/.",
    "/..",
    "/./x",
    "/v1/..",
    "/v1/../admin",
    "/v1/./x",
    "/v1/...",
    "/v1/..;/admin",
    "/v1/..;a=b/admin",
    "/v1/.;/admin",
    "/v1/;/admin",
    "/v1/;a=b",
    "/v1/..%3b/admin",
    "/v1/..%20/admin",
    "/v1/%20../admin",
    "/v1/%2e%2e/admin",
    "/v1/%2E%2E/admin",
    "/v1/.%2e/admin",
    "/v1/%2e./admin",
    "/v1/%2e",
    "/v1/a%2ehtml",
    "/v1%2fadmin",
    "/v1%2Fadmin",
    "/v1/..%2fadmin",
    "/v1/%2e%2e%2fadmin",
    "/v1/..%5cadmin",
    "/v1/..\\admin",
    "/v1\\..\\admin",
    "/v1/%252e%252e/admin",
    "/v1/%252E%252E/admin",
    "/v1/%25252e/admin",
    "/v1/%252fadmin",
    "/v1/%255cadmin",
    "/v1/%25%32%65%25%32%65/admin",
    "/v1/%25%32e/admin",
    "/v1/%%32%65/admin",
    "/v1/%25u002e/admin",
    "/v1/%u002e%u002e/admin",
    "/v1/%c0%ae%c0%ae/admin",
    "/v1/%c0%af/admin",
    "/v1/%e0%80%ae/admin",
    "/v1/%f0%80%80%ae/admin",
    "/v1/%ff",
    "/v1/%ef%bc%8e%ef%bc%8e/admin",
    "/v1/%ef%bc%8fadmin",
    "/v1/%ef%bc%bcadmin",
    "/v1/%00",
    "/v1/x%00.txt",
    "/v1/%0d%0ax",
    "/v1/%7f",
    "/v1/%c2%85",
    "/v1/%",
    "/v1/%2",
    "/v1/%zz",
    "/v1/%2 e",
    "/v1/x#y",
    "/v1/x?y",
    "/v1/a b",
    "/v1/a\tb",
    "/v1/a\r\nb",
    "/v1/a\0",
    "/v1/é",
    "/v1/\u{ff0e}\u{ff0e}/admin",
    "/v1/{id}",
    "/v1/<x>",
    "/v1/a|b",
    "/v1/a\"b",
    "/v1/a^b",
    "/v1/a`b",
    "/[v1]/x",
];

#[test]
fn every_spelling_of_a_path_becomes_one() {
    let table = [
        ("/", "/"),
        ("/v1/x", "/v1/x"),
        ("/v1/x/", "/v1/x/"),
        ("/v%31/x", "/v1/x"),
        ("/%76%31/%78", "/v1/x"),
        ("/a%2Db%5f%7E", "/a-b_~"),
        ("/a%20b", "/a%20b"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a%3ab", "/a%3Ab"),
        ("/a%3Fb%23c", "/a%3Fb%23c"),
        ("/100%25", "/100%25"),
        ("/100%25-off", "/100%25-off"),
        ("/a;v=1/b", "/a;v=1/b"),
        ("/@me/!$&'()*+,;=:", "/@me/!$&'()*+,;=:"),
        ("/a.b..c", "/a.b..c"),
        ("/.well-known/x", "/.well-known/x"),
        ("/..a/b..", "/..a/b.."),
    ];
    for (text, expected) in table {
        assert_eq!(normalise(text).as_deref(), Ok(expected), "{text}");
        assert_eq!(normalise(expected).as_deref(), Ok(expected), "{text}");
    }
}

/// Row 28: a path that leaves its prefix.
#[test]
fn paths_that_servers_may_read_differently_are_refused() {
    for text in AMBIGUOUS {
        assert!(normalise(text).is_err(), "{text}");
    }
}

#[test]
fn patterns_of_paths_are_refused_if_they_fit_nothing_or_are_not_clear() {
    for text in [
        "/",
        "/v1",
        "/v1/",
        "/*",
        "/**",
        "/v1/*/x",
        "/v1/*/",
        "/v1/**",
        "/a:b;c=@,x",
    ] {
        assert_eq!(PathPattern::parse(text).unwrap().to_string(), text);
    }
    let long = format!("/{}", "a".repeat(1024));
    for text in [
        "",
        "v1",
        "*",
        "**",
        "/v1//x",
        "//",
        "/**/x",
        "/**/",
        "/v1/**/**",
        "/***",
        "/file-*",
        "/*.html",
        "/v1/x**",
        "/v1/..",
        "/./v1",
        "/..;x",
        "/;x",
        "/v1?x=1",
        "/v1#x",
        "/v%31",
        "/v1/%2e",
        "/v1\\x",
        "/v1/a b",
        "/v1\n",
        "/v1/\0",
        "/é",
        "/${env.HOME}",
        "https://example.com/x",
        long.as_str(),
    ] {
        assert!(PathPattern::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_pattern_fits_its_paths_and_no_others() {
    let table = [
        ("/", "/", true),
        ("/", "/a", false),
        ("/v1", "/v1", true),
        ("/v1", "/v1/", false),
        ("/v1", "/v1/a", false),
        ("/v1", "/V1", false),
        ("/v1/", "/v1/", true),
        ("/v1/", "/v1", false),
        ("/*", "/a", true),
        ("/*", "/", false),
        ("/*", "/a/", false),
        ("/*", "/a/b", false),
        ("/v1/*", "/v1/a", true),
        ("/v1/*", "/v1/*", true),
        ("/v1/*", "/v1/a%20b", true),
        ("/v1/*", "/v1", false),
        ("/v1/*", "/v1/", false),
        ("/v1/*/x", "/v1/a/x", true),
        ("/v1/*/x", "/v1/x", false),
        ("/v1/*/x", "/v1/a/b/x", false),
        ("/v1/**", "/v1", true),
        ("/v1/**", "/v1/", true),
        ("/v1/**", "/v1/a", true),
        ("/v1/**", "/v1/a/b/", true),
        ("/v1/**", "/v10", false),
        ("/v1/**", "/", false),
        ("/v1/**", "/v2/v1/a", false),
        ("/v1/*/**", "/v1", false),
        ("/v1/*/**", "/v1/", false),
        ("/v1/*/**", "/v1/a", true),
        ("/**", "/", true),
        ("/**", "/a/b/c/", true),
        ("/**", "no/path", false),
    ];
    for (pattern, path, expected) in table {
        let matches = PathPattern::parse(pattern).unwrap().matches(path);
        assert_eq!(matches, expected, "{pattern} {path}");
    }
}

#[test]
fn a_pattern_covers_what_fits_no_other_paths() {
    let table = [
        ("/**", "/", true),
        ("/**", "/**", true),
        ("/**", "/a/*/b/", true),
        ("/v1/**", "/v1", true),
        ("/v1/**", "/v1/", true),
        ("/v1/**", "/v1/*", true),
        ("/v1/**", "/v1/a/**", true),
        ("/v1/**", "/**", false),
        ("/v1/**", "/*", false),
        ("/v1/**", "/v2/**", false),
        ("/*", "/a", true),
        ("/*", "/*", true),
        ("/*", "/", false),
        ("/*", "/**", false),
        ("/*/**", "/a", true),
        ("/*/**", "/**", false),
        ("/*/x", "/a/x", true),
        ("/a/x", "/*/x", false),
        ("/a", "/a", true),
        ("/a", "/a/", false),
        ("/a", "/a/**", false),
        ("/a/*", "/a/**", false),
        ("/a/b", "/a", false),
    ];
    for (wide, narrow, expected) in table {
        let covers = PathPattern::parse(wide)
            .unwrap()
            .covers(&PathPattern::parse(narrow).unwrap());
        assert_eq!(covers, expected, "{wide} {narrow}");
    }
}

#[test]
fn the_pattern_suggested_for_a_path_fits_it_and_is_one() {
    let long = format!("/{}/{}", "a".repeat(600), "b".repeat(600));
    let cut = format!("/{}/**", "a".repeat(600));
    let table = [
        ("/", "/"),
        ("/x", "/x"),
        ("/x/", "/x/"),
        ("/a%20b/c", "/*/c"),
        ("/a*b/**", "/*/*"),
        (long.as_str(), cut.as_str()),
    ];
    for (path, expected) in table {
        let pattern = PathPattern::fitting(path);
        assert_eq!(pattern.to_string(), expected);
        assert!(pattern.matches(path), "{path}");
        assert_eq!(PathPattern::parse(expected), Ok(pattern));
    }
}
