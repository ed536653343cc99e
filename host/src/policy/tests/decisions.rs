//! Which grant lets a request through, and what a denial says.

use super::*;

fn grants() -> Grants {
    let plain = NetworkGrant {
        schemes: vec![Scheme::Http],
        ports: vec![8080],
        ..grant("plain.example.com")
    };
    let posts = NetworkGrant {
        methods: vec!["POST".to_owned()],
        path: PathPattern::parse("/v1/**").unwrap(),
        ..grant("api.example.com")
    };
    let reads = NetworkGrant {
        path: PathPattern::parse("/v1/items/*").unwrap(),
        ..grant("api.example.com")
    };
    Grants {
        network: vec![
            plain,
            posts,
            reads,
            grant("*.example.org"),
            grant("*.example.com"),
        ],
        ..Grants::default()
    }
}

#[test]
fn the_first_grant_that_fits_decides() {
    let table = [
        ("GET http://plain.example.com:8080/", 0),
        ("POST https://api.example.com/v1", 1),
        ("GET https://api.example.com/v1/items/7", 2),
        ("HEAD https://API.example.com.:443/v1/items/%37?x", 2),
        ("GET https://a.b.example.org/", 3),
        ("GET https://api.example.com/v1/x", 4),
        ("GET https://plain.example.com/", 4),
    ];
    for (text, expected) in table {
        assert_eq!(
            decide(&grants(), None, &target(text)),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn the_rule_is_the_one_at_which_the_nearest_grant_failed() {
    let table = [
        ("GET https://evil.com/", Rule::Host),
        ("GET https://example.org/", Rule::Host),
        ("GET https://badexample.org/", Rule::Host),
        ("GET https://example.com/", Rule::Host),
        ("GET https://127.0.0.1/", Rule::Host),
        ("GET http://127.1/", Rule::Host),
        ("GET http://2130706433/", Rule::Host),
        ("GET http://[::ffff:7f00:1]/", Rule::Host),
        ("GET http://a.example.org/", Rule::Scheme),
        ("GET http://a.example.org:443/", Rule::Scheme),
        ("GET https://a.example.org:8443/", Rule::Port),
        ("GET http://plain.example.com/", Rule::Port),
        ("POST https://a.example.org/", Rule::Method),
        ("get https://a.example.org/", Rule::Method),
        ("DELETE https://api.example.com/v1/items/7", Rule::Method),
        ("POST https://api.example.com/v2", Rule::Path),
        ("POST https://api.example.com/v10/x", Rule::Path),
    ];
    for (text, expected) in table {
        let denial = decide(&grants(), None, &target(text)).expect_err(text);
        assert_eq!(denial.rule, expected, "{text}");
        assert_eq!(denial.target, target(text).to_string());
    }
    let nothing = decide(
        &Grants::default(),
        None,
        &target("GET https://example.com/"),
    );
    assert_eq!(nothing.unwrap_err().rule, Rule::Host);
}

#[test]
fn a_denial_says_why_and_what_to_paste() {
    let table = [
        (
            "GET https://evil.com/x",
            "no grant names the host `evil.com`",
            "{ host: evil.com, methods: [GET], path: /x }",
        ),
        (
            "GET http://a.example.org/",
            "no grant for the host `a.example.org` allows the scheme `http`",
            "{ host: a.example.org, schemes: [http], methods: [GET], path: / }",
        ),
        (
            "GET https://a.example.org:8443/x/",
            "no grant for the host `a.example.org` allows port 8443",
            "{ host: a.example.org, methods: [GET], path: /x/, ports: [8443] }",
        ),
        (
            "POST https://a.example.org/a:b",
            "no grant for the host `a.example.org` allows the method `POST`",
            "{ host: a.example.org, methods: [POST], path: \"/a:b\" }",
        ),
        (
            "POST https://api.example.com/a%20b/c",
            "no grant for the host `api.example.com` allows the path `/a%20b/c`",
            "{ host: api.example.com, methods: [POST], path: /*/c }",
        ),
        (
            "GET http://[::1]:9/",
            "no grant names the host `[::1]`",
            "{ host: \"[::1]\", schemes: [http], methods: [GET], path: /, ports: [9] }",
        ),
    ];
    for (text, reason, entry) in table {
        let denial = decide(&grants(), None, &target(text)).expect_err(text);
        assert_eq!(denial.reason, reason);
        let yaml = format!("grants:\n  network:\n    - {entry}");
        assert_eq!(denial.grant, Some(yaml));
    }
}

#[test]
fn a_suggestion_keeps_the_private_addresses_of_the_host() {
    let mut inner = grant("db.example.com");
    inner.addresses = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/16".parse().unwrap()];
    let grants = Grants {
        network: vec![inner],
        ..Grants::default()
    };
    let denial = decide(&grants, None, &target("PUT https://db.example.com/x")).unwrap_err();
    let yaml = denial.grant.unwrap();
    assert!(
        yaml.ends_with("path: /x, addresses: [10.0.0.0/8, \"fd00::/16\"] }"),
        "{yaml}"
    );
    let elsewhere = decide(&grants, None, &target("PUT https://example.com/x")).unwrap_err();
    assert!(!elsewhere.grant.unwrap().contains("addresses"));
}

#[test]
fn a_method_in_lower_case_has_no_grant() {
    let denial = decide(&grants(), None, &target("get https://a.example.org/")).unwrap_err();
    assert_eq!(denial.grant, None);
    assert!(
        denial
            .reason
            .ends_with("methods are granted in upper case only"),
        "{denial}"
    );
}

#[test]
fn a_long_target_is_cut_and_its_suggestion_is_not() {
    let long = format!("GET https://evil.com/{}", "a".repeat(900));
    let denial = decide(&grants(), None, &target(&long)).unwrap_err();
    assert_eq!(denial.target.chars().count(), 200);
    assert!(denial.target.ends_with('…'));
    assert!(denial.grant.unwrap().contains(&"a".repeat(900)));
}

#[test]
fn what_is_granted_must_be_declared_too() {
    let mut need = NetworkNeed::new(HostPattern::parse("*.example.org").unwrap());
    need.path = PathPattern::parse("/v1/**").unwrap();
    let needs = Needs {
        network: vec![need],
        ..Needs::default()
    };
    let table = [
        ("GET https://a.example.org/v1/x", None),
        ("GET https://a.example.org/v2", Some(Rule::Undeclared)),
        (
            "GET https://api.example.com/v1/items/7",
            Some(Rule::Undeclared),
        ),
        ("POST https://a.example.org/v1/x", Some(Rule::Method)),
        ("GET https://evil.com/v1/x", Some(Rule::Host)),
    ];
    for (text, expected) in table {
        let denial = decide(&grants(), Some(&needs), &target(text)).err();
        assert_eq!(denial.map(|denial| denial.rule), expected, "{text}");
    }
    let granted = target("GET https://a.example.org/v2");
    let denial = decide(&grants(), Some(&needs), &granted).unwrap_err();
    assert_eq!(denial.grant, None);
    assert!(
        denial.reason.contains("embed the manifest again"),
        "{denial}"
    );
    let nothing = decide(&grants(), Some(&Needs::default()), &granted).unwrap_err();
    assert_eq!(nothing.rule, Rule::Undeclared);
}
