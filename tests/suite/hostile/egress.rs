//! Rows 22 to 25 and 31: a guest that wants to get where it may not.

use std::net::{IpAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use toolhost::invocation::Failure;
use toolhost::policy::Rule;
use toolhost_tests::servers::{Authority, Request, Say, Server, ok, redirect};
use toolhost_tests::{Setup, invoke};

use super::Arena;

pub(super) const METADATA: &str = "169.254.169.254";

/// What names resolve to, for now.
pub(super) type Zone = Arc<Mutex<Vec<IpAddr>>>;

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    let addresses = texts.iter().map(|text| text.parse().expect("an address"));
    addresses.collect()
}

/// Every name is at these addresses.
pub(super) fn zone(texts: &[&str]) -> Zone {
    Arc::new(Mutex::new(addresses(texts)))
}

pub(super) fn dials(grants: &str, zone: &Zone) -> Setup {
    let zone = zone.clone();
    Setup::new()
        .hostile("dials", &format!("{{grants: {{network: [{grants}]}}}}"))
        .names(move |_| zone.lock().expect("no panic").clone())
}

pub(super) fn get(url: &str) -> Value {
    json!({ "url": url })
}

/// The arguments of `fetch` for a request without a body.
pub(super) fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Value {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    json!({"method": method, "scheme": scheme, "authority": authority, "path": path, "headers": headers})
}

/// Row 22: hosts, schemes, ports and names of all kinds that are not granted; denied by the rule
/// that fits, and no name is looked up.
#[tokio::test]
async fn what_is_not_granted_is_denied_before_any_name_is_looked_up() {
    let lookups = Arc::new(AtomicUsize::new(0));
    let counted = lookups.clone();
    let grant = "{host: allowed.test, path: /v1/**}, {host: \"*.wide.test\"}";
    let setup = Setup::new()
        .hostile("dials", &format!("{{grants: {{network: [{grant}]}}}}"))
        .names(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Vec::new()
        });
    let arena = Arena::with(setup).await;
    for (url, rule) in [
        ("https://other.test/v1/x", Rule::Host),
        ("https://sub.allowed.test/v1/x", Rule::Host),
        ("https://allowed.test.evil.test/v1/x", Rule::Host),
        ("https://notallowed.test/v1/x", Rule::Host),
        ("https://wide.test/", Rule::Host),
        ("https://evilwide.test/", Rule::Host),
        ("http://169.254.169.254/latest/meta-data/", Rule::Host),
        ("http://[fd00:ec2::254]/latest/meta-data/", Rule::Host),
        ("http://metadata.google.internal/", Rule::Host),
        ("http://localhost/", Rule::Host),
        ("http://allowed.test/v1/x", Rule::Scheme),
        ("ftp://allowed.test/v1/x", Rule::Scheme),
        ("file://allowed.test/etc/passwd", Rule::Scheme),
        ("https://allowed.test:8443/v1/x", Rule::Port),
        ("https://allowed.test/v2/x", Rule::Path),
        ("https://a.wide.test:22/", Rule::Port),
    ] {
        let (told, denial) = arena.denied("get", get(url)).await;
        assert_eq!((denial.rule, &*told), (rule, "HttpRequestDenied"), "{url}");
    }
    assert_eq!(lookups.load(Ordering::SeqCst), 0);
    // The grant that would have let it through is told to the operator.
    let (_, denial) = arena.denied("get", get("https://other.test/v1/x")).await;
    let grant = denial.grant.expect("it can be granted");
    assert!(grant.contains("host: other.test"), "{grant}");
    // What is granted is looked up, once.
    let told = arena.refusal("get", get("https://allowed.test/v1/x")).await;
    assert!(told.starts_with("DnsError"), "{told}");
    assert_eq!(lookups.load(Ordering::SeqCst), 1);
}

/// Row 22: a tool without grants; there is no network at all.
#[tokio::test]
async fn without_grants_there_is_no_network() {
    let arena = Arena::of("dials", "{}").await;
    for url in ["http://127.0.0.1/", "https://example.com/", "http://[::1]/"] {
        let (told, denial) = arena.denied("get", get(url)).await;
        assert_eq!((denial.rule, &*told), (Rule::Host, "HttpRequestDenied"));
    }
}

