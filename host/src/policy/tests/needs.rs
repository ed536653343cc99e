//! What is declared and not granted, and what is granted and not declared.

use super::*;

fn need(host: &str) -> NetworkNeed {
    NetworkNeed::new(HostPattern::parse(host).unwrap())
}

fn path(text: &str) -> PathPattern {
    PathPattern::parse(text).unwrap()
}

fn methods(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn folder(guest: &str, access: Access) -> FileGrant {
    FileGrant {
        host: "/srv/data".into(),
        guest: guest.to_owned(),
        access,
        bytes: 1,
        files: 1,
    }
}

fn secret(name: &str) -> SecretGrant {
    SecretGrant {
        name: name.to_owned(),
        value: Secret::new("hunter2"),
        send_to: HostPattern::parse("api.example.com").unwrap(),
        header: "authorization".to_owned(),
        prefix: String::new(),
    }
}

fn store(name: &str) -> KeyvalueGrant {
    KeyvalueGrant {
        store: name.to_owned(),
        bytes: 1,
    }
}

/// One of each.
fn needs() -> Needs {
    let write = FileNeed {
        guest: "/notes".to_owned(),
        access: Access::Write,
    };
    let read = FileNeed {
        guest: "/data".to_owned(),
        access: Access::Read,
    };
    Needs {
        network: vec![
            need("*.example.org"),
            NetworkNeed {
                methods: methods(&["POST"]),
                path: path("/v1/*"),
                ..need("api.example.com")
            },
        ],
        files: vec![write, read],
        env: vec!["LANG".to_owned(), "YES".to_owned()],
        secrets: vec!["api-key".to_owned()],
        config: vec!["units".to_owned(), "a: b".to_owned()],
        keyvalue: Some("notes".to_owned()),
    }
}

fn all() -> Grants {
    let api = NetworkGrant {
        methods: methods(&["GET", "POST"]),
        ..grant("api.example.com")
    };
    Grants {
        network: vec![grant("*.example.org"), api],
        files: vec![
            folder("/notes", Access::Write),
            folder("/data", Access::Read),
        ],
        env: ["LANG", "YES"]
            .map(|name| (name.to_owned(), String::new()))
            .to_vec(),
        secrets: vec![secret("api-key")],
        config: ["units", "a: b"]
            .map(|key| (key.to_owned(), String::new()))
            .into(),
        keyvalue: Some(store("notes")),
        ..Grants::default()
    }
}

#[test]
fn a_need_for_requests_is_covered_by_grants_as_wide() {
    let wide = NetworkGrant {
        schemes: vec![Scheme::Https, Scheme::Http],
        methods: methods(&["GET", "HEAD", "POST"]),
        ports: vec![80, 443, 8443],
        ..grant("*.example.com")
    };
    let narrow = NetworkGrant {
        path: path("/v1/**"),
        ..grant("a.example.com")
    };
    let gets = NetworkGrant {
        methods: methods(&["GET"]),
        ..grant("b.example.com")
    };
    let heads = NetworkGrant {
        methods: methods(&["HEAD"]),
        ..grant("b.example.com")
    };
    let under_v1 = NetworkNeed {
        path: path("/v1/items/*"),
        ..need("a.example.com")
    };
    let other_port = NetworkNeed {
        ports: vec![8443],
        ..need("a.example.com")
    };
    let deletes = NetworkNeed {
        methods: methods(&["GET", "DELETE"]),
        ..need("a.example.com")
    };
    let both_schemes = NetworkNeed {
        schemes: vec![Scheme::Https, Scheme::Http],
        ports: vec![443, 80],
        ..need("a.example.com")
    };
    let table = [
        (vec![], need("a.example.com"), false),
        (vec![grant("a.example.com")], need("a.example.com"), true),
        (vec![grant("b.example.com")], need("a.example.com"), false),
        (vec![grant("*.example.com")], need("a.example.com"), true),
        (vec![grant("*.example.com")], need("*.a.example.com"), true),
        (vec![grant("*.a.example.com")], need("*.example.com"), false),
        (vec![grant("a.example.com")], need("*.example.com"), false),
        (vec![grant("*.example.com")], need("example.com"), false),
        (vec![narrow.clone()], under_v1.clone(), true),
        (vec![narrow], need("a.example.com"), false),
        (vec![wide.clone()], under_v1, true),
        (vec![wide.clone()], other_port.clone(), true),
        (vec![grant("a.example.com")], other_port, false),
        (vec![wide.clone()], deletes, false),
        (vec![wide], both_schemes.clone(), true),
        (vec![grant("a.example.com")], both_schemes, false),
        (vec![gets.clone()], need("b.example.com"), false),
        (vec![gets, heads], need("b.example.com"), true),
    ];
    for (network, need, expected) in table {
        let needs = Needs {
            network: vec![need],
            ..Needs::default()
        };
        let shown = format!("{network:?} {needs:?}");
        let grants = Grants {
            network,
            ..Grants::default()
        };
        assert_eq!(needs.missing(&grants).is_empty(), expected, "{shown}");
    }
}

#[test]
fn a_need_for_a_folder_is_covered_by_its_path_and_access() {
    let table = [
        ("/data", Access::Read, "/data", Access::Read, true),
        ("/data", Access::Read, "/data", Access::Write, true),
        ("/data", Access::Write, "/data", Access::Write, true),
        ("/data", Access::Write, "/data", Access::Read, false),
        ("/data", Access::Read, "/data/", Access::Read, true),
        ("/data", Access::Read, "/", Access::Write, false),
        ("/data/x", Access::Read, "/data", Access::Write, false),
        ("/", Access::Read, "/", Access::Read, true),
    ];
    for (guest, access, granted, by, expected) in table {
        let needs = Needs {
            files: vec![FileNeed {
                guest: guest.to_owned(),
                access,
            }],
            ..Needs::default()
        };
        let grants = Grants {
            files: vec![folder(granted, by)],
            ..Grants::default()
        };
        let is_covered = needs.missing(&grants).is_empty();
        assert_eq!(is_covered, expected, "{guest} {access:?} {granted} {by:?}");
    }
}

#[test]
fn what_is_missing_is_named_and_can_be_pasted() {
    assert_eq!(needs().missing(&all()), []);
    assert_eq!(Needs::default().missing(&Grants::default()), []);
    let missing = needs().missing(&Grants::default());
    let what: Vec<&str> = missing
        .iter()
        .map(|missing| missing.what.as_str())
        .collect();
    let expected = [
        "requests to `*.example.org`",
        "requests to `api.example.com`",
        "the folder `/notes` for writing",
        "the folder `/data` for reading",
        "the environment variable `LANG`",
        "the environment variable `YES`",
        "the secret `api-key`",
        "the config key `units`",
        "the config key `a: b`",
        "the store `notes`",
    ];
    assert_eq!(what, expected);
    let yaml = r#"grants:
  network:
    - { host: "*.example.org" }
    - { host: api.example.com, methods: [POST], path: /v1/* }
  files:
    - { host: ./FOLDER, guest: /notes, access: write }
    - { host: ./FOLDER, guest: /data }
  env:
    LANG: VALUE
    "YES": VALUE
  secrets:
    - { name: api-key, from: env:API_KEY, send_to: api.example.com }
  config:
    units: VALUE
    "a: b": VALUE
  keyvalue:
    store: notes"#;
    assert_eq!(Missing::yaml(&missing), yaml);
    let store = "grants:\n  keyvalue:\n    store: notes";
    assert_eq!(missing[9].grant(), store);
    assert_eq!(Missing::yaml(&[]), "");
}

#[test]
fn a_secret_without_a_declared_host_shows_where_to_write_one() {
    let needs = Needs {
        secrets: vec!["key 1".to_owned()],
        ..Needs::default()
    };
    let yaml = needs.missing(&Grants::default())[0].grant();
    assert!(
        yaml.ends_with("{ name: \"key 1\", from: env:KEY_1, send_to: HOST }"),
        "{yaml}"
    );
}

#[test]
fn other_grants_than_the_needed_ones_do_not_cover() {
    let grants = Grants {
        env: vec![("OTHER".to_owned(), String::new())],
        secrets: vec![secret("other")],
        config: [("other".to_owned(), String::new())].into(),
        keyvalue: Some(store("other")),
        ..Grants::default()
    };
    assert_eq!(needs().missing(&grants).len(), 10);
}

#[test]
fn what_is_not_declared_is_taken_away() {
    let mut grants = all();
    grants.files.push(folder("/etc", Access::Read));
    grants.files[1].access = Access::Write;
    grants.env.push(("TOKEN".to_owned(), String::new()));
    grants.secrets.push(secret("other"));
    grants.config.insert("other".to_owned(), String::new());
    grants.network.push(grant("other.example.com"));
    grants.clock = Clock::Frozen;
    let narrowed = needs().narrow(grants);
    let files: Vec<_> = narrowed
        .files
        .iter()
        .map(|grant| (&*grant.guest, grant.access))
        .collect();
    assert_eq!(files, [("/notes", Access::Write), ("/data", Access::Read)]);
    let env: Vec<&str> = narrowed.env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(env, ["LANG", "YES"]);
    assert_eq!(narrowed.secrets.len(), 1);
    assert_eq!(narrowed.config.len(), 2);
    assert_eq!(narrowed.keyvalue, Some(store("notes")));
    assert_eq!(narrowed.network.len(), 3);
    assert_eq!(narrowed.clock, Clock::Frozen);
    assert_eq!(needs().missing(&narrowed), []);

    let nothing = Needs::default().narrow(all());
    assert!(nothing.files.is_empty() && nothing.env.is_empty() && nothing.secrets.is_empty());
    assert!(nothing.config.is_empty() && nothing.keyvalue.is_none());
    let other = Needs {
        keyvalue: Some("other".to_owned()),
        ..Needs::default()
    };
    assert_eq!(other.narrow(all()).keyvalue, None);
}

#[test]
fn narrowing_never_widens_a_folder() {
    let mut grants = all();
    grants.files[0].access = Access::Read;
    assert_eq!(needs().narrow(grants).files[0].access, Access::Read);
}
