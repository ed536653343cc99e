//! Hosts and patterns of hosts.

use super::super::host::canonical;
use super::*;

/// Row 26: a host written as a number, in another case or alphabet.
#[test]
fn every_spelling_of_a_host_becomes_one() {
    let table = [
        ("example.com", "example.com"),
        ("EVIL.com.", "evil.com"),
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("localhost", "localhost"),
        ("a_b.example.com", "a_b.example.com"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("ｅｖｉｌ．ｃｏｍ", "evil.com"),
        ("evil。com", "evil.com"),
        ("ex\u{ad}ample.com", "example.com"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0X7F.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ("[FD00:EC2::254]", "[fd00:ec2::254]"),
        ("[::ffff:7f00:1]", "127.0.0.1"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("[0:0:0:0:0:FFFF:a00:1]", "10.0.0.1"),
        ("[64:ff9b::7f00:1]", "[64:ff9b::7f00:1]"),
    ];
    for (text, expected) in table {
        let host = canonical(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(host.to_string(), expected, "{text}");
        assert_eq!(canonical(expected), Ok(host), "{text}");
    }
}

#[test]
fn what_is_no_host_is_refused() {
    let long_label = format!("{}.com", "a".repeat(64));
    let long_name = format!("{}com", "abcdefg.".repeat(32));
    let long_text = "ü".repeat(600);
    let table = [
        "",
        ".",
        "..",
        "example.com..",
        ".example.com",
        "a..b",
        "exa mple.com",
        " example.com",
        "example.com\n",
        "example.com\r\nx: y",
        "example.com\0",
        "exam\u{2003}ple.com",
        "example.com/x",
        "example.com\\x",
        "example.com?x",
        "example.com#x",
        "user@example.com",
        "example.com:443",
        "https://example.com",
        "%65xample.com",
        "example%2ecom",
        "exa*mple.com",
        "exa$mple.com",
        "exa,mple.com",
        "exa{mple.com",
        "exa\"mple.com",
        "::1",
        "[::1",
        "::1]",
        "[]",
        "[127.0.0.1]",
        "[::1]x",
        "[fe80::1%eth0]",
        "[fe80::1%25eth0]",
        "256.0.0.1",
        "1.2.3.4.5",
        "0x100000000",
        "example.1",
        "127.0.0.08",
        "xn--a",
        long_label.as_str(),
        long_name.as_str(),
        long_text.as_str(),
    ];
    for text in table {
        let error = canonical(text).expect_err(text);
        assert!(!error.contains(char::is_control), "{error:?}");
        assert!(error.chars().count() < 300, "{error}");
    }
}

#[test]
fn patterns_are_read_and_written_alike() {
    let table = [
        ("api.example.com", "api.example.com"),
        ("*.example.com", "*.example.com"),
        ("*.EXAMPLE.com.", "*.example.com"),
        ("*.münchen.de", "*.xn--mnchen-3ya.de"),
        ("192.0.2.1", "192.0.2.1"),
        ("3221225985", "192.0.2.1"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
        ("[::ffff:192.0.2.1]", "192.0.2.1"),
        ("localhost", "localhost"),
    ];
    for (text, expected) in table {
        let pattern = HostPattern::parse(text).unwrap();
        assert_eq!(pattern.to_string(), expected);
        assert_eq!(HostPattern::parse(expected), Ok(pattern));
    }
}

#[test]
fn patterns_that_name_too_much_or_nothing_are_refused() {
    for text in [
        "",
        "*",
        "*.",
        "*.*",
        "**",
        "*.com",
        "*.com.",
        "*.localhost",
        "*.*.example.com",
        "**.example.com",
        "*example.com",
        "a.*.example.com",
        "example.*",
        "*.127.0.0.1",
        "*.127.1",
        "*.[::1]",
        "*..example.com",
        "*.example.com:443",
        "*.example.com/x",
        "https://*.example.com",
    ] {
        assert!(HostPattern::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_pattern_names_its_hosts_and_no_others() {
    let table = [
        ("example.com", "example.com", true),
        ("example.com", "EXAMPLE.com.", true),
        ("example.com", "a.example.com", false),
        ("example.com", "example.com.evil.com", false),
        ("*.example.com", "a.example.com", true),
        ("*.example.com", "a.b.example.com", true),
        ("*.example.com", "A.Example.com.", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "badexample.com", false),
        ("*.example.com", "example.com.evil.com", false),
        ("*.example.com", "xexample.com", false),
        ("*.example.com", "127.0.0.1", false),
        ("*.example.com", "[::1]", false),
        ("127.0.0.1", "127.1", true),
        ("127.0.0.1", "[::ffff:7f00:1]", true),
        ("[::ffff:7f00:1]", "127.0.0.1", true),
        ("127.0.0.1", "[::1]", false),
        ("[::1]", "[0:0::1]", true),
    ];
    for (pattern, host, expected) in table {
        let matches = HostPattern::parse(pattern)
            .unwrap()
            .matches(&canonical(host).unwrap());
        assert_eq!(matches, expected, "{pattern} {host}");
    }
    let under = HostPattern::parse("*.example.com").unwrap();
    assert!(!under.matches(&Host::Domain(".example.com".to_owned())));
}

#[test]
fn a_pattern_covers_what_is_as_wide_or_narrower() {
    let table = [
        ("example.com", "example.com", true),
        ("example.com", "*.example.com", false),
        ("*.example.com", "a.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "*.example.com", true),
        ("*.example.com", "*.a.example.com", true),
        ("*.a.example.com", "*.example.com", false),
        ("*.example.com", "*.badexample.com", false),
        ("*.example.com", "127.0.0.1", false),
    ];
    for (wide, narrow, expected) in table {
        let covers = HostPattern::parse(wide)
            .unwrap()
            .covers(&HostPattern::parse(narrow).unwrap());
        assert_eq!(covers, expected, "{wide} {narrow}");
    }
}
