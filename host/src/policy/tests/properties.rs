//! What holds for any text that a guest can come up with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::host::canonical;
use super::*;

/// Pieces of which plain paths are made.
const PLAIN: [&str; 14] = [
    "/", "/", "/", "/", "v1", "a", "2", "e", "admin", "%76", "%31", ";b", "*", "%20",
];

/// Pieces of which attacks on paths are made.
const PIECES: [&str; 26] = [
    ".",
    "..",
    "/../",
    "%2e",
    "%2E",
    "%2e%2e",
    "%2f",
    "%5c",
    "\\",
    "%25",
    "%252e",
    "%252f",
    "%%32",
    "%c0%ae",
    "%e0%80%ae",
    "f",
    "5c",
    "%32",
    "%65",
    ";",
    "%3b",
    "%00",
    "%",
    "%u002e",
    "//",
    "%ef%bc%8e",
];

/// Pieces of which hosts are made.
const LABELS: [&str; 24] = [
    "example", "com", ".", ".", ".", "EVIL", "127", "1", "0x7f", "0177", "[", "]", ":", "::",
    "ffff", "@", "-", "xn--", "münchen", "。", "_", "%", "\u{ad}", "8080",
];

fn joined(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(select(pieces), 0..12).prop_map(|pieces| pieces.concat())
}

/// Mostly plain, so that some are let through.
fn any_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => select(&PLAIN[..]), 1 => select(&PIECES[..])];
    vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn any_address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
        // The ranges that stand for IPv4 addresses, which chance would not find.
        (
            select(vec![
                "::",
                "::ffff:0:0",
                "64:ff9b::",
                "64:ff9b:1::",
                "2002::"
            ]),
            any::<u32>()
        )
            .prop_map(|(prefix, low)| {
                let prefix: Ipv6Addr = prefix.parse().unwrap();
                let shift = if prefix.segments()[0] == 0x2002 {
                    80
                } else {
                    0
                };
                IpAddr::V6(Ipv6Addr::from_bits(
                    prefix.to_bits() | u128::from(low) << shift,
                ))
            }),
    ]
}

/// Percent-decodes what can be decoded, as a careless server does.
fn decode(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = path;
    while let [byte, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value.filter(|_| *byte == b'%') {
            Some(value) => {
                decoded.push(value);
                rest = &tail[2..];
            }
            None => {
                decoded.push(*byte);
                rest = tail;
            }
        }
    }
    decoded
}

/// Where a server that takes backslashes for slashes and cuts off parameters ends up.
fn resolve(path: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(path).replace('\\', "/");
    let mut segments: Vec<String> = Vec::new();
    for segment in text.split('/') {
        match segment.split(';').next().unwrap_or_default().trim() {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name.to_owned()),
        }
    }
    segments
}