/// Row 23: redirects to a metadata address, another host, another scheme, another port, a name
/// that leads there; each hop is decided anew.
#[tokio::test]
async fn a_redirect_leads_nowhere_that_is_not_granted() {
    let table = [
        (format!("http://{METADATA}/latest/meta-data/"), Rule::Host),
        (format!("//{METADATA}/latest/meta-data/"), Rule::Host),
        ("https://c.test/".to_owned(), Rule::Host),
        ("http://a.test/".to_owned(), Rule::Scheme),
        ("https://a.test:1/".to_owned(), Rule::Port),
        ("/admin".to_owned(), Rule::Path),
        ("/go/../admin".to_owned(), Rule::Malformed),
        (format!("https://a.test@{METADATA}/"), Rule::Malformed),
        ("https://elsewhere.test/".to_owned(), Rule::Address),
    ];
    let locations: Vec<String> = table.iter().map(|(to, _)| to.clone()).collect();
    let authority = Authority::new();
    let server = Server::tls(&authority, &["a.test"], move |request| {
        let number = request.path().trim_start_matches("/go/");
        match number.parse::<usize>() {
            Ok(number) => redirect(&locations[number]),
            Err(_) => redirect("/go/loop"),
        }
    })
    .await;
    let ca = format!(", ca: \"{}\"", authority.file().display());
    let grants = format!(
        "{}, {{host: elsewhere.test, addresses: [127.0.0.0/8]}}",
        server.entry("a.test", &format!("{ca}, path: /go/*"))
    );
    let setup = Setup::new()
        .hostile("dials", &format!("{{grants: {{network: [{grants}]}}}}"))
        .names(|name| match name {
            "a.test" => addresses(&["127.0.0.1"]),
            _ => addresses(&[METADATA]),
        });
    let arena = Arena::with(setup).await;
    let follow = |path: &str| {
        let mut args = request("GET", &server.url_at("a.test", path), &[]);
        args["follow_redirects"] = json!(true);
        args
    };
    for (number, (location, rule)) in table.iter().enumerate() {
        let (_, denial) = arena
            .denied("fetch", follow(&format!("/go/{number}")))
            .await;
        assert_eq!(denial.rule, *rule, "{location}: {denial}");
        assert_eq!(server.requests().len(), number + 1, "{location}");
    }
    // A circle ends with the requests of the call.
    let (_, denial) = arena.denied("fetch", follow("/go/loop")).await;
    assert_eq!(denial.rule, Rule::Requests);
    assert_eq!(server.requests().len(), table.len() + 16);
}

/// Row 24: a granted name at addresses of every kind that is not public; denied, and if one of
/// many is so, too.
#[tokio::test]
async fn a_granted_name_leads_to_no_private_address() {
    let zone = zone(&[]);
    let arena = Arena::with(dials("{host: a.test, rate: 1000/s}", &zone)).await;
    let public = ["93.184.216.34", "2606:2800:220:1::1"];
    let private = [
        "127.0.0.1",
        "127.255.0.9",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        METADATA,
        "0.0.0.0",
        "192.0.0.192",
        "100.100.100.200",
        "168.63.129.16",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fc00::1",
        "fe80::1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001::1",
        "2001:db8::1",
        "ff02::1",
    ];
    for address in private {
        for answer in [
            vec![address],
            vec![public[0], address],
            vec![address, public[1]],
            vec![public[0], public[1], address, public[0]],
        ] {
            *zone.lock().expect("no panic") = addresses(&answer);
            let (told, denial) = arena.denied("get", get("https://a.test/")).await;
            assert_eq!(denial.rule, Rule::Address, "{answer:?}: {denial}");
            assert_eq!(told, "DestinationIpProhibited", "{answer:?}");
            assert_eq!(denial.target, "GET https://a.test/");
        }
    }
}

/// Row 24: the same where private addresses are granted; those of clouds are nobody's to grant,
/// and one of them spoils the rest.
#[tokio::test]
async fn granted_ranges_do_not_reach_the_metadata_of_clouds() {
    let server = Server::plain(|_| ok("hello")).await;
    let zone = zone(&[]);
    let ranges = "127.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 192.0.0.0/24, \"fd00::/8\"";
    let grant = format!(
        "{{host: a.test, schemes: [http], ports: [{}], rate: 1000/s, addresses: [{ranges}]}}",
        server.port()
    );
    let arena = Arena::with(dials(&grant, &zone)).await;
    let url = server.url_at("a.test", "/");
    for never in [
        METADATA,
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "100.100.100.200",
        "192.0.0.192",
        "0.0.0.0",
        "64:ff9b::169.254.169.254",
    ] {
        for answer in [
            vec![never],
            vec!["127.0.0.1", never],
            vec![never, "127.0.0.1"],
        ] {
            *zone.lock().expect("no panic") = addresses(&answer);
            let (_, denial) = arena.denied("get", get(&url)).await;
            assert_eq!(
                (denial.rule, denial.grant),
                (Rule::Address, None),
                "{answer:?}"
            );
        }
    }
    // Not in the ranges that are granted.
    *zone.lock().expect("no panic") = addresses(&["127.0.0.1", "192.168.0.1"]);
    let (_, denial) = arena.denied("get", get(&url)).await;
    let grant = denial.grant.expect("it can be granted");
    assert!(grant.contains("192.168.0.1/32"), "{grant}");
    assert_eq!(server.connections(), 0);

    *zone.lock().expect("no panic") = addresses(&["127.0.0.1"]);
    assert_eq!(arena.value("get", get(&url)).await["text"], json!("hello"));
}

