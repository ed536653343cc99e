//! Which addresses are public, and which a grant may name.

use std::net::IpAddr;

use super::*;

const PUBLIC: [&str; 22] = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
];

const NOT_PUBLIC: [&str; 66] = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.10",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::8.8.8.8",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:8.8.8.8",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "100:0:0:1::1",
    "1000::1",
    "2001::1",
    "2001:0:808:808::1",
    "2001:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "2002:7f00:1::1",
    "2620:4f:8000::1",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
];

/// Also the spellings by which IPv6 reaches them.
const NEVER: [&str; 28] = [
    "0.0.0.0",
    "0.0.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.192",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::169.254.169.254",
    "::ffff:169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::169.254.169.254",
    "64:ff9b:1:a9fe:a9:fe00::",
    "64:ff9b:1:a9:fe:a9fe::",
    "64:ff9b:1:0:a9:fea9:fe00:0",
    "2001:0:808:808::5601:5601",
    "2002:a9fe:a9fe::1",
    "fd00:42::42",
    "fd00:c1::a9fe:a9fe",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fe80::1",
    "ff02::1",
];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn open(ranges: &[&str]) -> NetworkGrant {
    NetworkGrant {
        addresses: ranges.iter().map(|range| range.parse().unwrap()).collect(),
        ..grant("db.example.com")
    }
}

fn asked() -> Target {
    target("GET https://db.example.com/x")
}

#[test]
fn only_addresses_of_the_internet_are_public() {
    for text in PUBLIC {
        assert!(is_public(ip(text)), "{text}");
        assert_eq!(admit(&open(&[]), &asked(), &[ip(text)]), Ok(()), "{text}");
    }
    for text in NOT_PUBLIC.iter().chain(&NEVER) {
        assert!(!is_public(ip(text)), "{text}");
        let denial = admit(&open(&[]), &asked(), &[ip(text)]).expect_err(text);
        assert_eq!(denial.rule, Rule::Address, "{text}");
        assert!(
            denial.reason.contains(&ip(text).to_canonical().to_string()),
            "{denial}"
        );
    }
}

#[test]
fn one_address_that_is_not_public_spoils_all() {
    let mixed = ["8.8.8.8", "10.0.0.1", "1.1.1.1"].map(ip);
    let denial = admit(&open(&[]), &asked(), &mixed).unwrap_err();
    assert_eq!(
        denial.reason,
        "`db.example.com` resolves to `10.0.0.1`, which is not public (private use, RFC 1918) and \
         not in `addresses` of the grant for its host"
    );
    let yaml = "grants:\n  network:\n    - { host: db.example.com, addresses: [10.0.0.1/32] }";
    assert_eq!(denial.grant.as_deref(), Some(yaml));
    assert_eq!(admit(&open(&[]), &asked(), &[]), Ok(()));
}

#[test]
fn a_grant_may_name_private_addresses() {
    let table = [
        (&["10.0.0.0/8"][..], "10.1.2.3", true),
        (&["10.0.0.0/8"], "::ffff:10.1.2.3", true),
        (&["10.0.0.0/8"], "11.1.2.3", true),
        (&["10.0.0.0/8"], "192.168.0.1", false),
        (&["10.1.2.3/32"], "10.1.2.4", false),
        (&["10.0.0.0/8"], "64:ff9b::10.1.2.3", false),
        (&["10.0.0.0/8"], "2002:a01:203::1", false),
        (&["127.0.0.0/8"], "127.0.0.1", true),
        (&["127.0.0.0/8"], "::1", false),
        (&["::1/128"], "::1", true),
        (&["fd00::/8"], "fd12::1", true),
        (&["fd00::/8"], "fc00::1", false),
        (&["64:ff9b::/96"], "64:ff9b::10.1.2.3", true),
        (&["64:ff9b:1::/48"], "64:ff9b:1:a01:2:300::", true),
        (&["64:ff9b:1::/48"], "64:ff9b:1::10.1.2.3", true),
        (&["2001::/32"], "2001:0:808:808::f5fe:fdfc", true),
        (&["192.168.0.0/16", "172.16.0.0/12"], "172.16.0.1", true),
        (&["240.0.0.0/4"], "240.0.0.1", true),
    ];
    for (ranges, address, expected) in table {
        let admitted = admit(&open(ranges), &asked(), &[ip(address)]);
        assert_eq!(admitted.is_ok(), expected, "{ranges:?} {address}");
    }
}

#[test]
fn some_addresses_cannot_be_granted() {
    for text in NEVER {
        let address = ip(text).to_canonical();
        let own = ipnet::IpNet::from(address).to_string();
        for ranges in [&[own.as_str()][..], &["0.0.0.0/0", "::/0"]] {
            let denial = admit(&open(ranges), &asked(), &[ip("8.8.8.8"), ip(text)]);
            let denial = denial.expect_err(text);
            assert_eq!(
                (denial.rule, &denial.grant),
                (Rule::Address, &None),
                "{denial}"
            );
            assert!(denial.reason.contains("no grant can allow"), "{denial}");
        }
    }
}

#[test]
fn an_address_as_host_does_not_grant_itself() {
    let local = NetworkGrant {
        schemes: vec![Scheme::Http],
        ports: vec![80],
        ..grant("127.0.0.1")
    };
    let target = target("GET http://127.1/");
    let denial = admit(&local, &target, &[ip("127.0.0.1")]).unwrap_err();
    assert!(
        denial
            .reason
            .starts_with("`127.0.0.1` is not public (loopback"),
        "{denial}"
    );
    let entry = "{ host: 127.0.0.1, schemes: [http], addresses: [127.0.0.1/32] }";
    assert!(denial.grant.unwrap().ends_with(entry));
}

#[test]
fn the_suggested_grant_keeps_all_that_the_grant_says() {
    let all = NetworkGrant {
        schemes: vec![Scheme::Https, Scheme::Http],
        methods: vec!["POST".to_owned()],
        path: PathPattern::parse("/v1/**").unwrap(),
        ports: vec![443, 8080],
        request_bytes: 1000,
        response_bytes: 2000,
        rate: Rate {
            count: 5,
            per: Duration::from_secs(60),
        },
        ca: Some("/etc/my ca.pem".into()),
        ..open(&["10.0.0.0/8"])
    };
    let addresses = ["fd00::7", "10.1.2.3", "192.168.0.9", "fd00::7"].map(ip);
    let denial = admit(&all, &asked(), &addresses).unwrap_err();
    let expected = r#"grants:
  network:
    - { host: db.example.com, schemes: [https, http], methods: [POST], path: /v1/**, ports: [443, 8080], request_bytes: 1000, response_bytes: 2000, rate: 5/m, addresses: [10.0.0.0/8, "fd00::7/128", 192.168.0.9/32], ca: "/etc/my ca.pem" }"#;
    assert_eq!(denial.grant.as_deref(), Some(expected));
}

#[test]
fn a_suggestion_has_a_bound() {
    let many: Vec<IpAddr> = (0..=255)
        .map(|last| IpAddr::from([10, 0, 0, last]))
        .collect();
    let yaml = admit(&open(&[]), &asked(), &many)
        .unwrap_err()
        .grant
        .unwrap();
    assert_eq!(yaml.matches("/32").count(), 16);
}