proptest! {
    #[test]
    fn a_canonical_host_is_its_own_spelling(text in prop_oneof![joined(&LABELS), ".*"]) {
        if let Ok(host) = canonical(&text) {
            let written = host.to_string();
            prop_assert!(!written.ends_with('.') && written.is_ascii());
            prop_assert!(!written.bytes().any(|byte| byte.is_ascii_uppercase()));
            prop_assert_eq!(canonical(&written), Ok(host));
        }
    }

    #[test]
    fn a_target_is_its_own_spelling(authority in joined(&LABELS), path in any_path()) {
        if let Ok(target) = Target::parse("GET", "http", &authority, &path) {
            prop_assert_eq!(&parse(&target.to_string()), &Ok(target));
        }
    }

    #[test]
    fn no_text_panics(method in ".*", scheme in ".*", authority in ".*", path in ".*") {
        let _ = HostPattern::parse(&authority);
        let _ = PathPattern::parse(&path);
        let _ = header_refusal(&method);
        for scheme in [scheme.as_str(), "https"] {
            if let Err(denial) = Target::parse(&method, scheme, &authority, &path) {
                prop_assert!(!denial.to_string().contains(char::is_control));
                prop_assert!(denial.target.chars().count() <= 200);
            }
        }
    }

    #[test]
    fn what_is_let_into_a_path_stays_there_on_any_server(rest in any_path()) {
        let text = format!("/v1/{rest}");
        let allowed = PathPattern::parse("/v1/**").unwrap();
        if let Ok(target) = Target::parse("GET", "https", "example.com", &text)
            && allowed.matches(&target.path)
        {
            let once = decode(text.as_bytes());
            let twice = decode(&once);
            for seen in [text.as_bytes(), &once, &twice] {
                let segments = resolve(seen);
                prop_assert_eq!(segments.first().map(String::as_str), Some("v1"), "{}", text);
            }
            prop_assert_eq!(&once, &twice, "decoding twice finds something in {}", text);
        }
    }

    #[test]
    fn the_number_of_segments_is_the_same_on_any_server(rest in any_path()) {
        let text = format!("/v1/{rest}");
        if let Ok(target) = Target::parse("GET", "https", "example.com", &text) {
            let segments = target.path.split('/').filter(|segment| !segment.is_empty()).count();
            // A server that trims may lose a segment of spaces.
            if !text.contains("%20") {
                prop_assert_eq!(resolve(&decode(text.as_bytes())).len(), segments, "{}", text);
            }
        }
    }

    #[test]
    fn a_pattern_that_covers_another_fits_its_paths(
        wide in joined(&["/", "/", "a", "b", "*", "/**", "/*"]),
        narrow in joined(&["/", "/", "a", "b", "*", "/**", "/*"]),
        path in joined(&["/", "/", "a", "b"]),
    ) {
        let wide = PathPattern::parse(&format!("/{wide}"));
        let narrow = PathPattern::parse(&format!("/{narrow}"));
        let path = format!("/{path}");
        if let (Ok(wide), Ok(narrow)) = (wide, narrow)
            && wide.covers(&narrow)
            && narrow.matches(&path)
        {
            prop_assert!(wide.matches(&path), "{wide} {narrow} {path}");
        }
    }

    #[test]
    fn a_suggested_pattern_is_one_and_fits(path in any_path()) {
        if let Ok(target) = Target::parse("GET", "https", "example.com", &format!("/{path}")) {
            let pattern = PathPattern::fitting(&target.path);
            prop_assert!(pattern.matches(&target.path));
            prop_assert_eq!(PathPattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn names_under_a_domain_end_with_it(host in joined(&LABELS), domain in joined(&LABELS)) {
        let pattern = HostPattern::parse(&format!("*.{domain}"));
        let hosts = [host.clone(), format!("{host}{domain}"), format!("{host}.{domain}")];
        if let Ok(pattern @ HostPattern::Under(_)) = pattern {
            let ending = pattern.to_string().split_off(1);
            for host in hosts.iter().filter_map(|host| canonical(host).ok()) {
                let written = host.to_string();
                let is_under = written.ends_with(&ending) && written.len() > ending.len();
                prop_assert_eq!(pattern.matches(&host), is_under, "{} {}", pattern, written);
            }
        }
    }

    #[test]
    fn without_granted_ranges_exactly_public_addresses_are_admitted(
        addresses in vec(any_address(), 0..4),
    ) {
        let target = target("GET https://example.com/");
        let admitted = admit(&grant("example.com"), &target, &addresses).is_ok();
        prop_assert_eq!(admitted, addresses.iter().all(|address| is_public(*address)));
    }

    #[test]
    fn a_grant_as_suggested_admits_the_address(address in any_address()) {
        let target = target("GET https://example.com/");
        let mut grant = grant("example.com");
        if let Err(Denial { grant: Some(_), .. }) = admit(&grant, &target, &[address]) {
            grant.addresses.push(address.to_canonical().into());
            prop_assert_eq!(admit(&grant, &target, &[address]), Ok(()));
        }
    }
}