/// Row 25: a name that answers well first and with a metadata address after; every connection
/// goes to an address that was vetted for it, from one look-up.
#[tokio::test]
async fn a_name_that_changes_its_mind_is_vetted_for_every_connection() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
    let lookups = Arc::new(AtomicUsize::new(0));
    let counted = lookups.clone();
    let grants = server.entry("a.test", "");
    let setup = Setup::new()
        .hostile("dials", &format!("{{grants: {{network: [{grants}]}}}}"))
        .names(move |_| match counted.fetch_add(1, Ordering::SeqCst) % 3 {
            0 => addresses(&["127.0.0.1"]),
            1 => addresses(&[METADATA]),
            _ => addresses(&["127.0.0.1", "10.0.0.1"]),
        });
    let arena = Arena::with(setup).await;
    let url = server.url_at("a.test", "/");
    for round in 1..=3 {
        assert_eq!(arena.value("get", get(&url)).await["text"], json!("hi"));
        server.until_all_hung_up().await;
        for _ in 0..2 {
            let (_, denial) = arena.denied("get", get(&url)).await;
            assert_eq!(denial.rule, Rule::Address);
        }
        assert_eq!(lookups.load(Ordering::SeqCst), 3 * round);
        assert_eq!(server.connections(), round);
    }
}

/// An address of this machine that is no loopback one, if it has any.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: it only says which interface would be used.
    socket.connect("192.0.2.1:9").ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

/// Row 31: the host's own port, by every address of this machine and by names for them, although
/// all of them are granted; nobody's to grant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosts_own_port_is_never_reached() {
    for listen in ["127.0.0.1:0", "0.0.0.0:0"] {
        let listener = TcpListener::bind(listen).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let mut hosts: Vec<String> = [
            "127.0.0.1",
            "127.1",
            "127.3.2.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",
            "0",
            "localhost",
            "LocalHost.",
            "a.test",
        ]
        .map(str::to_owned)
        .into();
        hosts.extend(own_address().map(|ip| ip.to_string()));
        let mut ranges = "127.0.0.0/8, \"::1/128\"".to_owned();
        if let Some(ip) = own_address() {
            ranges += &format!(", {ip}/32");
        }
        let grants: Vec<String> = hosts
            .iter()
            .map(|host| {
                format!("{{host: \"{host}\", schemes: [http], ports: [{port}], rate: 1000/s, addresses: [{ranges}]}}")
            })
            .collect();
        let config = format!("{{grants: {{network: [{}]}}}}", grants.join(", "));
        let setup = Setup::new()
            .hostile("dials", &config)
            .names(|name| match name {
                "localhost" => addresses(&["127.0.0.1", "::1"]),
                _ => addresses(&["127.0.0.9"]),
            });
        let server = setup.start().await.serve_on(listener).expect("it serves");
        for host in &hosts {
            for path in ["/metrics", "/healthz", "/v1/tools"] {
                let args = get(&format!("http://{host}:{port}{path}"));
                let answer = invoke(&server.router, "get", args).await;
                let outcome = answer.decided.expect("it ran");
                assert_eq!(
                    outcome.result,
                    Err(Failure::Tool {
                        reason: toolhost::invocation::ToolError::Failed,
                        message: "DestinationIpProhibited".to_owned(),
                    }),
                    "{listen} {host}"
                );
                let [denial] = &outcome.denials.first[..] else {
                    panic!("{host}: {:?}", outcome.denials)
                };
                assert_eq!(
                    (denial.rule, &denial.grant),
                    (Rule::OwnPort, &None),
                    "{host}"
                );
            }
        }
        assert_eq!(server.connections.open(), 0, "nobody connected");
        server.stop().await.expect("it stops");
    }
}

/// Requests over the limit of the call and over the rate of the grant; denied, and those before
/// them were answered.
#[tokio::test]
async fn requests_are_held_to_their_number_and_their_rate() {
    let said = |_: &Request| -> Say { ok("") };
    let server = Server::plain(said).await;
    let many = |count: u32| json!({"scheme": "http", "authority": server.authority(), "path": "/", "count": count});
    let arena = Arena::of("dials", &server.grant("limits: {http_requests: 3}")).await;
    for tool in ["fetch_many", "leave_unread"] {
        let before = server.requests().len();
        let outcome = arena.runs(tool, many(10)).await;
        let statuses = outcome.result.expect("it ends").structured.expect("a list");
        let good = statuses
            .as_array()
            .expect("a list")
            .iter()
            .filter(|status| *status == "200");
        assert_eq!(good.count(), 3, "{tool}: {statuses}");
        assert_eq!(outcome.denials.counts, [(Rule::Requests, 7)], "{tool}");
        assert_eq!(outcome.usage.http_requests, 3, "{tool}");
        assert_eq!(server.requests().len(), before + 3, "{tool}");
    }
    let slow = server.grant("").replace("1000/s", "2/h");
    let arena = Arena::of("dials", &slow).await;
    let outcome = arena.runs("fetch_many", many(5)).await;
    assert_eq!(outcome.denials.counts, [(Rule::Rate, 3)]);
    // The next call finds nothing left of it.
    let (_, denial) = arena.denied("get", get(&server.url("/"))).await;
    assert_eq!(denial.rule, Rule::Rate);
}
